import type { EffectiveRules } from './effective-rules.ts'
import { AddressPainter, Plane, RankSet } from './plane.ts'
import { DIRECTIONS, FAMILIES } from './directions.ts'
import { type RuleRef } from './rules.ts'
import { coversSpans } from './services.ts'

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
  for (const { ref, extents, problem } of effective.rules)
    if (problem === undefined && extents.every(({ addresses }) => addresses?.length === 0))
      found.push({ ref, reason: 'no_members', by: [] })
  for (const direction of DIRECTIONS)
    for (const family of FAMILIES) {
      const plane = new Plane(effective.rules, direction, family, effective.book.cells(family))
      const live = liveRules(plane)
      for (const [rule, by] of shadowing(plane, live))
        found.push({ ref: plane.rules[rule]!.ref, reason: 'shadowed', by })
    }
  const order = new Map(effective.rules.map(({ ref }, rank) => [ref, rank]))
  return found.toSorted((a, b) => order.get(a.ref)! - order.get(b.ref)!)
}

// A plane has its rules in the order they are decided, so a rule's index in it is its rank.

/** 1 for each rule of the plane that decides some traffic, or is unreadable. */
function liveRules(plane: Plane): Uint8Array {
  const { rules } = plane
  const live = Uint8Array.from(rules, ({ problem }) => (problem === undefined ? 0 : 1))
  const owner = new Int32Array(plane.cellCount)
  const painter = new AddressPainter(plane)
  eachSlot(plane, live, (present, waiting) => {
    const active = activeUpTo(plane, present, Math.max(...waiting))
    painter.divide(active)
    painter.begin(owner)
    const seen = new Set<number>()
    for (const rule of active) {
      const { set } = rules[rule]!
      if (set < 0) {
        if (painter.paint(owner, rule)) live[rule] = 1
      } else if (painter.left > 0 && !seen.has(set)) {
        live[rule] = 1
        seen.add(set)
      }
    }
  })
  return live
}

/** For each rule that isn't live the rules that shadow it. */
function shadowing(plane: Plane, live: Uint8Array): Map<number, RuleRef[]> {
  const { rules } = plane
  const settled = Uint8Array.from(live)
  const found = new Map<number, RuleRef[]>()
  const together = new Map<number, Set<number>>()
  const owner = new Int32Array(plane.cellCount)
  const painter = new AddressPainter(plane)
  eachSlot(plane, settled, (present, waiting) => {
    for (const rule of waiting) {
      if (together.has(rule)) continue
      // A rule that shadows it alone is present wherever it is, so one look is enough.
      const one = present.find(rule, (other) => covers(plane, other, rule))
      if (one < 0) together.set(rule, new Set())
      else {
        found.set(rule, [rules[one]!.ref])
        settled[rule] = 1
      }
    }
    const shared = waiting.filter((rule) => together.has(rule))
    if (shared.length === 0) return
    const active = activeUpTo(plane, present, Math.max(...shared))
    const firstOfSet = new Map<number, number>()
    painter.divide(active, shared)
    painter.begin(owner)
    for (const rule of active) {
      const { set } = rules[rule]!
      if (set < 0) painter.paint(owner, rule)
      else if (!firstOfSet.has(set)) firstOfSet.set(set, rule)
    }
    for (const rule of shared) {
      const by = together.get(rule)!
      const same = firstOfSet.get(rules[rule]!.set) ?? rule
      painter.cover(rule, (cell) => {
        const first = owner[cell]!
        by.add(first >= 0 && first < same ? first : same)
      })
    }
  })
  for (const [rule, by] of together)
    found.set(
      rule,
      [...by].toSorted((a, b) => a - b).map((one) => rules[one]!.ref),
    )
  return found
}

/** The readable rules in order, up to `last` or the first that leaves nothing to later ones. */
function activeUpTo({ rules, cells }: Plane, present: RankSet, last: number): number[] {
  const active: number[] = []
  for (let rule = present.next(0); rule >= 0 && rule <= last; rule = present.next(rule + 1)) {
    const { set, problem } = rules[rule]!
    if (problem !== undefined) continue
    active.push(rule)
    if (set < 0 && !cells[rule]) break
  }
  return active
}

/**
 * Walks the stretches of the service line that have rules which are not settled (0), with all rules
 * that are present there, and those not settled.
 */
export function eachSlot(
  plane: Plane,
  settled: Uint8Array,
  visit: (present: RankSet, waiting: number[]) => void,
): void {
  const present = new RankSet(plane.rules.length)
  const open = new Set<number>()
  plane.walkServices({
    enter(rule) {
      present.add(rule)
      if (settled[rule] === 0) open.add(rule)
    },
    leave(rule) {
      present.delete(rule)
      open.delete(rule)
    },
    slot() {
      for (const rule of open) if (settled[rule] === 1) open.delete(rule)
      if (open.size > 0) visit(present, [...open])
    },
  })
}

/** True when `one` matches all that `other` matches. */
function covers(plane: Plane, one: number, other: number): boolean {
  const { set, problem } = plane.rules[one]!
  if (problem !== undefined || (set >= 0 && set !== plane.rules[other]!.set)) return false
  const [outer, inner] = [plane.cells[one], plane.cells[other]]
  if (outer && outer !== inner && !(inner && coversSpans(outer, inner))) return false
  return coversSpans(plane.extents[one]!.services, plane.extents[other]!.services)
}
