import type { CandidateRules } from './decisions.ts'
import type { Outcomes } from './outcomes.ts'
import { AddressPainter, type Plane } from './plane.ts'
import type { ReadRule } from './rules.ts'
import { LINE_END } from './services.ts'
import { Coverings, NO_COVERING, Side } from './side.ts'

/** The outcome of every address cell: that of the cells from `edges[n]` up to `edges[n + 1]`. */
type CellOutcomes = { edges: Int32Array; outcomes: Int32Array }

/** Services with the same outcome for each address: `cells` is a number in `patterns`. */
export type Stretch = { from: number; end: number; cells: number }

/** The whole service line of a plane, in order, and the patterns of outcomes on it. */
export type ServiceStretches = { stretches: readonly Stretch[]; patterns: readonly CellOutcomes[] }

/**
 * Decides every packet of a plane, before and after.
 * @param ranks of each rule of the plane in the two lists, -1 when it is not in it
 */
export function serviceStretches(
  plane: Plane,
  ranks: readonly [Int32Array, Int32Array],
  outcomes: Outcomes,
): ServiceStretches {
  const patterns = new Patterns()
  const nothing = patterns.number([0, plane.cellCount], [0])
  const before = new Side(plane, ranks[0])
  const after = ranks[0] === ranks[1] ? before : new Side(plane, ranks[1])
  const deciders = new Deciders(plane, before, after, outcomes)
  const known = new Map<string, number>()
  const stretches: Stretch[] = []
  let last = 0
  const add = (from: number, end: number, cells: number) => {
    if (from < end) stretches.push({ from, end, cells })
    last = end
  }
  plane.walkServices({
    enter(rule) {
      before.enter(rule)
      if (after !== before) after.enter(rule)
    },
    leave(rule) {
      before.leave(rule)
      if (after !== before) after.leave(rule)
    },
    slot(from, end) {
      add(last, from, nothing)
      before.collect()
      if (after !== before) after.collect()
      const key = after === before ? before.key() : `${before.key()} ${after.key()}`
      let cells = known.get(key)
      if (cells === undefined) {
        const { edges, found } = deciders.here()
        known.set(key, (cells = patterns.number(edges, found)))
      }
      add(from, end, cells)
    },
  })
  add(last, LINE_END, nothing)
  return { stretches, patterns: patterns.all }
}

/** The rules that decide each cell, at one place of the service line after the other. */
class Deciders {
  readonly #plane: Plane
  readonly #before: Side
  readonly #after: Side
  readonly #outcomes: Outcomes
  readonly #painter: AddressPainter
  readonly #coverings: Coverings
  #covering = new Int32Array()
  /** The code of each rule, counted from 1; 0 is no rule. */
  readonly #codes: Int32Array

  constructor(plane: Plane, before: Side, after: Side, outcomes: Outcomes) {
    this.#plane = plane
    this.#before = before
    this.#after = after
    this.#outcomes = outcomes
    this.#codes = Int32Array.from([undefined, ...plane.rules], (rule) => outcomes.code(rule))
    this.#painter = new AddressPainter(plane)
    this.#coverings = new Coverings(plane.rules.length)
  }

  /** The outcomes here, where equal ones that follow each other are one. */
  here(): { edges: number[]; found: number[] } {
    const [before, after, painter] = [this.#before, this.#after, this.#painter]
    painter.divide(before.closed, after.closed, before.partial, after.partial)
    before.paint(painter)
    if (after !== before) after.paint(painter)
    const outcomeOf = before.open.length + after.open.length === 0 ? this.#plainly() : this.#openly()
    const edges: number[] = []
    const found: number[] = []
    for (let cell = 0; cell < painter.count; cell++) {
      const outcome = outcomeOf(cell)
      if (found.at(-1) === outcome) continue
      edges.push(painter.edges[cell]!)
      found.push(outcome)
    }
    edges.push(painter.edges[painter.count]!)
    return { edges, found }
  }

  #plainly(): (cell: number) => number {
    const { rules } = this.#plane
    const [was, is, codes] = [this.#before.owner, this.#after.owner, this.#codes]
    return (cell) => {
      const before = was[cell]!
      const after = is[cell]!
      const known = this.#outcomes.knownPlain(codes[before + 1]!, codes[after + 1]!)
      return known >= 0 ? known : this.#outcomes.plain(rules[before], rules[after])
    }
  }

  #openly(): (cell: number) => number {
    const [before, after, painter, coverings] = [this.#before, this.#after, this.#painter, this.#coverings]
    if (this.#covering.length < painter.count) this.#covering = new Int32Array(painter.count)
    const covering = this.#covering.fill(NO_COVERING, 0, painter.count)
    for (const rule of new Set([...before.partial, ...after.partial]))
      painter.cover(rule, (cell) => (covering[cell] = coverings.with(covering[cell]!, rule)))
    const size = this.#plane.rules.length + 1
    const known = new Map<number, Map<number, number>>()
    return (cell) => {
      const key = (before.owner[cell]! + 1) * size + after.owner[cell]! + 1
      let byOwners = known.get(covering[cell]!)
      if (!byOwners) known.set(covering[cell]!, (byOwners = new Map()))
      let outcome = byOwners.get(key)
      if (outcome === undefined) {
        const covers = coverings.rules(covering[cell]!)
        const [was, is] = [before, after].map((side) => candidates(this.#plane, side, cell, covers))
        byOwners.set(key, (outcome = this.#outcomes.of(was!, is!)))
      }
      return outcome
    }
  }
}

/**
 * What may decide a local cell in one list.
 * @param covers the open rules that cover it and not all addresses
 */
export function candidates(
  { rules }: Plane,
  { open, partial, owner, rank }: Side,
  cell: number,
  covers: ReadonlySet<number>,
): CandidateRules {
  const decider = owner[cell]!
  const end = decider < 0 ? Infinity : rank[decider]!
  const found: ReadRule[] = []
  for (const rule of open)
    if (rank[rule]! < end && (covers.has(rule) || !partial.includes(rule))) found.push(rules[rule]!)
  return { open: found, rule: rules[decider] }
}

/** Patterns of outcomes, each once. */
class Patterns {
  readonly all: CellOutcomes[] = []
  readonly #byHash = new Map<number, number[]>()

  number(edges: readonly number[], outcomes: readonly number[]): number {
    let hash = 0
    for (const [at, outcome] of outcomes.entries())
      hash = (Math.imul(hash, 31) + Math.imul(edges[at]!, 2654435761) + outcome) | 0
    let alike = this.#byHash.get(hash)
    if (!alike) this.#byHash.set(hash, (alike = []))
    for (const number of alike) {
      const one = this.all[number]!
      if (same(one.outcomes, outcomes) && same(one.edges, edges)) return number
    }
    const number = this.all.push({ edges: Int32Array.from(edges), outcomes: Int32Array.from(outcomes) }) - 1
    alike.push(number)
    return number
  }
}

function same(a: Int32Array, b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
