import {
  ICMP,
  ICMPV6,
  LINE_END,
  mergeSpans,
  otherSpans,
  PER_PROTOCOL,
  spanPairs,
  TCP,
  UDP,
  wholeProtocol,
  type Spans,
} from './services.ts'

/** Services, as data; all bounds are included. */
export type ServiceRange =
  /** Whole protocols, by number. */
  | { kind: 'protocols'; from: number; to: number }
  /** Some ports of TCP or UDP. */
  | { kind: 'ports'; protocol: 6 | 17; from: number; to: number }
  /** Some types of ICMP or ICMPv6, with all codes. */
  | { kind: 'types'; protocol: 1 | 58; from: number; to: number }
  /** Some codes of one type of ICMP or ICMPv6. */
  | { kind: 'codes'; protocol: 1 | 58; type: number; from: number; to: number }

/** Spans of the service line as data, in the order of the line. */
export function serviceRanges(spans: Spans): ServiceRange[] {
  const ranges: ServiceRange[] = []
  for (const [from, end] of spanPairs(spans)) {
    let at = from
    while (at < end) {
      const protocol = Math.floor(at / PER_PROTOCOL)
      const [first, next] = wholeProtocol(protocol) as [number, number]
      if (at === first && end >= next) {
        const whole = Math.floor(end / PER_PROTOCOL)
        ranges.push({ kind: 'protocols', from: protocol, to: whole - 1 })
        at = whole * PER_PROTOCOL
        continue
      }
      const to = Math.min(end, next)
      ranges.push(...partOf(protocol, at - first, to - first))
      at = to
    }
  }
  return ranges
}

/** A part of one protocol; from, end count from the protocol's start. */
function partOf(protocol: number, from: number, end: number): ServiceRange[] {
  if (protocol === TCP || protocol === UDP) return [{ kind: 'ports', protocol, from, to: end - 1 }]
  if (protocol !== ICMP && protocol !== ICMPV6) throw new RangeError(`protocol ${protocol} has no parts`)
  const parts: ServiceRange[] = []
  for (let at = from; at < end;) {
    const type = Math.floor(at / 256)
    const code = at % 256
    const whole = Math.floor(end / 256)
    if (code === 0 && whole > type) {
      parts.push({ kind: 'types', protocol, from: type, to: whole - 1 })
      at = whole * 256
    } else {
      const to = Math.min(end, (type + 1) * 256)
      parts.push({ kind: 'codes', protocol, type, from: code, to: to - 1 - type * 256 })
      at = to
    }
  }
  return parts
}

/** Services as spans of the service line: the inverse of `serviceRanges`. */
export function serviceSpans(ranges: readonly ServiceRange[]): Spans {
  return mergeSpans(
    ranges.map((range) => {
      if (range.kind === 'protocols') return [range.from * PER_PROTOCOL, (range.to + 1) * PER_PROTOCOL]
      const base = range.protocol * PER_PROTOCOL
      if (range.kind === 'ports') return [base + range.from, base + range.to + 1]
      if (range.kind === 'types') return [base + range.from * 256, base + (range.to + 1) * 256]
      return [base + range.type * 256 + range.from, base + range.type * 256 + range.to + 1]
    }),
  )
}

/**
 * Names of ports that operators know, for TCP and UDP alike (IANA, and the makers' own).
 */
const PORT_NAMES: Record<number, string> = {
  20: 'FTP data',
  21: 'FTP',
  22: 'SSH',
  23: 'Telnet',
  25: 'SMTP',
  53: 'DNS',
  80: 'HTTP',
  110: 'POP3',
  123: 'NTP',
  135: 'Windows RPC',
  143: 'IMAP',
  161: 'SNMP',
  389: 'LDAP',
  443: 'HTTPS',
  445: 'SMB',
  465: 'SMTPS',
  587: 'SMTP submission',
  636: 'LDAPS',
  993: 'IMAPS',
  995: 'POP3S',
  1433: 'SQL Server',
  1521: 'Oracle',
  2049: 'NFS',
  2375: 'Docker',
  2379: 'etcd',
  3306: 'MySQL',
  3389: 'RDP',
  5432: 'PostgreSQL',
  5900: 'VNC',
  5985: 'WinRM',
  6379: 'Redis',
  6443: 'Kubernetes API',
  8080: 'HTTP',
  8443: 'HTTPS',
  9092: 'Kafka',
  9200: 'Elasticsearch',
  11211: 'Memcached',
  27017: 'MongoDB',
}

