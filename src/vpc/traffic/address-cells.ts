import {
  minus,
  mergeRanges,
  otherRanges,
  SPACE,
  type Address,
  type AddressRange,
  type Family,
} from './addresses.ts'

/** Cells as numbers: from, end, from, end, ...; in order and apart. */
export type CellSpans = Int32Array

/**
 * All addresses of a family, divided into cells: addresses that are in the same of the given lists
 * are one cell, wherever they are. Rules of networks and of groups with thousands of scattered
 * addresses so come to few cells.
 *
 * Networks (lists of one range) are nested in each other or apart, and so make a tree. Cells are
 * numbered down that tree, so that a network is one span of cells: first what is in none of the
 * networks inside it, by the scattered lists it is in, then those networks.
 */
export class AddressCells {
  readonly #family: Family
  readonly #tree: NetworkTree
  readonly #spans = new Map<readonly AddressRange[], CellSpans>()
  /**
   * For each cell its network in the tree, and its ranges; undefined where they are what the others
   * leave of the network.
   */
  readonly #network: number[] = []
  readonly #ranges: (readonly AddressRange[] | undefined)[] = []
  /** The cells of each network with the networks inside it. */
  readonly #first: Int32Array
  readonly #end: Int32Array

  /** @param lists merged; the same list counts once, and is known again by being the same object */
  constructor(lists: ReadonlySet<readonly AddressRange[]>, family: Family) {
    this.#family = family
    const { tree, placed, scattered } = networksOf(lists, family)
    this.#tree = tree
    const pieces = piecesOf(scattered, tree, family)
    const size = tree.from.length
    this.#first = new Int32Array(size)
    this.#end = new Int32Array(size)
    const cellsOf: number[][] = scattered.map(() => [])
    for (let network = 0; network < size; network++) {
      this.#first[network] = this.#ranges.length
      if (tree.own[network]! > 0) this.#add(network, undefined)
      for (const { lists: inLists, ranges } of pieces[network] ?? []) {
        const cell = this.#add(network, ranges)
        for (const list of inLists) cellsOf[list]!.push(cell)
      }
      this.#end[network] = this.#ranges.length
    }
    for (let network = size - 1; network > 0; network--) {
      const parent = tree.parent[network]!
      this.#end[parent] = Math.max(this.#end[parent]!, this.#end[network]!)
    }
    for (const [list, network] of placed)
      this.#spans.set(list, Int32Array.of(this.#first[network]!, this.#end[network]!))
    for (const [at, list] of scattered.entries()) this.#spans.set(list, spansOf(cellsOf[at]!))
  }

  /** Number of cells; none of them is empty. */
  get count(): number {
    return this.#ranges.length
  }

  /** The cells of one of the lists. @throws RangeError for any other list */
  of(list: readonly AddressRange[]): CellSpans {
    const spans = this.#spans.get(list)
    if (!spans) throw new RangeError('these addresses were not divided into cells')
    return spans
  }

