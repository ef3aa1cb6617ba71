// Not one of Portside's tests: retried.test.ts runs it.
import { expect, test } from '@playwright/test'

test('passes at once', () => {})
test('passes at the second try', ({}, { retry }) => expect(retry).toBe(1))
test('never passes', () => expect(1).toBe(2))
test.skip('is not run', () => {})
