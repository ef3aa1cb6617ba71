/**
 * Random security groups and packets for the property tests: few distinct values, so that rules
 * meet often.
 */
import * as fc from 'fast-check'
import type { DocumentedRule as SecurityGroupRule } from '../security-group.ts'
import type { NaivePacket } from './naive-verdict.ts'

export type RulesOfGroups = Record<string, SecurityGroupRule[]>

/** A rule that allows all TCP in over IPv4, but for `fields`. */
export const tcpRule = (id: string, fields: Partial<SecurityGroupRule> = {}): SecurityGroupRule => ({
  id,
  security_group_id: 'g',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  ...fields,
})

export const GROUPS = ['g0', 'g1', 'g2', 'g3', 'g4']

/**
 * Ports of these are known; those of `unknown-a` and `unknown-b` are not. Some addresses are in
 * several, and some are side by side across the bound of a network.
 */
export const MEMBERS: Record<string, string[]> = {
  resolved: ['10.1.0.9', '10.1.0.10', '192.168.0.7', 'fd00::9'],
  peers: ['192.168.0.8', '10.1.0.16', '10.1.0.10', '10.1.0.11', '10.1.0.15', 'fd00::9', 'fd00::8'],
  pair: ['10.1.0.15', '10.1.0.16'],
  nobody: [],
}
const SETS = ['group unknown-a', 'group unknown-b', 'address group offices']

