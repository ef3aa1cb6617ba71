import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DocumentedRule, SecurityGroupRule } from '../security-group.ts'
import {
  estate,
  GROUPS,
  MEMBERS,
  packet,
  readableRule,
  twoLists,
  unreadableRule,
  tcpRule as rule,
} from './estate-arbitraries.ts'
import { RuleBook } from './index.ts'
import { naiveVerdict, ruleMatches, type NaivePacket } from './naive-verdict.ts'
import { filterShows, readFilter, type RuleFilter } from './rule-filter.ts'
import { placeAt, ruleTable, type RuleList } from './rule-table.ts'

function tableOf(lists: readonly (readonly string[])[], rules: Record<string, SecurityGroupRule[]>) {
  const read = new Map(Object.entries(rules))
  const book = new RuleBook(read, { membersOf: (id) => MEMBERS[id] })
  const table = ruleTable(lists, book, read)
  const ruleOf = (row: number) => {
    const { groupId, at } = table.rows[row]!
    return read.get(groupId)?.[at]
  }
  return { table, ruleOf }
}

const placesOf = (list: RuleList) => Array.from(list.rows, (_, n) => placeAt(list, n))

describe('the table of all rules of a port', () => {
  it('has every rule of every group once, and its first match decides', () => {
    const mixed = fc.oneof({ weight: 9, arbitrary: readableRule }, { weight: 1, arbitrary: unreadableRule })
    fc.assert(
      fc.property(estate(mixed), twoLists, (rules, lists) => {
        const { table, ruleOf } = tableOf(lists, rules)
        for (const [at, list] of lists.entries())
          expect(
            placesOf(table.lists[at]!)
              .map(({ row }) => ruleOf(row)!.id)
              .toSorted(),
          ).toEqual(list.flatMap((id) => rules[id]!.map((one) => one.id)).toSorted())
      }),
      { numRuns: 60 },
    )
    fc.assert(
      fc.property(
        estate(readableRule),
        twoLists,
        fc.array(packet, { minLength: 40 }),
        (rules, lists, packets) => {
          const { table, ruleOf } = tableOf(lists, rules)
          for (const [at, list] of lists.entries())
            for (const one of packets) {
              const inOrder = placesOf(table.lists[at]!).map(({ row }) => ruleOf(row) as DocumentedRule)
              const first = inOrder.find((any) => ruleMatches(any, one, MEMBERS))
              const { rule: decider } = naiveVerdict(list, rules, one, MEMBERS)
              expect([first?.action ?? 'allow', first?.priority ?? 1]).toEqual([
                decider?.action ?? 'allow',
                decider?.priority ?? 1,
              ])
            }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('says what each rule decides in each list, and by which rules it does not', () => {
    const { table, ruleOf } = tableOf(
      [
        ['web', 'deny'],
        ['deny', 'web'],
      ],
      { web: [rule('https', { multiport: '443' })], deny: [rule('all', { action: 'deny' })] },
    )
    const said = table.lists.map((list) =>
      placesOf(list).map(({ row, position, effect, by }) => [
        ruleOf(row)!.id,
        position,
        effect,
        by.map((one) => ruleOf(one)!.id),
      ]),
    )
    expect(said).toEqual([
      [
        ['https', 0, 'all', []],
        ['all', 1, 'part', ['https']],
      ],
      [
        ['all', 0, 'all', []],
        ['https', 1, 'never', ['all']],
      ],
    ])
  })

  it('keeps disabled rules where they would be, and names what was not read', () => {
    const { table } = tableOf([['a', 'not-read', 'empty']], {
      a: [rule('late', { priority: 9 }), rule('off', { enabled: false, priority: 3 }), rule('first')],
      empty: [],
    })
    expect(
      placesOf(table.lists[0]!).map(({ row, effect }) => [
        table.rows[row]!.groupId,
        table.rows[row]!.at,
        table.rows[row]!.disabled,
        effect,
      ]),
    ).toEqual([
      ['a', 2, false, 'all'],
      ['a', 1, true, undefined],
      ['a', 0, false, 'never'],
      ['not-read', -1, false, 'unsure'],
    ])
    expect(table.rows.at(-1)!.problem).toBe("the group's rules were not read")
    expect(table.empty).toEqual(['empty'])
  })
})

describe('a filter of rules', () => {
  const any: RuleFilter = { direction: '', protocol: '', port: '', address: '', group: '' }
  const PROTOCOLS = { 6: 'tcp', 17: 'udp', 1: 'icmp', 58: 'icmpv6' } as const

  const filterOf = ({ direction, protocol, rest, address }: NaivePacket): RuleFilter => ({
    ...any,
    direction: direction as 'ingress' | 'egress',
    protocol: PROTOCOLS[protocol as 6] ?? 'other',
    port: protocol === 6 || protocol === 17 ? String(rest) : '',
    address,
  })

  it('shows every rule that may match what it says, and of ports no other', () => {
    fc.assert(
      fc.property(estate(readableRule), fc.array(packet, { minLength: 30 }), (rules, packets) => {
        const { table, ruleOf } = tableOf([GROUPS], rules)
        for (const one of packets) {
          const { filter, problems } = readFilter(filterOf(one))
          expect(problems).toEqual({})
          for (const [row, read] of table.rows.entries()) {
            const asked = { ...(ruleOf(row) as DocumentedRule), enabled: true }
            const matches = ruleMatches(asked, one, MEMBERS)
            if (matches) expect(filterShows(table, row, filter)).toBe(true)
            const exact = one.protocol === 6 || one.protocol === 17
            if (!matches && exact && !read.isNamedSet) expect(filterShows(table, row, filter)).toBe(false)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('hides nothing that can’t be read', () => {
    const { table } = tableOf([['a', 'not-read']], {
      a: [rule('udp', { protocol: 'udp' }), rule('odd', { multiport: 'abc' })],
    })
    const { filter } = readFilter({ ...any, port: '22', protocol: 'tcp', address: '10.0.0.1' })
    expect(table.rows.map((_, row) => filterShows(table, row, filter))).toEqual([false, true, true])
  })

  it('by a network shows what overlaps with it', () => {
    const { table } = tableOf([['a']], {
      a: [
        rule('inside', { remote_ip_prefix: '10.1.0.0/16' }),
        rule('around', { remote_ip_prefix: '0.0.0.0/0' }),
        rule('beside', { remote_ip_prefix: '11.0.0.0/8' }),
        rule('six', { ethertype: 'IPv6' }),
      ],
    })
    const { filter } = readFilter({ ...any, address: ' 10.0.0.0/8 ' })
    expect(table.rows.map((_, row) => filterShows(table, row, filter))).toEqual([true, true, false, false])
  })

  it('that can’t be read says what to enter, and hides nothing', () => {
    const { filter, problems } = readFilter({ ...any, port: 'ssh', address: '10.0.0.' })
    expect(problems.port).toMatch(/^Enter a port/)
    expect(problems.address).toMatch(/^Enter an address/)
    const { table } = tableOf([['a']], { a: [rule('one', { multiport: '22' })] })
    expect(filterShows(table, 0, filter)).toBe(true)
  })
})
