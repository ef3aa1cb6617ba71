import type { AddressRange } from './addresses.ts'
import type { EffectiveRules } from './effective-rules.ts'
import { AddressPainter, Plane, RankSet } from './plane.ts'
import { DIRECTIONS, FAMILIES, type RuleRef } from './rules.ts'
import type { Spans } from './services.ts'

/** A rule that can never match. */
export type NeverMatching = {
  ref: RuleRef
  /** `shadowed`: earlier rules match all it could. `no_members`: the ports of its remote group have no such addresses. */
  reason: 'shadowed' | 'no_members'
  /** The rules that shadow it, in the order they are decided: one that does so alone, or all that do so together. */
  by: readonly RuleRef[]
}

/**
 * The rules that can never match, in the order they are decided. A rule is shadowed only when earlier readable rules
 * certainly match all its traffic, whoever is in the named sets; unreadable rules neither shadow nor count as shadowed.
 */
export function shadowedRules(effective: EffectiveRules): NeverMatching[] {
  const found: NeverMatching[] = []
  for (const { ref, extents, problem } of effective.rules)
    if (problem === undefined && extents.every(({ addresses }) => addresses?.length === 0))
      found.push({ ref, reason: 'no_members', by: [] })
  for (const direction of DIRECTIONS)
    for (const family of FAMILIES) {
      const plane = new Plane(effective.rules, direction, family)
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
  const owner = new Int32Array(plane.bounds.length)
  eachSlot(plane, live, (active, painter) => {
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
  const alone = new Map<number, number>()
  const together = new Map<number, Set<number>>()
  const owner = new Int32Array(plane.bounds.length)
  const tried = new Set<number>()
  eachSlot(plane, live, (active, painter, waiting) => {
    painter.begin(owner)
    const firstOfSet = new Map<number, number>()
    for (const rule of active) {
      const { set } = rules[rule]!
      if (set < 0) painter.paint(owner, rule)
      else if (!firstOfSet.has(set)) firstOfSet.set(set, rule)
    }
    for (const rule of waiting) {
      if (alone.has(rule)) continue
      // A rule that shadows it alone is active wherever it is, so one look is enough.
      if (!tried.has(rule)) {
        tried.add(rule)
        const one = active.find((other) => other < rule && covers(plane, other, rule))
        if (one !== undefined) {
          alone.set(rule, one)
          continue
        }
      }
      let by = together.get(rule)
      if (!by) together.set(rule, (by = new Set()))
      const same = firstOfSet.get(rules[rule]!.set) ?? rule
      painter.cover(rule, (cell) => {
        const first = owner[cell]!
        by.add(first >= 0 && first < same ? first : same)
      })
    }
  })
  const found = new Map<number, RuleRef[]>()
  for (const [rule, one] of alone) found.set(rule, [rules[one]!.ref])
  for (const [rule, by] of together)
    if (!alone.has(rule))
      found.set(
        rule,
        [...by].toSorted((a, b) => a - b).map((one) => rules[one]!.ref),
      )
  return found
}

/**
 * Walks the stretches of the service line where rules that are not live yet are active. `active` has the readable
 * rules in order, up to the one that leaves nothing to later ones; `waiting` has all active rules that are not live.
 */
function eachSlot(
  plane: Plane,
  live: Uint8Array,
  visit: (active: number[], painter: AddressPainter, waiting: number[]) => void,
): void {
  const { rules, cells } = plane
  const present = new RankSet(rules.length)
  const painter = new AddressPainter(plane)
  const wanted = new Set<number>()
  plane.walkServices({
    enter(rule) {
      present.add(rule)
      if (live[rule] === 0) wanted.add(rule)
    },
    leave(rule) {
      present.delete(rule)
      wanted.delete(rule)
    },
    slot() {
      const waiting = [...wanted].filter((rule) => live[rule] === 0)
      if (waiting.length === 0) return
      const last = Math.max(...waiting)
      const active: number[] = []
      for (let rule = present.next(0); rule >= 0 && rule <= last; rule = present.next(rule + 1)) {
        const { set, problem } = rules[rule]!
        if (problem !== undefined) continue
        active.push(rule)
        if (set < 0 && !cells[rule]) break
      }
      painter.divide(active, waiting)
      visit(active, painter, waiting)
    },
  })
}

/** True when `one` matches all that `other` matches. */
function covers(plane: Plane, one: number, other: number): boolean {
  const { set } = plane.rules[one]!
  if (set >= 0 && set !== plane.rules[other]!.set) return false
  const outer = plane.extents[one]!
  const inner = plane.extents[other]!
  return coversSpans(outer.services, inner.services) && coversRanges(outer.addresses, inner.addresses)
}

function coversSpans(outer: Spans, inner: Spans): boolean {
  for (let i = 0, o = 0; i < inner.length; i += 2) {
    while (o < outer.length && outer[o + 1]! < inner[i + 1]!) o += 2
    if (o >= outer.length || outer[o]! > inner[i]!) return false
  }
  return true
}

function coversRanges(
  outer: readonly AddressRange[] | undefined,
  inner: readonly AddressRange[] | undefined,
): boolean {
  if (!outer) return true
  if (!inner) return false
  return inner.every(({ from, end }) => outer.some((one) => one.from <= from && end <= one.end))
}
