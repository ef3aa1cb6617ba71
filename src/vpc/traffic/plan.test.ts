import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../security-group.ts'
import {
  effectiveRules,
  explain,
  isFromAnywhere,
  remoteCidrs,
  RuleBook,
  servicesText,
  trafficDifference,
  trafficOfPlan,
  wellKnownPorts,
  type Names,
} from './index.ts'

let count = 0
const rule = (fields: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id: `r${count++}`,
  security_group_id: 'g',
  direction: 'ingress',
  ethertype: 'IPv4',
  ...fields,
})
const ssh = (fields: Partial<SecurityGroupRule> = {}) => rule({ protocol: 'tcp', multiport: '22', ...fields })

type Groups = Record<string, SecurityGroupRule[]>

const difference = (groups: Groups, before: string[], after: string[]) => {
  const book = new RuleBook(groups)
  return trafficDifference(effectiveRules(before, book), effectiveRules(after, book))
}
const sentences = (groups: Groups, before: string[], after: string[], names?: Names) =>
  difference(groups, before, after).flows.map((flow) => explain(flow, names))

describe('what a change comes to, in sentences', () => {
  it('says what is opened to the world, by which rule', () => {
    const names = { group: (id: string) => ({ w: 'web-public' })[id] }
    expect(sentences({ w: [ssh({ remote_ip_prefix: '0.0.0.0/0' })] }, [], ['w'], names)).toEqual([
      'TCP 22 (SSH) from anywhere (0.0.0.0/0): denied before, because no rule matched; allowed now by rule "allow TCP 22 from 0.0.0.0/0" of group web-public.',
    ])
  })

  it('says what the order of two groups decides', () => {
    const groups = {
      open: [rule({ protocol: 'tcp' })],
      closed: [ssh({ action: 'deny', priority: 3 })],
    }
    expect(sentences(groups, ['open', 'closed'], ['closed', 'open'])).toEqual([
      'TCP 22 (SSH) from anywhere (0.0.0.0/0): allowed before by rule "allow TCP from anywhere" of group open; denied now by rule "deny TCP 22 from anywhere, priority 3" of group closed.',
    ])
  })

  it('keeps what is split by rules in one flow, and says what is left out', () => {
    const groups = {
      inside: [ssh({ remote_ip_prefix: '10.0.0.0/8' })],
      any: [rule({})],
    }
    expect(sentences(groups, ['inside'], ['any', 'inside'])).toEqual([
      expect.stringMatching(/^Any protocol except TCP 22 \(SSH\) from anywhere \(0\.0\.0\.0\/0\): /),
      expect.stringMatching(/^TCP 22 \(SSH\) from anywhere \(0\.0\.0\.0\/0\) except 10\.0\.0\.0\/8: /),
    ])
  })

  it('carries named sets by name', () => {
    const names = { addressGroup: () => 'offices', group: (id: string) => (id === 'p' ? 'peers' : id) }
    const groups = {
      a: [ssh({ remote_address_group_id: 'x', action: 'deny' })],
      b: [ssh({ remote_group_id: 'p' })],
      c: [ssh({ remote_ip_prefix: '10.0.0.0/8', action: 'deny' })],
    }
    expect(sentences(groups, ['c', 'b'], ['a', 'b'], names)).toEqual([
      'TCP 22 (SSH) from addresses of group peers within 10.0.0.0/8 outside address group offices: denied before by rule "deny TCP 22 from 10.0.0.0/8" of group c; allowed now by rule "allow TCP 22 from group peers" of group b.',
      'TCP 22 (SSH) from addresses of group peers that are also in address group offices except 10.0.0.0/8: allowed before by rule "allow TCP 22 from group peers" of group b; denied now by rule "deny TCP 22 from address group offices" of group a.',
    ])
  })

  it('says what it does not know, and why', () => {
    const groups = { odd: [ssh({ multiport: 'ssh' })] }
    const { flows, counts, unreadable } = difference(groups, [], ['odd'])
    expect(counts).toEqual({ newly_allowed: 0, newly_denied: 0, undecided: 1 })
    expect(unreadable.map(({ problem }) => problem)).toEqual(["ports 'ssh' can't be read"])
    expect(explain(flows[0]!)).toBe(
      'All TCP from anywhere (0.0.0.0/0): denied before, because no rule matched; unknown now, because rule "allow TCP ssh from anywhere" of group odd can\'t be read.',
    )
  })

  it('leaves decided what an unreadable rule decides alike before and after', () => {
    const groups = { odd: [ssh({ multiport: 'ssh' })], web: [rule({ protocol: 'udp', multiport: '53' })] }
    expect(sentences(groups, ['odd'], ['odd', 'web'])).toEqual([
      expect.stringMatching(/^UDP 53 \(DNS\) from anywhere/),
    ])
    expect(sentences(groups, ['odd', 'web'], ['web', 'odd'])).toEqual([])
    const both = { ...groups, odder: [ssh({ multiport: 'telnet' })] }
    expect(sentences(both, ['odd', 'odder'], ['odder', 'odd'])).toEqual([])
    const opposite = { ...groups, odder: [ssh({ multiport: 'telnet', action: 'deny' })] }
    expect(sentences(opposite, ['odd', 'odder'], ['odder', 'odd'])).toHaveLength(1)
  })
})

