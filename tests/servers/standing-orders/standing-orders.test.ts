import { randomUUID } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MOST_ORDERS } from '../../../src/vpc/standing-orders-api.ts'
import { api } from '../../../src/vpc/portside-api.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { PROJECT, startStage } from '../operations/ask-operations.ts'
import { orderRequest, standingOrdersOver } from './ask-standing-orders.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let orders: ReturnType<typeof standingOrdersOver>
let user: string

beforeAll(async () => {
  stage = await startStage({ PORTSIDE_METRICS_LISTEN: '127.0.0.1:0' }, { ports: 200 })
  orders = standingOrdersOver(stage.proxy.call)
  user = (await (await stage.proxy.call(api.session())).json()).user
}, 60_000)
afterEach(() => stage.noFaults())
afterAll(() => stage.close())

const above = (group: string, other: string) => ({
  ...{ kind: 'put' as const, order: 'above' as const, where_missing: 'leave_out' as const },
  ...{ groups: stage.ids(group), group: stage.ids(other)[0]! },
})
const portsWith = (...words: string[]) => Promise.all(words.map((word) => stage.portWith(word)))
const callsOfPorts = async () => {
  const { calls } = await (await fetch(`${stage.emulator}/_emulator/calls`)).json()
  return Number(calls['GET /v3/{project_id}/ports'] ?? 0)
}

describe('a standing order', () => {
  test('is checked when it is made: which ports depart, and how they should be', async () => {
    const [below, right, other] = await portsWith('bac', 'abc', 'cd')
    const nowhere = randomUUID()
    const body = orderRequest(above('a', 'b'), { ports: { ports: [below!, right!, other!, nowhere] } })
    const before = await callsOfPorts()
    const made = await orders.make(body)
    expect([made.status, made.order?.check, made.order?.checking?.by]).toEqual([202, null, user])
    const { check, failed, next_check_at } = await orders.checked(body.order_id)
    expect(check).toMatchObject({
      ...{ by: user, ports: 4, follows: 1, departs: 1, undecided: 1, not_concerned: 1 },
      ...{ kept: 2, unreadable: 0 },
    })
    expect([failed, next_check_at]).toEqual([null, null])
    expect((await callsOfPorts()) - before).toBe(1)
    const { departures, next } = await orders.departures(body.order_id)
    expect(next).toBeNull()
    expect(departures).toMatchObject([
      { port_id: below, state: 'departs', list: stage.ids('bac'), desired: stage.ids('abc'), reason: null },
      { port_id: nowhere, state: 'undecided', list: null, desired: null, reason: { why: 'not_found' } },
    ])
    expect((await orders.departures(body.order_id, '?state=undecided')).departures).toHaveLength(1)
    const first = await orders.departures(body.order_id, '?limit=1')
    expect(first.departures).toHaveLength(1)
    expect((await orders.departures(body.order_id, `?limit=1&after=${first.next}`)).departures).toMatchObject(
      [{ port_id: nowhere }],
    )

    // Somebody mends it, and it is checked again.
    await stage.someoneElseSets(below!, stage.ids('abc'))
    expect((await orders.get(body.order_id))!.check!.departs).toBe(1)
    expect((await orders.check(body.order_id)).status).toBe(202)
    expect((await orders.checked(body.order_id)).check).toMatchObject({ departs: 0, follows: 2 })
  })

  test('sent again is the same one; with other words it is refused', async () => {
    const [port] = await portsWith('ab')
    const body = orderRequest(above('a', 'b'), { ports: { ports: [port!] } })
    await orders.make(body)
    const again = await orders.make(body)
    expect([again.status, again.order.order_id]).toEqual([200, body.order_id])
    const other = await orders.make({ ...body, name: 'other words' })
    expect([other.status, other.error.error_code]).toEqual([409, 'Portside.StandingOrderConflict'])
    const named = await orders.make(orderRequest(above('a', 'b'), { name: body.name.toUpperCase() }))
    expect([named.status, named.error.error_msg]).toEqual([409, expect.stringContaining('already')])
  })

  test('is for ports that have a group, or a text in the name, and for no others', async () => {
    const group = stage.ids('z')[0]!
    const [named] = await portsWith('az')
    const read = await stage.proxy.call(`/api${paths.port(PROJECT, named!)}`)
    const { name } = (await read.json()).port
    const all = orderRequest({ kind: 'move', groups: [group], place: { kind: 'top' } }, { ports: { group } })
    const one = orderRequest(all.intent, { ports: { group, name: String(name).toUpperCase() } })
    await orders.make(all)
    await orders.make(one)
    const { check } = await orders.checked(all.order_id)
    expect(check!.ports).toBeGreaterThan(0)
    expect(check!.not_concerned).toBe(0)
    expect((await orders.checked(one.order_id)).check).toMatchObject({ ports: 1, departs: 1 })
  })

  test('that is for other ports is checked anew; a new name keeps what was found', async () => {
    const [wrong, right] = await portsWith('ba', 'ab')
    const { order_id, ...words } = orderRequest(above('a', 'b'), { ports: { ports: [wrong!] } })
    await orders.make({ order_id, ...words })
    expect((await orders.checked(order_id)).check!.departs).toBe(1)
    const renamed = await orders.change(order_id, { ...words, name: `${words.name}!`, revision: 1 })
    expect([renamed.status, renamed.order.revision, renamed.order.check!.departs]).toEqual([200, 2, 1])
    const stale = await orders.change(order_id, { ...words, revision: 1 })
    expect([stale.status, stale.error.error_code]).toEqual([409, 'Portside.StandingOrderConflict'])
    expect(stale.error.error_msg).toContain(`${user} has changed`)
    const other = await orders.change(order_id, { ...words, ports: { ports: [right!] }, revision: 2 })
    expect([other.order.check, other.order.checking?.by]).toEqual([null, user])
    expect((await orders.departures(order_id)).departures).toEqual([])
    expect((await orders.checked(order_id)).check).toMatchObject({ departs: 0, follows: 1 })
  })

  test('leaves what users did with it, also when it is deleted', async () => {
    const [port] = await portsWith('ab')
    const { order_id, ...words } = orderRequest(above('a', 'b'), { ports: { ports: [port!] } })
    await orders.make({ order_id, ...words })
    await orders.change(order_id, { ...words, check_every_minutes: 15, revision: 1 })
    const every = await orders.checked(order_id)
    expect(Date.parse(every.next_check_at!) - Date.now()).toBeGreaterThan(14 * 60_000)
    expect((await orders.remove(order_id, 1)).status).toBe(409)
    expect((await orders.remove(order_id, 2)).status).toBe(200)
    expect(await orders.get(order_id)).toBeUndefined()
    expect((await orders.check(order_id)).status).toBe(404)
    const entries = (await orders.entries('?limit=1000')).filter((entry) => entry.order_id === order_id)
    expect(entries).toMatchObject([
      {
        kind: 'deleted',
        user,
        role: 'operator',
        before: { check_every_minutes: 15 },
        after: null,
      },
      { kind: 'changed', before: words, after: { ...words, check_every_minutes: 15 } },
      { kind: 'made', before: null, after: words },
    ])
    const jsonl = await orders.exported('jsonl')
    expect([jsonl.status, jsonl.headers.get('content-disposition')]).toEqual([
      200,
      expect.stringMatching(/^attachment; filename="portside-standing-orders-[\d-]{10}\.jsonl"$/),
    ])
    const lines = (await jsonl.text()).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(await orders.entries('?limit=1000'))
    const csv: { order_id: string }[] = parse(await (await orders.exported('csv')).text(), {
      ...{ bom: true, columns: true },
    })
    expect(csv).toHaveLength(lines.length)
    expect(csv.filter((row) => row.order_id === order_id)).toMatchObject(
      entries.map(({ at, kind }) => ({ order_id, time_utc: at, kind, user, name: words.name })),
    )
  })

  test.each([
    ['every minute', { check_every_minutes: 1 }],
    ['for no port by name', { ports: { ports: [] } }],
    ['for 1,001 ports', { ports: { ports: Array.from({ length: 1001 }, () => randomUUID()) } }],
    ['without a name', { name: '' }],
    ['of no kind', { intent: { kind: 'hope' } as never }],
  ])('%s is refused', async (_, more) => {
    const refused = await orders.make(orderRequest(above('a', 'b'), more))
    expect([refused.status, refused.error.error_code]).toEqual([400, 'Portside.InvalidRequest'])
  })
})

