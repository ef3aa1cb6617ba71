import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DocumentedRule, SecurityGroupRule } from '../security-group.ts'
import {
  estate,
  GROUPS,
  meant,
  MEMBERS,
  readableRule,
  UNIVERSE,
  unreadableRule,
  type RulesOfGroups,
} from './estate-arbitraries.ts'
import { effectiveRules, RuleBook } from './index.ts'
import { naiveVerdict, ruleMatches } from './naive-verdict.ts'
import { ruleEffects } from './rule-effects.ts'

const setOf = ({ remote_group_id: group, remote_address_group_id: addressGroup }: SecurityGroupRule) => {
  if (typeof addressGroup === 'string') return `address group ${addressGroup}`
  return typeof group === 'string' && MEMBERS[group] === undefined ? `group ${group}` : undefined
}

const tcp = (id: string, fields: Partial<SecurityGroupRule> = {}): SecurityGroupRule => ({
  id,
  security_group_id: 'g',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  ...fields,
})

const servicesOf = (packets: typeof UNIVERSE) =>
  new Set(packets.map(({ protocol, rest }) => protocol * 65536 + rest))

/** True for rules of one group with the same priority and action. */
function isEqual(rules: RulesOfGroups, one: DocumentedRule | undefined, other: DocumentedRule): boolean {
  const places = [one, other].map((rule) => [
    Object.values(rules).findIndex((all) => all.some(({ id }) => id === rule?.id)),
    rule?.priority ?? 1,
    rule?.action ?? 'allow',
  ])
  return String(places[0]) === String(places[1])
}

describe('what each rule really decides', () => {
  it('is all, a part or none of what it matches, as packets say', () => {
    fc.assert(
      fc.property(estate(readableRule), (rules) => {
        const book = new RuleBook(rules, { membersOf: (id) => MEMBERS[id] })
        const effective = effectiveRules(GROUPS, book)
        const deciders = new Map(
          UNIVERSE.map((one) => [one, naiveVerdict(GROUPS, rules, one, MEMBERS).rule?.id]),
        )
        for (const [at, { effect, by }] of ruleEffects(effective).entries()) {
          const rule = effective.rules[at]!.ref.rule as DocumentedRule
          const matched = UNIVERSE.filter((one) => ruleMatches(rule, one, MEMBERS))
          const others = matched.filter((one) => deciders.get(one) !== rule.id)
          const set = setOf(rule)
          // With no other set than its own: rules for other sets don't count.
          const certain = (of: typeof UNIVERSE) =>
            of.filter(({ memberOf }) => memberOf.size === (set ? 1 : 0))
          const left = servicesOf(certain(matched.filter((one) => deciders.get(one) === rule.id)))
          const isPart = set
            ? [...servicesOf(certain(matched))].some((service) => !left.has(service))
            : certain(others).length > 0
          const expected =
            matched.length === others.length ? 'never' : isPart ? 'part' : others.length > 0 ? 'open' : 'all'
          expect([rule.id, effect]).toEqual([rule.id, expected])
          if (effect === 'part' || effect === 'open') {
            const theirs = new Set(others.map((one) => deciders.get(one)))
            expect(by.length).toBeGreaterThan(0)
            if (effect === 'part') expect(by.every(({ ruleId }) => theirs.has(ruleId!))).toBe(true)
          }
        }
      }),
      { numRuns: 10 },
    )
  })

  it('is never said for sure where it rests on what can’t be read', () => {
    const mixed = estate(
      fc.oneof({ weight: 6, arbitrary: readableRule }, { weight: 1, arbitrary: unreadableRule }),
    )
    const choices = fc.array(fc.array(fc.nat(100), { minLength: 5, maxLength: 5 }), {
      minLength: 3,
      maxLength: 3,
    })
    fc.assert(
      fc.property(mixed, choices, (rules, chosen) => {
        const book = new RuleBook(rules, { membersOf: (id) => MEMBERS[id] })
        const effective = effectiveRules(GROUPS, book)
        const effects = ruleEffects(effective)
        for (const meaning of chosen.map((choice) => meant(rules, choice)))
          for (const one of UNIVERSE.filter((_, at) => at % 7 === 0)) {
            const decider = naiveVerdict(GROUPS, meaning, one, MEMBERS).rule
            for (const [at, { effect }] of effects.entries()) {
              const rule = effective.rules[at]!.ref.rule as DocumentedRule
              if (effect === 'unsure' || !ruleMatches(rule, one, MEMBERS)) continue
              // Which of two that are equal in all that orders them comes first doesn't matter.
              const equal = isEqual(meaning, decider, rule)
              if (effect === 'all') expect(equal).toBe(true)
              if (effect === 'never') expect(decider?.id).not.toBe(rule.id)
            }
          }
      }),
      { numRuns: 12 },
    )
  })

  it('names earlier rules that match some of it', () => {
    const book = new RuleBook({
      a: [tcp('low', { remote_ip_prefix: '10.0.0.0/8', action: 'deny' })],
      b: [tcp('web', { multiport: '80,443' }), tcp('dns', { protocol: 'udp', multiport: '53' })],
      c: [tcp('late', { multiport: '443' })],
    })
    const effective = effectiveRules(['a', 'b', 'c'], book)
    expect(
      ruleEffects(effective).map(({ effect, by }, at) => [
        effective.rules[at]!.ref.ruleId,
        effect,
        by.map(({ ruleId }) => ruleId),
      ]),
    ).toEqual([
      ['low', 'all', []],
      ['web', 'part', ['low']],
      ['dns', 'all', []],
      ['late', 'never', ['web']],
    ])
  })

  it('behind a rule for every address is a part by that rule, not by one of its set', () => {
    const offices = { remote_address_group_id: 'offices' }
    const book = new RuleBook({
      a: [tcp('ssh', { multiport: '22' })],
      b: [tcp('offices-ssh', { multiport: '22', ...offices }), tcp('offices', offices)],
    })
    const effects = ruleEffects(effectiveRules(['a', 'b'], book))
    expect(effects.map(({ effect, by }) => [effect, by.map(({ ruleId }) => ruleId)])).toEqual([
      ['all', []],
      ['never', ['ssh']],
      ['part', ['ssh']],
    ])
  })
})
