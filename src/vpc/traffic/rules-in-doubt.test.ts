import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SecurityGroupRule } from '../security-group.ts'
import { estate, MEMBERS, packet, readableRule, twoLists } from './estate-arbitraries.ts'
import { hasPacket, naiveVerdict } from './naive-verdict.ts'
import { rulesInDoubt } from './rules-in-doubt.ts'
import { effectiveRules, explain, RuleBook, shadowedRules, trafficDifference, verdict } from './index.ts'

const rule = (id: string, fields: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id,
  security_group_id: 'g',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  ...fields,
})
const opened = (rules: SecurityGroupRule[], flavor?: string) => {
  const book = new RuleBook({ g: rules }, { flavor, membersOf: () => ['10.0.0.5'] })
  return trafficDifference(effectiveRules([], book), effectiveRules(['g'], book))
}
const lists = (count: number) =>
  Array.from({ length: count }, (_, n) => rule(`r${n}`, { multiport: `${1000 + n},${5000 + n}` }))

describe('rules that may not take effect (docs/platform.md, Limits)', () => {
  test('are the counted ones of a group and direction with more than 120 of them', () => {
    expect(opened(lists(120)).counts).toMatchObject({ undecided: 0 })
    const { counts, unreadable } = opened(lists(121))
    expect(counts).toMatchObject({ newly_allowed: 0 })
    expect(counts.undecided).toBeGreaterThan(0)
    expect(unreadable).toHaveLength(121)
    expect(unreadable[0]!.problem).toContain('those beyond 120 may not take effect')
    const half = lists(121).map((one, n) => ({ ...one, direction: n % 2 ? 'egress' : 'ingress' }))
    expect(opened(half).counts.undecided).toBe(0)
  })

  test('leave rules of other kinds as certain as they are', () => {
    const { flows } = opened([...lists(121), rule('plain', { protocol: 'udp', multiport: '53' })])
    expect(flows.filter(({ change }) => change === 'newly_allowed').map((flow) => explain(flow))).toEqual([
      expect.stringMatching(/^UDP 53/),
    ])
  })

  test.each([
    ['m1.large', { action: 'deny' }, 'deny rules'],
    ['ET2.xlarge', { remote_address_group_id: 'x' }, 'address groups'],
    ['g2.large', { multiport: '22,80' }, 'inconsecutive ports'],
    ['s1.medium', { multiport: '22,80' }, 'inconsecutive ports'],
    ['s1.medium', { action: 'deny' }, undefined],
    ['s6.medium', { multiport: '22,80', action: 'deny' }, undefined],
    ['s1.medium', { protocol: 'icmp', multiport: '8,0' }, undefined],
  ])('of the flavor %s: %j', (flavor, fields, unsupported) => {
    const reasons = opened([rule('r', fields)], flavor).unreadable.map(({ problem }) => problem)
    expect(reasons).toEqual(
      unsupported === undefined ? [] : [expect.stringContaining(`does not support ${unsupported}`)],
    )
  })

  test('decide no packet, and shadow no rule', () => {
    const rules = { g: [rule('deny', { action: 'deny' }), rule('ssh', { multiport: '22', priority: 2 })] }
    const list = effectiveRules(['g'], new RuleBook(rules, { flavor: 'm1.large' }))
    const ssh = { direction: 'ingress', protocol: 'tcp', port: 22, remote: '203.0.113.7' } as const
    expect(verdict(ssh, list)).toMatchObject({ verdict: 'unknown' })
    expect(shadowedRules(list)).toEqual([])
    const sure = effectiveRules(['g'], new RuleBook(rules, { flavor: 's6.large' }))
    expect(verdict(ssh, sure)).toMatchObject({ verdict: 'denied' })
    expect(shadowedRules(sure)).toHaveLength(1)
  })

  test('are said to be so', () => {
    const [flow] = opened([rule('r', { multiport: '22,80' })], 's1.medium').flows
    expect(explain(flow!)).toContain(
      'unknown now, because rule "allow TCP 22,80 from anywhere" of group g may not take effect',
    )
  })

  test('leave nothing certain that depends on whether they take effect', () => {
    const packets = fc.array(packet, { minLength: 40, maxLength: 40 })
    const choices = fc.array(fc.infiniteStream(fc.boolean()), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(
        estate(readableRule),
        twoLists,
        packets,
        choices,
        (rules, [before, after], some, chosen) => {
          const book = new RuleBook(rules, { membersOf: (id) => MEMBERS[id], flavor: 'g1.large' })
          const { flows } = trafficDifference(effectiveRules(before, book), effectiveRules(after, book))
          for (const takesEffect of chosen) {
            const meaning = Object.fromEntries(
              Object.entries(rules).map(([group, list]) => {
                const doubts = rulesInDoubt(list, 'g1')
                const off = (one: SecurityGroupRule) => doubts.has(one) && !takesEffect.next().value
                return [group, list.map((one) => (off(one) ? { ...one, enabled: false } : one))]
              }),
            )
            for (const one of some) {
              const was = naiveVerdict(before, meaning, one, MEMBERS).allowed
              const is = naiveVerdict(after, meaning, one, MEMBERS).allowed
              const change = flows.find((flow) => hasPacket(flow, one))?.change
              if (change !== 'undecided')
                expect(change).toBe(was === is ? undefined : is ? 'newly_allowed' : 'newly_denied')
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
