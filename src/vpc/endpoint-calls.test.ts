import { expect, test } from 'vitest'
import { isBudgetShort, type EndpointCalls } from './endpoint-calls.ts'

const calls = (part: Partial<EndpointCalls>): EndpointCalls => ({
  endpoint: 'https://vpc.example',
  limit: 90,
  seconds: 300,
  reserve: 18,
  left: 90,
  next_at: null,
  throttled_until: null,
  ...part,
})

test.each([
  [90, false],
  [37, false],
  [36, true],
  [0, true],
])('with %i of 90 calls left, 18 of them for changes, the budget is short: %s', (left, short) => {
  expect(isBudgetShort(calls({ left }))).toBe(short)
})

test('without a budget it is short only after a 429', () => {
  const none = calls({ limit: null, reserve: null, left: null })
  expect(isBudgetShort(none)).toBe(false)
  expect(isBudgetShort({ ...none, throttled_until: '2026-01-01T00:00:00Z' })).toBe(true)
})
