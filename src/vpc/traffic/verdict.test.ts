import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../security-group.ts'
import { estate, GROUPS, MEMBERS, packet, readableRule } from './estate-arbitraries.ts'
import {
  decisionText,
  effectiveRules,
  PacketUnreadable,
  RuleBook,
  setText,
  trafficDifference,
  verdict,
  type Direction,
  type Packet,
} from './index.ts'
import { naiveVerdict, type NaivePacket } from './naive-verdict.ts'

let count = 0
const rule = (fields: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id: `r${count++}`,
  security_group_id: 'g',
  direction: 'ingress',
  ...fields,
})

/**
 * The verdict on a packet with these rules in one group; TCP 22 from 10.1.2.3 unless said
 * otherwise.
 */
function decide(rules: Partial<SecurityGroupRule>[], over: Partial<Packet> = {}) {
  const book = new RuleBook({ g: rules.map(rule) }, { membersOf: (id) => MEMBERS[id] })
  return verdict(
    { direction: 'ingress', protocol: 'tcp', port: 22, remote: '10.1.2.3', ...over },
    effectiveRules(['g'], book),
  )
}
const passes = (rules: Partial<SecurityGroupRule>[], over: Partial<Packet> = {}) =>
  decide(rules, over).verdict

function typed(one: NaivePacket): Packet {
  const { direction, protocol, rest, address, memberOf } = one
  const isIcmp = protocol === 1 || protocol === 58
  return {
    direction: direction as Direction,
    protocol,
    ...(protocol === 6 || protocol === 17 ? { port: rest } : {}),
    ...(isIcmp ? { type: Math.floor(rest / 256), code: rest % 256 } : {}),
    remote: address,
    isMember: (set) => memberOf.has(setText(set)),
  }
}

