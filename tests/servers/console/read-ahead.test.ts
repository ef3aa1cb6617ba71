import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Read } from '../../../src/console/proxy-client/first-reads.ts'
import { readAhead, takeAhead } from '../../../src/console/proxy-client/read-ahead.ts'

let server: Server
let read: Read
let asked: number
beforeEach(async () => {
  asked = 0
  server = createServer((_request, response) => {
    asked += 1
    response.setHeader('access-control-allow-origin', '*').end(`response ${asked}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  read = { path: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
})
afterEach(() => {
  vi.useRealTimers()
  globalThis.portsideAhead = undefined
  server.closeAllConnections()
  server.close()
})

const { signal } = new AbortController()

test('a response that was asked for ahead is taken once', async () => {
  void readAhead(read)
  expect(await (await takeAhead(read, signal))?.text()).toBe('response 1')
  expect(await takeAhead(read, signal)).toBeUndefined()
})

test('a response that is here, but was asked for long ago, is not taken', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  await readAhead(read)
  vi.advanceTimersByTime(10_001)
  expect(await takeAhead(read, signal)).toBeUndefined()
  expect(await takeAhead(read, signal)).toBeUndefined()
})

test('where there was no response, it is read by whoever wants it', async () => {
  await new Promise((resolve) => server.close(resolve))
  void readAhead(read)
  expect(await takeAhead(read, signal)).toBeUndefined()
})
