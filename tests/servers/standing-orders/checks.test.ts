import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createDatabase, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'
import { PROJECT, startStage } from '../operations/ask-operations.ts'
import { builtProxy, KillableProxy } from '../operations/killable.ts'
import { paths } from '../../../src/vpc/paths.ts'
import type { StandingOrder } from '../../../src/vpc/standing-orders-api.ts'
import { controls } from '../../stage/servers.ts'
import { orderRequest, standingOrdersOver } from './ask-standing-orders.ts'

type Stage = Awaited<ReturnType<typeof startStage>>
const callsOfPorts = async ({ emulator }: Stage) => {
  const { calls } = await (await fetch(`${emulator}/_emulator/calls`)).json()
  return Number(calls['GET /v3/{project_id}/ports'] ?? 0)
}
const firstOf = (stage: Stage, letter: string) => ({
  ...{ kind: 'move' as const, groups: stage.ids(letter) },
  place: { kind: 'top' as const },
})

describe('a check of 5,000 ports', { timeout: 120_000 }, () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage({}, { ports: 5000 })
  }, 60_000)
  afterAll(() => stage.close())

  test('takes three reads of the platform, and finds each port that departs', async () => {
    const orders = standingOrdersOver(stage.proxy.call)
    const response = await fetch(`${stage.emulator}/_emulator${paths.ports(PROJECT)}?limit=2000`)
    const { ports } = (await response.json()) as { ports: { id: string; security_groups: string[] }[] }
    const [first] = ports[0]!.security_groups
    const before = await callsOfPorts(stage)
    const body = orderRequest({ kind: 'detach', groups: [first!] })
    await orders.make(body)
    const { check } = await orders.checked(body.order_id)
    expect((await callsOfPorts(stage)) - before).toBe(3)
    expect(check!.ports).toBeGreaterThanOrEqual(5000)
    expect(check!.follows + check!.departs).toBe(check!.ports)
    const found: string[] = []
    for (let after = ''; ;) {
      const page = await orders.departures(body.order_id, `?limit=1000${after}`)
      found.push(...page.departures.map(({ port_id }) => port_id))
      if (page.next === null) break
      after = `&after=${page.next}`
    }
    expect(found).toHaveLength(check!.departs)
    expect(new Set(found).size).toBe(found.length)
    const wanted = ports.filter(({ security_groups }) => security_groups.includes(first!)).map(({ id }) => id)
    expect(found).toEqual(expect.arrayContaining(wanted))
  })
})

describe.skipIf(!POSTGRES)('orders that are checked together', { timeout: 60_000 }, () => {
  let database: TestDatabase
  let stage: Stage
  let orders: ReturnType<typeof standingOrdersOver>
  beforeAll(async () => {
    database = await createDatabase(inject('postgresFolder'))
    stage = await startStage({ DATABASE_URL: database.url }, { ports: 5000 })
    orders = standingOrdersOver(stage.proxy.call)
  }, 60_000)
  afterAll(async () => {
    await stage.close()
    await database.remove()
  })
  /** The first is due now, the others some seconds later. */
  async function soonDue() {
    await database.query(`update standing_orders set turn = turn + 1,
      next_check_at = now() + (row - 1) * interval '2 seconds'
      from (select order_id as id, row_number() over (order by sequence) as row from standing_orders) numbered
      where id = order_id`)
    await database.query(`update portside_jobs.job set start_after = next_check_at
      from standing_orders where order_id::text = singleton_key`)
    // The next look is long after.
    await database.query(`select pg_notify('portside_standing_orders', order_id::text) from standing_orders`)
  }
  /** An order for all ports, for those with a group, with a name, and for one. */
  const bodiesFor = (port: string) =>
    [{}, { group: stage.ids('b')[0]! }, { name: 'shop' }, { ports: [port] }].map((ports) =>
      orderRequest(firstOf(stage, 'a'), { ports, check_every_minutes: 15 }),
    )
  const remove = async (ids: string[]) => {
    for (const id of ids) await orders.remove(id, (await orders.get(id))!.revision)
  }

  test('by themselves read each page of ports once', async () => {
    const port = await stage.portWith('ba')
    const bodies = bodiesFor(port)
    const alone: StandingOrder['check'][] = []
    for (const body of bodies) {
      await orders.make(body)
      alone.push((await orders.checked(body.order_id)).check)
    }
    const before = await callsOfPorts(stage)
    await soonDue()
    const together: StandingOrder['check'][] = []
    for (const { order_id } of bodies)
      together.push((await orders.once(order_id, ({ check }) => check?.by === null)).check)
    // 5,000 ports are on three pages.
    expect((await callsOfPorts(stage)) - before).toBe(3)
    const figures = (checks: typeof alone) =>
      checks.map((one) => ({ ...one, begun_at: 0, ended_at: 0, by: 0 }))
    expect(figures(together)).toEqual(figures(alone))
    await remove(bodies.map(({ order_id }) => order_id))
  })

  test('take no page that was read before they were asked for', async () => {
    const port = await stage.portWith('ba')
    const [first, second] = [bodiesFor(port)[3]!, bodiesFor(port)[3]!]
    await orders.make(first)
    expect((await orders.checked(first.order_id)).check).toMatchObject({ departs: 1 })
    await stage.someoneElseSets(port, stage.ids('ab'))
    await orders.make(second)
    expect((await orders.checked(second.order_id)).check).toMatchObject({ departs: 0, follows: 1 })
    await remove([first.order_id, second.order_id])
  })

  test('do not take ports that can’t be read for theirs', async () => {
    const [odd, port] = [await stage.portWith('c'), await stage.portWith('ba')]
    await controls(stage.emulator).overlays({ id: odd, set: { security_groups: 'c' } })
    const bodies = bodiesFor(port)
    const unreadable: number[] = []
    for (const body of bodies) {
      await orders.make(body)
      unreadable.push((await orders.checked(body.order_id)).check!.unreadable)
    }
    expect(unreadable).toEqual([1, 0, 1, 0])
    await soonDue()
    const again: number[] = []
    for (const { order_id } of bodies)
      again.push((await orders.once(order_id, ({ check }) => check?.by === null)).check!.unreadable)
    expect(again).toEqual(unreadable)
    await controls(stage.emulator).overlays()
  })
})

