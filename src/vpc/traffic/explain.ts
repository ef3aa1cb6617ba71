import type { SecurityGroupRule } from '../security-group.ts'
import { saysNothing, textOf } from '../shown.ts'
import { UNREADABLE_RULE } from '../unreadable-marks.ts'
import { addressText, cidrCount, cidrsOf, otherRanges, rangesOfText, type Family } from './addresses.ts'
import type { Decision } from './decisions.ts'
import type { Flow, FlowRemote } from './flow.ts'
import type { RemoteSet, RuleRef } from './rules.ts'
import { joinAnd, protocolName, servicesText } from './service-ranges.ts'
import { readProtocol } from './services.ts'

/** Names for IDs, where known; an ID without a name is shown itself. */
export type Names = {
  group?: (id: string) => string | null | undefined
  addressGroup?: (id: string) => string | null | undefined
}

/** At most this many CIDRs or sets are spelled out in a sentence; the rest is counted. */
const SPELLED = 4

/**
 * A flow in one sentence: `TCP 22 (SSH) from anywhere (0.0.0.0/0): denied before, because no
 * rule matched; allowed now by rule "allow TCP 22 from anywhere" of group web-public.`
 */
export function explain(flow: Flow, names: Names = {}): string {
  const { direction, family, services, remote, before, after } = flow
  const traffic = `${servicesText(services)} ${direction === 'ingress' ? 'from' : 'to'} ${remoteText(remote, family, names)}`
  return `${traffic.charAt(0).toUpperCase()}${traffic.slice(1)}: ${decisionText(before, 'before', names)}; ${decisionText(after, 'now', names)}.`
}

/**
 * A decision in words, such as `denied before, because no rule matched`. `when` is put after the
 * verdict.
 */
export function decisionText(
  { verdict, rule, unreadable }: Decision,
  when: string,
  names: Names = {},
): string {
  const said = [verdict, when].filter(Boolean).join(' ')
  if (verdict === 'unknown') {
    const reasons = unreadable.map((ref) =>
      ref.doubt !== undefined
        ? `${ruleText(ref, names)} may not take effect`
        : ref.rule
          ? `${ruleText(ref, names)} can't be read`
          : `${ruleText(ref, names)} were not read`,
    )
    return reasons.length > 0 ? `${said}, because ${joinAnd(spelled(reasons, 'other rules'))}` : said
  }
  return rule
    ? `${said} by ${ruleText(rule, names)}`
    : `${said}, because no rule ${when === 'before' ? 'matched' : 'matches'}`
}

/**
 * A rule by what it says and its group: `rule "deny TCP 22 from 10.0.0.0/8, priority 3" of group
 * web-public`.
 */
export function ruleText({ groupId, rule }: RuleRef, names: Names = {}): string {
  const group = `group ${names.group?.(groupId) || groupId}`
  if (rule?.[UNREADABLE_RULE] !== undefined) return `an entry that may be a rule of ${group}`
  return rule ? `rule "${ruleWords(rule, names)}" of ${group}` : `the rules of ${group}`
}

/**
 * What a rule says, in its own values: `deny TCP 22 from 10.0.0.0/8, priority 3`. Reads unreadable
 * rules, too.
 */
function ruleWords(rule: SecurityGroupRule, names: Names = {}): string {
  const { action, traffic, remote, priority } = ruleParts(rule, names)
  const said = priority === '1' ? '' : `, priority ${priority}`
  const way = rule.direction === 'egress' ? 'to' : 'from'
  return `${[action, traffic, way, remote].filter(Boolean).join(' ')}${said}`
}