  /** The addresses of cells (from, end, from, end, ...; in order and apart), merged. */
  ranges(spans: readonly number[]): AddressRange[] {
    let left = this.count
    for (let at = 0; at < spans.length; at += 2) left -= spans[at + 1]! - spans[at]!
    // Most cells: their complement may be a few addresses, where they have thousands of ranges.
    if (2 * left > this.count) return this.#gather(spans)
    const edges = [0, ...spans, this.count]
    return otherRanges(this.#gather(edges), this.#family)
  }

  #gather(spans: readonly number[]): AddressRange[] {
    const found: AddressRange[] = []
    for (let at = 0; at < spans.length; at += 2)
      for (let cell = spans[at]!; cell < spans[at + 1]!;) {
        const network = this.#network[cell]!
        if (this.#first[network] === cell && this.#end[network]! <= spans[at + 1]!) {
          found.push(this.#tree.range(network))
          cell = this.#end[network]!
        } else for (const range of this.#rangesOf(cell++)) found.push(range)
      }
    return mergeRanges(found)
  }

  #add(network: number, ranges: readonly AddressRange[] | undefined): number {
    this.#network.push(network)
    return this.#ranges.push(ranges) - 1
  }

  #rangesOf(cell: number): readonly AddressRange[] {
    const known = this.#ranges[cell]
    if (known) return known
    const network = this.#network[cell]!
    const { parent } = this.#tree
    const taken: AddressRange[] = []
    for (let inner = network + 1; inner < parent.length && parent[inner]! >= network; inner++)
      if (parent[inner] === network) taken.push(this.#tree.range(inner))
    for (let other = this.#first[network]! + 1; this.#network[other] === network; other++)
      for (const range of this.#ranges[other]!) taken.push(range)
    const rest = otherRanges(mergeRanges(taken), this.#family, this.#tree.range(network))
    this.#ranges[cell] = rest
    return rest
  }
}

/**
 * Networks, each after the one that it is in and before the one after it; the first is the whole
 * space.
 */
class NetworkTree {
  readonly from: Address[]
  readonly end: Address[]
  /** The network that each is in; -1 for the whole space. */
  readonly parent: number[] = [-1]
  /**
   * How many addresses of each are in no network inside it; piecesOf takes those of pieces away.
   */
  readonly own: Address[]

  constructor(space: AddressRange) {
    this.from = [space.from]
    this.end = [space.end]
    this.own = [minus(space.end, space.from)]
  }

  /** Adds the next network by its start and size; undefined when it is partly in another. */
  add({ from, end }: AddressRange): number | undefined {
    let inside = this.from.length - 1
    while (this.end[inside]! <= from) inside = this.parent[inside]!
    if (this.end[inside]! < end) return undefined
    if (this.from[inside] === from && this.end[inside] === end) return inside
    this.parent.push(inside)
    this.end.push(end)
    this.own.push(minus(end, from))
    this.own[inside] = minus(this.own[inside]!, minus(end, from))
    return this.from.push(from) - 1
  }

  range(network: number): AddressRange {
    return { from: this.from[network]!, end: this.end[network]! }
  }
}

/** The tree of all networks in the lists, the place of each in it, and the lists that are none. */
function networksOf(lists: ReadonlySet<readonly AddressRange[]>, family: Family) {
  const tree = new NetworkTree(SPACE[family])
  const placed: [list: readonly AddressRange[], network: number][] = []
  const scattered: (readonly AddressRange[])[] = []
  const single: (readonly [AddressRange])[] = []
  for (const list of lists)
    if (list.length === 1) single.push(list as readonly [AddressRange])
    else scattered.push(list)
  single.sort(([a], [b]) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.end > b.end ? -1 : 1))
  for (const list of single) {
    const network = tree.add(list[0])
    if (network === undefined) scattered.push(list)
    else placed.push([list, network])
  }
  return { tree, placed, scattered }
}

/**
 * Addresses of one network that are in the same scattered lists (by number), and in no network
 * inside it.
 */
type Piece = { lists: readonly number[]; ranges: AddressRange[] }

/** The pieces of each network that has any; takes them from the network's own addresses. */
function piecesOf(
  scattered: readonly (readonly AddressRange[])[],
  tree: NetworkTree,
  family: Family,
): (Piece[] | undefined)[] {
  const pieces: (Piece[] | undefined)[] = []
  const known = new Map<number, Piece>()
  const memberships = new Memberships(scattered.length)
  const { at, code } = eventsOf(scattered, family)
  let network = 0
  let next = 1
  let state = 0
  for (let event = 0; event < at.length; event++) {
    state = memberships.after(state, code[event]!)
    const end = at[event + 1]
    if (state === 0 || end === undefined) continue
    for (let from = at[event]!; from < end;) {
      while (tree.end[network]! <= from) network = tree.parent[network]!
      for (; next < tree.from.length && tree.from[next]! <= from; next++)
        if (tree.end[next]! > from) network = next
      const inner = tree.from[next]
      const own = tree.end[network]!
      const to = inner !== undefined && inner < own ? inner : own
      const bound = to < end ? to : end
      const key = state * tree.from.length + network
      let piece = known.get(key)
      if (!piece) {
        piece = { lists: memberships.lists(state), ranges: [] }
        known.set(key, piece)
        ;(pieces[network] ??= []).push(piece)
      }
      piece.ranges.push({ from, end: bound })
      tree.own[network] = minus(tree.own[network]!, minus(bound, from))
      from = bound
    }
  }
  return pieces
}

/** Sets of lists, as numbers; 0 is none. */
class Memberships {
  readonly #codes: number
  readonly #sets: (readonly number[])[] = [[]]
  readonly #numbers = new Map<string, number>([['', 0]])
  readonly #after = new Map<number, number>()

  constructor(lists: number) {
    this.#codes = 2 * lists
  }

  lists(state: number): readonly number[] {
    return this.#sets[state]!
  }

  /** The set with a list more (code 2 * list + 1), or less (2 * list). */
  after(state: number, code: number): number {
    const key = state * this.#codes + code
    const known = this.#after.get(key)
    if (known !== undefined) return known
    const list = code >> 1
    const others = this.#sets[state]!.filter((one) => one !== list)
    const set = code % 2 === 1 ? [...others, list].toSorted((a, b) => a - b) : others
    const name = set.join(' ')
    let number = this.#numbers.get(name)
    if (number === undefined) this.#numbers.set(name, (number = this.#sets.push(set) - 1))
    this.#after.set(key, number)
    return number
  }
}

/** Where the ranges of lists begin and end, in order; see Memberships for `code`. */
function eventsOf(
  lists: readonly (readonly AddressRange[])[],
  family: Family,
): { at: readonly Address[] | Float64Array; code: Int32Array } {
  const codes = 2 * lists.length
  const count = lists.reduce((sum, list) => sum + 2 * list.length, 0)
  const code = new Int32Array(count)
  if (family === 'IPv4') {
    // One sortable number per event.
    const at = new Float64Array(count)
    let filled = 0
    for (const [number, list] of lists.entries())
      for (const { from, end } of list) {
        at[filled++] = (from as number) * codes + 2 * number + 1
        at[filled++] = (end as number) * codes + 2 * number
      }
    at.sort()
    for (let event = 0; event < count; event++) {
      const place = Math.floor(at[event]! / codes)
      code[event] = at[event]! - place * codes
      at[event] = place
    }
    return { at, code }
  }
  const events = lists.flatMap((list, number) =>
    list.flatMap(({ from, end }) => [
      { at: from, code: 2 * number + 1 },
      { at: end, code: 2 * number },
    ]),
  )
  events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.code - b.code))
  for (const [event, one] of events.entries()) code[event] = one.code
  return { at: events.map((one) => one.at), code }
}

/** Cells, in order, as spans. */
function spansOf(cells: readonly number[]): CellSpans {
  const spans: number[] = []
  for (const cell of cells)
    if (spans.at(-1) === cell) spans[spans.length - 1] = cell + 1
    else spans.push(cell, cell + 1)
  return Int32Array.from(spans)
}
