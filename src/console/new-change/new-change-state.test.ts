import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Intent } from '../../vpc/bulk/intent.ts'
import { intentInSearch, MOST_IN_ADDRESS, portsInSearch } from '../facts/new-change-search.ts'
import { draftInSearch, draftOf, intentOf } from '../pickers/intent-draft.ts'
import { choiceOf } from './new-change-state.ts'

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const ids = fc.uniqueArray(fc.integer({ min: 1, max: 50 }).map(id), { minLength: 1, maxLength: 100 })
const other = fc.integer({ min: 60, max: 99 }).map(id)

const place = fc.oneof(
  fc.constantFrom({ kind: 'top' as const }, { kind: 'end' as const }),
  fc.record({ kind: fc.constant('position' as const), position: fc.integer({ min: 0, max: 99 }) }),
  fc.record({ kind: fc.constantFrom('above' as const, 'below' as const), group: other }),
)
const intents: fc.Arbitrary<Intent> = fc.oneof(
  fc.record({ kind: fc.constantFrom('insert' as const, 'move' as const), groups: ids, place }),
  fc.record({
    kind: fc.constant('put' as const),
    groups: ids,
    order: fc.constantFrom('above' as const, 'below' as const),
    group: other,
    where_missing: fc.constantFrom('insert' as const, 'leave_out' as const),
  }),
  fc.record({ kind: fc.constantFrom('detach' as const, 'exactly' as const), groups: ids }),
  fc.record({ kind: fc.constant('exactly' as const), groups: fc.constant<string[]>([]) }),
  fc.record({ kind: fc.constant('replace' as const), group: other, by: ids.map(([one]) => one!) }),
)

test('an intent comes out of an address as it went in, and so does its draft', () => {
  fc.assert(
    fc.property(intents, (intent) => {
      const search = intentInSearch(intent)
      expect(intentOf(draftOf(search))).toEqual({ intent })
      expect(intentOf(draftOf(draftInSearch(draftOf(search)) as never))).toEqual({ intent })
    }),
  )
})

test('what is still to be said is said, and nothing odd is taken', () => {
  expect(intentOf(draftOf({}))).toEqual({ lacks: 'Choose the groups.' })
  expect(intentOf(draftOf({ do: 'drop' as never, groups: 'nonsense,1' }))).toEqual({
    lacks: 'Choose the groups.',
  })
  expect(intentOf(draftOf({ do: 'exactly' }))).toEqual({
    lacks: 'Choose the groups, or say that no group is to be left.',
  })
  const groups = id(1)
  expect(intentOf(draftOf({ do: 'put', groups }))).toEqual({ lacks: 'Choose the group above which they go.' })
  expect(intentOf(draftOf({ do: 'put', groups, next: groups }))).toEqual({
    lacks: 'A group can’t go above itself.',
  })
  expect(intentOf(draftOf({ do: 'insert', groups, place: 'position', at: '0' }))).toEqual({
    lacks: 'The position must be a number from 1 to 200.',
  })
})

test('ports are chosen by their IDs, by a filter, or not at all', () => {
  expect(choiceOf({})).toBeUndefined()
  expect(choiceOf({ ports: `${id(1)},x,${id(1)}` })).toEqual({
    by: 'ids',
    ids: [id(1)],
    key: `${id(1)},x,${id(1)}`,
    isShared: true,
  })
  expect(choiceOf({ all: 'true' })).toEqual({ by: 'filter', search: {} })
  expect(choiceOf({ group: id(2), sort: 'name', q: 'web' })).toEqual({
    by: 'filter',
    search: { group: id(2), q: 'web' },
  })
  expect(choiceOf({ kept: 'from-another-tab' })).toEqual({ by: 'lost' })
})

test('an address has as many IDs of ports as it takes, and no more', () => {
  const many = Array.from({ length: MOST_IN_ADDRESS + 1 }, (_, n) => id(n))
  expect(portsInSearch(many.slice(1)).ports?.split(',')).toHaveLength(MOST_IN_ADDRESS)
  expect(portsInSearch(many)).toEqual({ kept: expect.any(String) })
})
