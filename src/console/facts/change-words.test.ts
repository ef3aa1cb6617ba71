import { describe, expect, it } from 'vitest'
import { planChange } from '../../vpc/plan-change.ts'
import { changeWords, indexWords, ordinal, planWords, stepWords } from './change-words.ts'

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
