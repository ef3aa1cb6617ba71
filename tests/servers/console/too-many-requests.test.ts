import { QueryObserver } from '@tanstack/react-query'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createQueryClient } from '../../../src/console/proxy-client/query-client.ts'
import { sessionQuery } from '../../../src/console/proxy-client/queries.ts'
import { startProxy } from '../../stage/proxy.ts'

test('a read that the proxy puts off is made again, at the time that it named', async () => {
  const proxy = await startProxy({ PORTSIDE_RATE_LIMIT: '1' })
  onTestFinished(() => proxy.close())
  const cookie = await proxy.signIn()
  // The console's fetch has the browser's cookies.
  const { fetch } = globalThis
  vi.stubGlobal('fetch', (url: URL, init: RequestInit) =>
    fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), cookie } }),
  )
  vi.stubGlobal('location', { origin: proxy.address })
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  const client = createQueryClient()
  await client.fetchQuery(sessionQuery())
  const { queryKey } = sessionQuery()
  const observer = new QueryObserver(client, { ...sessionQuery(), staleTime: 0 })
  onTestFinished(observer.subscribe(() => {}))
  const failure = () => client.getQueryState(queryKey)?.fetchFailureReason
  await vi.waitUntil(() => failure(), { timeout: 20_000 })
  expect(failure()).toMatchObject({ error_code: 'Portside.TooManyRequests', retry_after: 60 })
  expect(observer.getCurrentResult()).toMatchObject({ fetchStatus: 'fetching', isSuccess: true })
  await vi.advanceTimersByTimeAsync(60_000)
  await vi.waitUntil(() => observer.getCurrentResult().fetchStatus === 'idle', { timeout: 20_000 })
  expect(observer.getCurrentResult()).toMatchObject({ isSuccess: true, failureCount: 0 })
})
