import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_WAITS } from './operations/waits.ts'
import { pause, READ_WAITS, readRetryAfter, waitAfter } from './retry.ts'

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

const WAITS = fc.constantFrom(READ_WAITS, DEFAULT_WAITS)

test('a wait is never shorter than asked for, and at most a little longer', () => {
  fc.assert(
    fc.property(WAITS, fc.integer({ min: 1, max: 50 }), fc.nat(10), (waits, tried, retryAfter) => {
      const wait = waitAfter(tried, retryAfter, waits)!
      expect(wait).toBeGreaterThanOrEqual(Math.max(retryAfter * 1000, waits.retryMs / 2))
      expect(wait).toBeLessThanOrEqual(retryAfter * 1000 + 1000)
    }),
  )
})

test('a wait without a Retry-After doubles up to the longest, with jitter', () => {
  fc.assert(
    fc.property(WAITS, fc.integer({ min: 1, max: 50 }), (waits, tried) => {
      const most = Math.min(waits.retryMs * 2 ** (tried - 1), waits.longestRetryMs)
      const wait = waitAfter(tried, undefined, waits)!
      expect(wait).toBeGreaterThanOrEqual(most / 2)
      expect(wait).toBeLessThanOrEqual(most)
    }),
  )
})

test('a Retry-After that is too long ends the tries', () => {
  expect(waitAfter(1, READ_WAITS.longestRetryAfter, READ_WAITS)).toBeDefined()
  expect(waitAfter(1, READ_WAITS.longestRetryAfter + 1, READ_WAITS)).toBeUndefined()
})

test('a pause ends with true after its time, and with false when it is cut short', async () => {
  expect(await pause(1)).toBe(true)
  const stopping = new AbortController()
  const paused = pause(60_000, stopping.signal)
  stopping.abort()
  expect(await paused).toBe(false)
  expect(await pause(60_000, stopping.signal)).toBe(false)
})
