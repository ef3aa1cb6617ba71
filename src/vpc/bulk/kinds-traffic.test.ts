import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planWays } from '../plan-ways.ts'
import type { PlanWay } from '../plan-change.ts'
import {
  estate,
  GROUPS,
  packet,
  readableRule,
  tcpRule,
  type RulesOfGroups,
} from '../traffic/estate-arbitraries.ts'
import { hasPacket, naiveVerdict, type NaivePacket } from '../traffic/naive-verdict.ts'
import type { Flow } from '../traffic/flow.ts'
import type { Kind, PlannedPort } from './kinds.ts'
import { kindsTraffic, type BulkTrafficQuestion } from './kinds-traffic.ts'

/** A port of the test: what it has now, and what it is to have. */
type TestPort = {
  id: string
  list: readonly string[]
  desired: readonly string[]
  addresses: readonly string[]
}

const planned = ({ id, list, addresses }: TestPort, over: Partial<PlannedPort> = {}): PlannedPort => ({
  port_id: id,
  name: id,
  list,
  updated_at: null,
  portSecurity: true,
  flavor: undefined,
  addresses,
  hasPairs: false,
  ...over,
})

function kindsOfPorts(ports: readonly TestPort[]): Kind[] {
  const kinds = new Map<string, Kind>()
  for (const port of ports) {
    const { list, desired } = port
    const key = `${list.join()} ${desired.join()}`
    const ways = planWays(list, desired, { limit: 10, policy: 'choose' })
    const known = kinds.get(key) ?? { list, desired, portSecurity: true, flavor: undefined, ways, ports: [] }
    kinds.set(key, { ...known, ports: [...known.ports, planned(port)] })
  }
  return [...kinds.values()]
}

const membersWith = (ports: readonly TestPort[], listOf: (port: TestPort) => readonly string[]) =>
  Object.fromEntries(
    GROUPS.map((group) => [
      group,
      [...STAYING[group]!, ...ports.flatMap((port) => (listOf(port).includes(group) ? port.addresses : []))],
    ]),
  )

/** Members that no port of a test is. */
const STAYING: Record<string, string[]> = { g0: ['10.1.0.11'], g1: [], g2: ['10.2.0.0'], g3: [], g4: [] }

type Asked = Partial<BulkTrafficQuestion> & Pick<BulkTrafficQuestion, 'kinds' | 'rules'>

const question = (asked: Asked): BulkTrafficQuestion => ({
  way: undefined,
  limit: 10,
  named: [],
  members: () => undefined,
  others: { ports: [], unread: [] },
  guards: [],
  ...asked,
})