test('while the budget of calls is short nothing is read, then the check goes on', async () => {
  const stage = await startStage({ PORTSIDE_CALLS: '20/4s' })
  const orders = standingOrdersOver(stage.proxy.call)
  const port = await stage.portWith('ba')
  // People use what background work may have.
  const read = () => stage.proxy.call(`/api${paths.port(PROJECT, port)}`)
  for (let n = 0; n < 9; n++) expect((await read()).status).toBe(200)
  const body = orderRequest(firstOf(stage, 'a'), { ports: { ports: [port] } })
  await orders.make(body)
  const waiting = await orders.once(body.order_id, ({ checking }) => checking?.error !== null)
  expect(waiting.checking).toMatchObject({ read: 0, error: { error_code: 'Portside.NoCallsLeft' } })
  expect(Date.parse(waiting.checking!.again_at!)).toBeGreaterThan(Date.now() - 1000)
  expect(await callsOfPorts(stage)).toBe(0)
  // A person reads at once.
  expect((await read()).status).toBe(200)
  expect((await orders.checked(body.order_id)).check).toMatchObject({ departs: 1 })
  await stage.close()
}, 60_000)

test('ports that can not be read are not said to be right, nor to be gone', async () => {
  const stage = await startStage()
  const orders = standingOrdersOver(stage.proxy.call)
  const [odd, right] = [await stage.portWith('ab'), await stage.portWith('ab')]
  const put = (overlays: object[]) =>
    fetch(`${stage.emulator}/_emulator/overlays`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ overlays }),
    })
  expect((await put([{ id: odd, set: { security_groups: 'ab' } }])).status).toBeLessThan(300)
  const body = orderRequest(firstOf(stage, 'a'), { ports: { ports: [odd, right] } })
  await orders.make(body)
  const { check } = await orders.checked(body.order_id)
  expect(check).toMatchObject({ ports: 2, follows: 1, undecided: 1, unreadable: 1 })
  const { departures } = await orders.departures(body.order_id)
  expect(departures).toMatchObject([
    { port_id: odd, state: 'undecided', list: null, reason: { why: 'unreadable' } },
  ])
  await stage.close()
}, 60_000)

