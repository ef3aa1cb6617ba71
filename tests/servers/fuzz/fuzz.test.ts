import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { Pool } from 'undici'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { EXAMPLE } from '../../stage/emulator.ts'
import { portsideError } from '../../../src/vpc/errors.ts'
import { api, operationChoices } from '../../../src/vpc/portside-api.ts'
import { bulkChoices } from '../../../src/vpc/bulk-changes-api.ts'
import { auditLogApi } from '../../../src/vpc/audit-log.ts'
import { orderRequest, standingOrdersOver } from '../standing-orders/ask-standing-orders.ts'
import { bulkChangesOver, bulkRequest } from '../bulk-changes/ask-bulk-changes.ts'
import { operationsOver, planned, startStage } from '../operations/ask-operations.ts'
import { createDatabase, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'
import { repeats } from '../../stage/repeats.ts'
import { KEYS } from '../../stage/servers.ts'
import {
  edgeRequests,
  fuzzedRequests,
  QUERY_FIELDS,
  type FuzzedRequest,
  type Route,
  type Valid,
} from './requests.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const REQUESTS = repeats(1800, 10_000)
const SESSION_SECRET = 'fuzzed-session-secret-0123456789abcdef'

let stage: Awaited<ReturnType<typeof startStage>>
let database: TestDatabase | undefined
let files: string
let valid: Valid
/** Every route of the running proxy: a new one is fuzzed without being named here. */
let routes: Route[]

const servers: Route[][] = []
function noteRoutes(message: unknown): void {
  const noted: Route[] = []
  servers.push(noted)
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') noted.push({ method: one, url })
  })
}

beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), 'portside-fuzz-'))
  await writeFile(join(files, 'index.html'), '<!doctype html><title>Portside</title>')
  database = POSTGRES ? await createDatabase(inject('postgresFolder')) : undefined
  subscribe('fastify.initialization', noteRoutes)
  stage = await startStage({
    PORTSIDE_CONSOLE_FILES: files,
    PORTSIDE_SESSION_SECRET: SESSION_SECRET,
    ...(database && { DATABASE_URL: database.url }),
  })
  unsubscribe('fastify.initialization', noteRoutes)
  // The emulator's routes were collected too.
  routes = servers.find((of) => of.some(({ url }) => url === api.session()))!
  const operations = operationsOver(stage.proxy.call)
  const portId = await stage.portWith('abcd')
  const plan = planned(stage.ids('abcd'), stage.ids('badc'))
  await operations.post(portId, plan)
  await operations.settled(plan.operation_id)
  const bulk = bulkChangesOver(stage.proxy.call)
  const bulkPort = await stage.portWith('abcd')
  const bulkChange = bulkRequest([{ from: stage.ids('abcd'), to: stage.ids('badc'), ports: [bulkPort] }])
  await bulk.post(bulkChange)
  await bulk.settled(bulkChange.bulk_change_id)
  const orders = standingOrdersOver(stage.proxy.call)
  const order = orderRequest({ kind: 'exactly', groups: stage.ids('ab') }, { ports: { ports: [bulkPort] } })
  await orders.make(order)
  await orders.checked(order.order_id)
  const { order_id: orderId, ...words } = order
  const change = { port: { security_groups: [...EXAMPLE.inserted], index: 1 }, dry_run: true }
  valid = {
    params: {
      project_id: [EXAMPLE.project],
      port_id: [EXAMPLE.port, portId],
      security_group_id: [...EXAMPLE.groups],
      id: [plan.operation_id, EXAMPLE.port, bulkChange.bulk_change_id, orderId],
      answer: operationChoices,
      choice: bulkChoices,
    },
    bodies: [
      change,
      plan,
      { port: { security_groups: [EXAMPLE.groups[0]] }, dry_run: true },
      { confirmed_by: 'x' },
      bulkChange,
      { bulk_change_id: randomUUID(), pace: bulkChange.pace },
      order,
      { ...words, revision: 1 },
      { ports: [bulkPort] },
    ],
    cookie: await stage.proxy.signIn(),
    origin: stage.proxy.address,
  }
})
afterAll(async () => {
  await stage.close()
  await database?.remove()
  await rm(files, { recursive: true })
})

