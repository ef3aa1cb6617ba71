import type { EffectiveRules } from './effective-rules.ts'
import { EarlierRules } from './earlier-rules.ts'
import { Plane } from './plane.ts'
import { DIRECTIONS, FAMILIES } from './directions.ts'
import type { ReadRule, RuleRef } from './rules.ts'

/** A rule that can never match. */
export type NeverMatching = {
  ref: RuleRef
  /**
   * `shadowed`: earlier rules match all it could. `no_members`: the ports of its remote group have
   * no such addresses.
   */
  reason: 'shadowed' | 'no_members'
  /**
   * The rules that shadow it, in the order they are decided: one that does so alone, or all that do
   * so together.
   */
  by: readonly RuleRef[]
}

/**
 * The rules that can never match, in the order they are decided. A rule is shadowed only when
 * earlier readable rules certainly match all its traffic, whatever is in the named sets; unreadable
 * rules neither shadow nor count as shadowed.
 */
export function shadowedRules(effective: EffectiveRules): NeverMatching[] {
  const found: NeverMatching[] = []
  for (const rule of effective.rules)
    if (hasNoMembers(rule)) found.push({ ref: rule.ref, reason: 'no_members', by: [] })
  for (const direction of DIRECTIONS)
    for (const family of FAMILIES) {
      const plane = new Plane(effective.rules, direction, family, effective.book.cells(family))
      const earlier = new EarlierRules(plane)
      for (let rule = 0; rule < plane.rules.length; rule++) {
        const { ref, problem } = plane.rules[rule]!
        if (problem !== undefined) continue
        earlier.look(rule)
        const by = shadowing(earlier, rule)
        if (by) found.push({ ref, reason: 'shadowed', by: refsOf(plane, by) })
      }
    }
  const order = new Map<RuleRef, number>()
  for (const { ref } of effective.rules) order.set(ref, order.size)
  return found.toSorted((a, b) => order.get(a.ref)! - order.get(b.ref)!)
}

/** True for a readable rule whose remote has no addresses. */
export function hasNoMembers({ extents, problem }: ReadRule): boolean {
  return problem === undefined && extents.every(({ addresses }) => addresses?.length === 0)
}

/** The rules of a plane with these ranks, in order. */
export function refsOf({ rules }: Plane, ranks: Iterable<number>): RuleRef[] {
  const found = [...ranks]
  // Most are in order: sorting would take memory for each of thousands of rules.
  if (!found.every((rank, at) => at === 0 || found[at - 1]! < rank)) found.sort((a, b) => a - b)
  return found.map((rank) => rules[rank]!.ref)
}

/**
 * The ranks of the rules that shadow a readable rule; undefined when it decides some traffic.
 * @param earlier that has looked at the rule
 */
export function shadowing(earlier: EarlierRules, rule: number): Iterable<number> | undefined {
  const { alone, sameSet, plane } = earlier
  let { certain } = earlier
  if (alone >= 0) return [alone]
  if (plane.extents[rule]!.services.length === 0 || certain.length + sameSet.length === 0) return undefined
  const decidesAt = (place: number) =>
    !sameSet.some((one) => earlier.isPresent(one, place)) &&
    !earlier.areCovered(rule, earlier.present(certain, place))
  // Most rules decide something right where they begin.
  if (earlier.begins(rule).some(decidesAt)) return undefined
  let places = earlier.places(rule, certain, sameSet)
  if (places.some(decidesAt)) return undefined
  // All that take part are named.
  if (earlier.isShort) {
    earlier.look(rule, true)
    ;({ certain } = earlier)
    places = earlier.places(rule, certain, sameSet)
  }
  const by = new Set<number>()
  for (const place of places) {
    const same = sameSet.find((one) => earlier.isPresent(one, place)) ?? rule
    for (const first of earlier.owners(rule, earlier.present(certain, place)))
      by.add(first >= 0 && first < same ? first : same)
  }
  return by
}
