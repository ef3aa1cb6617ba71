import type { CellSpans } from './address-cells.ts'
import { cidrsOf, type Family } from './addresses.ts'
import { IN_NO_SET, type Membership } from './outcomes.ts'
import type { Plane } from './plane.ts'
import { ruleFields } from './rule-fields.ts'
import type { RemoteSet } from './rules.ts'
import { coversSpans } from './services.ts'

/** Who is at the other end, as rules name it. */
export type SourceName =
  | { kind: 'anywhere'; family: Family }
  | { kind: 'network'; family: Family; cidr: string }
  | ({ family: Family; resolved: boolean } & RemoteSet)

/** A source, with the cells that are in it and in no other source that is a part of it. */
export type Source = {
  names: readonly SourceName[]
  family: Family
  /** All of it, as from, end, ... */
  spans: CellSpans
  /** What is in no source inside it. */
  own: readonly number[]
  membership: Membership
}

/** A list of one network is nested in others or apart from them; other lists may overlap. */
type Named = { names: SourceName[]; spans: CellSpans; nested: boolean }

/**
 * All sources that the rules of a plane name, anywhere first. Each cell is in the smallest sources
 * that have it, of its groups rather than its network, unless that is a part of them. Sources of
 * named sets have every cell, as who is in them may be anywhere.
 */
export function sourcesOf(plane: Plane, sets: readonly RemoteSet[]): Source[] {
  const { family, cellCount } = plane
  const named = namedSources(plane)
  const own = ownCells(named, cellCount)
  const known = named.flatMap(({ names, spans }, at) =>
    own[at]!.length === 0 ? [] : [{ names, family, spans, own: own[at]!, membership: IN_NO_SET }],
  )
  const used = new Set(plane.rules.map(({ set }) => set).filter((set) => set >= 0))
  const all = Int32Array.of(0, cellCount)
  const unresolved = [...used].map((set): Source => ({
    names: [{ ...sets[set]!, family, resolved: false }],
    family,
    spans: all,
    own: [0, cellCount],
    membership: { in: set, others: 'unknown' },
  }))
  return [...known, ...unresolved]
}

function namedSources(plane: Plane): Named[] {
  const { family, cellCount } = plane
  const anywhere: Named = {
    names: [{ kind: 'anywhere', family }],
    spans: Int32Array.of(0, cellCount),
    nested: true,
  }
  const byCells = new Map<string, Named>([[`0,${cellCount}`, anywhere]])
  const done = new Set<unknown>()
  for (const [at, { ref }] of plane.rules.entries()) {
    const spans = plane.cells[at]
    const { addresses } = plane.extents[at]!
    if (!spans || !addresses || !ref.rule || done.has(addresses)) continue
    done.add(addresses)
    const { fields } = ruleFields(ref.rule)
    const group = fields.remote_group_id
    const addressGroup = fields.remote_address_group_id
    const name: SourceName | undefined = fields.remote_ip_prefix
      ? { kind: 'network', family, cidr: cidrsOf(addresses, family, 1)[0]! }
      : addressGroup
        ? { kind: 'address_group', id: addressGroup, family, resolved: true }
        : group
          ? { kind: 'security_group', id: group, family, resolved: true }
          : undefined
    if (!name) continue
    const key = spans.join()
    const known = byCells.get(key)
    if (!known) byCells.set(key, { names: [name], spans, nested: isNested(name, spans) })
    else if (!known.names.some((one) => sameName(one, name))) known.names.push(name)
    if (known && isNested(name, spans)) known.nested = true
  }
  return [...byCells.values()]
}

/** Networks are nested or apart; one that a range of an address group crosses is in pieces. */
function isNested({ kind }: SourceName, spans: CellSpans): boolean {
  return kind === 'network' && spans.length === 2
}

/** True for the same source over the same family. */
function sameName(one: SourceName, other: SourceName): boolean {
  return one.family === other.family && nameKey(one) === nameKey(other)
}

/** A source's name, whatever the family. */
export function nameKey(name: SourceName): string {
  if (name.kind === 'anywhere') return name.kind
  return name.kind === 'network' ? name.cidr : `${name.kind} ${name.id}`
}

/** The cells of each source that are in none of the sources inside it. */
function ownCells(named: readonly Named[], cellCount: number): number[][] {
  const own: number[][] = named.map(() => [])
  const add = (source: number, cell: number) => {
    const spans = own[source]!
    if (spans.at(-1) === cell) spans[spans.length - 1] = cell + 1
    else spans.push(cell, cell + 1)
  }
  const network = smallestNetworks(named, cellCount)
  const inside = new Inside(named)
  const overlapping = named.flatMap(({ nested }, at) => (nested ? [] : [at]))
  const groups = new Map<number, number[]>()
  for (const at of overlapping)
    eachCell(named[at]!.spans, (cell) => {
      const known = groups.get(cell)
      if (known) known.push(at)
      else groups.set(cell, [at])
    })
  for (let cell = 0; cell < cellCount; cell++) {
    const there = groups.get(cell)
    if (!there) {
      add(network[cell]!, cell)
      continue
    }
    // A network that is inside all of them is the smallest; a member of a group is in its row.
    if (there.every((group) => inside.is(network[cell]!, group))) add(network[cell]!, cell)
    else
      for (const one of there)
        if (!there.some((other) => other !== one && inside.is(other, one))) add(one, cell)
  }
  return own
}

function eachCell(spans: ArrayLike<number>, visit: (cell: number) => void): void {
  for (let at = 0; at < spans.length; at += 2)
    for (let cell = spans[at]!; cell < spans[at + 1]!; cell++) visit(cell)
}

/** For each cell the smallest network that has it. */
function smallestNetworks(named: readonly Named[], cellCount: number): Int32Array {
  const smallest = new Int32Array(cellCount)
  const nested = named.flatMap((one, at) =>
    one.nested ? [{ at, from: one.spans[0]!, end: one.spans[1]! }] : [],
  )
  // The outer one first.
  nested.sort((a, b) => a.from - b.from || b.end - a.end)
  for (const { at, from, end } of nested) smallest.fill(at, from, end)
  return smallest
}

/** Whether sources are inside each other, each pair looked at once. */
class Inside {
  readonly #named: readonly { spans: CellSpans }[]
  readonly #known = new Map<number, boolean>()

  constructor(named: readonly { spans: CellSpans }[]) {
    this.#named = named
  }

  /** True when `inner` is a part of `outer`, or equal. */
  is(inner: number, outer: number): boolean {
    const key = inner * this.#named.length + outer
    let known = this.#known.get(key)
    if (known === undefined)
      this.#known.set(key, (known = coversSpans(this.#named[outer]!.spans, this.#named[inner]!.spans)))
    return known
  }
}
