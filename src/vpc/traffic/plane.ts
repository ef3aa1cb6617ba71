import type { AddressCells, CellSpans } from './address-cells.ts'
import type { AddressRange, Family } from './addresses.ts'
import type { Direction } from './directions.ts'
import type { Extent, ReadRule } from './rules.ts'

/**
 * All traffic of one direction and family: services × addresses. Rules are rectangles in it (spans
 * of the service line × address cells). Addresses are numbered by cells, so that all further work
 * is on small integers, for IPv6 as for IPv4.
 */
export class Plane {
  readonly direction: Direction
  readonly family: Family
  readonly rules: readonly ReadRule[]
  readonly extents: readonly Extent[]
  /**
   * For each rule the cells it covers; undefined is all of them. The same array for the same
   * addresses.
   */
  readonly cells: readonly (CellSpans | undefined)[]
  readonly #addresses: AddressCells

  /** @param addresses the cells of the rule book that the rules are of */
  constructor(rules: readonly ReadRule[], direction: Direction, family: Family, addresses: AddressCells) {
    this.#addresses = addresses
    this.direction = direction
    this.family = family
    const ours: ReadRule[] = []
    const extents: Extent[] = []
    // By loops: there may be thousands of rules, and four planes of each list.
    for (const rule of rules)
      for (const extent of rule.extents) {
        if (extent.direction !== direction || extent.family !== family) continue
        if (extent.addresses?.length === 0) break
        ours.push(rule)
        extents.push(extent)
        break
      }
    this.rules = ours
    this.extents = extents
    this.cells = extents.map((extent) => extent.addresses && addresses.of(extent.addresses))
  }

  /** Number of address cells. */
  get cellCount(): number {
    return this.#addresses.count
  }

  /** The addresses of cells given as from, end, from, end, ... */
  ranges(cells: readonly number[]): AddressRange[] {
    return this.#addresses.ranges(cells)
  }

  /**
   * Walks the service line: calls `enter` and `leave` with rules (their index) where they begin and
   * end on it, and `slot` for each stretch in between that some rule covers.
   */
  walkServices(walk: {
    enter: (rule: number) => void
    leave: (rule: number) => void
    slot: (from: number, end: number) => void
  }): void {
    const count = this.extents.reduce((sum, { services }) => sum + services.length, 0)
    // One sortable number per event: place, then leaving before entering, then the rule.
    const events = new Float64Array(count)
    const perPlace = 2 * this.rules.length
    let filled = 0
    for (const [rule, { services }] of this.extents.entries())
      for (let i = 0; i < services.length; i++)
        events[filled++] = services[i]! * perPlace + (i % 2 === 0 ? this.rules.length : 0) + rule
    events.sort()
    let active = 0
    for (let at = 0; at < count;) {
      const place = Math.floor(events[at]! / perPlace)
      for (; at < count; at++) {
        const event = events[at]! - place * perPlace
        if (event >= perPlace) break
        if (event >= this.rules.length) {
          walk.enter(event - this.rules.length)
          active++
        } else {
          walk.leave(event)
          active--
        }
      }
      if (active > 0) walk.slot(place, Math.floor(events[at]! / perPlace))
    }
  }
}

/** A set of ranks (small integers) that is walked in order. */
export class RankSet {
  readonly #words: Uint32Array

  constructor(size: number) {
    this.#words = new Uint32Array((size >> 5) + 1)
  }

  add(rank: number): void {
    this.#words[rank >> 5]! |= 1 << (rank & 31)
  }

  delete(rank: number): void {
    this.#words[rank >> 5]! &= ~(1 << (rank & 31))
  }

