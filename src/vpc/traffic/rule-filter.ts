import { readEntry, type AddressRange, type Family } from './addresses.ts'
import type { Direction } from './directions.ts'
import { addressesAt, kindAt, servicesAt, type PackedExtents } from './packed-extents.ts'
import type { RuleTable } from './rule-table.ts'
import {
  ALL_SERVICES,
  ICMP,
  ICMPV6,
  meetSpans,
  mergeSpans,
  otherSpans,
  readServices,
  spanPairs,
  spansMeet,
  TCP,
  UDP,
  wholeProtocol,
  type Spans,
} from './services.ts'

/** Which rules are looked for, as it is typed; an empty text is any. */
export type RuleFilter = {
  direction: '' | Direction
  /** `other`: all but the four. */
  protocol: '' | 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'other'
  /** `22` or `8000-8100`, of TCP and UDP. */
  port: string
  /** An address, a network, or a range of addresses at the other end. */
  address: string
  /** ID of a security group. */
  group: string
}

/** A filter, read: the traffic that is looked for. */
export type ReadFilter = {
  direction: Direction | undefined
  services: Spans
  addresses: (AddressRange & { family: Family }) | undefined
  group: string | undefined
}

/** Why a filter can't be read, by field. */
export type FilterProblems = { port?: string; address?: string }

const NUMBERS = { tcp: TCP, udp: UDP, icmp: ICMP, icmpv6: ICMPV6 } as const

/** Reads a filter. A field that can't be read filters nothing, and says what to enter. */
export function readFilter(typed: RuleFilter): { filter: ReadFilter; problems: FilterProblems } {
  const { direction, protocol, port, address, group } = typed
  const problems: FilterProblems = {}
  const addresses = address.trim() === '' ? undefined : readEntry(address.trim().replaceAll(/\s*-\s*/g, '-'))
  if (address.trim() !== '' && !addresses)
    problems.address = 'Enter an address or a network, such as 203.0.113.7 or 10.0.0.0/8.'
  let services = servicesOf(protocol)
  if (port.trim() !== '' && hasPorts(protocol)) {
    const read = [TCP, UDP].map((number) => readServices(number, port))
    if (read.some(({ problem }) => problem !== undefined))
      problems.port = 'Enter a port in 0 to 65535, or ports such as 8000-8100.'
    else services = meetSpans(services, mergeSpans(read.flatMap(({ spans }) => spanPairs(spans))))
  }
  return {
    filter: { direction: direction || undefined, services, addresses, group: group || undefined },
    problems,
  }
}

/** True where a filter may have ports. */
export function hasPorts(protocol: RuleFilter['protocol']): boolean {
  return protocol === '' || protocol === 'tcp' || protocol === 'udp'
}

/**
 * True unless a row's rule certainly matches none of the traffic that is looked for: what can't be
 * read, and remotes whose addresses are not known, may match it.
 */
export function filterShows(
  { rows, extents }: Pick<RuleTable, 'rows' | 'extents'>,
  row: number,
  filter: ReadFilter,
): boolean {
  if (filter.group !== undefined && filter.group !== rows[row]!.groupId) return false
  for (let at = extents.firsts[row]!; at < extents.firsts[row + 1]!; at++)
    if (meets(extents, at, filter)) return true
  return false
}

function meets(extents: PackedExtents, at: number, { direction, services, addresses }: ReadFilter): boolean {
  const kind = kindAt(extents, at)
  if (direction !== undefined && kind.direction !== direction) return false
  if (addresses !== undefined) {
    if (kind.family !== addresses.family) return false
    const { from, end } = addresses
    if (addressesAt(extents, at)?.every((range) => range.end <= from || end <= range.from)) return false
  }
  return spansMeet(servicesAt(extents, at), services)
}

function servicesOf(protocol: RuleFilter['protocol']): Spans {
  if (protocol === '') return ALL_SERVICES
  if (protocol !== 'other') return wholeProtocol(NUMBERS[protocol])
  return otherSpans(mergeSpans(Object.values(NUMBERS).flatMap((number) => spanPairs(wholeProtocol(number)))))
}
