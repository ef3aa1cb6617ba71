import { DIRECTIONS, FAMILIES } from './directions.ts'
import type { EffectiveRules } from './effective-rules.ts'
import { AddressPainter, Plane, type RankSet } from './plane.ts'
import type { RuleRef } from './rules.ts'
import { eachSlot, shadowedRules, type NeverMatching } from './shadowed.ts'

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

/** What each rule really decides, in the order of `effective.rules`. */
export function ruleEffects(effective: EffectiveRules): RuleEffect[] {
  const found = new Map<RuleRef, RuleEffect>()
  for (const direction of DIRECTIONS)
    for (const family of FAMILIES) {
      const plane = new Plane(effective.rules, direction, family, effective.book.cells(family))
      new PlaneEffects(plane).find(found)
    }
  for (const { ref, reason, by } of shadowedRules(effective)) found.set(ref, { effect: 'never', reason, by })
  return effective.rules.map(({ ref, problem }) => (problem === undefined ? (found.get(ref) ?? ALL) : UNSURE))
}

/** Finds the rules of one plane that don't decide all they match. */
class PlaneEffects {
  readonly #plane: Plane
  readonly #painter: AddressPainter
  /** For each local cell the first rule that certainly matches it. */
  readonly #owner: Int32Array
  /** The same for rules that can't be read: they may match it. */
  readonly #openPainter: AddressPainter
  readonly #openOwner: Int32Array
  /** 1: nothing more is looked for. */
  readonly #settled: Uint8Array
  readonly #found = new Map<number, RuleEffect>()

  constructor(plane: Plane) {
    this.#plane = plane
    this.#painter = new AddressPainter(plane)
    this.#openPainter = new AddressPainter(plane)
    this.#owner = new Int32Array(plane.cellCount)
    this.#openOwner = new Int32Array(plane.cellCount)
    this.#settled = Uint8Array.from(plane.rules, ({ problem }) => (problem === undefined ? 0 : 1))
  }

  find(found: Map<RuleRef, RuleEffect>): void {
    eachSlot(this.#plane, this.#settled, (present, waiting) => this.#look(present, waiting))
    for (const [rule, effect] of this.#found) found.set(this.#plane.rules[rule]!.ref, effect)
  }

  /** Looks at one stretch of the service line. */
  #look(present: RankSet, waiting: readonly number[]): void {
    const { rules, cells } = this.#plane
    const last = waiting.reduce((latest, rule) => Math.max(latest, rule))
    const active: number[] = []
    let hasOpen = false
    for (let rule = present.next(0); rule >= 0 && rule <= last; rule = present.next(rule + 1)) {
      active.push(rule)
      if (rules[rule]!.problem !== undefined) hasOpen = true
      else if (rules[rule]!.set < 0 && !cells[rule]) break
    }
    const end = active.at(-1)!
    const late = waiting.filter((rule) => rule > end)
    this.#painter.divide(active, late)
    this.#painter.begin(this.#owner)
    if (hasOpen) {
      this.#openPainter.divide(active, late)
      this.#openPainter.begin(this.#openOwner)
    }
    const firstOfSet = new Map<number, number>()
    for (const rule of [...active, ...late]) {
      const { set, problem } = rules[rule]!
      if (problem !== undefined) {
        this.#openPainter.paint(this.#openOwner, rule)
        continue
      }
      const before = this.#painter.left
      const taken = set < 0 && this.#painter.paint(this.#owner, rule) ? before - this.#painter.left : 0
      if (this.#settled[rule] === 0) this.#judge(rule, taken, firstOfSet, hasOpen)
      if (set >= 0 && !firstOfSet.has(set)) firstOfSet.set(set, rule)
    }
  }

  /**
   * Judges a rule by those before it in a stretch.
   * @param taken how many cells no rule before it certainly matches; of a rule for a set, 0
   */
  #judge(rule: number, taken: number, firstOfSet: ReadonlyMap<number, number>, hasOpen: boolean): void {
    const { set } = this.#plane.rules[rule]!
    const { left, count } = this.#painter
    const same = firstOfSet.get(set)
    // Who is in a set may be at any address: only where none is left it is certain.
    const isPart = set < 0 ? taken < this.#painter.size(rule) : left === 0 || same !== undefined
    if (isPart) {
      const by = same === undefined ? this.#owners(rule, this.#owner) : new Set([same])
      this.#settled[rule] = 1
      this.#found.set(rule, { effect: 'part', by: this.#refs(by) })
      return
    }
    if (this.#found.has(rule)) return
    const by = set < 0 || left === count ? new Set<number>() : this.#owners(rule, this.#owner)
    for (const first of firstOfSet.values()) if (by.size < NAMED) by.add(first)
    if (hasOpen) for (const open of this.#owners(rule, this.#openOwner)) if (by.size < NAMED) by.add(open)
    if (by.size > 0) this.#found.set(rule, { effect: 'open', by: this.#refs(by) })
  }

  /** A few of the rules that own cells of `rule`. */
  #owners(rule: number, owner: Int32Array): Set<number> {
    const found = new Set<number>()
    this.#painter.cover(rule, (cell) => {
      const one = owner[cell]!
      if (one >= 0 && one !== rule && found.size < NAMED) found.add(one)
    })
    return found
  }

  #refs(rules: ReadonlySet<number>): RuleRef[] {
    return [...rules].toSorted((a, b) => a - b).map((rule) => this.#plane.rules[rule]!.ref)
  }
}