/** What the parts of a rule say, in its own values, whether they can be read or not. */
export function ruleParts(
  rule: SecurityGroupRule,
  names: Names = {},
): Record<'action' | 'traffic' | 'remote' | 'priority' | 'direction', string> {
  const protocol = saying(rule.protocol)
  const number = readProtocol(protocol)
  const name =
    number === undefined
      ? 'any protocol'
      : Number.isNaN(number)
        ? `protocol '${protocol}'`
        : protocolName(number)
  const range = [...new Set([saying(rule.port_range_min), saying(rule.port_range_max)])]
  const ports = saying(rule.multiport) || range.filter(Boolean).join('-')
  const [prefix, group, addressGroup] = [
    saying(rule.remote_ip_prefix),
    saying(rule.remote_group_id),
    saying(rule.remote_address_group_id),
  ]
  const remote =
    prefix ||
    (group && setText({ kind: 'security_group', id: group }, names)) ||
    (addressGroup && setText({ kind: 'address_group', id: addressGroup }, names)) ||
    'anywhere'
  const family = saying(rule.ethertype).toLowerCase() === 'ipv6' && !prefix ? ', IPv6' : ''
  return {
    action: saying(rule.action) || 'allow',
    traffic: [name, ports].filter(Boolean).join(' '),
    remote: `${remote}${family}`,
    priority: saying(rule.priority) || '1',
    direction: saying(rule.direction),
  }
}

/** What a field says, whatever its type; an empty text where it says nothing. */
function saying(value: unknown): string {
  return textOf(value) ?? (saysNothing(value) ? '' : JSON.stringify(value).slice(0, LONGEST_SHOWN))
}

const LONGEST_SHOWN = 60

/** A named set by its name: `group db` or `address group offices`. */
export function setText({ kind, id }: RemoteSet, names: Names = {}): string {
  return kind === 'address_group'
    ? `address group ${names.addressGroup?.(id) || id}`
    : `group ${names.group?.(id) || id}`
}

/**
 * The addresses of a remote as the fewest CIDRs, of which the first `most` are named; with
 * `except`, as every address except these.
 */
export function remoteCidrs(
  { ranges }: Pick<FlowRemote, 'ranges'>,
  family: Family,
  most = Infinity,
): { except: boolean; count: number; cidrs: string[] } {
  const read = rangesOfText(ranges)
  const others = otherRanges(read, family)
  const [count, otherCount] = [cidrCount(read), cidrCount(others)]
  return otherCount > 0 && otherCount < count
    ? { except: true, count: otherCount, cidrs: cidrsOf(others, family, most) }
    : { except: false, count, cidrs: cidrsOf(read, family, most) }
}

/**
 * A remote in words: `anywhere (0.0.0.0/0)`, `10.0.0.0/8 outside group db`, `addresses of address
 * group X within 10.0.0.0/8`.
 */
export function remoteText(remote: FlowRemote, family: Family, names: Names = {}): string {
  const { except, count, cidrs } = remoteCidrs(remote, family, SPELLED + 1)
  const list = joinAnd(spelled(cidrs.map(hostText), 'more networks', count))
  const everywhere = `${addressText(family === 'IPv4' ? 0 : 0n)}/0`
  const all = remote.share === 1 && remote.ranges.length === 1 && cidrs[0] === everywhere
  const sets = remote.memberOf.map((set) => setText(set, names))
  const not = remote.notMemberOf.map((set) => setText(set, names))
  const outside = not.length > 0 ? ` outside ${joinAnd(spelled(not, 'more'))}` : ''
  const [first, ...also] = sets
  if (first) {
    const within = all ? '' : except ? ` except ${list}` : ` within ${list}`
    const six = all && family === 'IPv6' ? ' (IPv6)' : ''
    const alsoIn = also.length > 0 ? ` that are also in ${joinAnd(spelled(also, 'more'))}` : ''
    return `addresses of ${first}${alsoIn}${within}${six}${outside}`
  }
  if (all) return `anywhere (${everywhere})${outside}`
  return `${except ? `anywhere (${everywhere}) except ${list}` : list}${outside}`
}

/** A block of one address as that address. */
function hostText(cidr: string): string {
  return cidr.replace(cidr.includes(':') ? /\/128$/ : /\/32$/, '')
}

/** The first few of `count`, and how many more there are. */
function spelled(parts: readonly string[], more: string, count = parts.length): string[] {
  return count <= SPELLED + 1 ? [...parts] : [...parts.slice(0, SPELLED), `${count - SPELLED} ${more}`]
}