describe('the verdict on a packet', () => {
  it('is that of the first rule that matches', () => {
    fc.assert(
      fc.property(
        estate(readableRule),
        fc.shuffledSubarray(GROUPS),
        fc.array(packet, { minLength: 60 }),
        (rules, groups, some) => {
          const book = new RuleBook(rules, { membersOf: (id) => MEMBERS[id] })
          const effective = effectiveRules(groups, book)
          for (const one of some) {
            const naive = naiveVerdict(groups, rules, one, MEMBERS)
            const ours = verdict(typed(one), effective)
            expect(ours.verdict).toBe(naive.allowed ? 'allowed' : 'denied')
            expect(ours.rule?.ruleId).toBe(naive.rule?.id)
          }
        },
      ),
    )
  })

  it('is denied when no rule matches', () => {
    const decision = decide([{ protocol: 'udp' }])
    expect(decision).toMatchObject({ verdict: 'denied', rule: null })
    expect(decisionText(decision, 'now')).toBe('denied now, because no rule matches')
  })

  it('goes by the order of groups, then by priority, then by the action', () => {
    const book = new RuleBook({
      strict: [rule({ action: 'deny', priority: 100 })],
      open: [rule({ priority: 1 })],
      both: [rule({ action: 'allow', priority: 5 }), rule({ action: 'deny', priority: 6 })],
      equal: [rule({ action: 'allow' }), rule({ action: 'deny', priority: 1 })],
    })
    const one: Packet = { direction: 'ingress', protocol: 6, port: 22, remote: '192.0.2.1' }
    expect(verdict(one, effectiveRules(['strict', 'open'], book)).verdict).toBe('denied')
    expect(verdict(one, effectiveRules(['open', 'strict'], book)).verdict).toBe('allowed')
    expect(verdict(one, effectiveRules(['both'], book)).verdict).toBe('allowed')
    expect(verdict(one, effectiveRules(['equal'], book)).verdict).toBe('denied')
  })

  it('goes by the first place of a group that is named twice', () => {
    const book = new RuleBook({ open: [rule({})], strict: [rule({ action: 'deny' })] })
    const one: Packet = { direction: 'ingress', protocol: 6, port: 22, remote: '192.0.2.1' }
    const [twice, once] = [
      ['open', 'strict', 'open'],
      ['open', 'strict'],
    ].map((list) => effectiveRules(list, book))
    expect(verdict(one, twice!).verdict).toBe('allowed')
    expect(trafficDifference(twice!, once!).flows).toEqual([])
    expect(trafficDifference(effectiveRules([], book), twice!).counts.newly_allowed).toBe(1)
  })

  it('reads each wording of protocol and ports for itself', () => {
    expect(passes([{ protocol: 'tcp', multiport: '/' }], { protocol: 17 })).toBe('denied')
    const book = new RuleBook({
      g: [rule({ protocol: 'tcp', multiport: '/' }), rule({ protocol: 'tcp/', multiport: '' })],
    })
    const one: Packet = { direction: 'ingress', protocol: 17, port: 22, remote: '192.0.2.1' }
    expect(verdict(one, effectiveRules(['g'], book)).verdict).toBe('unknown')
  })

  it('leaves disabled rules out', () => {
    expect(passes([{ enabled: false }])).toBe('denied')
    expect(passes([{ enabled: null }])).toBe('allowed')
  })

  it.each([
    [{ protocol: 'tcp' }, 'allowed'],
    [{ protocol: 'TCP' }, 'allowed'],
    [{ protocol: '6' }, 'allowed'],
    [{ protocol: 6 }, 'allowed'],
    [{ protocol: null }, 'allowed'],
    [{ protocol: '' }, 'allowed'],
    [{ protocol: '17' }, 'denied'],
    [{ protocol: 'tcp', multiport: '22' }, 'allowed'],
    [{ protocol: 'tcp', multiport: 22 }, 'allowed'],
    [{ protocol: 'tcp', multiport: '20-22' }, 'allowed'],
    [{ protocol: 'tcp', multiport: '23-80' }, 'denied'],
    [{ protocol: 'tcp', multiport: '80,22,8000-8100' }, 'allowed'],
    [{ protocol: 'tcp', multiport: ' 80, 20 - 30 ' }, 'allowed'],
    [{ remote_ip_prefix: '10.1.2.3' }, 'allowed'],
    [{ remote_ip_prefix: '10.1.9.9/16' }, 'allowed'],
    [{ remote_ip_prefix: '10.1.2.2/32' }, 'denied'],
    [{ ethertype: 'IPv6' }, 'denied'],
    [{ direction: 'egress' }, 'denied'],
    [{ remote_group_id: 'nobody' }, 'denied'],
    [{ remote_group_id: 'resolved' }, 'denied'],
  ] as [Partial<SecurityGroupRule>, string][])('TCP 22 from 10.1.2.3 with %j is %s', (fields, expected) => {
    expect(passes([fields])).toBe(expected)
  })

  it('asks ICMP for type and code, and ICMPv6 for its own', () => {
    const ping = { protocol: 'icmp', port: undefined, type: 8, code: 0 } as Partial<Packet>
    expect(passes([{ protocol: 'icmp', multiport: '8' }], ping)).toBe('allowed')
    expect(passes([{ protocol: '1', multiport: '8,0' }], ping)).toBe('allowed')
    expect(passes([{ protocol: 'icmp', multiport: '8,1' }], ping)).toBe('denied')
    expect(passes([{ protocol: 'icmp', multiport: '0' }], ping)).toBe('denied')
    const ping6 = { ...ping, protocol: 58, type: 128, remote: '2001:DB8::1' }
    expect(passes([{ protocol: 'icmpv6', ethertype: 'IPv6', multiport: '128' }], ping6)).toBe('allowed')
  })

  it.each([
    [8, null, { type: 8, code: 3 }, 'allowed'],
    [8, 0, { type: 8, code: 0 }, 'allowed'],
    [8, 0, { type: 8, code: 1 }, 'denied'],
    [22, 22, { type: 22, code: 22 }, 'allowed'],
    [22, 22, { type: 22, code: 0 }, 'denied'],
    [90, 80, { type: 90, code: 80 }, 'allowed'],
    [90, 80, { type: 85, code: 0 }, 'denied'],
  ])('reads %j to %j of ICMP as type and code: %j is %s', (from, to, { type, code }, verdictThen) => {
    const icmp: Partial<Packet> = { protocol: 'icmp', port: undefined, type, code }
    const ranged = { protocol: 'icmp', multiport: null, port_range_min: from, port_range_max: to }
    expect(passes([ranged], icmp)).toBe(verdictThen)
  })

  it('is unknown when a rule that cannot be read may decide, and says which', () => {
    for (const [fields, problem] of [
      [{ protocol: 'tcp', multiport: 'abc' }, /ports 'abc'/],
      [{ protocol: 'tcp', multiport: '22,' }, /ports '22,'/],
      [{ protocol: 'tcp', multiport: '70000' }, /70000/],
      [{ protocol: 'tcpp' }, /protocol 'tcpp'/],
      [{ protocol: '256' }, /protocol '256'/],
      [{ multiport: '22' }, /without a protocol/],
      [{ protocol: 'tcp', multiport: '22', port_range_min: 80, port_range_max: 90 }, /differ/],
      [{ protocol: 'tcp', multiport: 0, port_range_min: 22, port_range_max: 22 }, /differ/],
      [{ action: 'reject' }, /action 'reject'/],
      [{ priority: 0 }, /priority 0/],
      [{ priority: 1.5 }, /priority 1.5/],
      [{ direction: 'both' }, /direction 'both'/],
      [{ ethertype: 'IPv5' }, /ethertype 'IPv5'/],
      [{ remote_ip_prefix: '10.0.0.0/33' }, /remote '10.0.0.0\/33'/],
      [{ remote_ip_prefix: '010.0.0.0/8' }, /remote '010/],
      [{ remote_ip_prefix: 'fd00::/8' }, /no IPv4 address/],
      [{ remote_ip_prefix: '10.0.0.0/8', remote_group_id: 'a' }, /more than one remote/],
    ] as [Partial<SecurityGroupRule>, RegExp][]) {
      expect([fields, passes([fields])]).toEqual([fields, 'unknown'])
      const { unreadable } = effectiveRules(['g'], new RuleBook({ g: [rule(fields)] }))
      expect(unreadable.map((one) => one.problem)).toEqual([expect.stringMatching(problem)])
    }
  })

  it('is known where a rule that cannot be read has no part, or changes nothing', () => {
    expect(passes([{ protocol: 'udp', multiport: 'abc' }])).toBe('denied')
    expect(passes([{ remote_ip_prefix: '192.168.0.0/16', protocol: 'tcp', multiport: 'abc' }])).toBe('denied')
    expect(passes([{ protocol: 'tcp', multiport: 'abc', action: 'deny' }])).toBe('denied')
    expect(passes([{ protocol: 'tcp', multiport: 'abc', priority: 2 }, { protocol: 'tcp' }])).toBe('allowed')
    expect(passes([{ protocol: 'tcp', multiport: 'abc' }, { action: 'deny' }])).toBe('denied')
  })

  it('is unknown for ICMP over IPv6, which the documentation leaves open', () => {
    const ping6: Partial<Packet> = { protocol: 'icmpv6', type: 128, remote: '2001:db8::1' }
    expect(passes([{ protocol: 'icmp', ethertype: 'IPv6' }], ping6)).toBe('unknown')
    expect(passes([{ protocol: 'icmp', ethertype: 'IPv6' }])).toBe('denied')
  })

  it('is unknown when the rules of a group were not read', () => {
    const effective = effectiveRules(['missing'], new RuleBook({}))
    const one = verdict({ direction: 'egress', protocol: 47, remote: '::1' }, effective)
    expect(one.verdict).toBe('unknown')
    expect(decisionText(one, 'now')).toBe('unknown now, because the rules of group missing were not read')
  })

  it('asks about a named set only where it matters', () => {
    const offices = { remote_address_group_id: 'offices' }
    expect(decide([offices])).toMatchObject({
      verdict: 'unknown',
      askedSets: [{ kind: 'address_group', id: 'offices' }],
    })
    expect(decide([offices], { isMember: () => true }).verdict).toBe('allowed')
    expect(decide([offices], { isMember: () => false }).verdict).toBe('denied')
    expect(decide([offices, {}])).toMatchObject({ verdict: 'allowed', askedSets: [] })
    expect(decide([{ remote_group_id: 'somewhere', action: 'deny' }, {}]).askedSets).toEqual([
      { kind: 'security_group', id: 'somewhere' },
    ])
  })

  it('is decided where every possibility comes to the same', () => {
    const offices = { remote_address_group_id: 'offices' }
    const denied = decide([
      { ...offices, action: 'deny' },
      { ...offices, priority: 2 },
    ])
    expect(denied).toMatchObject({ verdict: 'denied', askedSets: [], alike: [{ rule: offices }] })
    const opened = decide([{ ...offices, action: 'deny', priority: 2 }, offices, { priority: 3 }])
    expect(opened).toMatchObject({ verdict: 'allowed', askedSets: [] })
    const odd = { multiport: 'ssh', protocol: 'tcp' }
    expect(decide([{ ...offices, action: 'deny' }, odd]).askedSets).toHaveLength(1)
    expect(decide([{ ...offices, action: 'deny', priority: 2 }, odd])).toMatchObject({
      verdict: 'unknown',
      askedSets: [],
      unreadable: [{ rule: odd }],
    })
  })

  it('refuses a packet that cannot be read, and names the field', () => {
    for (const [over, field] of [
      [{ remote: '10.0.0.0/8' }, 'remote'],
      [{ remote: '' }, 'remote'],
      [{ protocol: 'smtp' }, 'protocol'],
      [{ protocol: '' }, 'protocol'],
      [{ port: undefined }, 'port'],
      [{ port: 65536 }, 'port'],
      [{ protocol: 'icmp' }, 'type'],
      [{ protocol: 'icmp', type: 8, code: 256 }, 'code'],
    ] as [Partial<Packet>, string][]) {
      const attempt = () => decide([], over)
      expect(attempt).toThrow(PacketUnreadable)
      expect(attempt).toThrow(expect.objectContaining({ field }))
    }
  })
})
