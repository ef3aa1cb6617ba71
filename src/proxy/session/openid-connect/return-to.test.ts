import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ownPath } from './return-to.ts'

const ORIGIN = 'https://portside.example.com'

test.each([
  '/',
  '/projects/abc/ports?q=web&status=ACTIVE#main',
  '/projects/abc/ports?return=https://evil.example/',
  '/apis',
])('%s is gone back to as it is', (path) => {
  expect(ownPath(path, ORIGIN)).toBe(path)
})

test.each([
  undefined,
  ['/a', '/b'],
  '',
  'projects',
  'https://evil.example/',
  '//evil.example/',
  '///evil.example/',
  '/\\evil.example',
  '/\t/evil.example/',
  '/\n/evil.example/',
  '/.//evil.example/',
  '/a/..//evil.example/',
  '/%2e//evil.example/',
  'javascript:alert(1)',
  '/sign-in?return_to=/',
  '/sign-in',
  '/api/session',
  '/a/../api/session',
  '/%61pi/session',
  '/a%70i/records/export?format=csv',
  '/%2561pi/session',
  '/s%69gn-in',
  '/api%2Fsession',
  `/${'a'.repeat(2000)}`,
])('%j leads to the start', (asked) => {
  expect(ownPath(asked, ORIGIN)).toBe('/')
})

test('whatever is asked for, it stays within the origin, also when it is parsed again', () => {
  const pieces = fc.constantFrom(
    ...['/', '//', '\\', '.', '..', '%2e', '@', ':', '?', '#', '\t', '\n', '\r', '\0', ' ', '&', '"', '<'],
    ...['evil.example', 'https:', 'javascript:', 'portside.example.com', '%0a', '%5c', '\u3002', '／'],
  )
  const tricks = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }).map((all) => `/${all.join('')}`)
  fc.assert(
    fc.property(fc.oneof(tricks, fc.string(), fc.webUrl()), (asked) => {
      const path = ownPath(asked, ORIGIN)
      expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
      expect(new URL(path, ORIGIN).origin).toBe(ORIGIN)
      expect(ownPath(path, ORIGIN)).toBe(path)
    }),
    { numRuns: 500 },
  )
})
