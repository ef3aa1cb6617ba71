import { DIRECTIONS, FAMILIES } from './directions.ts'
import type { EffectiveRules } from './effective-rules.ts'
import { EarlierRules, NOWHERE } from './earlier-rules.ts'
import { Plane } from './plane.ts'
import type { RuleRef } from './rules.ts'
import { hasNoMembers, refsOf, shadowing, type NeverMatching } from './shadowed.ts'

/**
 * How much of the traffic that a rule matches it also decides. `all`: no earlier rule matches any
 * of it. `part`: earlier rules certainly match some of it. `open`: earlier rules may match some, as
 * they are for a named set, or can't be read. `never`: it decides nothing. `unsure`: it can't be
 * read, or may not take effect.
 */
export type Effect = 'all' | 'part' | 'open' | 'never' | 'unsure'

/** What a rule really decides. */
export type RuleEffect = {
  effect: Effect
  /** Of `never`: why. */
  reason?: NeverMatching['reason']
  /**
   * Of `never`: the rules that shadow it. Of `part` and `open`: earlier rules that match some of
   * it, or may; a few, not all.
   */
  by: readonly RuleRef[]
}

/** So many earlier rules are named for a rule that decides only a part. */
const NAMED = 4

const ALL: RuleEffect = { effect: 'all', by: [] }
const UNSURE: RuleEffect = { effect: 'unsure', by: [] }
const NO_MEMBERS: RuleEffect = { effect: 'never', reason: 'no_members', by: [] }

/** What each rule really decides, in the order of `effective.rules`. */
export function ruleEffects(effective: EffectiveRules): RuleEffect[] {
  const { rules, book } = effective
  const effects = rules.map((rule) =>
    rule.problem !== undefined ? UNSURE : hasNoMembers(rule) ? NO_MEMBERS : ALL,
  )
  for (const direction of DIRECTIONS)
    for (const family of FAMILIES) {
      const plane = new Plane(rules, direction, family, book.cells(family))
      const found = new PlaneEffects(plane)
      // A plane has its rules in the order of the list.
      for (let rule = 0, at = 0; rule < plane.rules.length; rule++, at++) {
        while (rules[at] !== plane.rules[rule]) at++
        // A rule that can be read is of one direction and one family.
        if (plane.rules[rule]!.problem === undefined) effects[at] = found.effect(rule)
      }
    }
  return effects
}

/** Finds what the rules of one plane decide. */
class PlaneEffects {
  readonly #earlier: EarlierRules

  constructor(plane: Plane) {
    this.#earlier = new EarlierRules(plane)
  }

  /** What a readable rule decides. */
  effect(rule: number): RuleEffect {
    const { plane } = this.#earlier
    this.#earlier.look(rule)
    const by = shadowing(this.#earlier, rule)
    if (by) return { effect: 'never', reason: 'shadowed', by: refsOf(plane, by) }
    const partFrom = this.#findPart(rule)
    if (partFrom < NOWHERE) return { effect: 'part', by: refsOf(plane, this.#matchSome(rule, partFrom)) }
    this.#earlier.lookForOpen(rule)
    const openFrom = this.#findOpen(rule)
    if (openFrom < NOWHERE) return { effect: 'open', by: refsOf(plane, this.#mayMatchSome(rule, openFrom)) }
    return ALL
  }

  /** The first place where earlier rules certainly match some of a rule. */
  #findPart(rule: number): number {
    const { certain, certainFrom, everywhereFrom, sameSetFrom, plane } = this.#earlier
    if (plane.rules[rule]!.set < 0) return certainFrom
    // Who is in a set may be at any address: only where none is left it is certain.
    const first = Math.min(everywhereFrom, sameSetFrom)
    const others = certain.filter((one) => !this.#earlier.isEverywhere(one))
    if (!this.#earlier.areCovered(rule, others)) return first
    const together = this.#earlier
      .places(rule, others)
      .find((place) => place < first && this.#earlier.areCovered(rule, this.#earlier.present(others, place)))
    return together ?? first
  }

  /** The first place where earlier rules may match some of a rule that they don't for sure. */
  #findOpen(rule: number): number {
    const { openFrom, certainFrom, plane } = this.#earlier
    return plane.rules[rule]!.set < 0 ? openFrom : Math.min(openFrom, certainFrom)
  }

  /** A few of the rules that match some of a rule at a place. */
  #matchSome(rule: number, place: number): Iterable<number> {
    const earlier = this.#earlier
    if (earlier.isShort) earlier.look(rule, true)
    const present = earlier.present(earlier.certain, place)
    const end = present.find((one) => earlier.isEverywhere(one)) ?? NOWHERE
    const same = earlier.sameSet.find(
      // Behind a rule for every address it decides nothing here.
      (one) => one < end && earlier.isPresent(one, place),
    )
    return same === undefined ? this.#owners(rule, present) : [same]
  }

  /** A few of the rules that may match some of a rule at a place. */
  #mayMatchSome(rule: number, place: number): Iterable<number> {
    const earlier = this.#earlier
    const { rules } = earlier.plane
    const by = rules[rule]!.set < 0 ? [] : this.#owners(rule, earlier.present(earlier.certain, place))
    const sets: number[] = []
    for (const one of earlier.present(earlier.otherSets, place)) {
      if (by.length >= NAMED) break
      const { set } = rules[one]!
      if (sets.includes(set)) continue
      sets.push(set)
      by.push(one)
    }
    if (earlier.unreadable.length > 0)
      by.push(...this.#owners(rule, earlier.present(earlier.unreadable, place), NAMED - by.length))
    return by
  }

  #owners(rule: number, rules: readonly number[], most = NAMED): number[] {
    if (rules.length === 0) return []
    // One may be 'none'.
    const owners = this.#earlier.owners(rule, rules, most + 1)
    owners.delete(-1)
    return [...owners].slice(0, most)
  }
}
