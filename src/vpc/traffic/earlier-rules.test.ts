import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../security-group.ts'
import { DIRECTIONS, FAMILIES } from './directions.ts'
import { EarlierRules, NOWHERE } from './earlier-rules.ts'
import { effectiveRules, RuleBook } from './effective-rules.ts'
import { MEMBERS, readableRule, unreadableRule } from './estate-arbitraries.ts'
import { Plane } from './plane.ts'
import { coversSpans, meetSpans } from './services.ts'

/** All that is before a rule, pair by pair. */
function pairs(plane: Plane, rule: number) {
  const cellsOf = (one: number) => [...(plane.cells[one] ?? [0, plane.cellCount])]
  const servicesOf = (one: number) => plane.extents[one]!.services
  const { set } = plane.rules[rule]!
  const earlier = [...plane.rules.keys()].slice(0, rule).filter((other) => {
    const { set: of, problem } = plane.rules[other]!
    const isAnywhere = problem === undefined && (of >= 0 || set >= 0)
    return (
      meetSpans(servicesOf(other), servicesOf(rule)).length > 0 &&
      (isAnywhere || meetSpans(cellsOf(other), cellsOf(rule)).length > 0)
    )
  })
  const isCertain = (one: number) => plane.rules[one]!.problem === undefined && plane.rules[one]!.set < 0
  const isSame = (one: number) => set >= 0 && plane.rules[one]!.set === set
  const certain = earlier.filter(isCertain)
  const sameSet = earlier.filter((one) => plane.rules[one]!.problem === undefined && isSame(one))
  const open = earlier.filter((one) => !certain.includes(one) && !sameSet.includes(one))
  const alone = [...certain, ...sameSet].filter(
    (one) => coversSpans(servicesOf(one), servicesOf(rule)) && coversSpans(cellsOf(one), cellsOf(rule)),
  )
  const from = (rules: readonly number[]) =>
    Math.min(NOWHERE, ...rules.map((one) => meetSpans(servicesOf(one), servicesOf(rule))[0]!))
  return { certain, sameSet, open, alone: alone.length > 0 ? Math.min(...alone) : -1, from }
}

/**
 * With more ports, and few for every address, so that few rules are shadowed by one alone.
 * @param halves whether rules for halves of all addresses come to all of them together
 */
const varied = (halves: boolean) =>
  fc
    .tuple(readableRule, fc.nat(60_000), fc.nat(9))
    .map(([rule, port, chance]) => ({
      ...rule,
      ...(rule.multiport && ['tcp', 'udp', '6'].includes(String(rule.protocol))
        ? { multiport: `${port}-${port + 99}` }
        : {}),
      ...(chance < 9 && rule.remote_ip_prefix === '0.0.0.0/0' && { remote_ip_prefix: '10.1.0.8/29' }),
      ...(chance < 9 && rule.remote_ip_prefix === '128.0.0.0/1' && { protocol: 'tcp', multiport: null }),
      ...(halves &&
        rule.remote_ip_prefix === '10.0.0.0/8' && {
          remote_ip_prefix: '0.0.0.0/1',
          protocol: 'tcp',
          multiport: null,
        }),
    }))
    .filter((rule) => Boolean(rule.remote_ip_prefix || rule.remote_group_id || rule.remote_address_group_id))

describe('the rules before a rule', () => {
  it('are those that a comparison of each pair finds, of hundreds of rules', () => {
    const rules = fc.boolean().chain((halves) =>
      fc.array(fc.oneof({ weight: 19, arbitrary: varied(halves) }, unreadableRule), {
        minLength: 100,
        maxLength: 300,
        size: 'max',
      }),
    )
    fc.assert(
      fc.property(
        rules,
        fc.constantFrom(...DIRECTIONS),
        fc.constantFrom(...FAMILIES),
        (made, direction, family) => {
          const book = new RuleBook(
            { g: made as SecurityGroupRule[] },
            { membersOf: (id) => MEMBERS[id], entriesOf: () => undefined },
          )
          const effective = effectiveRules(['g'], book)
          const plane = new Plane(effective.rules, direction, family, book.cells(family))
          const earlier = new EarlierRules(plane)
          for (const [rule, { problem }] of plane.rules.entries()) {
            if (problem !== undefined) continue
            const wanted = pairs(plane, rule)
            earlier.look(rule)
            expect(earlier.alone).toBe(wanted.alone)
            if (earlier.alone >= 0) continue
            const { certain, isShort } = earlier
            const everywhere = wanted.certain.filter((one) => earlier.isEverywhere(one))
            expect(earlier.sameSet).toEqual(wanted.sameSet)
            expect(earlier.certainFrom).toBe(wanted.from(wanted.certain))
            expect(earlier.everywhereFrom).toBe(wanted.from(everywhere))
            expect(earlier.sameSetFrom).toBe(wanted.from(wanted.sameSet))
            if (isShort) {
              expect(certain.filter((one) => earlier.isEverywhere(one))).toEqual(everywhere)
              expect(
                earlier.areCovered(
                  rule,
                  wanted.certain.filter((one) => !everywhere.includes(one)),
                ),
              ).toBe(false)
            } else expect(certain).toEqual(wanted.certain)
            earlier.look(rule, true)
            expect(earlier.certain).toEqual(wanted.certain)
            earlier.lookForOpen(rule)
            const open = [...earlier.otherSets, ...earlier.unreadable]
            expect(earlier.openFrom).toBe(wanted.from(wanted.open))
            expect(open.filter((one) => !wanted.open.includes(one))).toEqual([])
            expect(
              earlier.openFrom === NOWHERE || open.some((one) => earlier.isPresent(one, earlier.openFrom)),
            ).toBe(true)
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})
