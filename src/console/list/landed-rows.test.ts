import { describe, expect, test } from 'vitest'
import { landedRows } from './landed-rows.ts'

const landed = (from: string, to: string, moved = '') => landedRows([...from], [...to], [...moved]).join('')

describe('the rows that a change has put where they are', () => {
  test('are the moved ones, not those that made room for them', () => {
    expect(landed('abcdef', 'aebcdf', 'e')).toBe('e')
    expect(landed('abcdef', 'cdefab', 'ab')).toBe('ab')
  })
  test('are those that the operator moved, where two could have been', () => {
    expect(landed('abcd', 'acbd', 'b')).toBe('b')
    expect(landed('abcd', 'acbd', 'cb')).toBe('c')
  })
  test('are the added ones; where rows only left, none', () => {
    expect(landed('abc', 'axbyc')).toBe('xy')
    expect(landed('abc', 'ac', 'c')).toBe('')
  })
})
