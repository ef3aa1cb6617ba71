import { afterEach, describe, expect, it } from 'vitest'
import { plannedPort, type PlannedPort } from '../../vpc/bulk/kinds.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { workersOf } from '../../../tests/stage/worker.ts'
import { BulkPlanClient, PlanUnavailable } from './bulk-plan-client.ts'
import { bulkRequestOf, portsAt } from './bulk-plan.ts'
import type { PlannerMessage, PlannerRequest, TrafficFacts, Wanted } from './messages.ts'
import { Planner } from './planner.ts'

const { started, start } = workersOf<PlannerRequest, PlannerMessage>((post) => {
  const planner = new Planner(post)
  return (request) => planner.take(request)
})
let client = new BulkPlanClient()
afterEach(() => client.close())

const group = (letter: string) => `${letter.repeat(8)}-0000-4000-8000-000000000000`
const portId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const port = (n: number, list: string): PlannedPort =>
  plannedPort({
    id: portId(n),
    name: `port-${n}`,
    security_groups: [...list].map(group),
    private_ips: [{ ip_address: `10.0.${n >> 8}.${n & 255}` }],
  })
const ports = [port(0, 'a'), port(1, 'ab'), port(2, 'b'), port(3, 'a'), port(4, 'ba')]
const planning = { limit: 100, policy: 'choose' } as const
/** Group b goes above the others. */
const wanted: Wanted = { intent: { kind: 'insert', groups: [group('b')], place: { kind: 'top' } }, planning }
/** What else is in the request that begins it. */
const BESIDES = {
  ...{ bulk_change_id: portId(99), intent: wanted.intent, note: 'a "ticket"', words: 'b goes up' },
  pace: {
    ...{ first: 1, growth: 5, largest_wave: 100, stop_after: 1 },
    ...{ pause_seconds: null, ports_per_minute: null },
  },
}
const ssh: SecurityGroupRule = {
  id: 'allow-ssh',
  security_group_id: group('b'),
  direction: 'ingress',
  protocol: 'tcp',
  multiport: '22',
  ethertype: 'IPv4',
}
const rules = new Map([
  [group('a'), []],
  [group('b'), [ssh]],
])
const facts: TrafficFacts = { members: {}, others: { ports: [], unread: [] }, guards: [] }
/** A list of many groups, one of which no other list has. */
const longList = (n: number) => [portId(n), ...Array.from({ length: 40 }, (_, at) => portId(1000 + at))]
/** Rules that take a while to be compared. */
const manyRules = (id: string) =>
  Array.from({ length: 20 }, (_, at) => ({
    ...ssh,
    id: `${id}-${at}`,
    multiport: `${at * 100}-${at * 200}`,
  }))
/** A signal that nobody aborts. */
const never = () => new AbortController().signal
const ignore = () => undefined

