import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSearch, stringifySearch } from './search-params.ts'

test('texts come back as they went, whatever they look like', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1, unit: 'binary' }),
        fc.string({ minLength: 1, unit: 'grapheme' }),
      ),
      (search) => {
        // Own properties only, on both sides: a parameter may be called __proto__.
        expect(Object.entries(parseSearch(stringifySearch(search))).toSorted()).toEqual(
          Object.entries(search).toSorted(),
        )
      },
    ),
  )
})

test('numbers and JSON stay texts, repeated names become arrays, empty ones go', () => {
  expect(parseSearch('?q=10&a={"b":1}&s=x&s=y')).toEqual({ q: '10', a: '{"b":1}', s: ['x', 'y'] })
  expect(stringifySearch({ s: ['x', 'y'], q: '', n: undefined })).toBe('?s=x&s=y')
  expect(stringifySearch({ q: undefined })).toBe('')
})
