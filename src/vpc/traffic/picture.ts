import type { Family } from './addresses.ts'
import type { Direction } from './directions.ts'
import { FAMILIES } from './directions.ts'
import { effectiveRules, type EffectiveRules, type RuleBook } from './effective-rules.ts'
import { Decisions, IN_NO_SET, Outcomes, type Decided } from './outcomes.ts'
import { byKeys, changeRank, columnsInOrder, columnsOf, sizeOf, type Column } from './picture-columns.ts'
import { nameKey, sourcesOf, type Source, type SourceName } from './picture-sources.ts'
import { Plane } from './plane.ts'
import type { RemoteSet } from './rules.ts'
import { serviceRanges, type ServiceRange } from './service-ranges.ts'
import { serviceStretches, type ServiceStretches } from './service-stretches.ts'
import { coversSpans, mergeSpans, spanPairs, type Spans } from './services.ts'

/**
 * Who gets at what on a port, as a table: services across, sources down. Plain data, and bounded,
 * however many rules there are. Exact, and of all traffic of the direction: a packet is in one
 * column, and in each row whose source it is from.
 */
export type Picture = {
  kind: 'picture'
  direction: Direction
  /** The most important first; the largest, which no rule is about in particular, last. */
  columns: readonly PictureColumn[]
  rows: readonly PictureRow[]
  /** For each row its fields from left to right, as indexes of `fields`; -1 is no such traffic. */
  cells: Int32Array
  /** What is in a field: one decision, or several where not all in it is decided alike. */
  fields: readonly (readonly number[])[]
  decisions: readonly Decided[]
  /** Named sets, by number: who is in them is not known. Only their own rows are about them. */
  sets: readonly RemoteSet[]
}

export type PictureColumn = {
  /** A part of them where there are very many. */
  services: readonly ServiceRange[]
  /** Number of services that are not in `services`. */
  moreServices: number
  /** Most of all services: what no rule is about in particular. */
  isRest: boolean
  /** So many columns are joined in it, which are painted differently; 1 where it is one. */
  joined: number
}

export type PictureRow = {
  /** A part of them where there are very many. */
  sources: readonly (SourceName & {
    /** Without what is in another row. */
    isRest: boolean
  })[]
  moreSources: number
  /** So many rows are joined in it; 1 where it is one. */
  joined: number
}

/** More columns than so many are joined to one, and more rows. */
export const MOST_COLUMNS = 40
export const MOST_ROWS = 200
const MOST_NAMED = 40
/** A field with more decisions than this says only what comes to pass, not by which groups. */
const MOST_IN_FIELD = 6
const NO_FIELD = -1

/** What comes to pass in each cell: bits of `kinds`; `single` is the one decision, or -2. */
type JoinedPatterns = { bits: Int32Array; single: Int32Array; kinds: readonly number[] }

/** What a row and its fields are made of; and a column. */
export type ModelRow = { sources: Source[]; fields: Int32Array; joined: number }
type ModelColumn = { spans: Spans; columns: readonly Column[] }

/** The picture of two lists of groups, or of one; and what explains its fields. */
export class PictureModel {
  readonly direction: Direction
  readonly before: EffectiveRules
  readonly after: EffectiveRules
  readonly planes: Record<Family, Plane>
  readonly columns: readonly ModelColumn[]
  readonly rows: readonly ModelRow[]
  readonly #stretches: Record<Family, ServiceStretches>
  readonly #decisions: Decisions
  readonly #fields = new Fields()

