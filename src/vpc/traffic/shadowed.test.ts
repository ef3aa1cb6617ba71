import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../security-group.ts'
import { estate, GROUPS, MEMBERS, readableRule, UNIVERSE, tcpRule as rule } from './estate-arbitraries.ts'
import { effectiveRules, RuleBook, shadowedRules } from './index.ts'
import { ruleMatches, naiveVerdict } from './naive-verdict.ts'

/** The rules that can never match, each with those that shadow it. */
function found(groups: Record<string, SecurityGroupRule[]>, members: Record<string, string[]> = {}) {
  const book = new RuleBook(groups, { membersOf: (id) => members[id] })
  return shadowedRules(effectiveRules(Object.keys(groups), book)).map(({ ref, reason, by }) => ({
    rule: ref.ruleId,
    reason,
    by: by.map(({ ruleId }) => ruleId),
  }))
}

describe('rules that can never match', () => {
  it('are exactly those that decide no packet, and what shadows them decides theirs', () => {
    fc.assert(
      fc.property(estate(readableRule), (rules) => {
        const book = new RuleBook(rules, { membersOf: (id) => MEMBERS[id] })
        const never = shadowedRules(effectiveRules(GROUPS, book))
        const all = GROUPS.flatMap((group) => rules[group]!.filter(({ enabled }) => enabled !== false))
        const deciders = new Map<string, Set<string>>(all.map(({ id }) => [id, new Set()]))
        // Those of packets that are in no other named set than the rule's own: they match whatever
        // is in the sets.
        const certain = new Map<string, Set<string>>(all.map(({ id }) => [id, new Set()]))
        for (const one of UNIVERSE) {
          const decider = naiveVerdict(GROUPS, rules, one, MEMBERS).rule
          if (!decider) continue
          for (const other of all.filter((any) => ruleMatches(any, one, MEMBERS))) {
            deciders.get(other.id)!.add(decider.id)
            const alone = ruleMatches(other, { ...one, memberOf: new Set() }, MEMBERS) ? 0 : 1
            if (one.memberOf.size === alone) certain.get(other.id)!.add(decider.id)
          }
        }
        const expected = all.filter(({ id }) => !deciders.get(id)!.has(id)).map(({ id }) => id)
        expect(never.map(({ ref }) => ref.ruleId).toSorted()).toEqual(expected.toSorted())
        for (const { ref, reason, by } of never) {
          const theirs = deciders.get(ref.ruleId!)!
          expect(reason).toBe(theirs.size === 0 ? 'no_members' : 'shadowed')
          if (by.length > 1) expect(new Set(by.map(({ ruleId }) => ruleId))).toEqual(certain.get(ref.ruleId!))
          if (by.length === 1) {
            const alone = all.find(({ id }) => id === by[0]!.ruleId)!
            const left = UNIVERSE.filter((one) =>
              ruleMatches(
                all.find(({ id }) => id === ref.ruleId)!,
                one,
                MEMBERS,
              ),
            )
            expect(left.every((one) => ruleMatches(alone, one, MEMBERS))).toBe(true)
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  it('names the one rule that shadows alone, over those that do so together', () => {
    const wide = rule('wide', { multiport: '1-100' })
    expect(
      found({
        a: [rule('narrow', { multiport: '22' })],
        b: [wide],
        c: [rule('late', { multiport: '22-30' })],
      }),
    ).toEqual([{ rule: 'late', reason: 'shadowed', by: ['wide'] }])
  })

  it('names all rules that shadow together', () => {
    expect(
      found({
        a: [rule('low', { remote_ip_prefix: '0.0.0.0/1' })],
        b: [rule('high', { remote_ip_prefix: '128.0.0.0/1', action: 'deny' })],
        c: [rule('late', { multiport: '443' })],
      }),
    ).toEqual([{ rule: 'late', reason: 'shadowed', by: ['low', 'high'] }])
  })

  it('are not found behind rules of a named set, unless the set is the same', () => {
    expect(
      found({
        a: [rule('offices', { remote_address_group_id: 'offices' })],
        b: [rule('others', { remote_address_group_id: 'others' }), rule('any')],
        c: [rule('offices again', { remote_address_group_id: 'offices', multiport: '22' })],
      }),
    ).toEqual([{ rule: 'offices again', reason: 'shadowed', by: ['offices'] }])
  })

  it('are not found behind rules that cannot be read, or are disabled', () => {
    expect(
      found({ a: [rule('odd', { multiport: 'abc' }), rule('off', { enabled: false })], b: [rule('late')] }),
    ).toEqual([])
  })

  it('are those whose remote group has no such addresses', () => {
    expect(found({ a: [rule('peers', { remote_group_id: 'empty' })] }, { empty: ['fd00::1'] })).toEqual([
      { rule: 'peers', reason: 'no_members', by: [] },
    ])
  })
})
