import { expect, test } from 'vitest'
import { mayLook } from './may-look.ts'

const QUIET = { inFront: true, underWay: false, dragging: false, sinceRead: 20_000 }

test('a page in front looks at its port every twenty seconds', () => {
  expect(mayLook(QUIET)).toBe(true)
  expect(mayLook({ ...QUIET, sinceRead: 19_999 })).toBe(false)
})

test.each([{ inFront: false }, { underWay: true }, { dragging: true }])('none looks with %o', (state) => {
  expect(mayLook({ ...QUIET, ...state })).toBe(false)
})