  /** @param lists the one on the port now, and the one as arranged, if anything is */
  constructor(lists: readonly (readonly string[])[], book: RuleBook, direction: Direction) {
    const [now = [], arranged = now] = lists
    this.direction = direction
    this.before = effectiveRules(now, book)
    this.after = arranged === now ? this.before : effectiveRules(arranged, book)
    const rules = [...new Set([...this.before.rules, ...this.after.rules])]
    const outcomes = new Outcomes(rules)
    this.#decisions = new Decisions(outcomes, book.sets.length)
    const ranks = [this.before, this.after].map((list) => new Map(list.rules.map((rule, at) => [rule, at])))
    const plane = (family: Family) => new Plane(rules, direction, family, book.cells(family))
    this.planes = { IPv4: plane('IPv4'), IPv6: plane('IPv6') }
    const stretches = (family: Family) => {
      const one = this.planes[family]
      const [was, is] = ranks.map((rank) => Int32Array.from(one.rules, (rule) => rank.get(rule) ?? -1))
      return serviceStretches(one, [was!, this.after === this.before ? was! : is!], outcomes)
    }
    this.#stretches = { IPv4: stretches('IPv4'), IPv6: stretches('IPv6') }
    const columns = columnsInOrder(columnsOf(this.#stretches), this.#worth())
    this.columns = joinedColumns(columns)
    this.rows = this.#rowsInOrder(FAMILIES.flatMap((family) => this.#rowsOf(family, book.sets)))
  }

  /** The picture as data. */
  picture(): Picture {
    const { rows, columns } = this
    const cells = new Int32Array(rows.length * columns.length)
    for (const [at, row] of rows.entries()) cells.set(row.fields, at * columns.length)
    return {
      kind: 'picture',
      direction: this.direction,
      columns: columns.map((column, at) => columnData(column, at === columns.length - 1)),
      rows: rows.map(rowData),
      cells,
      fields: this.#fields.all,
      decisions: this.#decisions.all,
      sets: this.before.book.sets,
    }
  }

  /** How important a pattern of outcomes is: each pattern looked at once. */
  #worth() {
    const read = this.#decisions.reader(IN_NO_SET)
    const known = { IPv4: [], IPv6: [] } as Record<
      Family,
      ({ change: number; allows: boolean } | undefined)[]
    >
    return (family: Family, pattern: number) =>
      (known[family][pattern] ??= this.#worthOf(this.#stretches[family].patterns[pattern]!.outcomes, read))
  }

  #worthOf(outcomes: Int32Array, read: (outcome: number) => number) {
    let change = 2
    let allows = false
    for (const outcome of new Set(outcomes)) {
      const decided = this.#decisions.all[read(outcome)]!
      change = Math.min(change, changeRank(decided))
      allows ||= decided.after.verdict !== 'denied' || decided.before.verdict !== 'denied'
    }
    return { change, allows }
  }

  /** The rows of one family, each of one source. */
  #rowsOf(family: Family, sets: readonly RemoteSet[]): ModelRow[] {
    const plane = this.planes[family]
    const sources = sourcesOf(plane, sets)
    const rows = sources.map((source) => ({
      sources: [source],
      fields: new Int32Array(this.columns.length).fill(NO_FIELD),
      joined: 1,
    }))
    const outcomes = new Int32Array(plane.cellCount)
    const inSets = rows.filter((row) => row.sources[0]!.membership.in >= 0)
    const inNone = rows.filter((row) => row.sources[0]!.membership.in < 0)
    for (const [at, { columns }] of this.columns.entries()) {
      const patterns = new Set(columns.map((one) => one.patterns[family]).filter((one) => one >= 0))
      if (patterns.size === 0) continue
      if (patterns.size === 1) {
        this.#expand(family, [...patterns][0]!, outcomes)
        for (const row of inNone) row.fields[at] = this.#fieldIn(row.sources[0]!.own, outcomes)
      } else {
        const joined = this.#joinedPatterns(family, [...patterns])
        for (const row of inNone)
          row.fields[at] = this.#fields.number(this.#joinedIn(row.sources[0]!.own, joined))
      }
      if (inSets.length === 0) continue
      // Who is in a set may be at any address.
      const any = new Set(
        [...patterns].flatMap((one) => [...this.#stretches[family].patterns[one]!.outcomes]),
      )
      for (const row of inSets) {
        const read = this.#decisions.reader(row.sources[0]!.membership)
        row.fields[at] = this.#number(new Set([...any].map(read)))
      }
    }
    return rows
  }

  /** The outcome of each cell, by a pattern. */
  #expand(family: Family, pattern: number, into: Int32Array): void {
    const { edges, outcomes } = this.#stretches[family].patterns[pattern]!
    for (const [at, outcome] of outcomes.entries()) into.fill(outcome, edges[at], edges[at + 1])
  }

  /** The field of some cells, by the outcome of each. */
  #fieldIn(own: readonly number[], outcomes: Int32Array): number {
    const read = this.#decisions.reader(IN_NO_SET)
    const found = new Set<number>()
    let last = -1
    for (let at = 0; at < own.length; at += 2)
      for (let cell = own[at]!; cell < own[at + 1]!; cell++)
        if (outcomes[cell] !== last) found.add(read((last = outcomes[cell]!)))
    return this.#number(found)
  }

