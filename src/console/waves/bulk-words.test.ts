import { expect, test } from 'vitest'
import type { BulkChange } from '../../vpc/bulk-changes-api.ts'
import { callsToSend } from './bulk-words.ts'

const NONE = { waiting: 0, under_way: 0, done: 0, failed: 0, list_changed: 0, left_out: 0 }
const STEP = { kind: 'remove' as const, security_groups: [] }
/** A kind whose ports take two calls each. */
const change = (state: BulkChange['state'], counts: Partial<typeof NONE>) => ({
  state,
  kinds: [
    {
      ...{ planned_from: [], desired: [], steps: [STEP, STEP], ports: 5 },
      counts: { ...NONE, ...counts },
    },
  ],
})

test('calls left: of the ports that wait, and up to those of the ports under way', () => {
  expect(callsToSend(change('waiting', { done: 1, waiting: 4 }))).toBe('8')
  expect(callsToSend(change('running', { done: 1, under_way: 4 }))).toBe('up to 8')
  expect(callsToSend(change('stopped', { failed: 1, waiting: 600 }))).toBe('1,200')
  expect(callsToSend(change('ended', { done: 1, left_out: 4 }))).toBeUndefined()
})
