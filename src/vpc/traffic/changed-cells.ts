import { conditionalChanges, type ConditionalChange } from './decisions.ts'
import { Merger, type ChangedCells } from './merger.ts'
import { AddressPainter, type Plane } from './plane.ts'
import type { ReadRule } from './rules.ts'
import { Coverings, NO_COVERING, Side } from './side.ts'

/**
 * All traffic of a plane whose verdict changes, or may change, between two orders of its rules.
 * Exact: each packet (with its memberships in named sets) is in at most one of the results, and in
 * none when its verdict certainly stays.
 * @param rankBefore rank of each rule of the plane in the list before, -1 when it is not in it; all
 *   ranks differ
 * @param rankAfter the same for the list after
 * @param mayChange rules that can take part in a change; traffic that none of them covers is passed
 *   over
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
      // The same rules apply to many stretches, between the ports that single rules are about.
      const key = `${before.key()} ${after.key()}`
      let found = known.get(key)
      if (!found) known.set(key, (found = changesHere()))
      for (const { change, cells } of found) merger.add(change, from, end, cells)
    },
  })
  return merger.end()
}

type Found = { change: ConditionalChange; cells: number[] }

const NO_CHANGE: readonly ConditionalChange[] = []

/** The changes by the pair of rules that decide when no open rule does. */
type Table = Map<number, readonly ConditionalChange[]>

/** The changes for a pair of deciders, each pair looked at once. */
class PairChanges {
  readonly #rules: readonly ReadRule[]
  readonly #setCount: number
  readonly #byOpen = new Map<string, Map<number, Table>>()
  readonly #coverings: Coverings
  readonly #interned = new Map<string, ConditionalChange>()
  readonly #numbers: Map<ReadRule, number>
  /** For each rule, counted from 1, whether it allows; 0 is no rule. */
  readonly #allows: Uint8Array
  #before!: Side
  #after!: Side
  /** By covering: what is known of the open rules of this slot. */
  #tables!: Map<number, Table>
  /** No rule here is open. */
  #plain = false
  /** For each local cell the partial open rules that cover it, as a number of #coverings. */
  #covering = new Int32Array()

  constructor(rules: readonly ReadRule[], setCount: number) {
    this.#rules = rules
    this.#setCount = setCount
    this.#numbers = new Map(rules.map((rule, number) => [rule, number]))
    this.#coverings = new Coverings(rules.length)
    this.#allows = Uint8Array.from([undefined, ...rules], (rule) => (rule?.action === 'allow' ? 1 : 0))
  }

  slot(before: Side, after: Side, painter: AddressPainter): void {
    this.#before = before
    this.#after = after
    this.#tables = this.#tablesOf(before, after)
    this.#plain = before.open.length + after.open.length === 0
    if (this.#covering.length < painter.count) this.#covering = new Int32Array(painter.count)
    const covering = this.#covering.fill(NO_COVERING, 0, painter.count)
    for (const rule of new Set([...before.partial, ...after.partial]))
      painter.cover(rule, (cell) => (covering[cell] = this.#coverings.with(covering[cell]!, rule)))
  }

  at(cell: number): readonly ConditionalChange[] {
    const before = this.#before.owner[cell]!
    const after = this.#after.owner[cell]!
    if (this.#plain && this.#allows[before + 1] === this.#allows[after + 1]) return NO_CHANGE
    const covering = this.#covering[cell]!
    let table = this.#tables.get(covering)
    if (!table) this.#tables.set(covering, (table = new Map()))
    const key = (before + 1) * (this.#rules.length + 1) + after + 1
    const known = table.get(key)
    if (known) return known
    const found = this.#changes(before, after, this.#coverings.rules(covering))
    table.set(key, found)
    return found
  }

  /** The tables for slots with the same open rules. */
  #tablesOf({ open: before }: Side, { open: after }: Side): Map<number, Table> {
    const key = `${before.join(' ')}|${after.join(' ')}`
    let tables = this.#byOpen.get(key)
    if (!tables) this.#byOpen.set(key, (tables = new Map()))
    return tables
  }

  #changes(before: number, after: number, covering: ReadonlySet<number>): readonly ConditionalChange[] {
    const deciders = (side: Side, decider: number) => {
      const end = decider < 0 ? Infinity : side.rank[decider]!
      const open = side.open.filter(
        (rule) => side.rank[rule]! < end && (!side.partial.includes(rule) || covering.has(rule)),
      )
      return { open: open.map((rule) => this.#rules[rule]!), rule: this.#rules[decider] }
    }
    const found = conditionalChanges(
      deciders(this.#before, before),
      deciders(this.#after, after),
      this.#setCount,
    )
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
      change.everyRemote,
    ]
    const known = this.#interned.get(key.join('|'))
    if (known) return known
    this.#interned.set(key.join('|'), change)
    return change
  }
}
