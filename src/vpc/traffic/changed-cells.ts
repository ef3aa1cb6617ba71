import { changes, type ConditionalChange } from './decisions.ts'
import { equal, Merger, type ChangedCells } from './merger.ts'
import { AddressPainter, RankSet, type Plane } from './plane.ts'
import type { ReadRule } from './rules.ts'

/**
 * All traffic of a plane whose verdict changes, or may change, between two orders of its rules. Exact: each piece of
 * traffic (with its memberships in named sets) is in at most one of the results, and in none when its verdict
 * certainly stays.
 * @param rankBefore rank of each rule of the plane in the list before, -1 when it is not in it; all ranks differ
 * @param rankAfter the same for the list after
 * @param mayChange rules that can take part in a change; traffic that none of them covers is passed over
 */
export function changedCells(
  plane: Plane,
  rankBefore: Int32Array,
  rankAfter: Int32Array,
  mayChange: (rule: ReadRule) => boolean,
  setCount: number,
): ChangedCells[] {
  const { rules } = plane
  const before = new Side(plane, rankBefore)
  const after = new Side(plane, rankAfter)
  const changing = rules.map(mayChange)
  const painter = new AddressPainter(plane)
  const pairs = new PairChanges(rules, setCount)
  const merger = new Merger()
  const known = new Map<string, readonly Found[]>()
  let active = 0

  /** The changes with the rules at hand, each with its cells as from, end, from, end, ... */
  function changesHere(): readonly Found[] {
    painter.divide(before.closed, after.closed, before.partial, after.partial)
    before.paint(painter)
    after.paint(painter)
    pairs.slot(before, after, painter)
    const spans = new Map<ConditionalChange, number[]>()
    for (let cell = 0; cell < painter.count; cell++)
      for (const change of pairs.at(cell)) {
        const span = spans.get(change)
        if (!span) spans.set(change, [painter.edges[cell]!, painter.edges[cell + 1]!])
        else if (span.at(-1) === painter.edges[cell]) span[span.length - 1] = painter.edges[cell + 1]!
        else span.push(painter.edges[cell]!, painter.edges[cell + 1]!)
      }
    return [...spans].map(([change, cells]) => ({ change, cells }))
  }

  plane.walkServices({
    enter(rule) {
      before.enter(rule)
      after.enter(rule)
      if (changing[rule]) active++
    },
    leave(rule) {
      before.leave(rule)
      after.leave(rule)
      if (changing[rule]) active--
    },
    slot(from, end) {
      if (active === 0) return
      before.collect()
      after.collect()
      if (before.decidesLike(after)) return
      // The same rules meet again and again, between the ports that single rules are about.
      const key = `${before.key()} ${after.key()}`
      let found = known.get(key)
      if (!found) known.set(key, (found = changesHere()))
      for (const { change, cells } of found) merger.add(change, from, end, cells)
    },
  })
  return merger.end()
}

type Found = { change: ConditionalChange; cells: number[] }

/** One of the two lists, at one place of the service line. */
class Side {
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

  /** Tells the rules that decide here: the same for the same rules in the same order. */
  key(): string {
    return `${this.closed.join()};${this.open.join()}`
  }

  /** True when it is plain that both lists decide alike here: same rules in the same order, or only one verdict. */
  decidesLike(other: Side): boolean {
    if (this.open.length > 0 || other.open.length > 0) return false
    const drops = (rule: number) => this.#plane.rules[rule]!.action === 'deny'
    return equal(this.closed, other.closed) || (this.closed.every(drops) && other.closed.every(drops))
  }

  paint(painter: AddressPainter): void {
    painter.begin(this.owner)
    for (const rule of this.closed) painter.paint(this.owner, rule)
  }
}

const NO_CHANGE: readonly ConditionalChange[] = []

