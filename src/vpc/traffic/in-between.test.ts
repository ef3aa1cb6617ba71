import { expect, test } from 'vitest'
import type { SecurityGroupRule } from '../security-group.ts'
import { effectiveRules, explain, onlyInBetween, RuleBook, trafficDifference } from './index.ts'

const rule = (id: string, fields: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id,
  security_group_id: 'g',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  ...fields,
})

const BOOK = new RuleBook({
  none: [],
  ssh: [rule('ssh', { multiport: '22' })],
  wide: [rule('wide', { multiport: '20-24' })],
  inner: [rule('inner', { multiport: '22', remote_ip_prefix: '10.0.0.0/8' })],
  odd: [rule('odd', { multiport: 'ssh' })],
  odder: [rule('odd', { multiport: 'ssh' }), rule('odder', { multiport: 'telnet' })],
  offices: [rule('offices', { multiport: '22', remote_address_group_id: 'offices' })],
})

function inBetween(before: string, between: string, after: string): string[] {
  const [first, middle, last] = [before, between, after].map((id) => effectiveRules([id], BOOK))
  const step = trafficDifference(first!, middle!).flows
  const end = trafficDifference(first!, last!).flows
  return onlyInBetween(step, end).map((flow) => `${flow.change} ${explain(flow).split(':')[0]}`)
}

test.each([
  ['none', 'ssh', 'none', ['newly_allowed TCP 22 (SSH) from anywhere (0.0.0.0/0)']],
  ['ssh', 'none', 'ssh', ['newly_denied TCP 22 (SSH) from anywhere (0.0.0.0/0)']],
  ['none', 'ssh', 'ssh', []],
  ['none', 'ssh', 'wide', []],
  ['none', 'inner', 'ssh', []],
  ['none', 'ssh', 'inner', ['newly_allowed TCP 22 (SSH) from anywhere (0.0.0.0/0) except 10.0.0.0/8']],
  [
    'none',
    'wide',
    'ssh',
    [
      'newly_allowed TCP 20-21 (with FTP data 20 and FTP 21) and 23-24 (with Telnet 23) from anywhere (0.0.0.0/0)',
    ],
  ],
  ['none', 'offices', 'ssh', []],
  ['odd', 'odder', 'none', ['undecided All TCP from anywhere (0.0.0.0/0)']],
  ['none', 'ssh', 'offices', ['newly_allowed TCP 22 (SSH) from anywhere (0.0.0.0/0)']],
])('from %s over %s to %s', (before, between, after, expected) => {
  expect(inBetween(before, between, after)).toEqual(expected)
})
