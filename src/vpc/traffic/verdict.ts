import { readAddress } from './addresses.ts'
import { decisionOf, decidingRules, type CandidateRules, type Decision } from './decisions.ts'
import type { EffectiveRules } from './effective-rules.ts'
import type { Direction } from './directions.ts'
import type { ReadRule, RemoteSet, RuleRef } from './rules.ts'
import { ICMP, ICMPV6, PER_PROTOCOL, readProtocol, TCP, UDP } from './services.ts'

/** One packet, as the operator types it. The family is that of the remote address. */
export type Packet = {
  direction: Direction
  /** `tcp`, `udp`, `icmp`, `icmpv6` or a protocol number. */
  protocol: string | number
  /** Destination port of TCP and UDP. */
  port?: number
  /** Type and code of ICMP and ICMPv6. */
  type?: number
  code?: number
  /** The address at the other end: source of ingress, destination of egress. */
  remote: string
  /** Whether the remote is in a named set; undefined when not known. */
  isMember?: (set: RemoteSet) => boolean | undefined
}

/** The verdict on one packet. */
export type PacketVerdict = Decision & {
  /**
   * Named sets that the verdict depends on, where `isMember` does not say whether the remote is in
   * them; the verdict is then unknown.
   */
  askedSets: readonly RemoteSet[]
  /** Rules that may match before `rule`, with the same verdict: in named sets, or unreadable. */
  alike: readonly RuleRef[]
}

/** Why a packet can't be tried. `field` names the field of Packet that it concerns. */
export class PacketUnreadable extends Error {
  override name = 'PacketUnreadable'
  readonly field: 'protocol' | 'port' | 'type' | 'code' | 'remote'
  constructor(field: PacketUnreadable['field'], message: string) {
    super(message)
    this.field = field
  }
}

/**
 * Whether one packet passes, and the rule that decides it: the first that matches, in the order of
 * `effective`.
 * @throws PacketUnreadable when a field is missing or can't be read.
 */
export function verdict(packet: Packet, effective: EffectiveRules): PacketVerdict {
  const remote = readAddress(packet.remote.trim())
  if (!remote) throw new PacketUnreadable('remote', 'Enter one IPv4 or IPv6 address, such as 203.0.113.7.')
  const service = serviceOf(packet)

  const open: ReadRule[] = []
  const asked = new Set<number>()
  let decider: ReadRule | undefined
  for (const rule of effective.rules) {
    const extent = rule.extents.find(
      ({ direction, family }) => direction === packet.direction && family === remote.family,
    )
    if (!extent || !spansInclude(extent.services, service)) continue
    if (extent.addresses?.every(({ from, end }) => remote.value < from || remote.value >= end)) continue
    if (rule.problem !== undefined) {
      open.push(rule)
      continue
    }
    const member = rule.set < 0 ? true : packet.isMember?.(effective.book.sets[rule.set]!)
    if (member === false) continue
    if (member === undefined) {
      // A later rule for the same set decides nothing: what is in the set has met this one.
      if (!asked.has(rule.set)) open.push(rule)
      asked.add(rule.set)
      continue
    }
    decider = rule
    break
  }

  return verdictOf({ open, rule: decider }, effective.book.sets)
}

/** The verdict where a rule decides unless open ones do, in order: of named sets, or unreadable. */
export function verdictOf({ open, rule }: CandidateRules, sets: readonly RemoteSet[]): PacketVerdict {
  // Not all that is left would decide alike, so each of it matters.
  const { unreadable: deciding } = decidingRules(open, rule)
  const asked = deciding.filter(({ problem }) => problem === undefined)
  const decision = decisionOf({ unreadable: deciding.filter(({ problem }) => problem !== undefined), rule })
  return {
    ...decision,
    verdict: deciding.length > 0 ? 'unknown' : decision.verdict,
    askedSets: asked.map(({ set }) => sets[set]!),
    alike: open.slice(deciding.length).map(({ ref }) => ref),
  }
}

function spansInclude(spans: readonly number[], at: number): boolean {
  for (let i = 0; i < spans.length; i += 2) if (spans[i]! <= at && at < spans[i + 1]!) return true
  return false
}

/** A packet's number on the service line. @throws PacketUnreadable */
function serviceOf({ protocol, port, type, code }: Packet): number {
  const number = readProtocol(protocol)
  if (number === undefined || Number.isNaN(number))
    throw new PacketUnreadable('protocol', 'Choose TCP, UDP, ICMP, ICMPv6 or a protocol number in 0..255.')
  if (number === TCP || number === UDP) return number * PER_PROTOCOL + inRange('port', port, 65535)
  if (number === ICMP || number === ICMPV6)
    return number * PER_PROTOCOL + inRange('type', type, 255) * 256 + inRange('code', code ?? 0, 255)
  return number * PER_PROTOCOL
}

function inRange(field: 'port' | 'type' | 'code', value: number | undefined, max: number): number {
  if (value === undefined || !Number.isInteger(value) || value < 0 || value > max)
    throw new PacketUnreadable(field, `Enter a ${field} in 0..${max}.`)
  return value
}
