import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/browser/esm/sync'
import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { csvText } from '../../vpc/csv-text.ts'
import { rulesOf } from '../traffic/rules-of.ts'
import { copiedRules, ruleCells, RuleWords, type RuleLine } from './rule-words.ts'

const rule = (id: string, fields: Partial<SecurityGroupRule> = {}): SecurityGroupRule => ({
  id,
  security_group_id: 'web',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  ...fields,
})

function linesOf(
  rules: Record<string, readonly SecurityGroupRule[] | null>,
  members: Record<string, readonly string[]> = {},
): RuleLine[] {
  const question = { kind: 'rules', lists: [Object.keys(rules)], rules, members, flavor: undefined } as const
  const table = rulesOf(question)
  const words = new RuleWords(table, rules, { group: (id) => (id === 'web' ? 'web-public' : undefined) })
  return Array.from(table.lists[0]!.rows, (_, n) => words.line(0, n))
}

const said = (lines: readonly RuleLine[]) => lines.map(({ effect }) => `${effect.text}: ${effect.why}`)

describe('what a rule decides, in words', () => {
  it('names the rule that comes first, and the rest by number', () => {
    const single = Array.from({ length: 4 }, (_, n) =>
      rule(`part-${n}`, { remote_ip_prefix: `${64 * n}.0.0.0/2`, multiport: '443' }),
    )
    expect(said(linesOf({ web: single, late: [rule('late', { multiport: '443' })] })).at(-1)).toBe(
      'Never matches: Rule "allow TCP 443 from 0.0.0.0/2" of group web-public, rule "allow TCP 443 from 64.0.0.0/2" of group web-public and 2 more together match all of it first.',
    )
    expect(said(linesOf({ web: [rule('one', { multiport: '443' })], late: [rule('all')] })).at(-1)).toBe(
      'A part: Earlier rules match some of it, such as rule "allow TCP 443 from anywhere" of group web-public.',
    )
  })

  it('is open where an earlier remote is not known, and never where nobody is in it', () => {
    const rules = { web: [rule('peers', { remote_group_id: 'peers' })], late: [rule('all')] }
    expect(said(linesOf(rules)).at(-1)).toMatch(/^Perhaps a part: Earlier rules may match/)
    expect(said(linesOf(rules, { peers: [] }))).toEqual([
      'Never matches: No port of its remote group has such an address.',
      'All it matches: ',
    ])
  })

  it('says what can’t be read, in its own values', () => {
    const [odd, unread] = linesOf({ web: [rule('odd', { multiport: 'abc' })], other: null })
    expect(odd).toMatchObject({ traffic: 'TCP abc', effect: { text: 'Can’t be read' } })
    expect(odd!.effect.why).toBe("Ports 'abc' can't be read.")
    expect(unread).toMatchObject({ rule: null, groupName: 'other', effect: { text: 'Rules not read' } })
  })

  it('is a doubt where the platform may not take the rule', () => {
    const many = Array.from({ length: 121 }, (_, n) => rule(`r${n}`, { multiport: `${n},${n + 200}` }))
    const [first] = linesOf({ web: many })
    expect(first!.effect.text).toBe('May not take effect')
    expect(first!.traffic).toBe('TCP 0 and 200')
  })
})

describe('rules for spreadsheets', () => {
  const lines = linesOf({
    web: [rule('one', { multiport: '22', description: '=cmd|calc', remote_ip_prefix: '10.0.0.0/8' })],
  })

  it('have a row each, and no formula', () => {
    const text = stringify(ruleCells(lines), { bom: true, cast: { string: csvText } })
    const [read] = parse(text, { columns: true, bom: true }) as Record<string, string>[]
    expect(read).toMatchObject({
      position: '1',
      group: 'web-public',
      action: 'Allow',
      protocol_and_ports: 'TCP 22 (SSH)',
      remote: '10.0.0.0/8',
      decides: 'All it matches',
      description: "'=cmd|calc",
      rule_id: 'one',
    })
  })

  it('are copied with tabs between cells', () => {
    const [head, row] = copiedRules(lines)
      .split('\n')
      .map((line) => line.split('\t'))
    expect(row).toHaveLength(head!.length)
    expect(row).toContain('TCP 22 (SSH)')
  })
})