function compared(asked: Asked) {
  const steps = kindsTraffic(question(asked))
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

const otherPort = ({ id, list }: TestPort) => ({ id, name: id, security_groups: [...list] })

const REMOTES: Record<string, string> = {
  resolved: 'g0',
  peers: 'g1',
  pair: 'g2',
  nobody: 'g3',
  'unknown-a': 'g4',
  'unknown-b': 'g0',
}
/** Rules whose remote groups are those that ports have. */
const rulesOfPorts = estate(readableRule).map((rules): RulesOfGroups =>
  Object.fromEntries(
    Object.entries(rules).map(([id, list]) => [
      id,
      list.map((rule) => ({ ...rule, remote_group_id: REMOTES[rule.remote_group_id ?? ''] })),
    ]),
  ),
)
const ADDRESSES = ['10.1.0.9', '10.1.0.10', '192.168.0.7', 'fd00::9', '10.1.0.15', '10.1.0.16', 'fd00::8']
const somePorts = fc
  .array(
    fc.record({
      list: fc.shuffledSubarray(GROUPS, { minLength: 1 }),
      desired: fc.option(fc.shuffledSubarray(GROUPS, { minLength: 1 })),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((lists) =>
    lists.map(({ list, desired }, n) => ({
      id: `p${n}`,
      list,
      desired: desired ?? list,
      addresses: [ADDRESSES[n]!],
    })),
  )
/** Most packets are from or to one of the ports. */
const somePackets = fc.array(
  fc.tuple(packet, fc.constantFrom(undefined, ...ADDRESSES)).map(([one, address]) => {
    const family = address?.includes(':') ? ('IPv6' as const) : ('IPv4' as const)
    return address === undefined ? one : { ...one, family, address }
  }),
  { minLength: 60, maxLength: 60 },
)
const way = fc.constantFrom<PlanWay | undefined>('steps', 'one-call', undefined)

const differs = (flows: readonly Flow[], one: NaivePacket) =>
  flows.find((flow) => hasPacket(flow, one))?.change ?? 'none'
const changeOf = (was: boolean, is: boolean) => (was === is ? 'none' : is ? 'newly_allowed' : 'newly_denied')
const isChanged = ({ list, desired }: TestPort) => list.join() !== desired.join()

const tcp = (group: string, ports: string, fields = {}) => ({
  ...tcpRule(`${group} ${ports}`, { security_group_id: group, multiport: ports, ...fields }),
})
const rules = {
  web: [tcp('web', '80')],
  ssh: [tcp('ssh', '22', { remote_ip_prefix: '10.0.0.0/8' })],
  deny: [tcp('deny', '80', { action: 'deny', remote_ip_prefix: '10.0.0.0/8' })],
  odd: [tcp('odd', 'abc')],
  none: [],
  lists: [tcp('lists', '22,80', { remote_ip_prefix: '10.0.0.0/8' })],
  db: [tcp('db', '5432', { remote_group_id: 'web' })],
}
let ids = 0
const portTo = (list: string, desired: string): TestPort => ({
  id: `port-${++ids}`,
  list: list.split(' '),
  desired: desired.split(' '),
  addresses: [`10.0.0.${ids}`],
})

/** The kinds of one change on two ports, one of them with an old flavor. */
const flavors = (list: string, desired: string) => {
  const kind = kindsOfPorts([portTo(list, desired)])[0]!
  const old = { ...kind, flavor: 's1', ports: [planned(portTo(list, desired), { flavor: 's1' })] }
  return compared({ rules, kinds: [kind, old] }).kinds.map(({ ports, traffic }) => [
    ports.length,
    traffic?.end.worst,
  ])
}

describe('traffic of many ports that change at once', () => {
  test('is as each packet is decided before and after, with the members of both', () => {
    fc.assert(
      fc.property(rulesOfPorts, somePorts, way, somePackets, (all, ports, chosenWay, packets) => {
        const changed = ports.filter(isChanged)
        const before = membersWith(ports, ({ list }) => list)
        const after = membersWith(ports, ({ desired }) => desired)
        const found = compared({
          kinds: kindsOfPorts(changed),
          rules: all,
          way: chosenWay,
          members: (id) => before[id],
          others: { ports: ports.map(otherPort), unread: [] },
          mostFlows: Infinity,
        })
        const listsOf = ({ id, list }: Pick<TestPort, 'id' | 'list'>) => {
          const kind = found.kinds.find((one) => one.ports.some(({ port_id }) => port_id === id))
          return [list, ...(kind?.plan.steps.map((step) => step.after) ?? [])]
        }
        const last = Math.max(...ports.map((port) => listsOf(port).length - 1))
        const stages = Array.from({ length: last + 1 }, (_, stage) =>
          membersWith(ports, (port) => listsOf(port)[stage] ?? port.desired),
        )
        for (const { id, list, desired } of ports) {
          const kind = found.kinds.find((one) => one.ports.some(({ port_id }) => port_id === id))
          const other = found.others.find((one) => one.ports.some((port) => port.id === id))
          const end = kind?.traffic?.end.flows ?? other?.end.flows ?? []
          const between = kind?.traffic?.inBetween.flows ?? other?.inBetween.flows ?? []
          for (const one of packets) {
            const allows = (groups: readonly string[], members: typeof before) =>
              naiveVerdict(groups, all, one, members).allowed
            const was = allows(list, before)
            const is = allows(desired, after)
            expect([id, one, differs(end, one)]).toEqual([id, one, changeOf(was, is)])
            // On the way there are more states: each of them has to be said.
            for (const groups of listsOf({ id, list }))
              for (const members of stages) {
                const then = changeOf(was, allows(groups, members))
                if (then === 'none' || then === changeOf(was, is)) continue
                expect([one, between.some((flow) => hasPacket(flow, one) && flow.change === then)]).toEqual([
                  one,
                  true,
                ])
              }
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  test('is the worst first, and larger kinds before smaller ones', () => {
    const { kinds } = compared({
      rules,
      kinds: kindsOfPorts([
        portTo('none', 'none deny'),
        portTo('web', 'odd web'),
        portTo('web', 'deny web'),
        portTo('none', 'ssh'),
        portTo('ssh', 'ssh web'),
        portTo('none web', 'none'),
        portTo('none web', 'none'),
      ]),
    })
    expect(
      kinds.map(({ desired, ports, traffic }) => [desired.join(' '), ports.length, traffic?.end.worst]),
    ).toEqual([
      ['ssh web', 1, 'opens_to_anywhere'],
      ['ssh', 1, 'opens'],
      ['none', 2, 'cuts'],
      ['deny web', 1, 'cuts'],
      ['odd web', 1, 'undecided'],
      ['none deny', 1, 'nothing'],
    ])
  })

  test('is none where groups have no effect', () => {
    const [kind] = kindsOfPorts([portTo('none', 'none web')])
    const { kinds } = compared({ rules, kinds: [{ ...kind!, portSecurity: false }] })
    expect(kinds).toMatchObject([{ traffic: null, broken: [] }])
  })

  test('makes one kind of two flavors where both decide alike, and two where not', () => {
    expect(flavors('none', 'none web')).toEqual([[2, 'opens_to_anywhere']])
    expect(flavors('none', 'none lists')).toEqual([
      [1, 'opens'],
      [1, 'undecided'],
    ])
  })

  test('names the guards that a kind breaks, for certain first', () => {
    const guards = [
      { name: 'no SSH', protocol: 'tcp', ports: '22', remote: '10.0.0.0/8' },
      { name: 'no web', protocol: 'tcp', ports: '80', remote: 'anywhere' },
    ]
    const ports = [portTo('none', 'none ssh'), portTo('none', 'none odd'), portTo('none', 'none web')]
    const { kinds } = compared({ rules, guards, kinds: kindsOfPorts(ports) })
    expect(
      kinds.map(({ desired, broken }) => [
        desired[1],
        ...broken.map(({ guard, certain }) => [guards[guard]!.name, certain]),
      ]),
    ).toEqual([
      ['web', ['no web', true]],
      ['ssh', ['no SSH', true]],
      ['odd', ['no SSH', false], ['no web', false]],
    ])
  })

  test('of other ports names them, and the kinds that are the remote', () => {
    const ports = [portTo('none', 'none ssh'), portTo('none', 'none web')]
    const db = { ...otherPort(portTo('db', 'db')), id: 'db-1', name: 'db-1' }
    const found = compared({ rules, kinds: kindsOfPorts(ports), others: { ports: [db], unread: ['more'] } })
    const place = found.kinds.findIndex(({ desired }) => desired.includes('web'))
    expect(found.others).toMatchObject([
      { ports: [{ id: 'db-1' }], end: { worst: 'opens', counts: { newly_allowed: 1 } }, kinds: [place] },
    ])
    expect(found.others[0]!.end.flows[0]!.remote.ranges).toEqual([
      { from: ports[1]!.addresses[0], to: ports[1]!.addresses[0] },
    ])
    expect(found.notCompared).toEqual(['more'])
  })

  test('names the remote groups whose members at the end are not known', () => {
    const moving = [portTo('db none', 'none db'), portTo('none', 'none web')]
    const [kind] = compared({ rules, kinds: kindsOfPorts(moving) }).kinds.filter(({ list }) =>
      list.includes('db'),
    )
    expect(kind!.traffic!.notCompared).toEqual(['web'])
    const known = compared({ rules, kinds: kindsOfPorts(moving), members: () => [] }).kinds
    expect(known.map(({ traffic }) => traffic!.notCompared)).toEqual([[], []])
  })

  test('says of which ports not all addresses are known, where others are compared', () => {
    const changed = portTo('none', 'none web')
    const [kind] = kindsOfPorts([changed])
    const kinds = [
      { ...kind!, ports: [planned(changed, { addresses: [] }), planned(changed, { hasPairs: true })] },
    ]
    const others = { ports: [otherPort(portTo('db', 'db'))], unread: [] }
    expect(compared({ rules, kinds, others }).notCompared).toEqual([
      '1 of the ports that change list no addresses',
      'whether the allowed address pairs of 1 of the ports count as its groups’ is not documented',
    ])
    expect(compared({ rules, kinds }).notCompared).toEqual([])
  })

  test('says how far it is, to the end', () => {
    const steps = [
      ...kindsTraffic(
        question({ rules, kinds: kindsOfPorts([portTo('none', 'web'), portTo('none', 'ssh')]) }),
      ),
    ]
    expect(steps.map(({ done, of }) => `${done}/${of}`)).toEqual(['1/4', '2/4', '3/4', '4/4'])
  })
})
