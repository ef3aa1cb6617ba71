import { KeysAtMost } from './keys-at-most.ts'
import { AddressPainter, type Plane } from './plane.ts'

/** So many rules are enough to name a few that may match some of a rule. */
const ENOUGH = 8

/** No place on the service line: later than all. */
export const NOWHERE = Infinity

/** What an earlier rule is; `certain` are those that can be read, and have no named set. */
type Kind = 'certainPart' | 'certainEverywhere' | 'ofSet' | 'unreadable'

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
      certainPart: new RuleBits(rules.length),
      certainEverywhere: new RuleBits(rules.length),
      ofSet: new RuleBits(rules.length),
      unreadable: new RuleBits(rules.length),
    })
    for (const [rule, { set, problem }] of rules.entries()) {
      if (problem !== undefined) kinds.unreadable.add(rule)
      else if (set < 0) (cells[rule] ? kinds.certainPart : kinds.certainEverywhere).add(rule)
      else {
        kinds.ofSet.add(rule)
        const same = this.#ofSets.get(set)
        if (same) same.push(rule)
        else this.#ofSets.set(set, [rule])
      }
    }
    const all = [0, cellCount]
    this.#services = new SpanLists(extents.map(({ services }) => services))
    this.#cells = new SpanLists(cells.map((one) => one ?? all))
    this.#meeting = new Meeting(this.#services, this.#cells, rules.length)
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
    const { certainPart, certainEverywhere } = this.#kinds
    const [services, cells, meeting] = [this.#services, this.#cells, this.#meeting]
    const { set } = this.plane.rules[rule]!
    this.certain = []
    this.isShort = false
    this.alone = -1
    this.certainFrom = NOWHERE
    this.everywhereFrom = NOWHERE
    this.#lookInSet(rule, set)
    const begin = services.begin(rule)
    let few = set < 0 || fully || this.#isPaved ? Infinity : ENOUGH
    meeting.ask(rule, certainPart, certainEverywhere)
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
      meeting.only(certainEverywhere)
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
    const [{ rules }, services, meeting] = [this.plane, this.#services, this.#meeting]
    const { set } = rules[rule]!
    const begin = services.begin(rule)
    this.otherSets = []
    this.unreadable = []
    this.openFrom = NOWHERE
    const sets = new Set<number>()
    meeting.ask(rule, this.#kinds.ofSet)
    for (let other = meeting.next(); other >= 0 && sets.size < ENOUGH; other = meeting.next()) {
      if (rules[other]!.set === set) continue
      const from = services.firstCommon(other, rule)
      if (from === NOWHERE) continue
      this.otherSets.push(other)
      this.openFrom = Math.min(this.openFrom, from)
      if (from === begin) sets.add(rules[other]!.set)
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
    const some = [...this.plane.rules.keys()].filter((rule) => this.#kinds.certainPart.has(rule))
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
  /** Where services and cells begin, and where they end, the latest first. */
  readonly #keys: readonly Int32Array[]
  readonly #atMost: readonly KeysAtMost[]
  readonly #rows = new Int32Array(4)
  readonly #asked: Int32Array
  #rule = 0
  #word = 0
  #left = 0

  constructor(services: SpanLists, cells: SpanLists, count: number) {
    const [begins, ends, firstCells, lastCells] = Array.from({ length: 4 }, () => new Int32Array(count)) as [
      Int32Array,
      Int32Array,
      Int32Array,
      Int32Array,
    ]
    for (let rule = 0; rule < count; rule++) {
      const [from, end] = services.bounds(rule)
      const [first, last] = cells.bounds(rule)
      begins[rule] = from
      ends[rule] = -end
      firstCells[rule] = first
      lastCells[rule] = -last
    }
    this.#keys = [begins, ends, firstCells, lastCells]
    this.#atMost = this.#keys.map((keys) => new KeysAtMost(keys))
    this.#asked = new Int32Array((count + 31) >> 5)
  }

  /** Asks for those of some kinds; `next` then gives one after the other. */
  ask(rule: number, ...kinds: readonly RuleBits[]): void {
    this.#asked.fill(0)
    for (const { words } of kinds) for (let at = rule >> 5; at >= 0; at--) this.#asked[at]! |= words[at]!
    const [begins, ends, firstCells, lastCells] = this.#keys
    // They have to begin before it ends, and to end after it begins.
    this.#rows[0] = this.#atMost[0]!.row(-ends![rule]! - 1)
    this.#rows[1] = this.#atMost[1]!.row(-begins![rule]! - 1)
    this.#rows[2] = this.#atMost[2]!.row(-lastCells![rule]! - 1)
    this.#rows[3] = this.#atMost[3]!.row(-firstCells![rule]! - 1)
    this.#rule = rule
    this.#word = -1
    this.#left = 0
  }

  /** From here on, those of this kind only. */
  only({ words }: RuleBits): void {
    this.#asked.set(words)
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
    const [one, two, three, four] = this.#atMost
    const rows = this.#rows
    return (
      this.#asked[word]! &
      one!.bits[rows[0]! + word]! &
      two!.bits[rows[1]! + word]! &
      three!.bits[rows[2]! + word]! &
      four!.bits[rows[3]! + word]!
    )
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
    let size = 0
    for (const list of lists)
      if (!places.has(list)) {
        places.set(list, size)
        size += list.length
      }
    this.#spans = new Int32Array(size)
    for (const [list, at] of places) this.#spans.set(list, at)
    this.#firsts = Int32Array.from(lists, (list) => places.get(list)!)
    this.#ends = Int32Array.from(lists, (list) => places.get(list)! + list.length)
  }

  bounds(one: number): [from: number, end: number] {
    const [first, end] = [this.#firsts[one]!, this.#ends[one]!]
    return first === end ? [0, 0] : [this.#spans[first]!, this.#spans[end - 1]!]
  }

  /** Where a list begins; NOWHERE where it is empty. */
  begin(one: number): number {
    return this.#firsts[one] === this.#ends[one] ? NOWHERE : this.#spans[this.#firsts[one]!]!
  }

  /** Where what two have in common begins. */
  firstCommon(one: number, other: number): number {
    const [spans, aEnd, bEnd] = [this.#spans, this.#ends[one]!, this.#ends[other]!]
    for (let a = this.#firsts[one]!, b = this.#firsts[other]!; a < aEnd && b < bEnd;) {
      const from = Math.max(spans[a]!, spans[b]!)
      const [endOfA, endOfB] = [spans[a + 1]!, spans[b + 1]!]
      if (from < endOfA && from < endOfB) return from
      if (endOfA < endOfB) a += 2
      else b += 2
    }
    return NOWHERE
  }

  has(one: number, place: number): boolean {
    const [spans, end] = [this.#spans, this.#ends[one]!]
    for (let at = this.#firsts[one]!; at < end && spans[at]! <= place; at += 2)
      if (place < spans[at + 1]!) return true
    return false
  }

  /** True when `outer` has all of `inner`. */
  covers(outer: number, inner: number): boolean {
    if (this.#firsts[outer] === this.#firsts[inner]) return true
    const [spans, oEnd, iEnd] = [this.#spans, this.#ends[outer]!, this.#ends[inner]!]
    for (let i = this.#firsts[inner]!, o = this.#firsts[outer]!; i < iEnd; i += 2) {
      while (o < oEnd && spans[o + 1]! < spans[i + 1]!) o += 2
      if (o >= oEnd || spans[o]! > spans[i]!) return false
    }
    return true
  }
}
