import { describe, expect, it } from 'vitest'
import { planChange } from '../../vpc/plan-change.ts'
import { changeWords, connectionWords, indexWords, ordinal, planWords, stepWords } from './change-words.ts'
import { groupNames } from './group-facts.ts'

const names = { groups: new Map() }
const insert = (index?: number) =>
  stepWords({ kind: 'insert', security_groups: ['web'], ...(index === undefined ? {} : { index }) }, 3, names)

describe('a plan in words', () => {
  it('says what index means, number for number (docs/platform.md, Insert, Table 3)', () => {
    expect(indexWords(0, 12)).toBe('index 0: the top of the list')
    expect(indexWords(3, 12)).toBe('index 3: after the 3rd group')
    expect(indexWords(undefined, 12)).toBe('index left out: the end of the list (the same as index 12)')
  })
  it('says where a step inserts', () => {
    expect([insert(0), insert(2), insert(3), insert()]).toEqual([
      'Insert web at the top',
      'Insert web after position 2',
      'Insert web at the end',
      'Insert web at the end',
    ])
  })
  it('counts the changes', () => {
    expect(changeWords(planChange(['a', 'b', 'c', 'd'], ['d', 'a', 'x', 'b']))).toBe(
      '1 added, 1 moved, 1 detached',
    )
  })
  it('says the calls one after the other', () => {
    expect(planWords(planChange(['a', 'b'], ['b', 'a']), names)).toBe(
      '2 calls: remove b; then insert b at the top',
    )
  })
  it('speaks ordinals', () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 100].map(ordinal)).toEqual([
      '1st',
      '2nd',
      '3rd',
      '4th',
      '11th',
      '12th',
      '13th',
      '21st',
      '100th',
    ])
  })
})

describe('what a step does to open connections (docs/platform.md, Live connections)', () => {
  const known = { groups: new Map([['a', { id: 'a', name: 'web' }]]) }

  it('clears the inbound ones of all instances in a group that is removed', () => {
    const step = { kind: 'remove' as const, security_groups: ['a'] }
    expect(connectionWords(step, known)).toBe(
      'the inbound ones of all instances in web must pass the inbound rules again, or are cut; outbound ones go on.',
    )
    expect(connectionWords(step, known, () => 12)).toContain('web (web is on 12 ports) must')
  })

  it('clears those of this port when a group is inserted', () => {
    expect(connectionWords({ kind: 'insert', security_groups: ['a'] }, known)).toContain(
      'the inbound ones of this port must',
    )
  })

  it('is not documented for a replacement', () => {
    expect(connectionWords({ kind: 'replace', security_groups: ['a'] }, known)).toMatch(/not documented/)
  })
})

describe('names of groups', () => {
  const groups = new Map(
    ['1111aaaa-0000-4000-8000-000000000001', '2222bbbb-0000-4000-8000-000000000002', 'c'].map((id, n) => [
      id,
      { id, name: n < 2 ? 'default' : 'web' },
    ]),
  )

  it('have the start of the ID where two groups have the same name', () => {
    expect(groupNames({ groups }, [...groups.keys()])).toBe(
      'default (1111aaaa…), default (2222bbbb…) and web',
    )
  })
})
