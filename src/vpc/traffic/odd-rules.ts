/**
 * Rules with values that no documentation has, each with what it is taken to mean, written down by
 * hand: apart from the code that reads rules. For the property test of what may become of a packet.
 */
import * as fc from 'fast-check'
import type { SecurityGroupRule } from '../security-group.ts'

type Family = 'IPv4' | 'IPv6'

export type Probe = {
  direction: 'ingress' | 'egress'
  address: string
  protocol: number
  /** Port, or type * 256 + code; 0 for protocols with neither. */
  rest: number
}

/** A rule and its meaning. */
export type OddRule = {
  rule: SecurityGroupRule
  covers: (probe: Probe) => boolean
  /** It may match what it covers, or not. */
  unreadable: boolean
  /** Undefined when it could be either. */
  action: 'allow' | 'deny' | undefined
  /** 0 when it could be any. */
  priority: number
  /** The named set that the remote must be in. */
  set: string | undefined
}

/** Not to be read. */
const ODD = 'odd'
type Read<T> = T | typeof ODD

export const PORTS_OF: Record<string, string[]> = { known: ['10.0.0.5', 'fd00::1'] }
const FOUR = ['10.0.0.5', '10.0.0.6', '10.1.0.1', '192.0.2.1']
const SIX = ['::ffff:10.0.0.5', '2001:db8::1', 'fd00::1']
export const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4')

const DIRECTIONS: [unknown, Read<string>][] = [
  ['ingress', 'ingress'],
  ['ingress', 'ingress'],
  ['ingress', 'ingress'],
  ['egress', 'egress'],
  ['Ingress', ODD],
  ['', ODD],
  [7, ODD],
]
const ETHERTYPES: [unknown, Read<Family>][] = [
  ['IPv4', 'IPv4'],
  ['ipv4', 'IPv4'],
  [null, 'IPv4'],
  ['', 'IPv4'],
  ['IPv6', 'IPv6'],
  ['IPV6', 'IPv6'],
  ['IPv5', ODD],
  [4, ODD],
  [[], ODD],
]
const PROTOCOLS: [unknown, Read<number | undefined>][] = [
  ['tcp', 6],
  ['TCP', 6],
  [' tcp ', 6],
  ['06', 6],
  [6, 6],
  ['17', 17],
  ['icmp', 1],
  ['58', 58],
  ['ICMPv6', 58],
  [0, 0],
  [132, 132],
  ['', undefined],
  [null, undefined],
  ['sctp', ODD],
  ['-1', ODD],
  [256, ODD],
  [6.5, ODD],
  ['any', ODD],
  [['tcp'], ODD],
  [false, ODD],
]
/** As ports of TCP and UDP, and as type and code of ICMP. */
const MULTIPORTS: [
  said: unknown,
  ports: Read<[number, number][]> | undefined,
  types: Read<[number, number][]> | undefined,
][] = [
  [undefined, undefined, undefined],
  [null, undefined, undefined],
  ['', undefined, undefined],
  ['  ', undefined, undefined],
  [0, [[0, 0]], [[0, 255]]],
  [22, [[22, 22]], [[22 * 256, 22 * 256 + 255]]],
  ['00022', [[22, 22]], ODD],
  [
    ' 22 , 80 - 90',
    [
      [22, 22],
      [80, 90],
    ],
    ODD,
  ],
  ['8,0', [8, 0].map((port) => [port, port]), [[8 * 256, 8 * 256]]],
  ['22,', ODD, ODD],
  [',', ODD, ODD],
  ['90-80', ODD, ODD],
  ['70000', ODD, ODD],
  ['ssh', ODD, ODD],
  [[22], ODD, ODD],
]
const ACTIONS: [unknown, Read<'allow' | 'deny'>][] = [
  ['allow', 'allow'],
  ['Allow', 'allow'],
  [null, 'allow'],
  ['', 'allow'],
  ['deny', 'deny'],
  ['DENY', 'deny'],
  ['reject', ODD],
  [true, ODD],
]
const PRIORITIES: [unknown, Read<number>][] = [
  [1, 1],
  [null, 1],
  [undefined, 1],
  [2, 2],
  [100, 100],
  [0, ODD],
  [101, ODD],
  [-1, ODD],
  [1.5, ODD],
  ['1', ODD],
]
type OddRemote = { family?: Family; addresses?: string[]; set?: string }
const REMOTES: [Partial<SecurityGroupRule>, Read<OddRemote>][] = [
  [{}, {}],
  [{ remote_ip_prefix: '', remote_group_id: '', remote_address_group_id: null }, {}],
  [{ remote_ip_prefix: '0.0.0.0/0' }, { family: 'IPv4', addresses: FOUR }],
  [{ remote_ip_prefix: '::/0' }, { family: 'IPv6', addresses: SIX }],
  [{ remote_ip_prefix: '10.9.9.9/8' }, { family: 'IPv4', addresses: FOUR.slice(0, 3) }],
  [{ remote_ip_prefix: '10.0.0.7/30' }, { family: 'IPv4', addresses: ['10.0.0.5', '10.0.0.6'] }],
  [{ remote_ip_prefix: '10.0.0.5/32' }, { family: 'IPv4', addresses: ['10.0.0.5'] }],
  [{ remote_ip_prefix: ' 10.0.0.6 ' }, { family: 'IPv4', addresses: ['10.0.0.6'] }],
  [{ remote_ip_prefix: '::ffff:10.0.0.5/128' }, { family: 'IPv6', addresses: ['::ffff:10.0.0.5'] }],
  [{ remote_ip_prefix: '0:0:0:0:0:FFFF:A00:5' }, { family: 'IPv6', addresses: ['::ffff:10.0.0.5'] }],
  [{ remote_ip_prefix: '2001:DB8::77/64' }, { family: 'IPv6', addresses: ['2001:db8::1'] }],
  [{ remote_group_id: 'known' }, { addresses: ['10.0.0.5', 'fd00::1'] }],
  [{ remote_group_id: 'a' }, { set: 'group a' }],
  [{ remote_group_id: 'b' }, { set: 'group b' }],
  [{ remote_address_group_id: 'a' }, { set: 'address group a' }],
  [{ remote_ip_prefix: '10.0.0.0/33' }, ODD],
  [{ remote_ip_prefix: '010.0.0.5' }, ODD],
  [{ remote_ip_prefix: '10.0.0.5/' }, ODD],
  [{ remote_ip_prefix: 'fd00::1%eth0' }, ODD],
  [{ remote_ip_prefix: '10.0.0.5/32', remote_group_id: 'a' }, ODD],
  [{ remote_ip_prefix: 10 }, ODD],
  [{ remote_ip_prefix: [] }, ODD],
  [{ remote_group_id: ['known'] }, ODD],
]

