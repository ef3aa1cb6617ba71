import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { createEmulator, type Emulator } from '../../../src/emulator/server.ts'
import { auditLogApi, type AuditRecord } from '../../../src/vpc/audit-log.ts'
import { paths } from '../../../src/vpc/paths.ts'
import type { EndpointCalls } from '../../../src/vpc/endpoint-calls.ts'
import { api } from '../../../src/vpc/portside-api.ts'
import { createDatabase, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'
import { ACCESS, controls, KEYS, newFolder } from '../../stage/servers.ts'
import { EXAMPLE } from '../../stage/emulator.ts'
import { auditLogOver } from '../audit-log/read-audit-log.ts'
import { operationsOver, planned, QUICK } from '../operations/ask-operations.ts'

const { project, port } = EXAMPLE
const groups: string[] = [...EXAMPLE.groups]
const reversed = groups.toReversed()
const portPath = `/api${paths.port(project, port)}`
const groupsPath = `/api${paths.securityGroups(project)}?limit=5`

let emulator: Emulator
let cloud: ReturnType<typeof controls>
const proxies: TestedProxy[] = []
let data: Awaited<ReturnType<typeof newFolder>>
beforeAll(async () => {
  data = await newFolder()
  emulator = await createEmulator({ credentials: KEYS })
  cloud = controls(emulator.address)
})
afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()))
  await cloud.quota(null)
  await cloud.reset()
})
afterAll(async () => {
  await emulator.close()
  await data.remove()
})

async function started(environment: Record<string, string> = {}): Promise<TestedProxy> {
  const settings = { PORTSIDE_UPSTREAM: emulator.address, PORTSIDE_DATA: data.path, ...ACCESS }
  const proxy = await startProxy({ ...settings, ...environment })
  proxies.push(proxy)
  await cloud.forgetCalls()
  return proxy
}

/** The calls that the platform got, together. */
const sent = async () => Object.values(await cloud.calls()).reduce((sum, one) => sum + one, 0)

/** Statuses of so many reads of the port, one after the other. */
async function reads(proxy: TestedProxy, count: number): Promise<number[]> {
  const statuses: number[] = []
  while (statuses.length < count) statuses.push((await proxy.call(portPath)).status)
  return statuses
}

const left = async (proxy: TestedProxy): Promise<EndpointCalls> =>
  ((await (await proxy.call(api.calls())).json()) as { endpoints: EndpointCalls[] }).endpoints[0]!

/** A read whose response may be so old. */
const asked = (proxy: TestedProxy, path: string, seconds = 60) =>
  proxy.call(path, { headers: { 'cache-control': `max-age=${seconds}` } })

describe('what was read lately', () => {
  test('is shown to others for a minute, and read for those who want it new', async () => {
    const proxy = await started()
    const first = await (await asked(proxy, groupsPath)).text()
    expect(await (await asked(proxy, groupsPath)).text()).toBe(first)
    expect(await sent()).toBe(1)
    await proxy.call(groupsPath)
    await asked(proxy, groupsPath, 0)
    expect(await sent()).toBe(3)
  })

  test('is read each time where PORTSIDE_KEEP_READS_S is 0', async () => {
    const proxy = await started({ PORTSIDE_KEEP_READS_S: '0' })
    await asked(proxy, groupsPath)
    await asked(proxy, groupsPath)
    expect(await sent()).toBe(2)
  })

  test('is never a port, and nothing from before a change', async () => {
    const proxy = await started(QUICK)
    await asked(proxy, portPath)
    await asked(proxy, portPath)
    const members = `/api${paths.ports(project)}?limit=2000&security_groups=${groups[0]}`
    await asked(proxy, members)
    expect(await sent()).toBe(3)
    const operations = operationsOver(proxy.call)
    const { operation } = await operations.post(port, planned(groups, groups.slice(1)))
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
    await auditLogOver(proxy.call).comparedEntries(operation.operation_id)
    await cloud.forgetCalls()
    const found = (await (await asked(proxy, members)).json()) as { ports: { id: string }[] }
    expect(found.ports.map(({ id }) => id)).not.toContain(port)
    expect(await sent()).toBe(1)
  })
})

