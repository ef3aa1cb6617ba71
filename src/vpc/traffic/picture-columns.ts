import type { Family } from './addresses.ts'
import type { Decided } from './outcomes.ts'
import { serviceRanges, wellKnownPorts } from './service-ranges.ts'
import type { ServiceStretches, Stretch } from './service-stretches.ts'
import {
  ICMP,
  ICMPV6,
  meetSpans,
  mergeSpans,
  otherSpans,
  spanPairs,
  wholeProtocol,
  type Spans,
} from './services.ts'

/** Services that are painted alike, whatever the remote. */
export type Column = {
  spans: Spans
  /** The pattern of outcomes for each family; -1 where there are no such services over it. */
  patterns: Record<Family, number>
}

/** ICMP is spoken over IPv4 and ICMPv6 over IPv6: the others are no traffic. */
const OTHER_ICMP: Record<Family, number> = { IPv4: ICMPV6, IPv6: ICMP }
const NO_SERVICE = -1

/** Services without those that nobody speaks over a family. */
export function spokenOver(family: Family, spans: Spans): number[] {
  return meetSpans(spans, otherSpans(wholeProtocol(OTHER_ICMP[family])))
}

/** Joins services with equal patterns in both families: all columns there are. */
export function columnsOf(planes: Record<Family, ServiceStretches>): Column[] {
  const four = withoutOtherIcmp(planes.IPv4.stretches, 'IPv4')
  const six = withoutOtherIcmp(planes.IPv6.stretches, 'IPv6')
  const found = new Map<string, { pairs: [number, number][]; patterns: Column['patterns'] }>()
  for (let i = 0, j = 0, from = 0; i < four.length && j < six.length;) {
    const end = Math.min(four[i]!.end, six[j]!.end)
    const patterns = { IPv4: four[i]!.cells, IPv6: six[j]!.cells }
    const key = `${patterns.IPv4} ${patterns.IPv6}`
    const known = found.get(key)
    if (known) known.pairs.push([from, end])
    else found.set(key, { pairs: [[from, end]], patterns })
    if (four[i]!.end === end) i++
    if (six[j]!.end === end) j++
    from = end
  }
  const columns = [...found.values()].map(({ pairs, patterns }) => ({ spans: mergeSpans(pairs), patterns }))
  return (['IPv4', 'IPv6'] as const).reduce(joinSingle, columns)
}

/** The stretches of one family, with no pattern where nothing is spoken over it. */
function withoutOtherIcmp(stretches: readonly Stretch[], family: Family): Stretch[] {
  const [from, end] = wholeProtocol(OTHER_ICMP[family]) as [number, number]
  const parts = (one: Stretch): Stretch[] =>
    [
      { ...one, end: Math.min(one.end, from) },
      { from: Math.max(one.from, from), end: Math.min(one.end, end), cells: NO_SERVICE },
      { ...one, from: Math.max(one.from, end) },
    ].filter((part) => part.from < part.end)
  return stretches.flatMap((one) => (one.end <= from || one.from >= end ? one : parts(one)))
}

/** Joins columns of only one family with the largest that is like them in it. */
function joinSingle(columns: readonly Column[], family: Family): Column[] {
  const other = family === 'IPv4' ? 'IPv6' : 'IPv4'
  const left: Column[] = []
  const hosts = new Map<number, Column>()
  for (const one of columns) {
    if (one.patterns[other] === NO_SERVICE || one.patterns[family] === NO_SERVICE) continue
    const known = hosts.get(one.patterns[family])
    if (!known || sizeOf(known) < sizeOf(one)) hosts.set(one.patterns[family], one)
  }
  for (const one of columns) {
    const host = one.patterns[other] === NO_SERVICE ? hosts.get(one.patterns[family]) : undefined
    if (!host) left.push(one)
    else host.spans = mergeSpans([...spanPairs(host.spans), ...spanPairs(one.spans)])
  }
  return left
}

/** How much of the service line it has. */
export function sizeOf({ spans }: Column): number {
  let size = 0
  for (let at = 0; at < spans.length; at += 2) size += spans[at + 1]! - spans[at]!
  return size
}

/** Ports that operators look for first: administration, then databases, then what is public. */
const LOOKED_FOR = [
  22, 3389, 3306, 5432, 1433, 1521, 27017, 6379, 9200, 445, 5985, 5900, 23, 2375, 6443, 443, 80, 53,
]
/** A larger range is about no single port. */
const MOST_PORTS = 1000

/** The rank of a change: what opens or is cut, what may, what stays. */
export function changeRank({ change }: Pick<Decided, 'change'>): number {
  return change === 'none' ? 2 : change === 'undecided' ? 1 : 0
}

/**
 * The columns in the order in which they should be read: what opens or is cut, then services that
 * are known, then what is allowed; the largest last, which is what no rule is about in particular.
 * @param worth of a pattern: the rank of its changes, and whether it allows anything
 */
export function columnsInOrder(
  columns: readonly Column[],
  worth: (family: Family, pattern: number) => { change: number; allows: boolean },
): Column[] {
  const keys = new Map(
    columns.map((one) => {
      const of = (['IPv4', 'IPv6'] as const).flatMap((family) =>
        one.patterns[family] === NO_SERVICE ? [] : [worth(family, one.patterns[family])],
      )
      const small = serviceRanges(one.spans.slice(0, 200)).filter(
        (range) => range.kind === 'ports' && range.to - range.from < MOST_PORTS,
      )
      const ranks = wellKnownPorts(small).map(({ port }) => LOOKED_FOR.indexOf(port))
      const known = Math.min(...ranks.map((rank) => (rank < 0 ? LOOKED_FOR.length : rank)), 99)
      const change = Math.min(...of.map((worthOf) => worthOf.change))
      return [one, [change, known, of.some(({ allows }) => allows) ? 0 : 1, sizeOf(one)]] as const
    }),
  )
  const sorted = columns.toSorted((a, b) => byKeys(keys.get(a)!, keys.get(b)!))
  const largest = sorted.reduce((most, one) => (sizeOf(one) > sizeOf(most) ? one : most))
  return [...sorted.filter((one) => one !== largest), largest]
}

/** Compares lists of numbers, the first that differ. */
export function byKeys(a: readonly number[], b: readonly number[]): number {
  for (const [at, key] of a.entries()) if (key !== b[at]) return key - b[at]!
  return 0
}
