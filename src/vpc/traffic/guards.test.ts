import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../security-group.ts'
import {
  effectiveRules,
  guard,
  guards,
  guardText,
  guardViolations,
  RuleBook,
  trafficDifference,
  type Guard,
} from './index.ts'

let count = 0
const ssh = (fields: Partial<SecurityGroupRule> = {}): SecurityGroupRule => ({
  id: `r${count++}`,
  security_group_id: 'g',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  multiport: '22',
  ...fields,
})

const NO_ADMIN: Guard = { name: 'admin ports', protocol: 'tcp', ports: '22,3389', remote: 'anywhere' }

/**
 * Whether going from one set of rules to the other breaks the guard: undefined, or whether that is
 * certain.
 */
function broken(one: Guard, before: SecurityGroupRule[], after: SecurityGroupRule[]): boolean | undefined {
  const book = new RuleBook({ before, after })
  const difference = trafficDifference(effectiveRules(['before'], book), effectiveRules(['after'], book))
  return guardViolations(difference, [one])[0]?.certain
}

describe('guards', () => {
  it.each<[string, Partial<SecurityGroupRule>[]]>([
    ['SSH from anywhere', [{}]],
    ['SSH from 0.0.0.0/0', [{ remote_ip_prefix: '0.0.0.0/0' }]],
    ['SSH from ::/0', [{ ethertype: 'IPv6', remote_ip_prefix: '::/0' }]],
    ['RDP in a range', [{ multiport: '3000-4000' }]],
    ['any protocol', [{ protocol: null, multiport: null }]],
    ['SSH from both halves', [{ remote_ip_prefix: '0.0.0.0/1' }, { remote_ip_prefix: '128.0.0.0/1' }]],
    [
      'SSH from four quarters',
      [0, 64, 128, 192].map((quarter) => ({ remote_ip_prefix: `${quarter}.0.0.0/2` })),
    ],
    ['SSH from almost anywhere', [{ remote_ip_prefix: '10.0.0.0/8', action: 'deny' }, {}]],
  ])('never newly allow admin ports from anywhere: broken by %s', (_, rules) => {
    expect(broken(NO_ADMIN, [], rules.map(ssh))).toBe(true)
  })

  it.each<[string, Partial<SecurityGroupRule>[]]>([
    ['another port', [{ multiport: '443' }]],
    ['the same port of UDP', [{ protocol: 'udp' }]],
    ['egress', [{ direction: 'egress' }]],
    ['SSH from a network', [{ remote_ip_prefix: '10.0.0.0/8' }]],
    ['SSH from an address group', [{ remote_address_group_id: 'offices' }]],
    ['a rule that is disabled', [{ enabled: false }]],
    ['a rule that never decides', [{ action: 'deny' }, {}]],
  ])('never newly allow admin ports from anywhere: kept with %s', (_, rules) => {
    expect(broken(NO_ADMIN, [], rules.map(ssh))).toBe(undefined)
  })

  it('is about what is new only', () => {
    expect(broken(NO_ADMIN, [ssh()], [ssh({ multiport: '22,443' })])).toBe(undefined)
  })

  it('is broken for a CIDR by any address of it', () => {
    const inside: Guard = { name: 'inside', remote: '10.1.0.0/16' }
    expect(broken(inside, [], [ssh({ remote_ip_prefix: '10.1.255.255/32' })])).toBe(true)
    expect(broken(inside, [], [ssh({ remote_ip_prefix: '10.2.0.0/16' })])).toBe(undefined)
    expect(broken(inside, [], [ssh({ remote_group_id: 'unknown' })])).toBe(false)
  })

  it('may be about what is newly denied', () => {
    const keep: Guard = {
      name: 'keep',
      change: 'newly_dropped',
      protocol: 6,
      ports: 22,
      remote: '10.0.0.0/8',
    }
    expect(broken(keep, [ssh()], [])).toBe(true)
    expect(broken(keep, [], [ssh()])).toBe(undefined)
  })

  it('counts what cannot be decided as broken, but not for certain', () => {
    expect(broken(NO_ADMIN, [], [ssh({ multiport: 'ssh' })])).toBe(false)
    expect(broken({ name: 'in', remote: '10.0.0.0/8' }, [], [ssh({ action: 'maybe' })])).toBe(false)
  })

  it('is not broken where a rule that cannot be read touches one host only', () => {
    const odd = ssh({ protocol: 'sctp', multiport: null, remote_ip_prefix: '10.0.0.5/32' })
    const first = ssh({ priority: 1, remote_ip_prefix: '10.0.0.0/8', action: 'deny' })
    expect(broken(NO_ADMIN, [], [odd])).toBe(undefined)
    expect(broken(NO_ADMIN, [], [first, odd])).toBe(undefined)
    expect(broken({ name: 'host', remote: '10.0.0.5/32' }, [], [odd])).toBe(false)
  })

  it('is not broken by what ends denied, whatever was allowed before', () => {
    const odd = ssh({ multiport: 'ssh' })
    const deny: Guard = { ...NO_ADMIN, change: 'newly_dropped' }
    expect([broken(NO_ADMIN, [odd], []), broken(deny, [odd], [])]).toEqual([undefined, false])
    expect([broken(NO_ADMIN, [], [odd]), broken(deny, [], [odd])]).toEqual([false, undefined])
    const refuses = ssh({ multiport: 'ssh', action: 'deny' })
    expect([broken(NO_ADMIN, [refuses, ssh()], [ssh()]), broken(deny, [refuses, ssh()], [ssh()])]).toEqual([
      false,
      undefined,
    ])
  })

  it('is broken by unreadable rules without a bound, however little they change', () => {
    const only: Guard = { ...NO_ADMIN, ports: '22' }
    const most = [
      ssh({ ethertype: 'IPv6' }),
      ...[0, 64, 128].map((quarter) => ssh({ remote_ip_prefix: `${quarter}.0.0.0/2` })),
    ]
    const book = new RuleBook({ most })
    const [was, is] = [['most'], ['most', 'unread']].map((list) => effectiveRules(list, book))
    expect(guardViolations(trafficDifference(was!, is!), [only])).toMatchObject([{ certain: false }])
    expect(broken(only, most, [...most, ssh({ multiport: 'ssh' })])).toBe(false)
    const odd = ssh({ multiport: 'ssh', remote_ip_prefix: '192.0.0.0/2' })
    expect(broken(only, most, [...most, odd])).toBe(undefined)
  })

  it('is certain where members of a set and all others are newly allowed', () => {
    const network: Guard = { name: 'net', remote: '10.0.0.0/8' }
    const members = ssh({ remote_group_id: 'unknown' })
    expect(broken(network, [], [members, ssh({ priority: 2 })])).toBe(true)
    expect(broken(network, [], [ssh({ ...members, action: 'deny' }), ssh({ priority: 2 })])).toBe(false)
    expect(broken(network, [members], [ssh()])).toBe(false)
  })

  it('is not certain where only half of all addresses is decided', () => {
    const most = ssh({ remote_ip_prefix: '0.0.0.0/2' })
    const odd = ssh({ remote_ip_prefix: '128.0.0.0/1', multiport: 'ssh' })
    expect(broken(NO_ADMIN, [], [most, odd])).toBe(false)
  })

  it('is said in words', () => {
    expect(guardText(NO_ADMIN)).toBe('never newly allow TCP 22 (SSH) and 3389 (RDP) from anywhere')
    expect(guardText({ name: 'out', direction: 'egress', change: 'newly_dropped', remote: '::/0' })).toBe(
      'never newly deny any protocol to ::/0',
    )
  })

  it.each([
    [{ remote: 'anywhere' }, 'name'],
    [{ name: 'a' }, 'remote'],
    [{ name: 'a', remote: 'internet' }, 'remote'],
    [{ name: 'a', remote: 'anywhere', protocol: 'tcp', ports: '22;23' }, 'ports'],
    [{ name: 'a', remote: 'anywhere', ports: '22' }, 'ports'],
    [{ name: 'a', remote: 'anywhere', protocol: 'ssh' }, 'protocol'],
    [{ name: 'a', remote: 'anywhere', direction: 'in' }, 'direction'],
    [{ name: 'a', remote: 'anywhere', port: 22 }, ''],
  ])('refuses %j, naming what is wrong', (input, field) => {
    const { error } = guard.safeParse(input)
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([field])
  })

  it('reads a list of guards', () => {
    expect(guards.parse([NO_ADMIN])).toEqual([NO_ADMIN])
  })
})
