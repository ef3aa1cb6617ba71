/**
 * The service line: protocol, and port or ICMP type and code, as one number, `protocol * 65536 +
 * rest`. `rest` is the port for TCP and UDP and `type * 256 + code` for ICMP and ICMPv6. Protocols
 * without either have the whole stretch; no rule splits it. Spans are flat lists of from, end (end
 * not included), in order and apart.
 */
export type Spans = readonly number[]

/** Numbers on the service line per protocol. */
export const PER_PROTOCOL = 65536
/** One past the last number of the service line. */
export const LINE_END = 256 * PER_PROTOCOL
/** Every protocol. */
export const ALL_SERVICES: Spans = [0, LINE_END]

/** Protocol numbers with ports or types (IANA). */
export const ICMP = 1
export const TCP = 6
export const UDP = 17
export const ICMPV6 = 58

const NAMES: Record<string, number> = { icmp: ICMP, tcp: TCP, udp: UDP, icmpv6: ICMPV6 }

/**
 * What a rule says of protocol and ports, as spans. With `problem`, the spans are all that it could
 * mean.
 */
export type Services = { spans: Spans; problem?: string }

/** The whole stretch of one protocol. */
export function wholeProtocol(protocol: number): Spans {
  return [protocol * PER_PROTOCOL, (protocol + 1) * PER_PROTOCOL]
}

/** Reads a protocol (`tcp`, `17`, 58): its number, undefined for any, NaN when it can't be read. */
export function readProtocol(protocol: string | number | null | undefined): number | undefined {
  if (protocol === null || protocol === undefined || protocol === '') return undefined
  const text = String(protocol).trim().toLowerCase()
  if (Object.hasOwn(NAMES, text)) return NAMES[text]
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : Number.NaN
}

/**
 * Reads `protocol` and `multiport` of a rule (docs/platform.md, Objects): no protocol is any; `22`,
 * `80-90`, `22,3389,8000-8100` are ports of TCP and UDP, none is all; for ICMP `type` or
 * `type,code`.
 */
export function readServices(
  protocol: string | number | null | undefined,
  multiport: string | number | null | undefined,
): Services {
  const number = readProtocol(protocol)
  const ports = multiport === null || multiport === undefined ? '' : String(multiport).trim()
  if (Number.isNaN(number)) return { spans: ALL_SERVICES, problem: `protocol '${protocol}' can't be read` }
  if (number === undefined)
    return ports === ''
      ? { spans: ALL_SERVICES }
      : { spans: ALL_SERVICES, problem: `ports '${ports}' without a protocol can't be read` }
  const whole = wholeProtocol(number)
  if (ports === '') return { spans: whole }
  const base = number * PER_PROTOCOL
  if (number === TCP || number === UDP) {
    const spans = readPorts(ports)
    return spans
      ? { spans: spans.map((at) => base + at) }
      : { spans: whole, problem: `ports '${ports}' can't be read` }
  }
  if (number === ICMP || number === ICMPV6) {
    const span = readIcmp(ports)
    return span
      ? { spans: span.map((at) => base + at) }
      : { spans: whole, problem: `ICMP type and code '${ports}' can't be read` }
  }
  return { spans: whole, problem: `ports '${ports}' of protocol ${number}, which has none, can't be read` }
}

/**
 * Reads `22`, `80-90` or `22,3389,8000-8100` as spans of ports; undefined when it can't be read.
 */
function readPorts(text: string): number[] | undefined {
  const pairs: [number, number][] = []
  for (const part of text.split(',')) {
    const found = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(part)
    if (!found) return undefined
    const from = Number(found[1])
    const to = Number(found[2] ?? found[1])
    if (from > to || to > 65535) return undefined
    pairs.push([from, to + 1])
  }
  return mergeSpans(pairs)
}

function readIcmp(text: string): number[] | undefined {
  const found = /^(\d{1,3})(?:\s*,\s*(\d{1,3}))?$/.exec(text)
  const type = Number(found?.[1])
  if (!found || type > 255) return undefined
  if (found[2] === undefined) return [type * 256, type * 256 + 256]
  const code = Number(found[2])
  return code > 255 ? undefined : [type * 256 + code, type * 256 + code + 1]
}

/** Pairs of from, end as spans: in order, with nothing overlapping or touching. */
export function mergeSpans(pairs: readonly (readonly [number, number])[]): number[] {
  const spans: number[] = []
  for (const [from, end] of pairs.toSorted((a, b) => a[0] - b[0])) {
    const last = spans.at(-1)
    if (last === undefined || last < from) spans.push(from, end)
    else if (last < end) spans[spans.length - 1] = end
  }
  return spans
}

/** Spans as pairs of from, end. */
export function spanPairs(spans: Spans): [number, number][] {
  return Array.from({ length: spans.length / 2 }, (_, at) => [spans[2 * at]!, spans[2 * at + 1]!])
}

/** True when the two have a number in common. */
export function spansMeet(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i]! < b[j + 1]! && b[j]! < a[i + 1]!) return true
    if (a[i + 1]! <= b[j + 1]!) i += 2
    else j += 2
  }
  return false
}

/** True when all of `inner` is in `outer`; both are spans of anything. */
export function coversSpans(outer: ArrayLike<number>, inner: ArrayLike<number>): boolean {
  for (let i = 0, o = 0; i < inner.length; i += 2) {
    while (o < outer.length && outer[o + 1]! < inner[i + 1]!) o += 2
    if (o >= outer.length || outer[o]! > inner[i]!) return false
  }
  return true
}

/** What both have in common. */
export function meetSpans(a: Spans, b: Spans): number[] {
  const shared: number[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i]!, b[j]!)
    const end = Math.min(a[i + 1]!, b[j + 1]!)
    if (from < end) shared.push(from, end)
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return shared
}

/** All of the service line that is not in `spans`. */
export function otherSpans(spans: Spans): number[] {
  const edges = [0, ...spans, LINE_END]
  return spanPairs(edges).flatMap(([from, end]) => (from < end ? [from, end] : []))
}
