import { describe, expect, test } from 'vitest'
import {
  fieldsLacking,
  nativeGroupsQuery,
  nativeRulesQuery,
  oldGroupResponse,
  oldGroupsResponse,
  ruleOfOld,
  v1GroupsQuery,
  v1RulesQuery,
} from './old-groups.ts'
import type { SecurityGroupRule } from './security-group.ts'
import { readRule, RuleReader } from './traffic/rules.ts'

const RULE = { id: 'rule', security_group_id: 'group', direction: 'ingress', ethertype: 'IPv4' }
const old = (more: object) => ruleOfOld({ ...RULE, ...more } as SecurityGroupRule)
const problemOf = (rule: SecurityGroupRule) => readRule(rule, 'group', new RuleReader({})).problem

describe('a range of ports becomes multiport', () => {
  test.each<[string | null, number | null, number | null, string | undefined]>([
    ['tcp', 22, 22, '22'],
    ['udp', 80, 90, '80-90'],
    ['tcp', null, null, undefined],
    [null, null, null, undefined],
    ['icmp', 8, 0, '8,0'],
    ['icmpv6', 128, null, '128'],
    ['icmp', null, null, undefined],
  ])('%s %j to %j is %j', (protocol, port_range_min, port_range_max, multiport) => {
    const ethertype = protocol === 'icmpv6' ? 'IPv6' : 'IPv4'
    const rule = old({ protocol, port_range_min, port_range_max, ethertype })
    expect(rule.multiport).toBe(multiport)
    expect(rule).not.toHaveProperty('port_range_min')
    expect(problemOf(rule)).toBeUndefined()
  })

  test.each([
    [22, null],
    [null, 22],
    ['22', '22'],
  ])('%j to %j can’t be read, and is never all ports', (port_range_min, port_range_max) => {
    const rule = old({ protocol: 'tcp', port_range_min, port_range_max })
    expect(rule).not.toHaveProperty('multiport')
    expect(problemOf(rule)).toContain('port range')
  })

  test('multiport stays where the old form has it', () => {
    expect(old({ protocol: 'tcp', multiport: '22,80' }).multiport).toBe('22,80')
    expect(
      old({ protocol: 'tcp', multiport: '22', port_range_min: null, port_range_max: null }).multiport,
    ).toBe('22')
  })
})

describe('a rule means the same in the old form as in that of v3', () => {
  const RANGES = [
    {},
    { port_range_min: null, port_range_max: null },
    { port_range_min: 22, port_range_max: 22 },
    { port_range_min: 80, port_range_max: 90 },
    { port_range_min: 90, port_range_max: 80 },
    { port_range_min: 8, port_range_max: null },
    { port_range_min: '22', port_range_max: '22' },
  ]
  const MULTIPORTS = [
    undefined,
    null,
    '',
    '  ',
    '\t',
    0,
    22,
    '22',
    '80 - 90',
    '8',
    '22,80',
    'ssh',
    [],
    [22],
    {},
  ]

  test.each(['tcp', 'udp', 'icmp', '1', null, 132, 'odd'])('of protocol %s', (protocol) => {
    for (const range of RANGES)
      for (const multiport of MULTIPORTS) {
        const rule = { ...RULE, protocol, multiport, ...range } as SecurityGroupRule
        const read = (one: SecurityGroupRule) => {
          const { ref: _ref, ...meaning } = readRule(one, 'group', new RuleReader({}))
          return { range, multiport, ...meaning }
        }
        expect(read(ruleOfOld(rule))).toEqual(read(rule))
      }
  })

  test('ports and a range that differ can’t be read', () => {
    const range = { port_range_min: 80, port_range_max: 90 }
    for (const multiport of ['22', 0, '80'])
      expect(problemOf(old({ protocol: 'tcp', multiport, ...range }))).toContain('differ')
    expect(problemOf(old({ protocol: 'tcp', multiport: '80-90', ...range }))).toBeUndefined()
  })
})

test('what the old form does not tell stays missing, and is named', () => {
  const rule = old({ protocol: 'tcp', port_range_min: 22, port_range_max: 22, tenant_id: 'project' })
  expect(rule).toEqual({ ...RULE, protocol: 'tcp', multiport: '22', project_id: 'project' })
  expect(fieldsLacking([rule])).toEqual(['action', 'priority', 'enabled'])
  expect(fieldsLacking([rule, old({ action: 'deny', priority: 2, enabled: true })])).toEqual([])
  expect(fieldsLacking([rule, old({ action: 'allow' })])).toEqual(['priority', 'enabled'])
})

test('groups come without their rules in the list, and with them on their own', () => {
  const security_group = {
    id: 'group',
    name: 'web',
    tenant_id: 'project',
    security_group_rules: [{ ...RULE, protocol: 'tcp', port_range_min: 1, port_range_max: 2 }],
  }
  const group = { id: 'group', name: 'web', project_id: 'project' }
  expect(oldGroupsResponse.parse({ security_groups: [security_group] }).security_groups).toEqual([group])
  expect(oldGroupResponse.parse({ security_group }).security_group).toEqual({
    ...group,
    security_group_rules: [{ ...RULE, protocol: 'tcp', multiport: '1-2' }],
  })
})

describe('filters that an old list lacks are applied here', () => {
  test('of groups', () => {
    const asked = { id: ['a'], name: ['web', 'app'], enterprise_project_id: '0', limit: 5, marker: 'm' }
    const v1 = v1GroupsQuery(asked)
    expect([v1.query, v1.rest]).toEqual([{ enterprise_project_id: '0' }, ['id', 'name']])
    expect(v1.matches({ id: 'a', name: 'app' })).toBe(true)
    expect(v1.matches({ id: 'b', name: 'app' })).toBe(false)
    const native = nativeGroupsQuery(asked)
    expect([native.query, native.rest]).toEqual([{ id: 'a' }, ['name']])
    expect(native.matches({ id: 'a' })).toBe(false)
  })

  test('of rules: what a rule does not say counts with its default', () => {
    const v1 = v1RulesQuery({ security_group_id: ['group'], action: 'allow', priority: 1, enabled: true })
    expect([v1.query, v1.rest]).toEqual([{ security_group_id: 'group' }, ['action', 'priority', 'enabled']])
    expect(v1.matches(old({}))).toBe(true)
    expect(v1.matches(old({ action: 'deny' }))).toBe(false)
    const native = nativeRulesQuery({ remote_group_id: ['a', 'b'], direction: 'ingress' })
    expect([native.query, native.rest]).toEqual([{ direction: 'ingress' }, ['remote_group_id']])
    expect(native.matches(old({ remote_group_id: 'b' }))).toBe(true)
    expect(native.matches(old({}))).toBe(false)
  })
})