const CIDRS = {
  IPv4: [
    '0.0.0.0/0',
    '128.0.0.0/1',
    '10.0.0.0/8',
    '10.1.2.3/16',
    '10.1.0.8/29',
    '192.168.0.7/32',
    '255.255.255.255/32',
  ],
  IPv6: ['::/0', 'fd00::/8', 'fd00::7/125', '2001:db8::1/64', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128'],
}
const ADDRESSES = {
  IPv4: [
    '0.0.0.0',
    '127.255.255.255',
    '128.0.0.0',
    '9.255.255.255',
    '10.0.0.0',
    '10.0.255.255',
    '10.1.0.0',
    '10.1.0.7',
    '10.1.0.8',
    '10.1.0.9',
    '10.1.0.10',
    '10.1.0.11',
    '10.1.0.15',
    '10.1.0.16',
    '10.1.2.3',
    '10.1.255.255',
    '10.2.0.0',
    '10.255.255.255',
    '11.0.0.0',
    '192.168.0.6',
    '192.168.0.7',
    '192.168.0.8',
    '255.255.255.254',
    '255.255.255.255',
  ],
  IPv6: [
    '::',
    '::1',
    'fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    'fd00::',
    'fd00::7',
    'fd00::8',
    'fd00::9',
    'fd00::a',
    'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    'fe00::',
    '2001:db8::',
    '2001:db8::1',
    '2001:db8::ffff:ffff:ffff:ffff',
    '2001:db8:0:1::',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ],
}

const family = fc.constantFrom('IPv4' as const, 'IPv4' as const, 'IPv6' as const)

const services = (icmp: string) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    {
      weight: 6,
      arbitrary: fc.record({
        protocol: fc.constantFrom('tcp', 'udp', '6', 6),
        multiport: fc.constantFrom(
          '22',
          '22',
          '80-90',
          '22,3389,8000-8100',
          '1-65535',
          '0-22',
          '85',
          '0-65535',
          '23,22',
          null,
          undefined,
          443,
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        protocol: fc.constantFrom(icmp, icmp === 'icmp' ? '1' : '58'),
        multiport: fc.constantFrom('8', '8,0', '3,4', '0', '255,255', null),
      }),
    },
    { weight: 1, arbitrary: fc.record({ protocol: fc.constantFrom('47', '0', '255', 7) }) },
  )

let made = 0

/** Rules of the documented forms. */
export const readableRule: fc.Arbitrary<SecurityGroupRule> = family.chain((ethertype) =>
  fc
    .record({
      direction: fc.constantFrom('ingress', 'ingress', 'egress'),
      service: services(ethertype === 'IPv4' ? 'icmp' : 'icmpv6'),
      action: fc.constantFrom('allow', 'deny', undefined, null),
      priority: fc.constantFrom(1, 1, 2, 50, 100, undefined),
      enabled: fc.constantFrom(true, true, true, undefined, false),
      said: ethertype === 'IPv4' ? fc.constantFrom('IPv4', undefined) : fc.constant('IPv6'),
      remote: fc.oneof(
        { weight: 2, arbitrary: fc.constant({}) },
        { weight: 6, arbitrary: fc.record({ remote_ip_prefix: fc.constantFrom(...CIDRS[ethertype]) }) },
        {
          weight: 3,
          arbitrary: fc.record({
            remote_group_id: fc.constantFrom('resolved', 'peers', 'pair', 'nobody', 'unknown-a', 'unknown-b'),
          }),
        },
        { weight: 1, arbitrary: fc.record({ remote_address_group_id: fc.constant('offices') }) },
      ),
    })
    .map(({ service, remote, said, ...rest }) => ({
      ...rest,
      ...service,
      ...remote,
      ethertype: said,
      id: `rule-${made++}`,
      security_group_id: '',
    })),
)

type Fields = Partial<SecurityGroupRule>

const noRemote = { remote_ip_prefix: null, remote_group_id: null, remote_address_group_id: null }

/** What can't be read, and some of what it could mean. A rule could also mean nothing at all. */
const UNREADABLE: { said: Fields; meanings: Fields[] }[] = [
  { said: { protocol: 'tcp', multiport: 'abc' }, meanings: [{ multiport: '22' }, { multiport: null }] },
  { said: { protocol: 'udp', multiport: '90-80' }, meanings: [{ multiport: '80-90' }, { multiport: null }] },
  {
    said: { protocol: null, multiport: '22' },
    meanings: [{ multiport: null }, { protocol: 'tcp' }, { protocol: 'udp' }],
  },
  { said: { protocol: '47', multiport: '22' }, meanings: [{ multiport: null }] },
  {
    said: { protocol: 'smtp', multiport: null },
    meanings: [{ protocol: 'tcp' }, { protocol: '99' }, { protocol: null }],
  },
  {
    said: { ...noRemote, remote_ip_prefix: '10.0.0.0/33' },
    meanings: [{ remote_ip_prefix: '10.0.0.0/8' }, { remote_ip_prefix: null }],
  },
  {
    said: { ...noRemote, remote_ip_prefix: '10.0.0.0/8', remote_group_id: 'unknown-a' },
    meanings: [{ remote_ip_prefix: null }, { remote_group_id: null }],
  },
  { said: { action: 'reject' }, meanings: [{ action: 'allow' }, { action: 'deny' }] },
  { said: { direction: 'both' }, meanings: [{ direction: 'ingress' }, { direction: 'egress' }] },
  { said: { ethertype: 'IPv5' }, meanings: [{ ethertype: 'IPv4' }, { ethertype: 'IPv6' }] },
  { said: { priority: 0 }, meanings: [{ priority: 1 }, { priority: 50 }, { priority: 100 }] },
  { said: { priority: 101 }, meanings: [{ priority: 1 }, { priority: 2 }, { priority: 100 }] },
]

/** Rules with one thing that can't be read. */
export const unreadableRule: fc.Arbitrary<SecurityGroupRule> = fc
  .tuple(readableRule, fc.nat(UNREADABLE.length - 1))
  .map(([rule, kind]) => ({
    ...rule,
    ...UNREADABLE[kind]!.said,
    enabled: true,
    description: `unreadable ${kind}`,
  }))

/**
 * The estate with some meaning for everything in it that can't be read; `choices` are any numbers.
 */
export function meant(rules: RulesOfGroups, choices: readonly number[]): RulesOfGroups {
  let taken = 0
  return Object.fromEntries(
    Object.entries(rules).map(([group, list]) => [
      group,
      list.map((rule) => {
        const kind = /^unreadable (\d+)$/.exec(rule.description ?? '')?.[1]
        if (kind === undefined) return rule
        const { meanings } = UNREADABLE[Number(kind)]!
        const choice = choices[taken++ % choices.length]! % (meanings.length + 1)
        return { ...rule, ...(meanings[choice] ?? { enabled: false }) }
      }),
    ]),
  )
}

export const estate = (rule: fc.Arbitrary<SecurityGroupRule>): fc.Arbitrary<RulesOfGroups> =>
  fc
    .tuple(...GROUPS.map(() => fc.array(rule, { maxLength: 6 })))
    .map((lists) => Object.fromEntries(lists.map((list, at) => [GROUPS[at]!, list])))

/** Two lists of groups for one port. */
export const twoLists = fc.tuple(
  fc.shuffledSubarray(GROUPS, { minLength: 1 }),
  fc.shuffledSubarray(GROUPS, { minLength: 1 }),
)

const rest = (protocol: number): fc.Arbitrary<number> => {
  if (protocol === 6 || protocol === 17)
    return fc.oneof(
      fc.constantFrom(0, 1, 21, 22, 23, 79, 80, 84, 85, 86, 90, 91, 442, 443, 444, 3389, 7999, 8000),
      fc.constantFrom(8100, 8101, 65534, 65535),
      fc.nat(65535),
    )
  if (protocol === 1 || protocol === 58)
    return fc
      .tuple(fc.constantFrom(0, 3, 7, 8, 9, 255), fc.constantFrom(0, 1, 4, 254, 255))
      .map(([type, code]) => type * 256 + code)
  return fc.constant(0)
}

const randomAddress = {
  IPv4: fc.ipV4(),
  IPv6: fc.array(fc.nat(65535), { minLength: 8, maxLength: 8 }).map((words) =>
    words
      .map((word) => word.toString(16))
      .join(':')
      .replace(/^0:0:/, '::'),
  ),
}

export const packet: fc.Arbitrary<NaivePacket> = fc
  .tuple(family, fc.constantFrom(6, 6, 6, 17, 1, 58, 47, 0, 255, 7, 99))
  .chain(([one, protocol]) =>
    fc.record({
      direction: fc.constantFrom('ingress', 'ingress', 'egress'),
      family: fc.constant(one),
      protocol: fc.constant(protocol),
      rest: rest(protocol),
      address: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...ADDRESSES[one]) },
        { weight: 1, arbitrary: randomAddress[one] },
      ),
      memberOf: fc.subarray(SETS).map((sets) => new Set(sets)),
    }),
  )

