import { describe, expect, test } from 'vitest'

describe('a test of the console', () => {
  test.each([
    'localStorage',
    'sessionStorage',
    'navigator',
    'history',
    'location',
    'document',
    'screen',
  ] as const)('has the %s of its page, whatever Node has', (name) =>
    expect(globalThis[name]).toBe(jsdom.window[name]),
  )
})
