import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../security-group.ts'
import {
  estate,
  meant,
  MEMBERS,
  packet,
  readableRule,
  twoLists,
  unreadableRule,
} from './estate-arbitraries.ts'
import { hasPacket, naiveVerdict, type NaivePacket, type Override } from './naive-verdict.ts'
import {
  effectiveRules,
  onlyInBetween,
  RuleBook,
  setText,
  trafficDifference,
  type Flow,
  type ServiceRange,
  type TrafficDifference,
} from './index.ts'

const membersOf = (id: string) => MEMBERS[id]

/** The one flow that has the packet; fails when there are several. */
function flowOf(difference: TrafficDifference, one: NaivePacket): Flow | undefined {
  const found = difference.flows.filter((flow) => hasPacket(flow, one))
  expect(found.length).toBeLessThan(2)
  return found[0]
}

function dividedBySets({ remote }: Flow): boolean {
  return remote.memberOf.length + remote.notMemberOf.length > 0
}

const packets = fc.array(packet, { minLength: 120, maxLength: 120 })

describe('the difference between two lists', () => {
  it('has exactly the packets whose verdict flips, once, with the deciding rules', () => {
    fc.assert(
      fc.property(estate(readableRule), twoLists, packets, (rules, [before, after], some) => {
        const book = new RuleBook(rules, { membersOf })
        const difference = trafficDifference(effectiveRules(before, book), effectiveRules(after, book))
        expect(difference.counts.undecided).toBe(0)
        for (const one of some) {
          const was = naiveVerdict(before, rules, one, MEMBERS)
          const is = naiveVerdict(after, rules, one, MEMBERS)
          const flow = flowOf(difference, one)
          expect(flow?.change).toBe(
            was.allowed === is.allowed ? undefined : is.allowed ? 'newly_allowed' : 'newly_denied',
          )
          if (!flow) continue
          expect(flow.before.rule?.ruleId).toBe(was.rule?.id)
          expect(flow.after.rule?.ruleId).toBe(is.rule?.id)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('has flows that each flip, at their own corners', () => {
    fc.assert(
      fc.property(estate(readableRule), twoLists, (rules, [before, after]) => {
        const book = new RuleBook(rules, { membersOf })
        const difference = trafficDifference(effectiveRules(before, book), effectiveRules(after, book))
        for (const flow of difference.flows)
          for (const one of corners(flow)) {
            const was = naiveVerdict(before, rules, one, MEMBERS)
            const is = naiveVerdict(after, rules, one, MEMBERS)
            expect([was.allowed, is.allowed]).toEqual([
              flow.before.verdict === 'allowed',
              flow.after.verdict === 'allowed',
            ])
            expect(flowOf(difference, one)).toBe(flow)
          }
      }),
      { numRuns: 100 },
    )
  })

  it('is empty when the lists are the same, and turned round when they are exchanged', () => {
    fc.assert(
      fc.property(estate(readableRule), twoLists, (rules, [before, after]) => {
        const book = new RuleBook(rules, { membersOf })
        const [was, is] = [effectiveRules(before, book), effectiveRules(after, book)]
        expect(trafficDifference(was, was).flows).toEqual([])
        const there = trafficDifference(was, is).counts
        const back = trafficDifference(is, was).counts
        expect(back).toEqual({
          newly_allowed: there.newly_denied,
          newly_denied: there.newly_allowed,
          undecided: 0,
        })
      }),
    )
  })

  it('a step’s change is in between only where the end does not have the same', () => {
    const threeLists = fc.tuple(twoLists, twoLists)
    fc.assert(
      fc.property(estate(readableRule), threeLists, packets, (rules, [[before, between], [after]], some) => {
        const book = new RuleBook(rules, { membersOf })
        const [first, middle, last] = [before, between, after].map((list) => effectiveRules(list, book))
        const step = trafficDifference(first!, middle!)
        const end = trafficDifference(first!, last!)
        const only = onlyInBetween(step.flows, end.flows)
        for (const one of some) {
          const then = flowOf(step, one)
          const lasting = flowOf(end, one)
          const found = only.filter((flow) => hasPacket(flow, one))
          if (then?.change !== lasting?.change) expect(found.length).toBe(then ? 1 : 0)
          // Where named sets divide it, a part that lasts may count as in between too.
          else if ([then, lasting].every((flow) => flow === undefined || !dividedBySets(flow)))
            expect(found).toEqual([])
        }
      }),
      { numRuns: 40 },
    )
  })

  const mixed = estate(
    fc.oneof({ weight: 9, arbitrary: readableRule }, { weight: 1, arbitrary: unreadableRule }),
  )

  it('never says more than holds whatever the unreadable rules mean', () => {
    const choices = fc.array(fc.array(fc.nat(100), { minLength: 5, maxLength: 5 }), {
      minLength: 6,
      maxLength: 6,
    })
    fc.assert(
      fc.property(mixed, twoLists, packets, choices, (rules, [before, after], some, chosen) => {
        const book = new RuleBook(rules, { membersOf })
        const difference = trafficDifference(effectiveRules(before, book), effectiveRules(after, book))
        for (const meaning of chosen.map((choice) => meant(rules, choice)))
          for (const one of some) {
            const was = naiveVerdict(before, meaning, one, MEMBERS).allowed
            const is = naiveVerdict(after, meaning, one, MEMBERS).allowed
            const change = flowOf(difference, one)?.change
            if (change !== 'undecided')
              expect(change).toBe(was === is ? undefined : is ? 'newly_allowed' : 'newly_denied')
          }
      }),
      { numRuns: 60 },
    )
  })

  it('calls undecided only what the unreadable rules it names can change', () => {
    fc.assert(
      fc.property(mixed, twoLists, packets, (rules, [before, after], some) => {
        const book = new RuleBook(rules, { membersOf })
        const difference = trafficDifference(effectiveRules(before, book), effectiveRules(after, book))
        for (const one of some) {
          const flow = flowOf(difference, one)
          if (flow?.change !== 'undecided') continue
          const named = [...new Set([...flow.before.unreadable, ...flow.after.unreadable])]
          const flips = overrides(named.map(({ rule }) => rule!)).filter((override) => {
            const was = naiveVerdict(before, rules, one, MEMBERS, override)
            const is = naiveVerdict(after, rules, one, MEMBERS, override)
            return was.allowed !== is.allowed
          })
          expect(flips.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 150 },
    )
  })
})

/** All ways in which these rules can match or not; no other unreadable rule matches. */
function overrides(rules: readonly SecurityGroupRule[]): Override[] {
  const [first, ...others] = rules
  if (!first) return [() => undefined]
  const actions = first.action === 'reject' ? (['allow', 'deny'] as const) : [first.action ?? 'allow']
  return overrides(others).flatMap((rest) =>
    [...actions, undefined].map(
      (action): Override =>
        (rule) =>
          rule === first ? (action as 'allow' | 'deny' | undefined) : rest(rule),
    ),
  )
}

/** Packets at the bounds of a flow: first and last service, first and last address. */
function corners({ direction, family, services, remote }: Flow): NaivePacket[] {
  const memberOf = new Set(remote.memberOf.map((set) => setText(set)))
  return services.flatMap((range) =>
    remote.ranges.flatMap(({ from, to }) =>
      [from, to].flatMap((address) =>
        servicesAtBounds(range).map(([protocol, rest]) => ({
          direction,
          family,
          protocol,
          rest,
          address,
          memberOf,
        })),
      ),
    ),
  )
}

function servicesAtBounds(range: ServiceRange): [number, number][] {
  if (range.kind === 'protocols') return [range.from, range.to].map((protocol) => [protocol, 0])
  const { protocol, from, to } = range
  if (range.kind === 'ports') return [from, to].map((port) => [protocol, port])
  if (range.kind === 'types') return [from * 256, to * 256 + 255].map((rest) => [protocol, rest])
  return [from, to].map((code) => [protocol, range.type * 256 + code])
}
