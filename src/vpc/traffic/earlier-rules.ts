import { KeysAtMost } from './keys-at-most.ts'
import { AddressPainter, type Plane } from './plane.ts'

/** So many rules are enough to name a few that may match some of a rule. */
const ENOUGH = 8

/** No place on the service line: later than all. */
export const NOWHERE = Infinity

/**
 * What an earlier rule is. `certain` are those that can be read, and have no named set; of them,
 * `everywhere` are those that cover all cells.
 */
type Kind = 'certain' | 'everywhere' | 'ofSet' | 'unreadable'

/**
 * Looks at the rules of a plane one by one, each with those before it that match some of the same
 * services. Most pairs of rules have nothing in common, and are never looked at: `Meeting` names
 * those that may have.
 *
 * A plane has its rules in the order they are decided, so a rule's index in it is its rank.
 */
export class EarlierRules {
  readonly plane: Plane
  /**
   * Earlier rules that certainly match some of the same traffic; of a rule for a set, those that
   * match some of the same services. In order, as all here.
   */
  certain: number[] = []
  /**
   * True where `certain` has only the first few of those that don't cover all cells: all of them
   * together leave some addresses to a rule for a set, which they so neither shadow nor cut.
   */
  isShort = false
  /** Earlier rules for the same set, with some of the same services. */
  sameSet: number[] = []
  /** Found by `lookForOpen`: earlier rules for other sets, with some of the same services. */
  otherSets: number[] = []
  /** Found by it, too: earlier rules that can't be read, and may match some of the same traffic. */
  unreadable: number[] = []
  /** Where the services begin that the rule has in common with any rule of each list. */
  certainFrom = NOWHERE
  sameSetFrom = NOWHERE
  openFrom = NOWHERE
  /** The same of those of `certain` that cover all cells. */
  everywhereFrom = NOWHERE
  /** The first rule that matches all that the rule matches; -1 where none does so alone. */
  alone = -1
  readonly #kinds: Record<Kind, RuleBits>
  /** The rules of each set. */
  readonly #ofSets = new Map<number, number[]>()
  /** All cells are covered by rules that can be read, have no set and cover a part each. */
  readonly #isPaved: boolean
  readonly #meeting: Meeting
  readonly #services: SpanLists
  readonly #cells: SpanLists
  /** How many cells each rule covers. */
  readonly #size: Int32Array
  readonly #painter: AddressPainter
  readonly #owner: Int32Array

