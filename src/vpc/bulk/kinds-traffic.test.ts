import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planWays } from '../plan-ways.ts'
import type { PlanWay } from '../plan-change.ts'
import { estate, GROUPS, packet, readableRule, type RulesOfGroups } from '../traffic/estate-arbitraries.ts'
import { hasPacket, naiveVerdict, type NaivePacket } from '../traffic/naive-verdict.ts'
import type { Flow } from '../traffic/flow.ts'
import type { Kind, PlannedPort } from './kinds.ts'
import { kindsTraffic, type BulkTraffic, type BulkTrafficQuestion } from './kinds-traffic.ts'

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

function compared(question: Partial<BulkTrafficQuestion> & Pick<BulkTrafficQuestion, 'kinds' | 'rules'>) {
  const steps = kindsTraffic({
    way: undefined,
    limit: 10,
    named: [],
    members: () => undefined,
    others: { ports: [], unread: [] },
    guards: [],
    ...question,
  })
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
const way = fc.constantFrom<PlanWay | undefined>('steps', 'one-call', undefined)

const differs = (flows: readonly Flow[], one: NaivePacket) =>
  flows.find((flow) => hasPacket(flow, one))?.change ?? 'none'
const changeOf = (was: boolean, is: boolean) => (was === is ? 'none' : is ? 'newly_allowed' : 'newly_denied')
const isChanged = ({ list, desired }: TestPort) => list.join() !== desired.join()

describe('traffic of many ports that change at once', () => {
  test('is as each packet is decided before and after, with the members of both', () => {
    fc.assert(
      fc.property(
        rulesOfPorts,
        somePorts,
        way,
        fc.array(packet, { minLength: 40, maxLength: 40 }),
        (rules, ports, chosenWay, packets) => {
          const changed = ports.filter(isChanged)
          const before = membersWith(ports, ({ list }) => list)
          const after = membersWith(ports, ({ desired }) => desired)
          const found = compared({
            kinds: kindsOfPorts(changed),
            rules,
            way: chosenWay,
            members: (id) => before[id],
            others: { ports: ports.map(otherPort), unread: [] },
            mostFlows: Infinity,
          })
          for (const { id, list, desired } of ports) {
            const kind = found.kinds.find((one) => one.ports.some(({ port_id }) => port_id === id))
            const other = found.others.find((one) => one.ports.some((port) => port.id === id))
            const end = kind?.traffic?.end.flows ?? other?.end.flows ?? []
            const between = kind?.traffic?.inBetween.flows ?? other?.inBetween.flows ?? []
            for (const one of packets) {
              const allows = (groups: readonly string[], members: typeof before) =>
                naiveVerdict(groups, rules, one, members).allowed
              const was = allows(list, before)
              const is = allows(desired, after)
              expect([id, one, differs(end, one)]).toEqual([id, one, changeOf(was, is)])
              // On the way there are more states: each of them has to be said.
              for (const groups of [list, ...(kind?.plan.steps.map((step) => step.after) ?? [])])
                for (const members of [before, after]) {
                  const then = changeOf(was, allows(groups, members))
                  if (then === 'none' || then === changeOf(was, is)) continue
                  expect([one, between.some((flow) => hasPacket(flow, one) && flow.change === then)]).toEqual(
                    [one, true],
                  )
                }
            }
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})

export type { BulkTraffic }
