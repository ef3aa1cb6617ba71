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

/** Whether going from one set of rules to the other breaks the guard: undefined, or whether that is certain. */
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

  it('may be about what is newly dropped', () => {
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

  it('is said in words', () => {
    expect(guardText(NO_ADMIN)).toBe('never newly allow TCP 22 (SSH) and 3389 (RDP) from anywhere')
    expect(guardText({ name: 'out', direction: 'egress', change: 'newly_dropped', remote: '::/0' })).toBe(
      'never newly drop any protocol to ::/0',
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
