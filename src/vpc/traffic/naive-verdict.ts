/**
 * The plain way to decide one packet, written only from docs/platform.md and apart from the code
 * under test: rule by rule, on text. For tests; too slow for anything else.
 */
import type { DocumentedRule as SecurityGroupRule } from '../security-group.ts'
import { setText, type Flow, type ServiceRange } from './index.ts'

export type NaivePacket = {
  direction: string
  family: 'IPv4' | 'IPv6'
  protocol: number
  /** Port, or type * 256 + code. */
  rest: number
  address: string
  /** Named sets (`group ID`, `address group ID`) that the address is in. */
  memberOf: ReadonlySet<string>
}

/** Whether a rule that can't be read matches, and how; undefined for no match. */
export type Override = (rule: SecurityGroupRule) => 'allow' | 'deny' | undefined

const words = (text: string | undefined) =>
  text
    ? text.split(':').flatMap((word) => (word.includes('.') ? bits(word).match(/.{16}/g)!.map(hex) : word))
    : []
const hex = (binary: string) => Number.parseInt(binary, 2).toString(16)

function bits(address: string): string {
  if (!address.includes(':'))
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
  const [head = '', tail] = address.split('::')
  const middle = Array(8 - words(head).length - words(tail).length).fill('0')
  return [...words(head), ...(tail === undefined ? [] : middle), ...words(tail)]
    .map((word) => Number.parseInt(word, 16).toString(2).padStart(16, '0'))
    .join('')
}

function inCidr(address: string, cidr: string): boolean {
  const [prefix = '', length] = cidr.split('/')
  const all = bits(prefix)
  return bits(address).startsWith(all.slice(0, length === undefined ? all.length : Number(length)))
}

const NUMBERS: Record<string, string> = { icmp: '1', tcp: '6', udp: '17', icmpv6: '58' }

export function ruleMatches(
  rule: SecurityGroupRule,
  packet: NaivePacket,
  members: Readonly<Record<string, string[]>>,
): boolean {
  if (rule.enabled === false || rule.direction !== packet.direction) return false
  if ((rule.ethertype ?? 'IPv4') !== packet.family) return false
  if (rule.protocol) {
    const said = String(rule.protocol)
    if ((NUMBERS[said] ?? said) !== String(packet.protocol)) return false
    if (rule.multiport && [1, 58].includes(packet.protocol)) {
      const [type, code] = String(rule.multiport).split(',')
      if (Number(type) !== Math.floor(packet.rest / 256)) return false
      if (code !== undefined && Number(code) !== packet.rest % 256) return false
    } else if (rule.multiport) {
      const hit = String(rule.multiport)
        .split(',')
        .some((part) => {
          const [from, to = from] = part.split('-')
          return Number(from) <= packet.rest && packet.rest <= Number(to)
        })
      if (!hit) return false
    }
  }
  if (rule.remote_ip_prefix)
    return rule.remote_ip_prefix.includes(':') === packet.address.includes(':')
      ? inCidr(packet.address, rule.remote_ip_prefix)
      : false
  if (rule.remote_group_id) {
    const known = members[rule.remote_group_id]
    return known
      ? known.some((one) => bits(one) === bits(packet.address))
      : packet.memberOf.has(`group ${rule.remote_group_id}`)
  }
  if (rule.remote_address_group_id)
    return packet.memberOf.has(`address group ${rule.remote_address_group_id}`)
  return true
}

/**
 * The verdict, and the rule that decided: the first match by group, then priority, then deny before
 * allow.
 */
export function naiveVerdict(
  groups: readonly string[],
  rules: Readonly<Record<string, SecurityGroupRule[]>>,
  packet: NaivePacket,
  members: Readonly<Record<string, string[]>>,
  override?: Override,
): { allowed: boolean; rule: SecurityGroupRule | undefined } {
  for (const group of groups) {
    const matching = (rules[group] ?? []).flatMap((rule) => {
      if (!override || !rule.description?.startsWith('unreadable'))
        return ruleMatches(rule, packet, members) ? [{ rule, action: rule.action ?? 'allow' }] : []
      const action = override(rule)
      return action ? [{ rule, action }] : []
    })
    const rank = ({ rule, action }: (typeof matching)[number]) =>
      ((rule.priority ?? 1) % 101) * 2 + (action === 'deny' ? 0 : 1)
    const [first] = matching.toSorted((a, b) => rank(a) - rank(b))
    if (first) return { allowed: first.action === 'allow', rule: first.rule }
  }
  return { allowed: false, rule: undefined }
}

function hasService(range: ServiceRange, { protocol, rest }: NaivePacket): boolean {
  if (range.kind === 'protocols') return range.from <= protocol && protocol <= range.to
  if (range.protocol !== protocol) return false
  if (range.kind === 'ports') return range.from <= rest && rest <= range.to
  const type = Math.floor(rest / 256)
  if (range.kind === 'types') return range.from <= type && type <= range.to
  return range.type === type && range.from <= rest % 256 && rest % 256 <= range.to
}

/** True when the packet is in the flow. */
export function hasPacket({ direction, family, services, remote }: Flow, one: NaivePacket): boolean {
  const at = bits(one.address)
  return (
    direction === one.direction &&
    family === one.family &&
    services.some((range) => hasService(range, one)) &&
    remote.ranges.some(({ from, to }) => bits(from) <= at && at <= bits(to)) &&
    remote.memberOf.every((set) => one.memberOf.has(setText(set))) &&
    !remote.notMemberOf.some((set) => one.memberOf.has(setText(set)))
  )
}
