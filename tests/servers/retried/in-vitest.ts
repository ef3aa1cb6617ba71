// Not one of Portside's tests: retried.test.ts runs it.
import { expect, test } from 'vitest'

let tries = 0
test('passes at once', () => {})
test('passes at the second try', () => expect(++tries).toBe(2))
test('never passes', () => expect(1).toBe(2))
test.skip('is not run', () => {})
