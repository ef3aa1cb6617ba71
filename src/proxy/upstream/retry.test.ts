import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LONGEST_WAIT_SECONDS, readRetryAfter, waitBefore } from './retry.ts'

const NOW = Date.parse('2026-05-10T12:00:00Z')

test.each([
  ['0', 0],
  ['7', 7],
  [' 7 ', 7],
  ['Sun, 10 May 2026 12:00:05 GMT', 5],
  ['Sunday, 10-May-26 12:00:05 GMT', 5],
  ['Sun, 10 May 2026 11:59:00 GMT', 0],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2026', 2026],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %s is %s seconds', (text, seconds) => {
  expect(readRetryAfter(text, NOW)).toBe(seconds)
})

test('a wait is never shorter than the platform asked for, and never much longer than the longest', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.option(fc.integer({ min: 0, max: LONGEST_WAIT_SECONDS }), { nil: undefined }),
      (tried, retryAfter) => {
        const wait = waitBefore(tried, retryAfter)!
        expect(wait).toBeGreaterThanOrEqual(retryAfter ?? 0)
        expect(wait).toBeGreaterThan(0)
        expect(wait).toBeLessThanOrEqual(1.5 * LONGEST_WAIT_SECONDS)
      },
    ),
  )
})

test('the platform asking for longer than a reader should wait ends the tries', () => {
  expect(waitBefore(1, LONGEST_WAIT_SECONDS + 1)).toBeUndefined()
})