/** Fields beside those: what they say in place of `multiport`, and whether it can be read. */
type Beside = { fields: Partial<SecurityGroupRule>; ports?: (typeof MULTIPORTS)[number]; unknown?: true }
const BESIDE: Beside[] = [
  { fields: {} },
  { fields: { tenant_id: 'p', revision_number: 3, tags: ['blue'], normalized: null, labels: [], note: '' } },
  {
    fields: { port_range_min: 22, port_range_max: 22 },
    ports: [0, [[22, 22]], [[22 * 256 + 22, 22 * 256 + 22]]],
  },
  {
    fields: { port_range_min: 80, port_range_max: 90 },
    ports: [0, [[80, 90]], [[80 * 256 + 90, 80 * 256 + 90]]],
  },
  { fields: { port_range_min: 8, port_range_max: null }, ports: [0, ODD, [[8 * 256, 8 * 256 + 255]]] },
  { fields: { port_range_min: 90, port_range_max: 80 }, ports: [0, ODD, [[90 * 256 + 80, 90 * 256 + 80]]] },
  { fields: { port_range_min: '22', port_range_max: '22' }, ports: [0, ODD, ODD] },
  { fields: { port_range_max: 22 }, ports: [0, ODD, ODD] },
  { fields: { source_ports: '1-1023' }, unknown: true },
  { fields: { stateless: false }, unknown: true },
]
const NOTHING_BESIDE = BESIDE.slice(0, 2)

let made = 0