/** Well-known ports of TCP or UDP that the services include, in order. */
export function wellKnownPorts(ranges: readonly ServiceRange[]): { port: number; name: string }[] {
  const named = Object.entries(PORT_NAMES).filter(([port]) =>
    ranges.some((range) =>
      range.kind === 'ports'
        ? range.from <= Number(port) && Number(port) <= range.to
        : range.kind === 'protocols' &&
          [TCP, UDP].some((protocol) => range.from <= protocol && protocol <= range.to),
    ),
  )
  return named.map(([port, name]) => ({ port: Number(port), name }))
}

/**
 * How many of the 2^24 services there are in `ranges`; protocols without ports count as one each.
 */
export function serviceCount(ranges: readonly ServiceRange[]): number {
  let count = 0
  for (const range of ranges) {
    const size = range.to - range.from + 1
    if (range.kind === 'types') count += size * 256
    else if (range.kind !== 'protocols') count += size
    else {
      const split = [ICMP, TCP, UDP, ICMPV6].filter((one) => range.from <= one && one <= range.to)
      count += size + split.length * (PER_PROTOCOL - 1)
    }
  }
  return count
}

const PROTOCOL_NAMES: Record<number, string> = {
  [ICMP]: 'ICMP',
  2: 'IGMP',
  4: 'IP-in-IP',
  [TCP]: 'TCP',
  [UDP]: 'UDP',
  41: 'IPv6-in-IPv4',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  [ICMPV6]: 'ICMPv6',
  89: 'OSPF',
  112: 'VRRP',
  132: 'SCTP',
}

/** A protocol by its name, or `protocol 99`. */
export function protocolName(protocol: number): string {
  return PROTOCOL_NAMES[protocol] ?? `protocol ${protocol}`
}

/**
 * Services in words: `TCP 22 (SSH) and 80-90`, `ICMP type 8`, `any protocol`, `any protocol except
 * TCP 22 (SSH)`. Complete, however long.
 */
export function servicesText(ranges: readonly ServiceRange[]): string {
  const spans = serviceSpans(ranges)
  if (spans.length === 2 && spans[0] === 0 && spans[1] === LINE_END) return 'any protocol'
  const others = serviceRanges(otherSpans(spans))
  const whole = ranges.some((range) => range.kind === 'protocols' && range.to - range.from > 8)
  return whole && others.length < ranges.length ? `any protocol except ${listText(others)}` : listText(ranges)
}

function listText(ranges: readonly ServiceRange[]): string {
  const byProtocol = new Map<string, string[]>()
  for (const range of ranges) {
    if (range.kind === 'protocols') {
      byProtocol.set(wholeText(range.from, range.to), [])
      continue
    }
    const name = protocolName(range.protocol)
    const parts = byProtocol.get(name) ?? []
    byProtocol.set(name, [...parts, partText(range)])
  }
  return [...byProtocol].map(([name, parts]) => [name, joinAnd(parts)].filter(Boolean).join(' ')).join('; ')
}

function wholeText(from: number, to: number): string {
  if (from === to) return `all ${protocolName(from)}`.replace('all protocol', 'protocol')
  return to - from === 1
    ? `${wholeText(from, from)}; ${wholeText(to, to)}`
    : `protocols ${from}-${to}${namesWithin(from, to)}`
}

function namesWithin(from: number, to: number): string {
  const names = [ICMP, TCP, UDP, ICMPV6].filter((one) => from <= one && one <= to).map(protocolName)
  return names.length > 0 ? ` (with ${joinAnd(names)})` : ''
}

function partText(range: Exclude<ServiceRange, { kind: 'protocols' }>): string {
  const bounds = range.from === range.to ? `${range.from}` : `${range.from}-${range.to}`
  if (range.kind === 'types') return `${range.from === range.to ? 'type' : 'types'} ${bounds}`
  if (range.kind === 'codes')
    return `type ${range.type} ${range.from === range.to ? 'code' : 'codes'} ${bounds}`
  const named = wellKnownPorts([range])
  if (named.length === 0 || named.length > 3) return bounds
  return range.from === range.to
    ? `${bounds} (${named[0]!.name})`
    : `${bounds} (with ${joinAnd(named.map(({ port, name }) => `${name} ${port}`))})`
}

/** `a`, `a and b`, `a, b and c`. */
export function joinAnd(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