type FuzzResponse = { status: number; headers: Record<string, unknown>; text: string }

async function send(pool: Pool, { method, path, headers, body }: FuzzedRequest): Promise<FuzzResponse> {
  const response = await pool.request({ method: method as 'GET', path, headers, body })
  const received = Buffer.from(await response.body.arrayBuffer())
  const decode = DECODERS[String(response.headers['content-encoding'])]
  // The response to HEAD has no body.
  const text = String(decode && received.length > 0 ? decode(received) : received)
  return { status: response.statusCode, headers: response.headers, text }
}

const DECODERS: Record<string, (received: Buffer) => Buffer> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  deflate: inflateSync,
}

const DOCUMENTED = new Set([200, 202, 204, 206, 303, 304])

/** What is wrong with a response; undefined when it is as promised. */
function wrong({ method }: FuzzedRequest, { status, headers, text }: FuzzResponse): string | undefined {
  const type = String(headers['content-type'])
  if (headers['x-content-type-options'] !== 'nosniff') return 'no X-Content-Type-Options'
  if (!String(headers['content-security-policy']).startsWith("default-src 'none'")) return 'no policy'
  if (/\n\s+at |node_modules|\.[jt]s:\d+/.test(text)) return 'a stack trace'
  const all = text + JSON.stringify(headers)
  for (const secret of [
    SESSION_SECRET,
    KEYS.secretKey,
    KEYS.accessKey,
    new URL(stage.proxy.signInAddress).pathname.slice(9),
  ])
    if (all.includes(secret)) return 'a secret'
  if (type.includes('html') && text.includes('<script>')) return 'what was sent, as HTML'
  if (status < 400) return DOCUMENTED.has(status) ? undefined : 'an undocumented success'
  if (status >= 500) return 'a failure of the server'
  if (method === 'HEAD' || (type.includes('html') && text.includes('<h1>'))) return undefined
  if (!type.startsWith('application/json')) return 'an error that is not JSON'
  const error = portsideError.safeParse(JSON.parse(text))
  if (!error.success) return 'an error in another form'
  const { error_code, advice, fields } = error.data
  if (text.length > 20_000 || (fields && fields.length > 10)) return 'a refusal that is too long to read'
  if (error_code.startsWith('Portside.') && !advice && !fields?.length) return 'it does not say what to do'
  return undefined
}

/** Sends requests, 24 at a time; one example of each fault, and how often each status came. */
async function sendAll(pool: Pool, requests: Iterator<FuzzedRequest> & Iterable<FuzzedRequest>) {
  const found = new Map<string, string>()
  const statuses: Record<number, number> = {}
  async function run(): Promise<void> {
    for (const request of requests) {
      const response = await send(pool, request).catch((error: unknown) => ({
        status: 0,
        headers: {},
        text: String(error),
      }))
      statuses[response.status] = (statuses[response.status] ?? 0) + 1
      const fault = response.status === 0 ? 'no response' : wrong(request, response)
      const [, name = ''] = /\?(\w+)=/.exec(request.path) ?? []
      if (fault) found.set(fault + request.route.url + name, described(fault, request, response))
    }
  }
  await Promise.all(Array.from({ length: 24 }, run))
  return { found: [...found.values()].join('\n\n'), statuses }
}

test(`${REQUESTS} fuzzed requests to every route: no failure, no crash, no leak`, async () => {
  expect(routes.map(({ url }) => url)).toEqual(
    expect.arrayContaining([api.session(), '/api/operations/:id/:answer', '/healthz', '/sign-in/*', '/*']),
  )
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const seed = Date.now()
  const pool = new Pool(stage.proxy.address, { connections: 24 })
  const fuzz = (from: number) => {
    return sendAll(pool, fuzzedRequests(routes, valid, { count: REQUESTS / 2, seed: from }))
  }

  // Things that are made once are made in the first part.
  const first = await fuzz(seed)
  collect()
  const before = process.memoryUsage().heapUsed
  const second = await fuzz(seed + 1)
  collect()
  const grown = process.memoryUsage().heapUsed - before
  await pool.close()

  expect(first.found + second.found, `seed ${seed}`).toBe('')
  expect(Math.round(grown / 1e6), 'MB more after the second half').toBeLessThan(20)
  expect((await stage.proxy.call(api.session())).status).toBe(200)
})