/** The changes for a pair of deciders, each pair looked at once. */
class PairChanges {
  readonly #rules: readonly ReadRule[]
  readonly #setCount: number
  readonly #byOpen = new Map<string, Map<number, readonly ConditionalChange[]>>()
  readonly #interned = new Map<string, ConditionalChange>()
  readonly #numbers: Map<ReadRule, number>
  /** For each rule, counted from 1, whether it allows; 0 is no rule. */
  readonly #allows: Uint8Array
  #before!: Side
  #after!: Side
  #whole!: Map<number, readonly ConditionalChange[]>
  /** No rule here is open. */
  #plain = false
  /** For each local cell the partial open rules that cover it, as text; undefined when there are none at all. */
  #partial: string[] | undefined

  constructor(rules: readonly ReadRule[], setCount: number) {
    this.#rules = rules
    this.#setCount = setCount
    this.#numbers = new Map(rules.map((rule, number) => [rule, number]))
    this.#allows = Uint8Array.from([undefined, ...rules], (rule) => (rule?.action === 'allow' ? 1 : 0))
  }

  slot(before: Side, after: Side, painter: AddressPainter): void {
    this.#before = before
    this.#after = after
    this.#whole = this.#table('')
    this.#partial = undefined
    this.#plain = before.open.length + after.open.length === 0
    const partial = new Set([...before.partial, ...after.partial])
    if (partial.size === 0) return
    const covers = Array.from({ length: painter.count }, () => '')
    for (const rule of partial) painter.cover(rule, (cell) => (covers[cell] += `${rule} `))
    this.#partial = covers
  }

  at(cell: number): readonly ConditionalChange[] {
    const before = this.#before.owner[cell]!
    const after = this.#after.owner[cell]!
    if (this.#plain && this.#allows[before + 1] === this.#allows[after + 1]) return NO_CHANGE
    const table = this.#partial ? this.#table(this.#partial[cell]!) : this.#whole
    const key = (before + 1) * (this.#rules.length + 1) + after + 1
    const known = table.get(key)
    if (known) return known
    const covering = this.#partial && new Set(this.#partial[cell]!.split(' ').map(Number))
    const found = this.#changes(before, after, covering)
    table.set(key, found)
    return found
  }

  /** The table for the open rules of this slot and these partial ones. */
  #table(partial: string): Map<number, readonly ConditionalChange[]> {
    const { open: before } = this.#before
    const { open: after } = this.#after
    const key = before.length + after.length === 0 ? '' : `${before.join(' ')}|${after.join(' ')}|${partial}`
    let table = this.#byOpen.get(key)
    if (!table) this.#byOpen.set(key, (table = new Map()))
    return table
  }

  #changes(
    before: number,
    after: number,
    covering: ReadonlySet<number> | undefined,
  ): readonly ConditionalChange[] {
    const deciders = (side: Side, decider: number) => {
      const end = decider < 0 ? Infinity : side.rank[decider]!
      const open = side.open.filter(
        (rule) => side.rank[rule]! < end && (!side.partial.includes(rule) || covering?.has(rule)),
      )
      return { open: open.map((rule) => this.#rules[rule]!), rule: this.#rules[decider] }
    }
    const found = changes(deciders(this.#before, before), deciders(this.#after, after), this.#setCount)
    return found.length === 0 ? NO_CHANGE : found.map((change) => this.#intern(change))
  }

  /** One object for equal changes, so that they can be merged by identity. */
  #intern(change: ConditionalChange): ConditionalChange {
    const number = (rule: ReadRule | undefined) => (rule ? this.#numbers.get(rule)! : -1)
    const text = ({ rule, unreadable }: ConditionalChange['before']) =>
      [rule, ...unreadable].map(number).join(' ')
    const key = [
      text(change.before),
      text(change.after),
      change.memberOf.join(' '),
      change.notMemberOf.join(' '),
    ]
    const known = this.#interned.get(key.join('|'))
    if (known) return known
    this.#interned.set(key.join('|'), change)
    return change
  }
}
