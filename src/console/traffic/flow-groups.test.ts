import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { compareTraffic } from './compare-traffic.ts'
import { flowGroups, whatText, whyText } from './flow-groups.ts'

const rule = (id: string, group: string, fields: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id,
  security_group_id: group,
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  ...fields,
})

const attackers = ['198.51.100.0/24', '203.0.113.7/32', '192.0.2.0/25']
const RULES = {
  attackers: attackers.map((remote_ip_prefix, n) =>
    rule(`a${n}`, 'attackers', { action: 'deny', protocol: null, remote_ip_prefix }),
  ),
  web: [rule('w1', 'web', { multiport: '80,443' }), rule('w2', 'web', { protocol: 'icmp' })],
  ssh: [rule('s1', 'ssh', { multiport: '22', remote_ip_prefix: '10.0.0.5/32' })],
}

function said(before: string[], after: string[], names: Record<string, string> = {}): string[] {
  const result = compareTraffic({ portSecurity: true, lists: [before, after], rules: RULES })
  if (result.kind !== 'differences') throw new Error('nothing was compared')
  const known = { group: (id: string) => names[id] }
  return flowGroups(result.afterStep[0]!.flows).map(
    (group) => `${group.change}: ${whatText(group, known)}; ${whyText(group, { before, after }, known)}`,
  )
}

describe('traffic in groups', () => {
  it('is one of all that two groups decide, with the networks counted', () => {
    expect(said(['attackers', 'web'], ['web', 'attackers'], { attackers: 'deny-known-attackers' })).toEqual([
      'newly_allowed: all ICMP; TCP 80 (HTTP) and 443 (HTTPS) from 3 networks; deny-known-attackers no longer comes before web',
    ])
  })

  it.each([
    [
      ['web'],
      ['web', 'ssh'],
      'newly_allowed: TCP 22 (SSH) from 10.0.0.5; ssh is new and allows it; no rule did before',
    ],
    [
      ['ssh'],
      [],
      'newly_denied: TCP 22 (SSH) from 10.0.0.5; ssh is off the list, and no other rule allows it',
    ],
  ])('from %j to %j says who is new and who is gone', (before, after, text) => {
    expect(said(before, after)).toEqual([text])
  })

  it('says what takes the place of a group, and that a new one comes first', () => {
    expect(said(['attackers', 'web'], ['web'])).toEqual([
      expect.stringContaining('attackers is off the list, so web allows it'),
    ])
    expect(said(['web'], ['attackers', 'web'])).toEqual([
      expect.stringContaining('attackers is new, and comes before web'),
    ])
  })
})
