import { once } from 'node:events'
import { Pool } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXAMPLE } from '../../stage/emulator.ts'
import { api } from '../../../src/vpc/portside-api.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { heapOf, REPORTS_HEAP } from '../../browser/heap.ts'
import { repeats } from '../../stage/repeats.ts'
import { controls, newFolder, startEmulator, startProxy, type Server } from '../../stage/servers.ts'

const { project, port, groups, inserted } = EXAMPLE
const AT_ONCE = 64
const REQUESTS = repeats(6000, 100_000)
/** Requests before the first figure: by then code is compiled and caches are full. */
const BEFORE = repeats(5000, 10_000)
/**
 * How much more memory may be in use at the end, in bytes: 190 for each request, 15 in
 * `npm run test:long`. Without a leak it is below 1 MB, mostly code that is still being compiled.
 */
const MOST_BYTES = 1_500_000

let emulator: Server
let proxy: Server
let pool: Pool
let cookie: string
let data: Awaited<ReturnType<typeof newFolder>>
/** Ports of the project, for some of which the platform fails. */
let ports: string[]

beforeAll(async () => {
  data = await newFolder()
  emulator = await startEmulator()
  proxy = await startProxy(emulator.address, { PORTSIDE_DATA: data.path, ...REPORTS_HEAP })
  const signedIn = await fetch(proxy.address, { redirect: 'manual' })
  cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  pool = new Pool(origin(), { connections: 8, pipelining: 8 })
  const listed = await fetch(`${emulator.address}/_emulator${paths.ports(project)}?limit=20`)
  ports = ((await listed.json()) as { ports: { id: string }[] }).ports.map(({ id }) => id)
  const [failing, nonsense, slow, lost] = ports.slice(-4)
  await controls(emulator.address).faults(
    { kind: 'error', status: 500, times: 0, match: { path: failing } },
    { kind: 'garbage', times: 0, match: { path: nonsense } },
    { kind: 'delay', milliseconds: 10_000, times: 0, match: { path: slow } },
    { kind: 'drop_before', times: 0, match: { path: lost } },
  )
}, 60_000)
afterAll(async () => {
  await pool.close()
  await proxy.stop()
  await emulator.stop()
  await data.remove()
})

type Request = { path: string; method?: 'GET' | 'PUT'; headers?: Record<string, string>; body?: string }

/** Sends one request and reads the response, in the cheapest way. Returns its status. */
function send({ path, method = 'GET', headers, body }: Request, from: Pool = pool): Promise<number> {
  return new Promise((resolve, reject) => {
    let status = 0
    from.dispatch(
      { path, method, headers: { cookie, ...headers }, body: body ?? null },
      {
        onRequestStart() {},
        onResponseStart(_, code) {
          status = code
        },
        onResponseData() {},
        onResponseEnd: () => resolve(status),
        onResponseError: (_, error) => reject(error),
      },
    )
  })
}

const read = (portId: string) => ({ path: `/api${paths.port(project, portId)}` })
const origin = () => new URL(proxy.address).origin
const dryRun = (security_groups: readonly string[]): Request => ({
  path: `/api${paths.insert(project, port)}`,
  method: 'PUT',
  headers: { 'content-type': 'application/json', origin: origin() },
  body: JSON.stringify({ port: { security_groups, index: 1 }, dry_run: true }),
})

/** Asks for a port that the platform takes its time for, and goes away while the proxy waits. */
async function goAway(): Promise<number> {
  const alone = new Pool(origin(), { connections: 1 })
  const response = send(read(ports.at(-2)!), alone).catch(() => 0)
  await once(alone, 'connect')
  await new Promise((resolve) => setTimeout(resolve, 5))
  await alone.destroy()
  return response
}

type Asked = { status: number; response: Promise<number> }
const ask = (status: number, request: Request): Asked => ({ status, response: send(request) })

/**
 * The kinds of requests that the proxy gets: each with its share of a thousand, and the status of
 * its response.
 */
const KINDS: [number, (number: number) => Asked][] = [
  // Each is written to the audit log, which takes time.
  [1, (number) => (number % 2000 < 1000 ? ask(202, dryRun(inserted)) : ask(409, dryRun(groups)))],
  [2, () => ask(502, read(ports.at(-1)!))],
  [8, () => ({ status: 0, response: goAway() })],
  [29, () => ask(404, { path: `${api.operation(crypto.randomUUID())}?wait=0` })],
  [50, () => ask(404, read(inserted[0]!))],
  [50, () => ask(500, read(ports.at(-4)!))],
  [50, () => ask(502, read(ports.at(-3)!))],
  [50, (number) => ask(200, { path: `/api${paths.ports(project)}?limit=1&name=${number}` })],
  [100, (number) => ask(400, { path: `/api${paths.ports(project)}?colour=${number}` })],
  [
    100,
    (number) => ask(401, { path: '/api/session', headers: { cookie: `${cookie.split('=')[0]}=${number}` } }),
  ],
  [100, () => ask(200, { path: '/api/session' })],
  [100, (number) => ask(404, { path: `/api/${number}` })],
  [360, (number) => ask(200, read(ports[number % (ports.length - 4)]!))],
]
/** The kind of each of a thousand requests, mixed in the same way every time. */
const MIXED = KINDS.flatMap(([share, kind]) => Array.from({ length: share }, () => kind))
  .map((kind, at) => ({ kind, place: (at * 619) % 1000 }))
  .toSorted((a, b) => a.place - b.place)
  .map(({ kind }) => kind)

let sent = 0
/**
 * Sends that many requests over all connections.
 * @returns how many got each status that was not expected
 */
async function sendMany(count: number): Promise<Record<string, number>> {
  const last = sent + count
  const odd: Record<string, number> = {}
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (sent < last) {
        const { status, response } = MIXED[sent % MIXED.length]!(sent++)
        const got = await response
        if (got !== status) odd[`${got} for ${status}`] = (odd[`${got} for ${status}`] ?? 0) + 1
      }
    }),
  )
  return odd
}

test(
  `the proxy holds no more memory after ${REQUESTS} requests with all outcomes`,
  { timeout: 600_000 },
  async () => {
    expect(await sendMany(BEFORE)).toEqual({})
    const before = await heapOf(proxy)
    expect(await sendMany(REQUESTS)).toEqual({})
    const after = await heapOf(proxy)
    expect(after.heapUsed - before.heapUsed).toBeLessThan(MOST_BYTES)
  },
)