/** Any rule: mostly plain values, so that some rules can be read. */
export const oddRule: fc.Arbitrary<OddRule> = fc
  .record({
    direction: fc.constantFrom(...DIRECTIONS),
    ethertype: mostly([0, 1], ETHERTYPES),
    protocol: mostly([0, 4], PROTOCOLS),
    multiport: mostly([1, 5], MULTIPORTS),
    action: mostly([0, 4], ACTIONS),
    priority: mostly([0, 3], PRIORITIES),
    remote: fc.constantFrom(...REMOTES),
    enabled: fc.constantFrom(true, true, true, null, undefined, false, 'false'),
    // Beside a multiport that says something, a range would contradict it.
    beside: mostly([0, 1], BESIDE),
  })
  .map(({ direction, ethertype, protocol, action, priority, remote, enabled, ...rest }) => {
    const saysPorts = typeof rest.multiport[0] !== 'string' || rest.multiport[0].trim() !== ''
    const plain = rest.multiport[0] !== undefined && rest.multiport[0] !== null && saysPorts
    const beside = plain && rest.beside.ports ? NOTHING_BESIDE[1]! : rest.beside
    const multiport: (typeof MULTIPORTS)[number] = beside.ports
      ? [rest.multiport[0], beside.ports[1], beside.ports[2]]
      : rest.multiport
    const rule: SecurityGroupRule = {
      id: `odd-${made++}`,
      security_group_id: '',
      direction: direction[0],
      ethertype: ethertype[0],
      protocol: protocol[0],
      multiport: multiport[0],
      action: action[0],
      priority: priority[0],
      enabled,
      ...remote[0],
      ...beside.fields,
    }
    const unread = beside.unknown === true || enabled === 'false'
    return meaning(
      rule,
      direction[1],
      ethertype[1],
      protocol[1],
      multiport,
      beside.unknown ? ODD : action[1],
      priority[1],
      remote[1],
      unread,
    )
  })

function mostly<T>([from, to]: [number, number], values: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...values.slice(from, to + 1)) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  )
}

function meaning(
  rule: SecurityGroupRule,
  direction: Read<string>,
  family: Read<Family>,
  protocol: Read<number | undefined>,
  [, ports, types]: (typeof MULTIPORTS)[number],
  action: Read<'allow' | 'deny'>,
  priority: Read<number>,
  remote: Read<OddRemote>,
  unread: boolean,
): OddRule {
  const isIcmp = protocol === 1 || protocol === 58
  const hasPorts = protocol === 6 || protocol === 17
  const parts = isIcmp ? types : hasPorts || ports === undefined ? ports : ODD
  // ICMP over the other family: which of the two it means is not documented.
  const mixed = protocol === (family === 'IPv6' ? 1 : 58)
  const other = remote === ODD || mixed || family === ODD ? undefined : remote.family
  const lost = remote === ODD || (other !== undefined && other !== family)
  const unreadable =
    [direction, family, protocol, parts, action, priority].includes(ODD) || mixed || lost || unread
  const anyFamily = family === ODD || mixed || lost
  const covers = (probe: Probe) => {
    if (direction !== ODD && direction !== probe.direction) return false
    if (!anyFamily && familyOf(probe.address) !== family) return false
    if (!lost && remote.addresses && !remote.addresses.includes(probe.address)) return false
    if (mixed) return probe.protocol === 1 || probe.protocol === 58
    if (protocol === ODD || protocol === undefined) return true
    if (protocol !== probe.protocol) return false
    return !Array.isArray(parts) || parts.some(([from, to]) => from <= probe.rest && probe.rest <= to)
  }
  return {
    rule,
    covers: rule.enabled === false ? () => false : covers,
    unreadable,
    action: action === ODD ? undefined : action,
    priority: priority === ODD ? 0 : priority,
    set: unreadable ? undefined : remote.set,
  }
}

/** Packets by which the rules above differ. */
export const probe: fc.Arbitrary<Probe> = fc
  .record({
    direction: fc.constantFrom('ingress' as const, 'ingress' as const, 'egress' as const),
    address: fc.constantFrom(...FOUR, ...FOUR, ...SIX),
    service: fc.constantFrom(
      [6, 22],
      [6, 22],
      [6, 22],
      [6, 0],
      [6, 8],
      [6, 85],
      [6, 65535],
      [17, 22],
      [17, 80],
      [1, 8 * 256],
      [1, 0],
      [1, 22 * 256 + 22],
      [1, 22 * 256 + 255],
      [1, 80 * 256 + 90],
      [1, 90 * 256 + 80],
      [58, 8 * 256],
      [58, 22 * 256 + 22],
      [0, 0],
      [132, 0],
      [255, 0],
    ),
  })
  .map(({ service, ...rest }) => ({ ...rest, protocol: service[0]!, rest: service[1]! }))