const SERVICES: [number, number][] = [
  ...[0, 1, 21, 22, 23, 80, 84, 85, 86, 90, 443, 3389, 8000, 8100, 65535].flatMap(
    (port): [number, number][] => [
      [6, port],
      [17, port],
    ],
  ),
  ...[0, 3, 8, 255, 7].flatMap((type) =>
    [0, 4, 255, 9].flatMap((code): [number, number][] => [
      [1, type * 256 + code],
      [58, type * 256 + code],
    ]),
  ),
  ...[47, 0, 255, 7, 99].map((protocol): [number, number] => [protocol, 0]),
]
const PLACES = {
  IPv4: '1.0.0.0 128.0.0.0 10.0.0.1 10.1.0.0 10.1.0.8 10.1.0.9 10.1.0.10 10.1.0.11 10.1.0.15 10.1.0.16 192.168.0.7 192.168.0.8 255.255.255.255'.split(
    ' ',
  ),
  IPv6: 'fc00:: fd00:: fd00::7 fd00::1 fd00::8 fd00::9 fd00::a 2001:db8::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'.split(
    ' ',
  ),
}
const MEMBERSHIPS = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => new Set(SETS.filter((_, at) => bits & (1 << at))))
/** Every packet that can matter for the arbitrary rules: all their bounds, in every membership. */
export const UNIVERSE: NaivePacket[] = (['IPv4', 'IPv6'] as const).flatMap((one) =>
  ['ingress', 'egress'].flatMap((direction) =>
    SERVICES.flatMap(([protocol, number]) =>
      PLACES[one].flatMap((address) =>
        MEMBERSHIPS.map((memberOf) => ({
          direction,
          family: one,
          protocol,
          rest: number,
          address,
          memberOf,
        })),
      ),
    ),
  ),
)