  /** The lowest rank in the set that is `from` or more; -1 when there is none. */
  next(from: number): number {
    let at = from >> 5
    if (at >= this.#words.length) return -1
    let word = this.#words[at]! & (-1 << (from & 31))
    while (word === 0) {
      if (++at === this.#words.length) return -1
      word = this.#words[at]!
    }
    return (at << 5) + 31 - Math.clz32(word & -word)
  }
}

/**
 * Finds for each address cell the first of several rules that covers it. Cells that none of the
 * rules at hand divides are one local cell, so that the work is by these rules and not by all cells
 * there are.
 */
export class AddressPainter {
  readonly #plane: Plane
  readonly #marks: RankSet
  readonly #local: Int32Array
  readonly #free: Int32Array
  /**
   * Where local cells begin, as numbers of the plane's cells; the first `count + 1` hold, the last
   * being the end.
   */
  readonly edges: Int32Array
  /** Number of local cells. */
  count = 0
  #left = 0

  constructor(plane: Plane) {
    this.#plane = plane
    const size = plane.cellCount + 1
    this.#marks = new RankSet(size)
    this.#local = new Int32Array(size)
    this.#free = new Int32Array(size + 1)
    this.edges = new Int32Array(size)
  }

  /** Takes the boundaries of these rules (indexes in the plane). */
  divide(...lists: readonly (readonly number[])[]): void {
    const marks = this.#marks
    marks.add(0)
    marks.add(this.edges.length - 1)
    for (const list of lists)
      for (const rule of list) {
        const cells = this.#plane.cells[rule]
        if (cells) for (const edge of cells) marks.add(edge)
      }
    let count = 0
    for (let edge = marks.next(0); edge >= 0; edge = marks.next(edge + 1)) {
      marks.delete(edge)
      this.edges[count] = edge
      this.#local[edge] = count++
    }
    this.count = count - 1
  }

  /** Begins to paint `owner`: every local cell has the owner -1. */
  begin(owner: Int32Array): void {
    for (let cell = 0; cell < this.count; cell++) {
      owner[cell] = -1
      this.#free[cell] = cell
    }
    this.#free[this.count] = this.count
    this.#left = this.count
  }

  /**
   * Gives every cell of `rule` that has no owner yet to it. Returns false when there was none.
   */
  paint(owner: Int32Array, rule: number): boolean {
    const before = this.#left
    const cells = this.#plane.cells[rule]
    if (!cells) this.#fill(owner, rule, 0, this.count)
    else
      for (let i = 0; i < cells.length; i += 2)
        this.#fill(owner, rule, this.#local[cells[i]!]!, this.#local[cells[i + 1]!]!)
    return this.#left < before
  }

  /** Number of local cells without an owner. */
  get left(): number {
    return this.#left
  }

  /** Number of local cells that `rule` covers. */
  size(rule: number): number {
    const cells = this.#plane.cells[rule]
    if (!cells) return this.count
    let size = 0
    for (let i = 0; i < cells.length; i += 2) size += this.#local[cells[i + 1]!]! - this.#local[cells[i]!]!
    return size
  }

  /** Calls `visit` for the local cells that `rule` covers. */
  cover(rule: number, visit: (cell: number) => void): void {
    const cells = this.#plane.cells[rule]
    if (!cells) for (let cell = 0; cell < this.count; cell++) visit(cell)
    else
      for (let i = 0; i < cells.length; i += 2)
        for (let cell = this.#local[cells[i]!]!; cell < this.#local[cells[i + 1]!]!; cell++) visit(cell)
  }

  #fill(owner: Int32Array, rule: number, from: number, end: number): void {
    const free = this.#free
    let cell = this.#find(from)
    while (cell < end) {
      owner[cell] = rule
      this.#left--
      free[cell] = cell + 1
      cell = this.#find(cell + 1)
    }
  }

  /** The first free cell that is `cell` or later; the paths walked are shortened. */
  #find(cell: number): number {
    const free = this.#free
    let found = cell
    while (free[found] !== found) found = free[found]!
    while (free[cell] !== cell) {
      const next = free[cell]!
      free[cell] = found
      cell = next
    }
    return found
  }
}
