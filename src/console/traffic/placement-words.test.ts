import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { compareTraffic } from './compare-traffic.ts'
import { opensAnything, placementText } from './placement-words.ts'

const rule = (group: string, fields: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id: `${group} ${JSON.stringify(fields)}`,
  security_group_id: group,
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  ...fields,
})
const RULES = {
  web: [rule('web', { multiport: '443', remote_ip_prefix: '10.0.0.0/8' })],
  ssh: [rule('ssh', { multiport: '22' })],
  office: [
    rule('office', { multiport: '80', remote_ip_prefix: '192.0.2.0/24' }),
    rule('office', { multiport: '443', remote_ip_prefix: '10.1.0.0/16', action: 'deny' }),
  ],
}
const compared = (before: string[], after: string[], portSecurity = true, rules: object = RULES) =>
  compareTraffic({ portSecurity, lists: [before, after], rules: rules as typeof RULES })
const said = (...asked: Parameters<typeof compared>) => placementText(compared(...asked), {})

describe('what placing a group would do', () => {
  it('says first what opens to anywhere, and that nothing is denied', () => {
    expect(said(['web'], ['ssh', 'web'])).toBe('opens TCP 22 (SSH) from anywhere; nothing is newly denied')
    expect(opensAnything(compared(['web'], ['ssh', 'web']))).toBe(true)
  })

  it('depends on the position', () => {
    expect(said(['web'], ['office', 'web'])).toBe(
      'allows TCP 80 (HTTP) from 192.0.2.0/24; denies TCP 443 (HTTPS) from 10.1.0.0/16',
    )
    expect(said(['web'], ['web', 'office'])).toBe(
      'allows TCP 80 (HTTP) from 192.0.2.0/24; nothing is newly denied',
    )
    expect(opensAnything(compared(['web'], ['web', 'office']))).toBe(false)
  })

  it('counts what else there is, and what is not known', () => {
    expect(said(['web'], ['ssh', 'web', 'office'])).toBe(
      'opens TCP 22 (SSH) from anywhere, and 1 more; nothing is newly denied',
    )
    expect(said(['web'], ['web', 'ssh'], true, { ...RULES, ssh: null })).toMatch(
      /\d+ flows? can’t be decided/,
    )
  })

  it('says where nothing changes, and why', () => {
    expect(said(['ssh'], ['ssh', 'ssh2'], true, { ...RULES, ssh2: RULES.ssh })).toBe('no traffic changes')
    expect(said(['web'], ['ssh', 'web'], false)).toBe(
      'nothing: port security is off, so groups have no effect',
    )
  })
})
