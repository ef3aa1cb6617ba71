import { keptGroups } from '../kept-groups.ts'
import { addressBefore, addressText, shareOfSpace, type AddressRange, type Family } from './addresses.ts'
import { changedCells } from './changed-cells.ts'
import { decisionOf, type Change, type Decision } from './decisions.ts'
import { effectiveRules, type EffectiveRules, type RuleBook, type UnreadableRule } from './effective-rules.ts'
import { byImportance } from './importance.ts'
import type { ChangedCells } from './merger.ts'
import { Plane } from './plane.ts'
import type { Flow, FlowRemote } from './flow.ts'
import { DIRECTIONS, FAMILIES } from './directions.ts'
import { type ReadRule, type RuleRef } from './rules.ts'
import { serviceRanges } from './service-ranges.ts'

/**
 * What passes differently between two lists of groups. Plain data: can be sent between threads and
 * written as JSON.
 */
export type TrafficDifference = {
  kind: 'difference'
  /**
   * Exact: traffic that is in no flow passes, or is denied, as before. The most important first.
   */
  flows: readonly Flow[]
  /** How many flows there are of each change. */
  counts: Record<Change, number>
  /**
   * Rules of either list that decide, before or after, none of the traffic in `flows`; and all
   * rules of both lists.
   */
  unchangedRules: number
  rules: number
  /**
   * Rules of either list that can't be read. They leave open only what is in the flows with
   * change `undecided`.
   */
  unreadable: readonly UnreadableRule[]
  /** Rules of either list that take no part, as `enabled` is false. */
  disabled: readonly RuleRef[]
}

/**
 * Security groups have no effect on the port (docs/platform.md, Objects, Table 5,
 * `port_security_enabled`): all passes.
 */
export type NoEffect = { kind: 'port_security_off' }

/**
 * The traffic whose verdict changes when a port's groups go from one list to another, as an exact
 * set (nothing is sampled).
 * @throws TypeError when the two are not from the same rule book.
 */
export function trafficDifference(before: EffectiveRules, after: EffectiveRules): TrafficDifference {
  const kept = new Set(keptGroups(before.groupIds, after.groupIds))
  // Groups that keep their order among each other decide alike: a change needs a rule of one that
  // doesn't.
  return ruleDifference(before, after, (rule) => !kept.has(rule.ref.groupId))
}

/**
 * The same where not only whole groups come and go.
 * @param mayChange false for rules that keep their order among each other, in both lists
 * @throws TypeError when the two are not from the same rule book.
 */
export function ruleDifference(
  before: EffectiveRules,
  after: EffectiveRules,
  mayChange: (rule: ReadRule) => boolean,
): TrafficDifference {
  const { book } = before
  if (book !== after.book) throw new TypeError('both lists must be read from the same rule book')
  const rules = [...new Set([...before.rules, ...after.rules])]
  const [ranksBefore, ranksAfter] = [ranksOf(before), ranksOf(after)]

  const flows = DIRECTIONS.flatMap((direction) =>
    FAMILIES.flatMap((family) => {
      const plane = new Plane(rules, direction, family, book.cells(family))
      const [was, is] = [ranksIn(plane, ranksBefore), ranksIn(plane, ranksAfter)]
      const cells = changedCells(plane, was, is, mayChange, book.sets.length)
      const rangesText = new Map<string, Pick<FlowRemote, 'ranges' | 'share'>>()
      const decisions = new Map<object, Decision>()
      return cells.map((one) => flowOf(one, plane, book, rangesText, decisions))
    }),
  )
  const counts = { newly_allowed: 0, newly_denied: 0, undecided: 0 }
  const deciding = new Set<RuleRef>()
  for (const { change, before: was, after: is } of flows) {
    counts[change]++
    for (const { rule, unreadable } of [was, is]) {
      if (rule) deciding.add(rule)
      for (const ref of unreadable) deciding.add(ref)
    }
  }
  const unreadable = new Map([...before.unreadable, ...after.unreadable].map((one) => [one.ref, one]))
  return {
    kind: 'difference',
    flows: flows.toSorted(byImportance),
    counts,
    unchangedRules: rules.length - deciding.size,
    rules: rules.length,
    unreadable: [...unreadable.values()],
    disabled: [...new Set([...before.disabled, ...after.disabled])],
  }
}

/** The place of each rule of a list. */
function ranksOf({ rules }: EffectiveRules): Map<ReadRule, number> {
  const ranks = new Map<ReadRule, number>()
  for (const rule of rules) ranks.set(rule, ranks.size)
  return ranks
}

/** The ranks of a plane's rules, -1 for one that is not in the list. */
function ranksIn({ rules }: Plane, ranks: ReadonlyMap<ReadRule, number>): Int32Array {
  const found = new Int32Array(rules.length)
  for (let rule = 0; rule < rules.length; rule++) found[rule] = ranks.get(rules[rule]!) ?? -1
  return found
}

function flowOf(
  { change: conditional, services, cells }: ChangedCells,
  plane: Plane,
  book: RuleBook,
  rangesText: Map<string, Pick<FlowRemote, 'ranges' | 'share'>>,
  decisions: Map<object, Decision>,
): Flow {
  const key = cells.join(' ')
  let text = rangesText.get(key)
  if (!text) rangesText.set(key, (text = rangesOf(plane.ranges(cells), plane.family)))
  const decide = (one: typeof conditional.before) => {
    const known = decisions.get(one) ?? decisionOf(one)
    decisions.set(one, known)
    return known
  }
  const setsOf = (numbers: readonly number[]) => numbers.map((number) => book.sets[number]!)
  return {
    change: conditional.change,
    may: conditional.may,
    everyRemote: conditional.everyRemote,
    direction: plane.direction,
    family: plane.family,
    services: serviceRanges(services.flat()),
    remote: { ...text, memberOf: setsOf(conditional.memberOf), notMemberOf: setsOf(conditional.notMemberOf) },
    before: decide(conditional.before),
    after: decide(conditional.after),
  }
}

/** Addresses as data. */
export function rangesOf(
  ranges: readonly AddressRange[],
  family: Family,
): Pick<FlowRemote, 'ranges' | 'share'> {
  return {
    ranges: ranges.map(({ from, end }) => {
      const [text, last] = [addressText(from), addressBefore(end)]
      return { from: text, to: last === from ? text : addressText(last) }
    }),
    share: shareOfSpace(ranges, family),
  }
}

/** A port, its lists, and the rules of their groups: what its traffic is compared by. */
export type PlanTraffic = {
  /**
   * `port_security_enabled` of the port; the platform's default is true. False: groups have no
   * effect.
   */
  portSecurity: boolean | null | undefined
  /** The lists that the port has: now, then after each step; the last is the desired one. */
  lists: readonly (readonly string[])[]
  book: RuleBook
}

/**
 * For each list after the first, what passes differently than with the first list: the last is the
 * difference that the whole plan makes.
 */
export type PlanDifferences = { kind: 'differences'; afterStep: readonly TrafficDifference[] }

/**
 * What passes differently after each step of a plan, compared with the port as it is now: all but
 * the last is in between.
 */
export function trafficOfPlan({ portSecurity, lists, book }: PlanTraffic): PlanDifferences | NoEffect {
  if (portSecurity === false) return { kind: 'port_security_off' }
  const [current, ...later] = lists.map((list) => effectiveRules(list, book))
  return {
    kind: 'differences',
    afterStep: current ? later.map((list) => trafficDifference(current, list)) : [],
  }
}