describe('after a 429', () => {
  test('nothing is sent before Retry-After, and reads say until when', async () => {
    const proxy = await started()
    await cloud.quota({ count: 2, seconds: 60, retry_after: true })
    expect(await reads(proxy, 3)).toEqual([200, 200, 429])
    await cloud.forgetCalls()
    const refused = await proxy.call(portPath)
    expect(refused.status).toBe(429)
    const body = (await refused.json()) as { error_code: string; retry_after: number }
    expect(body.error_code).toBe('Portside.NoCallsLeft')
    expect(body.retry_after).toBeGreaterThan(50)
    expect(refused.headers.get('retry-after')).toBe(String(body.retry_after))
    expect(await sent()).toBe(0)
    expect(Date.parse((await left(proxy)).throttled_until!)).toBeGreaterThan(Date.now() + 50_000)
  })

  test('without Retry-After the waits grow, until the platform takes calls again', async () => {
    const proxy = await started({ PORTSIDE_STEP_RETRY_MS: '100', PORTSIDE_READ_RETRIES: '6' })
    await cloud.quota({ count: 1, seconds: 1.5 })
    expect(await reads(proxy, 2)).toEqual([200, 200])
    // The first read, and of the second those after 0, 100, 300, 700 and 1500 ms.
    expect(await sent()).toBeLessThanOrEqual(7)
    expect(await sent()).toBeGreaterThanOrEqual(4)
  })

  test('a change waits for a window, says until when, and is carried out', async () => {
    const proxy = await started({ ...QUICK, PORTSIDE_STEP_TRIES: '1' })
    const operations = operationsOver(proxy.call)
    // Opens the journal, which takes time.
    await operations.ofPort(port)
    await cloud.quota({ count: 1, seconds: 3, retry_after: true })
    expect(await reads(proxy, 2)).toEqual([200, 429])
    await cloud.forgetCalls()
    const { operation } = await operations.post(port, planned(groups, reversed, {}, 'one-call'))
    const waiting = await operations.once(operation.operation_id, ({ status }) => status === 'waiting')
    expect(Date.parse(waiting.next_try_at!)).toBeGreaterThan(Date.now())
    expect(await sent()).toBe(0)
    await cloud.quota(null)
    const ended = await operations.settled(operation.operation_id)
    expect(ended.status).toBe('done')
    const { record } = (await (await proxy.call(auditLogApi.record(operation.operation_id))).json()) as {
      record: AuditRecord
    }
    // Read, replaced, read again.
    expect(record.entries.at(-1)).toMatchObject({ kind: 'end', calls: 3 })
    expect(await sent()).toBe(3)
  })
})

describe('a budget of calls', () => {
  test('is kept for each endpoint: reads leave what changes need to finish', async () => {
    const proxy = await started({ ...QUICK, PORTSIDE_CALLS: '20/1h' })
    expect(await left(proxy)).toMatchObject({ limit: 20, seconds: 3600, reserve: 10, left: 20 })
    expect(await reads(proxy, 12)).toEqual([...Array<number>(10).fill(200), 429, 429])
    expect(await sent()).toBe(10)
    expect(await left(proxy)).toMatchObject({ left: 10 })

    const operations = operationsOver(proxy.call)
    const { operation } = await operations.post(port, planned(groups, reversed, {}, 'one-call'))
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
    expect(await left(proxy)).toMatchObject({ left: 7 })
    const refused = (await (await proxy.call(portPath)).json()) as { error_msg: string }
    expect(refused.error_msg).toContain('The 20 calls in 3600 seconds')
  })

  test('is whole again when its window ends; a change waits for that', async () => {
    const proxy = await started({ ...QUICK, PORTSIDE_CALLS: '10/2s', PORTSIDE_STEP_TRIES: '1' })
    expect((await reads(proxy, 6)).at(-1)).toBe(429)
    const operations = operationsOver(proxy.call)
    const changes = [
      [groups, reversed],
      [reversed, groups],
      [groups, reversed],
    ] as const
    for (const [from, to] of changes) {
      const { operation } = await operations.post(port, planned(from, to, {}, 'one-call'))
      expect((await operations.settled(operation.operation_id)).status).toBe('done')
    }
    expect(await cloud.list(port)).toEqual(reversed)
    await expect.poll(() => reads(proxy, 1), { timeout: 10_000 }).toEqual([200])
  })

  test('and 429s are metrics', async () => {
    const proxy = await started({ PORTSIDE_CALLS: '100/1h', PORTSIDE_METRICS_LISTEN: '127.0.0.1:0' })
    await cloud.quota({ count: 1, seconds: 60, retry_after: true })
    await reads(proxy, 2)
    const text = await (await fetch(`${proxy.metricsAddress}/metrics`)).text()
    expect(text).toContain(`portside_upstream_calls_left{endpoint="${emulator.address}"} 98`)
    expect(text).toContain(`portside_upstream_throttled_total{endpoint="${emulator.address}"} 1`)
  })
})

describe.skipIf(!POSTGRES)('proxies that share a PostgreSQL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createDatabase(inject('postgresFolder'))
  }, 60_000)
  afterAll(() => database.remove())

  test('share the budget', async () => {
    const environment = { PORTSIDE_CALLS: '20/1h', DATABASE_URL: database.url }
    const [one, other] = [await started(environment), await started(environment)]
    expect(await reads(one, 6)).toEqual(Array(6).fill(200))
    expect(await reads(other, 6)).toEqual([200, 200, 200, 200, 429, 429])
    expect(await reads(one, 1)).toEqual([429])
    expect(await sent()).toBe(10)
    expect([await left(one), await left(other)]).toMatchObject([{ left: 10 }, { left: 10 }])
  })
})