test('a value at an edge of its type, in each place of each request: no failure', async () => {
  const pool = new Pool(stage.proxy.address, { connections: 24 })
  /**
   * The query's fields that a route takes: those that it does not refuse as unknown. None when it
   * reads no query.
   */
  const taken = new Map<Route, string[]>()
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, (_, name: string) => valid.params[name]![0]!)
    const takes = async (name: string) => {
      const { cookie, origin } = valid
      const response = await send(pool, {
        ...{ route, method: 'GET', path: `${path}?${name}=x`, headers: { cookie, origin }, body: null },
      })
      return !response.text.includes('is not a field of this request')
    }
    const looks = route.method === 'GET' && path.startsWith('/api/') && !(await takes('nonsense'))
    const names = looks ? QUERY_FIELDS : []
    const known = await Promise.all(names.map(takes))
    taken.set(
      route,
      names.filter((_, at) => known[at]),
    )
  }
  const ofRecords = [...taken].find(([{ url }]) => url === auditLogApi.records())
  expect(ofRecords?.[1]).toEqual(expect.arrayContaining(['after', 'from', 'limit', 'user']))

  const [change, plan, removal, confirmation, bulkChange, bulkUndo, order, orderChange] =
    valid.bodies as object[]
  const { operation_id: _, ...checkedPlan } = plan as { operation_id: string }
  const bodyOf = ({ method, url }: Route) => {
    if (method !== 'POST' && method !== 'PUT') return undefined
    if (url.includes('/standing-orders')) return method === 'PUT' ? orderChange : order
    if (url.endsWith('/:choice')) return { wave: 1 }
    if (url.includes('/bulk-changes')) return url.endsWith('/undo') ? bulkUndo : bulkChange
    const right = { insert: change, remove: removal, operations: plan, checks: checkedPlan }
    return (
      Object.entries(right).find(([end]) => url.includes(`/ports/`) && url.includes(`/${end}`))?.[1] ??
      confirmation
    )
  }
  const requests = edgeRequests(routes, valid, (route) => taken.get(route)!, bodyOf)
  const { found, statuses } = await sendAll(pool, requests)
  await pool.close()
  expect(found).toBe('')
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['200', '400', '404']))
})

function described(fault: string, request: FuzzedRequest, response: FuzzResponse): string {
  const { method, path, headers, body } = request
  return [
    `${fault}: ${method} ${path.slice(0, 200)}`,
    JSON.stringify(headers).slice(0, 400),
    body?.toString('latin1').slice(0, 200),
    `-> ${response.status} ${response.text.slice(0, 300)}`,
  ].join('\n')
}

test.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400],
  ['a null byte in the path', 'GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n', 400],
  [
    'two lengths',
    'POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    400,
  ],
  ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(40_000)}\r\n\r\n`, 431],
])('%s is refused in the one error form', async (_, bytes, status) => {
  const { hostname, port } = new URL(stage.proxy.address)
  const text = await new Promise<string>((resolve, reject) => {
    let read = ''
    connect(Number(port), hostname)
      .setEncoding('latin1')
      .on('data', (chunk: string) => (read += chunk))
      .on('close', () => resolve(read))
      .on('error', reject)
      .end(bytes, 'latin1')
  })
  const [head = '', body = ''] = text.split('\r\n\r\n')
  expect(head.split('\r\n')[0]).toMatch(`HTTP/1.1 ${status} `)
  expect(head.toLowerCase()).toContain('x-content-type-options: nosniff')
  expect(portsideError.parse(JSON.parse(body))).toMatchObject({
    error_code: 'Portside.InvalidRequest',
    advice: expect.any(String),
  })
})