  constructor(plane: Plane) {
    this.plane = plane
    const { rules, extents, cells, cellCount } = plane
    const kinds = (this.#kinds = {
      certain: new RuleBits(rules.length),
      everywhere: new RuleBits(rules.length),
      ofSet: new RuleBits(rules.length),
      unreadable: new RuleBits(rules.length),
    })
    for (let rule = 0; rule < rules.length; rule++) {
      const { set, problem } = rules[rule]!
      if (problem !== undefined) kinds.unreadable.add(rule)
      else if (set < 0) {
        kinds.certain.add(rule)
        if (!cells[rule]) kinds.everywhere.add(rule)
      } else {
        kinds.ofSet.add(rule)
        const same = this.#ofSets.get(set)
        if (same) same.push(rule)
        else this.#ofSets.set(set, [rule])
      }
    }
    const all = [0, cellCount]
    this.#services = new SpanLists(extents.map(({ services }) => services))
    this.#cells = new SpanLists(cells.map((one) => one ?? all))
    this.#meeting = new Meeting(this.#services, this.#cells)
    this.#size = Int32Array.from(cells, (spans = Int32Array.from(all)) => {
      let size = 0
      for (let at = 0; at < spans.length; at += 2) size += spans[at + 1]! - spans[at]!
      return size
    })
    this.#painter = new AddressPainter(plane)
    this.#owner = new Int32Array(cellCount)
    this.#isPaved = this.#ofSets.size > 0 && this.#areAllCovered()
  }

  /**
   * Finds what is before a readable rule, up to the first that shadows it alone; but for what only
   * may match.
   * @param fully also where that makes `certain` longer than it need be
   */
  look(rule: number, fully = false): void {
    const { certain, everywhere } = this.#kinds
    const services = this.#services
    const cells = this.#cells
    const meeting = this.#meeting
    const { set } = this.plane.rules[rule]!
    this.certain = []
    this.isShort = false
    this.alone = -1
    this.certainFrom = NOWHERE
    this.everywhereFrom = NOWHERE
    this.#lookInSet(rule, set)
    const begin = services.begin(rule)
    let few = set < 0 || fully || this.#isPaved ? Infinity : ENOUGH
    meeting.ask(rule, certain)
    for (let other = meeting.next(); other >= 0; other = meeting.next()) {
      if (this.alone >= 0 && other > this.alone) return
      const from = services.firstCommon(other, rule)
      // Who is in a set may be at any address, so a rule of a set meets rules for any.
      if (from === NOWHERE || (set < 0 && cells.firstCommon(other, rule) === NOWHERE)) continue
      if (cells.covers(other, rule) && services.covers(other, rule)) {
        this.alone = other
        return
      }
      this.certain.push(other)
      this.certainFrom = Math.min(this.certainFrom, from)
      if (from < this.everywhereFrom && this.isEverywhere(other)) this.everywhereFrom = from
      // There is no earlier place than where the rule begins.
      if (from > begin || --few > 0) continue
      meeting.only(everywhere)
      this.isShort = true
    }
  }

  #lookInSet(rule: number, set: number): void {
    const services = this.#services
    this.sameSet = []
    this.sameSetFrom = NOWHERE
    for (const other of this.#ofSets.get(set) ?? []) {
      if (other >= rule) return
      const from = services.firstCommon(other, rule)
      if (from === NOWHERE) continue
      if (services.covers(other, rule)) {
        this.alone = other
        return
      }
      this.sameSet.push(other)
      this.sameSetFrom = Math.min(this.sameSetFrom, from)
    }
  }

  /**
   * Finds earlier rules that may match some of what a rule matches: of other sets, and those that
   * can't be read. Enough of them to name a few where the first such service is.
   */
  lookForOpen(rule: number): void {
    const { rules } = this.plane
    const services = this.#services
    const meeting = this.#meeting
    const { set } = rules[rule]!
    const begin = services.begin(rule)
    this.otherSets = []
    this.unreadable = []
    this.openFrom = NOWHERE
    const sets: number[] = []
    meeting.ask(rule, this.#kinds.ofSet)
    for (let other = meeting.next(); other >= 0 && sets.length < ENOUGH; other = meeting.next()) {
      if (rules[other]!.set === set) continue
      const from = services.firstCommon(other, rule)
      if (from === NOWHERE) continue
      this.otherSets.push(other)
      this.openFrom = Math.min(this.openFrom, from)
      if (from === begin && !sets.includes(rules[other]!.set)) sets.push(rules[other]!.set)
    }
    let few = ENOUGH
    meeting.ask(rule, this.#kinds.unreadable)
    for (let other = meeting.next(); other >= 0 && few > 0; other = meeting.next()) {
      const from = services.firstCommon(other, rule)
      if (from === NOWHERE || this.#cells.firstCommon(other, rule) === NOWHERE) continue
      this.unreadable.push(other)
      this.openFrom = Math.min(this.openFrom, from)
      if (from === begin) few--
    }
  }

  /** True when a rule matches the service at a place of the service line. */
  isPresent(rule: number, place: number): boolean {
    return this.#services.has(rule, place)
  }

  /** True when a rule covers all cells. */
  isEverywhere(rule: number): boolean {
    return !this.plane.cells[rule]
  }

  /**
   * True when rules together cover all cells of `rule`.
   * @param rules in order; they meet it
   */
  areCovered(rule: number, rules: readonly number[]): boolean {
    let size = 0
    for (const one of rules) {
      if (this.isEverywhere(one)) return true
      size += this.#size[one]!
    }
    if (size < this.#size[rule]!) return false
    this.#paint(rule, rules)
    let covered = true
    this.#painter.cover(rule, (cell) => {
      if (this.#owner[cell]! < 0) covered = false
    })
    return covered
  }

  /**
   * The first of `rules` that covers a cell, for the cells of `rule` in order, each named once; -1
   * where none covers it.
   * @param most so many are enough
   */
  owners(rule: number, rules: readonly number[], most = Infinity): Set<number> {
    this.#paint(rule, rules)
    const found = new Set<number>()
    this.#painter.cover(rule, (cell) => {
      if (found.size < most) found.add(this.#owner[cell]!)
    })
    return found
  }

  /** Where the services of a rule begin. */
  begins(rule: number): number[] {
    return [...this.plane.extents[rule]!.services].filter((_, at) => at % 2 === 0)
  }

  /**
   * Where the services of `rule` begin, and where those of `others` begin or end among them, in
   * order.
   */
  places(rule: number, ...others: readonly (readonly number[])[]): number[] {
    const found = new Set<number>()
    for (const list of others)
      for (const one of list) for (const place of this.plane.extents[one]!.services) found.add(place)
    const inside = [...found].filter((place) => this.#services.has(rule, place))
    return [...new Set([...this.begins(rule), ...inside])].toSorted((a, b) => a - b)
  }

  /** Those of the rules that match the service at a place. */
  present(rules: readonly number[], place: number): number[] {
    return rules.filter((one) => this.#services.has(one, place))
  }

  /** True when the rules that cover a part of the cells cover all of them together. */
  #areAllCovered(): boolean {
    const { certain, everywhere } = this.#kinds
    const some = [...this.plane.rules.keys()].filter((rule) => certain.has(rule) && !everywhere.has(rule))
    this.#painter.divide(some)
    this.#painter.begin(this.#owner)
    for (const one of some) this.#painter.paint(this.#owner, one)
    return this.#painter.left === 0
  }

  #paint(rule: number, rules: readonly number[]): void {
    this.#painter.divide(rules, [rule])
    this.#painter.begin(this.#owner)
    for (const one of rules) {
      if (this.#painter.left === 0) break
      this.#painter.paint(this.#owner, one)
    }
  }
}

/**
 * Names the earlier rules that may match some of what a rule matches: by where the services and the
 * cells of each begin and end. Rules of sets have all cells.
 */
class Meeting {
  readonly #services: SpanBounds
  readonly #cells: SpanBounds
  /** Those that are asked for, and where in the bits of each bound it is said which may meet. */
  #asked: Int32Array = new Int32Array()
  #begins = 0
  #ends = 0
  #firstCells = 0
  #lastCells = 0
  #rule = 0
  #word = 0
  #left = 0

  constructor(services: SpanLists, cells: SpanLists) {
    this.#services = new SpanBounds(services)
    this.#cells = new SpanBounds(cells)
  }

  /** Asks for those of a kind; `next` then gives one after the other. */
  ask(rule: number, { words }: RuleBits): void {
    this.#asked = words
    this.#begins = this.#services.beginBeforeEnd(rule)
    this.#ends = this.#services.endAfterBegin(rule)
    this.#firstCells = this.#cells.beginBeforeEnd(rule)
    this.#lastCells = this.#cells.endAfterBegin(rule)
    this.#rule = rule
    this.#word = -1
    this.#left = 0
  }

  /** From here on, those of this kind only. */
  only({ words }: RuleBits): void {
    this.#asked = words
    this.#left &= words[this.#word]!
  }

  /** The next of them, in order; -1 when there is none. */
  next(): number {
    const last = this.#rule >> 5
    while (this.#left === 0) {
      if (++this.#word > last) return -1
      if (this.#asked[this.#word] === 0) continue
      this.#left = this.#bits(this.#word)
      if (this.#word === last) this.#left &= (1 << (this.#rule & 31)) - 1
    }
    const bit = this.#left & -this.#left
    this.#left ^= bit
    return (this.#word << 5) + 31 - Math.clz32(bit)
  }

  #bits(word: number): number {
    return (
      this.#asked[word]! &
      this.#services.begins.bits[this.#begins + word]! &
      this.#services.ends.bits[this.#ends + word]! &
      this.#cells.begins.bits[this.#firstCells + word]! &
      this.#cells.ends.bits[this.#lastCells + word]!
    )
  }
}

/** Where spans of rules begin, and where they end, the latest first. */
class SpanBounds {
  readonly begins: KeysAtMost
  readonly ends: KeysAtMost
  readonly #begins: Int32Array
  readonly #ends: Int32Array

  constructor(lists: SpanLists) {
    this.#begins = lists.bounds('begins')
    this.#ends = lists.bounds('ends').map((end) => -end)
    this.begins = new KeysAtMost(this.#begins)
    this.ends = new KeysAtMost(this.#ends)
  }

  /** The row of `begins` that names those that begin before a rule ends. */
  beginBeforeEnd(rule: number): number {
    return this.begins.row(-this.#ends[rule]! - 1)
  }

  /** The row of `ends` that names those that end after a rule begins. */
  endAfterBegin(rule: number): number {
    return this.ends.row(-this.#begins[rule]! - 1)
  }
}

/** Some of the rules, as bits. */
class RuleBits {
  readonly words: Int32Array

  constructor(count: number) {
    this.words = new Int32Array((count + 31) >> 5)
  }

  add(rule: number): void {
    this.words[rule >> 5]! |= 1 << (rule & 31)
  }

  has(rule: number): boolean {
    return (this.words[rule >> 5]! & (1 << (rule & 31))) !== 0
  }
}

/** Lists of spans: from, end, ...; in order and apart. All are in one piece of memory. */
class SpanLists {
  readonly #spans: Int32Array
  /** Where each list begins, and where it ends. */
  readonly #firsts: Int32Array
  readonly #ends: Int32Array

  constructor(lists: readonly ArrayLike<number>[]) {
    const places = new Map<ArrayLike<number>, number>()
    this.#firsts = new Int32Array(lists.length)
    this.#ends = new Int32Array(lists.length)
    let size = 0
    for (let one = 0; one < lists.length; one++) {
      const list = lists[one]!
      let first = places.get(list)
      if (first === undefined) {
        places.set(list, (first = size))
        size += list.length
      }
      this.#firsts[one] = first
      this.#ends[one] = first + list.length
    }
    this.#spans = new Int32Array(size)
    let filled = 0
    for (let one = 0; one < lists.length; one++)
      // Those before it are filled in: a list that is not new is among them.
      if (this.#firsts[one] === filled)
        for (let at = 0; filled < this.#ends[one]!;) this.#spans[filled++] = lists[one]![at++]!
  }

  /** Where each list begins, or where each ends; 0 where it is empty. */
  bounds(which: 'begins' | 'ends'): Int32Array {
    const bounds = new Int32Array(this.#firsts.length)
    for (let one = 0; one < bounds.length; one++) {
      const [first, end] = [this.#firsts[one]!, this.#ends[one]!]
      if (first < end) bounds[one] = this.#spans[which === 'begins' ? first : end - 1]!
    }
    return bounds
  }

  /** Where a list begins; NOWHERE where it is empty. */
  begin(one: number): number {
    return this.#firsts[one] === this.#ends[one] ? NOWHERE : this.#spans[this.#firsts[one]!]!
  }

  /** Where what two have in common begins. */
  firstCommon(one: number, other: number): number {
    const spans = this.#spans
    const aEnd = this.#ends[one]!
    const bEnd = this.#ends[other]!
    for (let a = this.#firsts[one]!, b = this.#firsts[other]!; a < aEnd && b < bEnd;) {
      const from = Math.max(spans[a]!, spans[b]!)
      const endOfA = spans[a + 1]!
      const endOfB = spans[b + 1]!
      if (from < endOfA && from < endOfB) return from
      if (endOfA < endOfB) a += 2
      else b += 2
    }
    return NOWHERE
  }

  has(one: number, place: number): boolean {
    const spans = this.#spans
    const end = this.#ends[one]!
    for (let at = this.#firsts[one]!; at < end && spans[at]! <= place; at += 2)
      if (place < spans[at + 1]!) return true
    return false
  }

  /** True when `outer` has all of `inner`. */
  covers(outer: number, inner: number): boolean {
    if (this.#firsts[outer] === this.#firsts[inner]) return true
    const spans = this.#spans
    const oEnd = this.#ends[outer]!
    const iEnd = this.#ends[inner]!
    for (let i = this.#firsts[inner]!, o = this.#firsts[outer]!; i < iEnd; i += 2) {
      while (o < oEnd && spans[o + 1]! < spans[i + 1]!) o += 2
      if (o >= oEnd || spans[o]! > spans[i]!) return false
    }
    return true
  }
}