describe('asking for the plan of many ports', () => {
  it('gives the kinds, then their traffic, with the places of their ports', async () => {
    client = new BulkPlanClient(start)
    const { found, toRead } = await client.find(ports, wanted, never())
    expect(found).toMatchObject({ kinds: 1, changing: 2, skipped: [] })
    expect([...found.unchanged]).toEqual([1, 2, 4])
    expect(toRead).toEqual({ groups: [group('a'), group('b')], changing: [group('b')] })
    client.sendRules(rules)
    const { kinds } = await client.compare(facts, ignore, never())
    expect(kinds.map(({ traffic }) => traffic?.end.worst)).toEqual(['opens_to_anywhere'])
    expect(portsAt({ ports }, kinds[0]!.ports).map(({ name }) => name)).toEqual(['port-0', 'port-3'])
    const request = await bulkRequestOf({ ports, kinds: [kinds[0]!, kinds[0]!] }, BESIDES)
    const kind = {
      planned_from: [group('a')],
      desired: [group('b'), group('a')],
      steps: [{ kind: 'insert', security_groups: [group('b')], index: 0 }],
      ports: [0, 3].map((n) => ({ port_id: portId(n), name: `port-${n}`, port_updated_at: null })),
    }
    expect(JSON.parse(await request.text())).toEqual({ ...BESIDES, kinds: [kind, kind] })
  })

  it('gives all flows of one kind when it is asked for them', async () => {
    client = new BulkPlanClient(start)
    const { toRead } = await client.find(ports, wanted, never())
    client.sendRules(new Map(toRead.groups.map((id) => [id, id === group('b') ? manyRules(id) : []])))
    const [kind] = (await client.compare(facts, ignore, never())).kinds
    const { end } = kind!.traffic!
    const [all, again] = await Promise.all([client.inFull(0, never()), client.inFull(0, never())])
    expect(again).toEqual(all)
    expect(all!.end.flows.slice(0, end.flows.length)).toEqual(end.flows)
    const { newly_allowed, newly_denied, undecided } = end.counts
    expect(all!.end.flows).toHaveLength(newly_allowed + newly_denied + undecided)
    await client.find(ports, wanted, never())
    await expect(client.inFull(0, never())).rejects.toThrow('Another change')
  })

  it('sends ports once, and rules only where they are new', async () => {
    client = new BulkPlanClient(start)
    for (const way of ['steps', 'one-call'] as const) {
      await client.find(ports, { ...wanted, way }, never())
      client.sendRules(rules)
      await client.compare(facts, ignore, never())
    }
    expect(started[0]!.got.map(({ kind }) => kind)).toEqual([
      'ports',
      'find',
      'rules',
      'compare',
      'find',
      'compare',
    ])
  })

  it('leaves open what rules that were not read would decide', async () => {
    client = new BulkPlanClient(start)
    await client.find(ports, wanted, never())
    client.sendRules(new Map([...rules, [group('b'), null]]))
    const { kinds } = await client.compare(facts, ignore, never())
    expect(kinds.map(({ traffic }) => traffic?.end.worst)).toEqual(['undecided'])
  })

  it('lets the newest question win, whatever the one before waits for', async () => {
    client = new BulkPlanClient(start)
    const many = Array.from({ length: 1200 }, (_, n) => port(n, 'a'))
    const first = client.find(many, wanted, never())
    const second = client.find(ports, wanted, never())
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    expect((await second).found.changing).toBe(2)
    const third = client.compare(facts, ignore, never())
    const fourth = client.find(many, wanted, never())
    await expect(third).rejects.toMatchObject({ name: 'AbortError' })
    expect((await fourth).found.changing).toBe(1200)
  })

  it('says how far it is, and stops when the signal says so', async () => {
    client = new BulkPlanClient(start)
    const many = Array.from({ length: 400 }, (_, n) => ({ ...port(n, ''), list: longList(n) }))
    const { toRead } = await client.find(many, wanted, never())
    client.sendRules(new Map(toRead.groups.map((id) => [id, manyRules(id)])))
    const controller = new AbortController()
    const seen: number[] = []
    const comparing = client.compare(
      facts,
      ({ done, of }) => {
        seen.push(done / of)
        if (seen.length === 3) controller.abort()
      },
      controller.signal,
    )
    await expect(comparing).rejects.toMatchObject({ name: 'AbortError' })
    const before = seen.length
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.every((share) => share > 0 && share < 1)).toBe(true)
    // The worker has time for another question at once.
    await client.find(ports, wanted, never())
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([seen.length, started[0]!.posted.at(-1)!.kind]).toEqual([before, 'found'])
  })

  it('rejects, and does not guess, when the worker fails or cannot start', async () => {
    client = new BulkPlanClient(start)
    const odd = { kind: 'nothing' } as unknown as Wanted['intent']
    await expect(client.find(ports, { ...wanted, intent: odd }, never())).rejects.toThrow(PlanUnavailable)
    expect((await client.find(ports, wanted, never())).found.kinds).toBe(1)
    client.close()
    await expect(client.compare(facts, ignore, never())).rejects.toThrow(PlanUnavailable)
    const broken = new BulkPlanClient(() => {
      throw new Error('no workers here')
    })
    await expect(broken.find(ports, wanted, never())).rejects.toThrow(PlanUnavailable)
  })
})
