import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { QueryClient } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import { call } from '../../../src/console/proxy-client/client.ts'
import { CallError } from '../../../src/console/proxy-client/call-error.ts'
import {
  groupsByIdQuery,
  portsInfiniteQuery,
  rulesOfGroupsQuery,
} from '../../../src/console/proxy-client/queries.ts'

// What a working proxy never does: each way in which a response is bad or missing.

let server: Server | undefined

/** A server that responds so, as the console's own origin. */
async function responding(listener: RequestListener): Promise<void> {
  const listening = createServer(listener)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  vi.stubGlobal('location', { origin: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` })
}

const json = (value: unknown, status = 200): RequestListener => {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
}

afterEach(async () => {
  vi.unstubAllGlobals()
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  server = undefined
})

const anything = z.looseObject({ port: z.looseObject({ id: z.string() }) })

async function failure(promise: Promise<unknown>): Promise<CallError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(CallError)
  return error as CallError
}

test('keeps all of an error: status, code, message, request ID, advice, fields, wait', async () => {
  const error = {
    error_code: 'VPC.2051',
    error_msg: 'Too many.',
    request_id: 'r-1',
    advice: 'Wait.',
    fields: [{ path: 'port.index', message: 'is odd' }],
    retry_after: 7,
    outcome: 'refused',
  }
  await responding(json(error, 429))
  expect(await failure(call(anything, '/api/x'))).toMatchObject({ ...error, status: 429 })
})

test('names the field of a response that cannot be read, with the request ID', async () => {
  await responding(json({ request_id: 'r-2', port: { name: 'a' } }))
  const error = await failure(call(anything, '/api/x'))
  expect(error).toMatchObject({ error_code: 'Console.UnreadableAnswer', request_id: 'r-2' })
  expect(error.error_msg).toContain('port.id is missing')
})

test.each<[string, RequestListener]>([
  ['a page instead of JSON', (_, response) => response.end('<html>gateway</html>')],
  ['an error in no known form', json({ oops: true }, 502)],
])('says that it cannot read %s', async (_name, listener) => {
  await responding(listener)
  expect(await failure(call(anything, '/api/x'))).toMatchObject({ error_code: 'Console.UnreadableAnswer' })
})

test.each<[string, RequestListener]>([
  ['before', (request) => request.socket.destroy()],
  [
    'amid',
    (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"port":')
      setTimeout(() => request.socket.destroy(), 20)
    },
  ],
])('a connection lost %s the response: a read is unreachable, a change unknown', async (_name, listener) => {
  await responding(listener)
  const read = await failure(call(anything, '/api/x'))
  expect(read).toMatchObject({ error_code: 'Console.Unreachable', outcome: undefined })
  const change = await failure(call(anything, '/api/x', { method: 'POST', body: {} }))
  expect(change).toMatchObject({ error_code: 'Console.Unreachable', outcome: 'unknown' })
})

test.each([
  ['http://127.0.0.1:1', true, 'npm start starts it', /offline/],
  ['http://127.0.0.1:1', false, 'Connect to the network and try again', /^$/],
  ['http://portside.invalid', true, 'Check the network', /npm start|offline/],
  ['http://portside.invalid', false, 'Connect to the network', /npm start/],
])(
  'no response from %s, browser online: %s: says %j, and nothing untrue',
  async (origin, onLine, says, untrue) => {
    vi.stubGlobal('location', { origin })
    vi.stubGlobal('navigator', { onLine })
    const { error_msg, advice = '' } = await failure(call(anything, '/api/x'))
    expect(advice).toContain(says)
    expect(error_msg + advice).not.toMatch(untrue)
    expect(error_msg.includes('offline')).toBe(!onLine)
  },
)

test('gives up after the time-out, and says how long it waited', async () => {
  await responding(() => {})
  const error = await failure(call(anything, '/api/x', { method: 'POST', body: {}, timeoutMs: 50 }))
  expect(error).toMatchObject({ error_code: 'Console.Timeout', outcome: 'unknown' })
  expect(error.error_msg).toContain('0.05 seconds')
})

test('a cancelled call ends as cancelled, and the proxy sees it go', async () => {
  const gone = new Promise<void>((resolve) => {
    void responding((request) => request.on('close', resolve))
  })
  await vi.waitUntil(() => server?.listening)
  const cancel = new AbortController()
  const response = call(anything, '/api/x', { signal: cancel.signal })
  setTimeout(() => cancel.abort(), 30)
  await expect(response).rejects.toMatchObject({ name: 'AbortError' })
  await gone
})

test('sends JSON and repeats the names of arrays in the query', async () => {
  const seen: unknown[] = []
  await responding((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      seen.push([request.method, request.url, request.headers['content-type'], body])
      json({ port: { id: 'a' } })(request, response)
    })
  })
  await call(anything, '/api/x', {
    method: 'PUT',
    body: { dry_run: true },
    query: { id: ['a b', 'ü'], limit: 2 },
  })
  expect(seen).toEqual([['PUT', '/api/x?id=a+b&id=%C3%BC&limit=2', 'application/json', '{"dry_run":true}']])
})

test('a list whose marker repeats ends, instead of being read for ever', async () => {
  await responding(json({ ports: [], page_info: { next_marker: 'same' } }))
  const data = await new QueryClient().fetchInfiniteQuery({ ...portsInfiniteQuery('p', {}), pages: 10 })
  expect(data.pages).toHaveLength(2)
})

const ids = Array.from({ length: 120 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`)

test('groups by ID are asked for by fifties, each once; unknown ones are missing', async () => {
  const asked: string[][] = []
  await responding((request, response) => {
    const params = new URL(request.url ?? '', 'http://x').searchParams
    const here = params.getAll('id')
    asked.push(here)
    json({ security_groups: here.filter((id) => id !== ids[7]).map((id) => ({ id, name: `g${id}` })) })(
      request,
      response,
    )
  })
  const groups = await new QueryClient().fetchQuery(groupsByIdQuery('p', [...ids, ...ids]))
  expect(asked.map((one) => one.length).toSorted()).toEqual([20, 50, 50])
  expect(Object.keys(groups)).toHaveLength(119)
  expect(groups[ids[7] as string]).toBeUndefined()
})

test('rules of groups are read to the last page; a group without rules has none', async () => {
  const [a, b] = ids as [string, string]
  await responding((request, response) => {
    const second = new URL(request.url ?? '', 'http://x').searchParams.get('marker') === 'm'
    json({
      security_group_rules: [{ id: second ? 'r2' : 'r1', security_group_id: a, direction: 'ingress' }],
      page_info: second ? {} : { next_marker: 'm' },
    })(request, response)
  })
  const rules = await new QueryClient().fetchQuery(rulesOfGroupsQuery('p', [a, b]))
  expect(rules[a]?.map((rule) => rule.id)).toEqual(['r1', 'r2'])
  expect(rules[b]).toEqual([])
})