describe('the difference', () => {
  const groups = {
    outside: [ssh({ remote_ip_prefix: '0.0.0.0/0' }), rule({ direction: 'egress', ethertype: 'IPv6' })],
    inside: [ssh({ remote_ip_prefix: '10.0.0.0/8' }), rule({ protocol: 'udp', multiport: '161' })],
    off: [rule({ enabled: false })],
  }

  it('has what is opened to the world first, ingress before egress, denied last', () => {
    const { flows } = difference(groups, ['inside'], ['outside'])
    expect(flows.map((flow) => [flow.change, flow.direction, isFromAnywhere(flow)])).toEqual([
      ['newly_allowed', 'ingress', true],
      ['newly_allowed', 'egress', true],
      ['newly_denied', 'ingress', true],
    ])
    expect(wellKnownPorts(flows[0]!.services)).toEqual([{ port: 22, name: 'SSH' }])
    expect(remoteCidrs(flows[0]!.remote, 'IPv4')).toEqual({
      except: true,
      count: 1,
      cidrs: ['10.0.0.0/8'],
    })
  })

  it('counts the rules without effect on what changes, and those that take no part', () => {
    const { rules, unchangedRules, disabled } = difference(groups, ['inside', 'off'], ['off', 'inside'])
    expect({ rules, unchangedRules, disabled: disabled.length }).toEqual({
      rules: 2,
      unchangedRules: 2,
      disabled: 1,
    })
  })

  it('keeps IPv4 and IPv6 apart', () => {
    const six = { any: [ssh({ ethertype: 'IPv6', remote_ip_prefix: '::/0' })] }
    expect(sentences(six, [], ['any'])).toEqual([
      expect.stringMatching(/^TCP 22 \(SSH\) from anywhere \(::\/0\)/),
    ])
  })

  it('refuses lists of two rule books, whose rules cannot be compared', () => {
    const [one, other] = [new RuleBook(groups), new RuleBook(groups)]
    expect(() => trafficDifference(effectiveRules([], one), effectiveRules([], other))).toThrow(TypeError)
  })
})

describe('a plan of several steps', () => {
  const groups = { a: [ssh()], b: [rule({ protocol: 'tcp', action: 'deny' })] }
  const lists = [['b', 'a'], ['a'], ['a', 'b']]

  it('has a difference for what is in between, and for the end', () => {
    const traffic = trafficOfPlan({ portSecurity: true, lists, book: new RuleBook(groups) })
    if (traffic.kind !== 'differences') throw new Error(traffic.kind)
    expect(traffic.afterStep.map(({ counts }) => counts.newly_allowed)).toEqual([1, 1])
    expect(traffic.afterStep.map(({ flows }) => servicesText(flows[0]!.services))).toEqual([
      'TCP 22 (SSH)',
      'TCP 22 (SSH)',
    ])
  })

  it('shows what passes in between only', () => {
    const there = [['a', 'b'], ['b'], ['a', 'b']]
    const traffic = trafficOfPlan({ portSecurity: undefined, lists: there, book: new RuleBook(groups) })
    expect(traffic).toMatchObject({ afterStep: [{ counts: { newly_denied: 1 } }, { flows: [] }] })
  })

  it('has no effect with port security off', () => {
    expect(trafficOfPlan({ portSecurity: false, lists, book: new RuleBook(groups) })).toEqual({
      kind: 'port_security_off',
    })
  })
})