test('a check that fails says why, and what was found before stays', async () => {
  const [port] = await portsWith('ba')
  const body = orderRequest(above('a', 'b'), { ports: { ports: [port!] } })
  await orders.make(body)
  const { check } = await orders.checked(body.order_id)
  await stage.faults({ kind: 'error', status: 403, match: { method: 'GET', path: '/ports?' } })
  await orders.check(body.order_id)
  const failed = await orders.once(body.order_id, (order) => order.failed !== null)
  expect(failed.check).toEqual(check)
  expect(failed.failed!.error.error_code).not.toMatch(/^Portside/)
  expect(failed.failed!.error.advice).toBeTruthy()
  await orders.check(body.order_id)
  expect(await orders.once(body.order_id, (order) => order.failed === null)).toMatchObject({ checking: null })
})

test('one call names all departing ports of a project, and asks the platform nothing', async () => {
  const [both, one] = await portsWith('cba', 'bac')
  const upper = orderRequest(above('a', 'b'), { name: 'aa first', ports: { ports: [both!, one!] } })
  const lower = orderRequest(above('b', 'c'), { name: 'ab then', ports: { ports: [both!, one!] } })
  for (const body of [upper, lower]) {
    await orders.make(body)
    await orders.checked(body.order_id)
  }
  const before = await callsOfPorts()
  const found = await orders.departingPorts()
  expect(await callsOfPorts()).toBe(before)
  const namesOf = (port: string) =>
    found.ports.find(({ port_id }) => port_id === port)!.orders.map((at) => found.orders[at]!.name)
  expect(namesOf(both!)).toEqual(['aa first', 'ab then'])
  expect(namesOf(one!)).toEqual(['aa first'])
  expect(found.complete).toBe(true)

  const { metricsAddress } = stage.proxy
  const metrics = await (await fetch(`${metricsAddress}/metrics`)).text()
  expect(metrics).toContain('portside_standing_order_departing_ports{order="aa first"} 2')
  expect(metrics).toContain('portside_standing_order_departing_ports{order="ab then"} 1')
  const [, at] = /checked_timestamp_seconds\{order="ab then"\} ([\d.]+)/.exec(metrics)!
  expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60)
})

test('a project takes a hundred of them, and no more', async () => {
  const fresh = await startStage()
  const own = standingOrdersOver(fresh.proxy.call)
  const nothing = { kind: 'exactly' as const, groups: [] }
  for (let n = 0; n < MOST_ORDERS; n++)
    await own.make(orderRequest(nothing, { ports: { ports: [randomUUID()] } }))
  const refused = await own.make(orderRequest(nothing))
  expect([refused.status, refused.error.error_msg]).toEqual([409, expect.stringContaining('100')])
  expect(await own.list()).toHaveLength(MOST_ORDERS)
  await fresh.close()
}, 60_000)
