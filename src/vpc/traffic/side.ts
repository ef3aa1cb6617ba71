import { equal } from './merger.ts'
import { RankSet, type AddressPainter, type Plane } from './plane.ts'

/** One of the two lists, at one place of the service line. */
export class Side {
  /** Rules that decide every address they cover, in order, up to one that covers all. */
  closed: number[] = []
  /** Rules whose match is open, in order: with a named set, or unreadable. */
  open: number[] = []
  /** Those of `open` that don't cover all addresses. */
  partial: number[] = []
  readonly owner: Int32Array
  readonly rank: Int32Array
  readonly #active: RankSet
  readonly #byRank: Int32Array
  readonly #plane: Plane

  constructor(plane: Plane, rank: Int32Array) {
    this.#plane = plane
    this.rank = rank
    const size = rank.reduce((most, one) => Math.max(most, one), 0) + 1
    this.#active = new RankSet(size)
    this.#byRank = new Int32Array(size)
    for (const [rule, at] of rank.entries()) if (at >= 0) this.#byRank[at] = rule
    this.owner = new Int32Array(plane.cellCount)
  }

  enter(rule: number): void {
    if (this.rank[rule]! >= 0) this.#active.add(this.rank[rule]!)
  }

  leave(rule: number): void {
    if (this.rank[rule]! >= 0) this.#active.delete(this.rank[rule]!)
  }

  collect(): void {
    this.closed = []
    this.open = []
    this.partial = []
    for (let at = this.#active.next(0); at >= 0; at = this.#active.next(at + 1)) {
      const rule = this.#byRank[at]!
      const { set, problem } = this.#plane.rules[rule]!
      const partial = this.#plane.cells[rule] !== undefined
      if (set < 0 && problem === undefined) {
        this.closed.push(rule)
        if (!partial) break
      } else {
        this.open.push(rule)
        if (partial) this.partial.push(rule)
      }
    }
  }

  /** Equal for the same rules in the same order, and only then. */
  key(): string {
    return `${this.closed.join()};${this.open.join()}`
  }

  /**
   * True when it is plain that both lists decide alike here: same rules in the same order, or only
   * one verdict.
   */
  decidesLike(other: Side): boolean {
    if (this.open.length > 0 || other.open.length > 0) return false
    const denies = (rule: number) => this.#plane.rules[rule]!.action === 'deny'
    return equal(this.closed, other.closed) || (this.closed.every(denies) && other.closed.every(denies))
  }

  paint(painter: AddressPainter): void {
    painter.begin(this.owner)
    for (const rule of this.closed) painter.paint(this.owner, rule)
  }
}

/** No rule covers. */
export const NO_COVERING = 0

/** Sets of rules, as numbers: each is another set with one rule more. */
export class Coverings {
  readonly #sets: { without: number; rule: number }[] = [{ without: NO_COVERING, rule: -1 }]
  readonly #with = new Map<number, number>()
  readonly #ruleCount: number

  constructor(ruleCount: number) {
    this.#ruleCount = ruleCount
  }

  with(covering: number, rule: number): number {
    const key = covering * this.#ruleCount + rule
    let made = this.#with.get(key)
    if (made === undefined) this.#with.set(key, (made = this.#sets.push({ without: covering, rule }) - 1))
    return made
  }

  rules(covering: number): Set<number> {
    const rules = new Set<number>()
    for (let at = covering; at !== NO_COVERING; at = this.#sets[at]!.without) rules.add(this.#sets[at]!.rule)
    return rules
  }
}
