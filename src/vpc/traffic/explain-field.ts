import type { Family } from './addresses.ts'
import type { CandidateRules } from './decisions.ts'
import { rangesOf } from './difference.ts'
import { FAMILIES } from './directions.ts'
import type { Flow, FlowRemote } from './flow.ts'
import { changeBetween, within, type Decided, type Membership } from './outcomes.ts'
import { changeRank, spokenOver } from './picture-columns.ts'
import { partsOfRow, type ModelRow, type PictureModel } from './picture.ts'
import { AddressPainter } from './plane.ts'
import type { ReadRule } from './rules.ts'
import { serviceCount, serviceRanges } from './service-ranges.ts'
import { candidates } from './service-stretches.ts'
import { LINE_END, meetSpans, mergeSpans, spanPairs } from './services.ts'
import { Side } from './side.ts'
import { verdictOf, type PacketVerdict } from './verdict.ts'

/** A part of a field that the same rules decide: each of its services with each of its remotes. */
export type FieldPart = Pick<Flow, 'direction' | 'family' | 'services' | 'remote'> & {
  before: PacketVerdict
  after: PacketVerdict
  change: Decided['change']
}

/** The parts of a field, with their rules. */
export type FieldExplained = {
  kind: 'field'
  /** The most important first; a part of them where there are very many. */
  parts: readonly FieldPart[]
  /** How many more there are. */
  more: number
}

/** So many parts are explained. */
const MOST_PARTS = 24

/** Traffic that the same candidates decide, being found. */
type Found = {
  family: Family
  membership: Membership
  before: CandidateRules
  after: CandidateRules
  /** Services by the cells that have them. */
  byCells: Map<string, { cells: number[]; pairs: [number, number][] }>
}

/** Why a field is as it is: all its traffic, by the rules that decide it before and after. */
export function explainField(model: PictureModel, row: number, column: number): FieldExplained {
  const { direction, before, rows, columns } = model
  const { sets } = before.book
  const found = FAMILIES.flatMap((family) =>
    partsOfRow(rows[row]!, family).flatMap(({ own, membership }) =>
      foundIn(model, family, spokenOver(family, columns[column]!.spans), own, membership),
    ),
  )
  const parts = found.flatMap((one) =>
    [...one.byCells.values()].map(({ cells, pairs }) => ({
      one,
      cells,
      pairs,
      ...changeBetween(one.before, one.after, sets.length),
    })),
  )
  parts.sort((a, b) => changeRank(a) - changeRank(b))
  return {
    kind: 'field',
    parts: parts
      .slice(0, MOST_PARTS)
      .map(({ one, cells, pairs, change }) => ({
        direction,
        family: one.family,
        services: serviceRanges(mergeSpans(pairs)),
        remote: remoteOf(model, rows[row]!, one, cells),
        before: verdictOf(one.before, sets),
        after: verdictOf(one.after, sets),
        change,
      }))
      .toSorted(
        (a, b) =>
          changeRank(a) - changeRank(b) ||
          serviceCount(b.services) * b.remote.share - serviceCount(a.services) * a.remote.share,
      ),
    more: Math.max(0, parts.length - MOST_PARTS),
  }
}

function remoteOf(model: PictureModel, row: ModelRow, { family, membership }: Found, cells: number[]) {
  const { sets } = model.before.book
  const inRow = row.sources.flatMap((source) =>
    source.family === family && source.membership.in >= 0 ? [sets[source.membership.in]!] : [],
  )
  const remote: FlowRemote = {
    ...rangesOf(model.planes[family].ranges(cells), family),
    memberOf: membership.in < 0 ? [] : [sets[membership.in]!],
    // Members of a set that is painted alike, so in the same row, are a part of their own.
    notMemberOf: membership.in < 0 ? inRow : [],
  }
  return remote
}

/** The traffic of some services and cells of a plane, by what decides it. */
function foundIn(
  model: PictureModel,
  family: Family,
  spans: readonly number[],
  own: readonly number[],
  membership: Membership,
): Found[] {
  const plane = model.planes[family]
  const sides = [model.before, model.after].map((list) => {
    const ranks = new Map(list.rules.map((rule, at) => [rule, at]))
    return new Side(
      plane,
      Int32Array.from(plane.rules, (rule) => ranks.get(rule) ?? -1),
    )
  }) as [Side, Side]
  const painter = new AddressPainter(plane)
  const numbers = new Map(plane.rules.map((rule, at) => [rule, at]))
  const all = new Map<string, Found>()
  const foundOf = (before: CandidateRules, after: CandidateRules) => {
    const key = [before, after].map((one) => keyOf(one, numbers)).join('|')
    let found = all.get(key)
    if (!found) all.set(key, (found = { family, membership, before, after, byCells: new Map() }))
    return found
  }
  const take = (from: number, end: number) => {
    const here = meetSpans([from, end], spans)
    if (here.length === 0) return
    for (const side of sides) side.collect()
    painter.divide(...sides.flatMap((side) => [side.closed, side.partial]))
    for (const side of sides) side.paint(painter)
    const covering = coveringRules(painter, sides)
    const cellsOf = new Map<Found, number[]>()
    for (let cell = 0; cell < painter.count; cell++) {
      const cells = meetSpans([painter.edges[cell]!, painter.edges[cell + 1]!], own)
      if (cells.length === 0) continue
      const [before, after] = sides.map((side) =>
        within(candidates(plane, side, cell, covering(cell)), membership),
      ) as [CandidateRules, CandidateRules]
      const found = foundOf(before, after)
      const known = cellsOf.get(found)
      if (known) known.push(...cells)
      else cellsOf.set(found, cells)
    }
    for (const [found, cells] of cellsOf) addTo(found, mergeSpans(spanPairs(cells)), here)
  }
  let last = 0
  const takeUnruled = (from: number, end: number) => {
    const here = from < end ? meetSpans([from, end], spans) : []
    if (here.length > 0) addTo(foundOf(NO_RULE, NO_RULE), own, here)
  }
  plane.walkServices({
    enter: (rule) => sides.forEach((side) => side.enter(rule)),
    leave: (rule) => sides.forEach((side) => side.leave(rule)),
    slot: (from, end) => {
      takeUnruled(last, from)
      take(from, end)
      last = end
    },
  })
  takeUnruled(last, LINE_END)
  return [...all.values()]
}

const NO_RULE: CandidateRules = { open: [], rule: undefined }

function addTo({ byCells }: Found, cells: readonly number[], services: readonly number[]): void {
  const key = cells.join(' ')
  const known = byCells.get(key)
  if (known) known.pairs.push(...spanPairs(services))
  else byCells.set(key, { cells: [...cells], pairs: spanPairs(services) })
}

function keyOf({ open, rule }: CandidateRules, numbers: ReadonlyMap<ReadRule, number>): string {
  return [...open, rule].map((one) => (one ? numbers.get(one) : -1)).join(' ')
}

function coveringRules(painter: AddressPainter, sides: readonly Side[]) {
  const covers = new Map<number, Set<number>>()
  for (const rule of new Set(sides.flatMap(({ partial }) => partial)))
    painter.cover(rule, (cell) => covers.set(cell, (covers.get(cell) ?? new Set()).add(rule)))
  return (cell: number): ReadonlySet<number> => covers.get(cell) ?? NONE
}

const NONE: ReadonlySet<number> = new Set()