describe.skipIf(!POSTGRES)('two proxies on one PostgreSQL', { timeout: 120_000 }, () => {
  test('an order is checked by itself when its time comes, once', async () => {
    const database = await createDatabase(inject('postgresFolder'))
    const stage = await startStage({ DATABASE_URL: database.url })
    const second = await stage.start()
    const [onOne, onOther] = [standingOrdersOver(stage.proxy.call), standingOrdersOver(second.call)]
    const port = await stage.portWith('ba')
    const bodies = ['a', 'b', 'c'].map((letter) =>
      orderRequest(firstOf(stage, letter), { ports: { ports: [port] }, check_every_minutes: 15 }),
    )
    for (const body of bodies) {
      await onOne.make(body)
      await onOther.checked(body.order_id)
    }
    const before = await callsOfPorts(stage)
    await database.query(`update portside_jobs.job set start_after = now() where name = 'standing-orders'`)
    await database.query('update standing_orders set next_check_at = now(), turn = turn + 1')
    for (const { order_id } of bodies) {
      const { check } = await onOther.once(order_id, ({ check: found }) => found?.by === null)
      expect(check).toMatchObject({ ports: 1 })
      const { next_check_at } = (await onOne.get(order_id))!
      expect(Date.parse(next_check_at!) - Date.now()).toBeGreaterThan(14 * 60_000)
    }
    // Whoever was too late would have read by now.
    await new Promise((resolve) => setTimeout(resolve, 1000))
    // Each proxy reads the port once at most, for all of them.
    expect([1, 2]).toContain((await callsOfPorts(stage)) - before)
    await second.close()
    await stage.close()
    await database.remove()
  })

  test('both begin the same ones at once: neither has to give way', async () => {
    const database = await createDatabase(inject('postgresFolder'))
    // To one PostgreSQL gives rows as they lie in the table, to the other by their names.
    const without = (scan: string) => ({
      DATABASE_URL: `${database.url}&options=-c%20enable_bitmapscan=off%20-c%20enable_${scan}=off`,
    })
    const stage = await startStage(without('indexscan'))
    const second = await stage.start(without('seqscan'))
    const orders = standingOrdersOver(stage.proxy.call)
    const port = await stage.portWith('ba')
    // Twice as many as a proxy takes at once: each has some.
    const bodies = Array.from({ length: 16 }, () =>
      orderRequest(firstOf(stage, 'a'), { ports: { ports: [port] }, check_every_minutes: 15 }),
    )
    for (const body of bodies) await orders.make(body)
    for (const { order_id } of bodies) await orders.checked(order_id)
    // Each row takes its time, so that the two meet.
    await database.query(`create function take_time() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.06); return new; end $$`)
    await database.query(`create trigger take_time before update on standing_orders for each row
      when (old.asked_at is null and new.asked_at is not null) execute function take_time()`)
    await database.query(`update portside_jobs.job set start_after = now() where name = 'standing-orders'`)
    await database.query('update standing_orders set next_check_at = now(), turn = turn + 1')
    for (const { order_id } of bodies) await orders.once(order_id, ({ check }) => check?.by === null)
    await second.close()
    await stage.close()
    // PostgreSQL has counted by then: its connections have ended.
    const [{ deadlocks }] = (await database.query(
      'select deadlocks::integer from pg_stat_database where datname = current_database()',
    )) as [{ deadlocks: number }]
    expect(deadlocks).toBe(0)
    await database.remove()
  })

  test('one is closed in the middle of a check: the other goes on with it', async () => {
    const database = await createDatabase(inject('postgresFolder'))
    const stage = await startStage({ DATABASE_URL: database.url }, { ports: 5000 })
    const second = await stage.start()
    await standingOrdersOver(second.call).list()
    await stage.faults({
      kind: 'delay',
      milliseconds: 1500,
      times: 0,
      match: { method: 'GET', path: '/ports?' },
    })
    const body = orderRequest(firstOf(stage, 'a'))
    await standingOrdersOver(stage.proxy.call).make(body)
    const onOther = standingOrdersOver(second.call)
    await onOther.once(body.order_id, ({ checking }) => (checking?.read ?? 0) > 0)
    await stage.proxy.close()
    const { check } = await onOther.checked(body.order_id)
    expect(check!.ports).toBeGreaterThanOrEqual(5000)
    await second.close()
    await stage.close()
    await database.remove()
  })
})

test('a proxy that is killed in the middle of a check goes on when it starts', async () => {
  const stage = await startStage({}, { ports: 5000 })
  const built = await builtProxy()
  const proxy = new KillableProxy(built, stage.emulator)
  await proxy.start()
  await stage.faults({
    kind: 'delay',
    milliseconds: 1000,
    times: 0,
    match: { method: 'GET', path: '/ports?' },
  })
  const orders = standingOrdersOver(proxy.call)
  const body = orderRequest(firstOf(stage, 'a'))
  await orders.make(body)
  await orders.once(body.order_id, ({ checking }) => (checking?.read ?? 0) > 0)
  await proxy.stop('SIGKILL')
  await stage.noFaults()
  const before = await callsOfPorts(stage)
  await proxy.start()
  const { check } = await orders.checked(body.order_id)
  expect(check!.ports).toBeGreaterThanOrEqual(5000)
  expect(check!.departs + check!.follows + check!.not_concerned).toBe(check!.ports)
  // Not from the beginning.
  expect((await callsOfPorts(stage)) - before).toBeLessThan(3)
  await proxy.stop('SIGTERM')
  await stage.close()
  await built.remove()
}, 120_000)
