import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'

const INSERT =
  '/api/v3/f5dab68cd75740e68c599e9af5fe0aed/ports/99fd0c77-56b4-4bf6-8365-df352e45d5fc/insert-security-groups'

let proxy: TestedProxy
let cookie: string
beforeAll(async () => {
  proxy = await startProxy({ PORTSIDE_UPSTREAM: 'http://127.0.0.1:9' })
  cookie = await proxy.signIn()
})
afterAll(() => proxy.close())

/** As a browser may send it, Host and Sec-Fetch-Site included, which fetch does not let through. */
function send(address: string, method: string, path: string, headers: Record<string, string>, body?: string) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(address)
    const sent = httpRequest({ hostname, port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode!, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const session = (headers: Record<string, string>) =>
  send(proxy.address, 'GET', '/api/session', { cookie, ...headers })

describe('the name it is called by', () => {
  test('is its own address or localhost, with its port', async () => {
    const { port } = new URL(proxy.address)
    expect((await session({ host: `127.0.0.1:${port}` })).status).toBe(200)
    expect((await session({ host: `localhost:${port}` })).status).toBe(200)
    expect((await session({ host: `LOCALHOST:${port}` })).status).toBe(200)
  })

  test.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1', 'localhost.evil.example:8080'])(
    'is not %o: a name that was pointed at this machine reads nothing',
    async (host) => {
      const { status, text } = await session({ host })
      expect(status).toBe(403)
      expect(JSON.parse(text)).toMatchObject({ error_code: 'Portside.Forbidden' })
      expect(JSON.parse(text).advice).toContain('Use the address that it printed at start')
    },
  )

  test('is the public origin, behind a load balancer; then cookies are for https', async () => {
    const behind = await startProxy({ PORTSIDE_PUBLIC_ORIGIN: 'https://portside.example.com' })
    try {
      const path = new URL(behind.signInAddress).pathname
      expect(behind.signInAddress).toBe(`https://portside.example.com${path}`)
      const host = 'portside.example.com'
      expect((await send(behind.address, 'GET', path, { host })).status).toBe(303)
      expect((await send(behind.address, 'GET', path, { host: 'other.example.com' })).status).toBe(403)
      const response = await fetch(behind.address + path, { redirect: 'manual' })
      expect(response.headers.getSetCookie()[0]).toMatch(
        /^__Host-portside_session=.*; Path=\/; HttpOnly; Secure/,
      )
      expect(response.headers.get('strict-transport-security')).toContain('max-age=31536000')
    } finally {
      await behind.close()
    }
  })
})

describe('the page that a change comes from', () => {
  const body = JSON.stringify({
    port: { security_groups: ['8edd3747-ccd4-49a1-82b9-a165eec314b4'] },
    dry_run: true,
  })
  const put = (headers: Record<string, string>) =>
    send(proxy.address, 'PUT', INSERT, { cookie, 'content-type': 'application/json', ...headers }, body)

  test('is one of its own', async () => {
    // 502: it was let through to an upstream where nothing listens.
    expect((await put({ origin: proxy.address })).status).toBe(502)
    expect((await put({ 'sec-fetch-site': 'same-origin' })).status).toBe(502)
  })

  test.each<[Record<string, string>]>([
    [{}],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://127.0.0.1:1' }],
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'none' }],
  ])('is not one that says %o', async (headers) => {
    const { status, text } = await put(headers)
    expect(status).toBe(403)
    expect(JSON.parse(text)).toMatchObject({ error_code: 'Portside.Forbidden' })
  })

  test("is not the other name's: localhost is another origin than 127.0.0.1", async () => {
    const { port } = new URL(proxy.address)
    expect((await put({ origin: `http://localhost:${port}` })).status).toBe(403)
    expect((await put({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).status).toBe(502)
  })

  test('a read from another page is refused too, on this machine as well', async () => {
    expect((await session({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await session({ 'sec-fetch-site': 'same-site' })).status).toBe(403)
    expect((await session({ 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    expect((await session({ 'sec-fetch-site': 'none' })).status).toBe(200)
  })
})

describe('bodies', () => {
  test.each([
    ['text/plain', '{"port":{}}', /as JSON/],
    ['application/x-www-form-urlencoded', 'port=1', /as JSON/],
    ['application/json', '{"port":', /Send a body that is JSON/],
    ['application/json', '', /Send a JSON body/],
    ['application/json', '{"__proto__":{"dry_run":true},"port":{}}', /./],
    ['application/json', `{"port":"${'x'.repeat(128 * 1024)}"}`, /at most 128 KiB/],
  ])('%s %.30s is refused with what to send', async (type, body, advice) => {
    const headers = { 'content-type': type }
    const response = await proxy.call(INSERT, { method: 'PUT', headers, body })
    expect(response.status).toBe(400)
    const error = await response.json()
    expect(error.error_code).toBe('Portside.InvalidRequest')
    expect(error.advice ?? error.error_msg).toMatch(advice)
  })
})

test('every response lets browsers run only the console’s own code', async () => {
  for (const path of [
    '/',
    '/index.html',
    '/api/session',
    '/sign-in/x',
    '/nothing',
    '/healthz',
    '/%zz',
    '/a%00',
  ]) {
    const { headers } = await fetch(proxy.address + path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy.split(';')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
      ]),
    )
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('permissions-policy')).toContain('camera=()')
    expect(headers.get('x-powered-by')).toBeNull()
  }
})

test('no response lets a page of another origin read it', async () => {
  const origin = 'https://evil.example'
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/healthz'],
    ['GET', '/api/session'],
    ['OPTIONS', '/api/session'],
    ['OPTIONS', INSERT],
    ['PUT', INSERT],
  ] as const) {
    const asks = { origin, 'access-control-request-method': 'PUT' }
    const { headers } = await fetch(proxy.address + path, { method, headers: { cookie, ...asks } })
    const given = [...headers.keys()].filter((name) => name.startsWith('access-control-'))
    expect(given, `${method} ${path}`).toEqual([])
  }
})

test('an address that cannot be decoded has the one error form', async () => {
  const response = await proxy.call('/api/%zz')
  expect(response.status).toBe(400)
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await response.json()).toMatchObject({ error_code: 'Portside.InvalidRequest' })
})