  /**
   * What comes to pass in each cell with any of many patterns: bits of various decisions, and the
   * decision where there is one.
   */
  #joinedPatterns(family: Family, patterns: readonly number[]): JoinedPatterns {
    const read = this.#decisions.reader(IN_NO_SET)
    const kinds: number[] = []
    const count = this.planes[family].cellCount
    const bits = new Int32Array(count)
    const single = new Int32Array(count).fill(-1)
    for (const pattern of patterns) {
      const { edges, outcomes } = this.#stretches[family].patterns[pattern]!
      for (const [at, outcome] of outcomes.entries()) {
        const decision = read(outcome)
        const various = this.#decisions.ofVarious(decision)
        let kind = kinds.indexOf(various)
        if (kind < 0) kind = kinds.push(various) - 1
        const bit = 1 << kind
        for (let cell = edges[at]!; cell < edges[at + 1]!; cell++) {
          bits[cell]! |= bit
          if (single[cell] === -1) single[cell] = decision
          else if (single[cell] !== decision) single[cell] = -2
        }
      }
    }
    return { bits, single, kinds }
  }

  #joinedIn(own: readonly number[], { bits, single, kinds }: JoinedPatterns) {
    let all = 0
    let one = -1
    for (let at = 0; at < own.length; at += 2)
      for (let cell = own[at]!; cell < own[at + 1]!; cell++) {
        all |= bits[cell]!
        if (one === -1) one = single[cell]!
        else if (one !== single[cell]) one = -2
      }
    return one >= 0 ? [one] : this.#sorted(new Set(kinds.filter((_, kind) => all & (1 << kind))))
  }

  /** The field with these decisions, the most important first. */
  #number(found: ReadonlySet<number>): number {
    if (found.size <= MOST_IN_FIELD) return this.#fields.number(this.#sorted(found))
    return this.#fields.number(this.#sorted(new Set([...found].map((one) => this.#decisions.ofVarious(one)))))
  }

  #sorted(found: ReadonlySet<number>): number[] {
    return [...found].toSorted((a, b) => this.#rank(a) - this.#rank(b) || a - b)
  }

  #rank(decision: number): number {
    const decided = this.#decisions.all[decision]!
    const verdict = ['allowed', 'undecided', 'denied'].indexOf(decided.after.verdict)
    return 3 * changeRank(decided) + verdict
  }

  /** Joins rows that are painted alike, the most important first; too many of them to one. */
  #rowsInOrder(single: readonly ModelRow[]): ModelRow[] {
    const rows = joinedRows(
      bothFamilies(single),
      this.columns.map(({ columns }) =>
        columns.every((one) => Object.values(one.patterns).every((pattern) => pattern >= 0)),
      ),
    )
    const keys = new Map(rows.map((row) => [row, this.#rowKeys(row)]))
    const sorted = rows.toSorted((a, b) => byKeys(keys.get(a)!, keys.get(b)!))
    if (sorted.length <= MOST_ROWS) return sorted
    const others = sorted.splice(MOST_ROWS - 1)
    const fields = Int32Array.from(this.columns, (_, at) => {
      const found = new Set(others.flatMap((row) => this.#fields.all[row.fields[at]!] ?? []))
      return found.size === 0 ? NO_FIELD : this.#number(found)
    })
    return [...sorted, { sources: others.flatMap(({ sources }) => sources), fields, joined: others.length }]
  }

  /** What opens or is cut first, then anywhere, then groups, then networks, the larger first. */
  #rowKeys({ sources, fields }: ModelRow): number[] {
    let change = 2
    for (const field of fields)
      if (field >= 0)
        for (const decision of this.#fields.all[field]!)
          change = Math.min(change, changeRank(this.#decisions.all[decision]!))
    const kinds = sources.flatMap(({ names }) => names.map(({ kind }) => kind))
    const kind = kinds.includes('anywhere') ? 0 : kinds.every((one) => one === 'network') ? 2 : 1
    const longest = Math.min(
      ...sources.flatMap(({ names }) =>
        names.map((name) => (name.kind === 'network' ? Number(name.cidr.split('/')[1]) : 0)),
      ),
    )
    return [change, kind, longest]
  }
}

function rowData(row: ModelRow): PictureRow {
  const own = { IPv4: ownOf(row, 'IPv4'), IPv6: ownOf(row, 'IPv6') }
  const named = row.sources.flatMap((source) => source.names.map((name) => ({ name, source })))
  return {
    sources: named.slice(0, MOST_NAMED).map(({ name, source }) => ({
      ...name,
      isRest: source.membership.in < 0 && !coversSpans(own[source.family], source.spans),
    })),
    moreSources: Math.max(0, named.length - MOST_NAMED),
    joined: row.joined,
  }
}

/** The cells of a row in one family, but for those of named sets. */
function ownOf({ sources }: ModelRow, family: Family): number[] {
  return mergeSpans(
    sources.flatMap((one) => (one.family === family && one.membership.in < 0 ? spanPairs(one.own) : [])),
  )
}

/** Fields, each once. */
class Fields {
  readonly all: (readonly number[])[] = []
  readonly #known = new Map<string, number>()

  number(decisions: readonly number[]): number {
    const key = decisions.join(' ')
    let number = this.#known.get(key)
    if (number === undefined) this.#known.set(key, (number = this.all.push(decisions) - 1))
    return number
  }
}

/** The most important columns, and all that are beyond the bound as one before the last. */
function joinedColumns(columns: readonly Column[]): ModelColumn[] {
  const alone = columns.map((one) => ({ spans: one.spans, columns: [one] }))
  if (columns.length <= MOST_COLUMNS) return alone
  const others = columns.slice(MOST_COLUMNS - 2, -1)
  const spans = mergeSpans(others.flatMap((one) => spanPairs(one.spans)))
  return [...alone.slice(0, MOST_COLUMNS - 2), { spans, columns: others }, alone.at(-1)!]
}

function columnData({ spans, columns }: ModelColumn, isLast: boolean): PictureColumn {
  const all = serviceRanges(spans)
  return {
    services: all.slice(0, MOST_NAMED),
    moreServices: Math.max(0, all.length - MOST_NAMED),
    isRest: isLast && sizeOf(columns[0]!) * 2 > 256 * 65536,
    joined: columns.length,
  }
}

/** Joins the two families of the same source where they are painted alike. */
function bothFamilies(rows: readonly ModelRow[]): ModelRow[] {
  const byName = new Map<string, ModelRow>()
  return rows.filter((row) => {
    const [{ names }] = row.sources as [Source]
    const key = names.map(nameKey).join(',')
    const other = byName.get(key)
    if (!other || !join(other, row)) {
      byName.set(key, row)
      return true
    }
    return false
  })
}

/**
 * Joins rows whose fields are equal. Where one has no such traffic in a column, as of ICMP over
 * IPv6, it takes what the other has.
 * @param shared columns that both families have
 */
function joinedRows(rows: readonly ModelRow[], shared: readonly boolean[]): ModelRow[] {
  const alike = new Map<string, ModelRow[]>()
  return rows.filter((row) => {
    const key = row.fields.filter((_, at) => shared[at]).join()
    const known = alike.get(key)
    if (known?.some((other) => join(other, row))) return false
    if (known) known.push(row)
    else alike.set(key, [row])
    return true
  })
}

/** Takes a row into another where all their fields are equal; false where they are not. */
function join(into: ModelRow, row: ModelRow): boolean {
  const { fields } = into
  for (const [at, field] of row.fields.entries())
    if (field !== NO_FIELD && fields[at] !== NO_FIELD && fields[at] !== field) return false
  for (const [at, field] of row.fields.entries()) if (field !== NO_FIELD) fields[at] = field
  into.sources.push(...row.sources)
  return true
}

/** The cells of a row in one family, merged; with what is known of its sets. */
export function partsOfRow(
  row: ModelRow,
  family: Family,
): { own: number[]; membership: Source['membership'] }[] {
  const own = ownOf(row, family)
  const sets = row.sources.filter((one) => one.family === family && one.membership.in >= 0)
  return [
    ...(own.length > 0 ? [{ own, membership: IN_NO_SET }] : []),
    ...sets.map((one) => ({ own: [...one.own], membership: one.membership })),
  ]
}
