import { expect, onTestFinished, test, vi } from 'vitest'
import { startProxy } from '../../stage/proxy.ts'

async function started(environment: Record<string, string>) {
  const proxy = await startProxy(environment)
  onTestFinished(() => proxy.close())
  return proxy
}

test('the error for too many requests says when to go on', async () => {
  const proxy = await started({ PORTSIDE_RATE_LIMIT: '3' })
  const read = () => proxy.call('/api/session')
  for (let n = 0; n < 3; n++) expect((await read()).status).toBe(200)
  const refused = await read()
  expect(refused.status).toBe(429)
  const error = await refused.json()
  expect(error.error_code).toBe('Portside.TooManyRequests')
  expect(error.retry_after).toBeGreaterThan(0)
  expect(error.retry_after).toBeLessThanOrEqual(60)
  expect(error.advice).toContain('then try again')
  expect(refused.headers.get('retry-after')).toBe(String(error.retry_after))

  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
  onTestFinished(() => void vi.useRealTimers())
  expect((await read()).status).toBe(200)
})

test('wrong sign-in links are limited; the true one and sessions are not', async () => {
  const proxy = await started({ PORTSIDE_RATE_LIMIT: '3' })
  const cookie = await proxy.signIn()
  const open = () => fetch(`${proxy.address}/sign-in/wrong`)
  for (let n = 0; n < 3; n++) expect((await open()).status).toBe(403)
  const refused = await open()
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.text()).toMatch(/Too many sign-ins.*seconds, then try again/s)
  expect((await fetch(`${proxy.address}/api/session`, { headers: { cookie } })).status).toBe(200)
  for (let n = 0; n < 5; n++) expect(await proxy.signIn()).not.toBe('')
})

test('a sign-out is never limited', async () => {
  const proxy = await started({ PORTSIDE_RATE_LIMIT: '1' })
  for (let n = 0; n < 3; n++) await fetch(`${proxy.address}/sign-in/wrong`)
  const signOut = { method: 'POST', headers: { origin: proxy.address } }
  for (let n = 0; n < 5; n++) expect((await fetch(`${proxy.address}/api/sign-out`, signOut)).status).toBe(200)
})

/** The responses to two addresses that both sign in once, through the same load balancer. */
async function opened(environment: Record<string, string>) {
  const proxy = await started({ PORTSIDE_RATE_LIMIT: '1', ...environment })
  const from = (address: string) =>
    fetch(`${proxy.address}/sign-in/wrong`, { headers: { 'x-forwarded-for': address } })
  return [(await from('192.0.2.1')).status, (await from('192.0.2.2')).status]
}

test('whom a request comes from is believed of trusted load balancers only', async () => {
  expect(await opened({ PORTSIDE_TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1' })).toEqual([403, 403])
  expect(await opened({ PORTSIDE_TRUSTED_PROXIES: '10.0.0.0/8' })).toEqual([403, 429])
  expect(await opened({})).toEqual([403, 429])
})

test('0 switches the limits off', async () => {
  const proxy = await started({ PORTSIDE_RATE_LIMIT: '0' })
  const responses = await Promise.all(
    Array.from({ length: 130 }, () => fetch(`${proxy.address}/sign-in/wrong`)),
  )
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([403]))
})
