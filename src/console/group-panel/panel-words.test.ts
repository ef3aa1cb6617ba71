import { expect, test } from 'vitest'
import { positionText, rulesText } from './panel-words.ts'

test('the rules of a group are counted, and those that decide nothing', () => {
  expect(rulesText(4, ['all', 'never', 'disabled', 'never'])).toMatch(
    /^4 rules; 2 never match; 1 disabled\. Within this group alone/,
  )
  expect(rulesText(2, ['all', 'never'])).toMatch(/^2 rules; 1 never matches\. /)
  expect(rulesText(1, ['part'])).toMatch(/^1 rule\. /)
  expect(rulesText(0, [])).toBe(
    'This group has no rules: it matches no traffic, and the groups below it decide.',
  )
})

test('the position of a group on a port is counted from 1', () => {
  expect(positionText(['a', 'b', 'c'], 'b')).toBe('position 2 of 3')
  expect(positionText(['a'], 'b')).toBeUndefined()
})
