import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyIntent, skippedWords } from './apply-intent.ts'
import { intent as intentForm, type Intent } from './intent.ts'

/** A group's ID, for one letter. */
const id = (letter: string) => `${letter.repeat(8)}-0000-4000-8000-000000000000`
const ids = (word: string) => [...word].map(id)
const word = (list: readonly string[]) => list.map((one) => one[0]).join('')
/** The result as letters, or the reason. */
const result = (intent: Intent, list: string, limit = 100) => {
  const applied = applyIntent(intent, ids(list), limit)
  return 'list' in applied ? word(applied.list) : applied.skipped
}
const insert = (groups: string, place: Extract<Intent, { kind: 'insert' }>['place']): Intent => ({
  kind: 'insert',
  groups: ids(groups),
  place,
})
const move = (groups: string, place: Extract<Intent, { kind: 'move' }>['place']): Intent =>
  ({
    ...insert(groups, place),
    kind: 'move',
  }) as Intent
const put = (groups: string, order: 'above' | 'below', group: string, leave = false): Intent => ({
  kind: 'put',
  groups: ids(groups),
  order,
  group: id(group),
  where_missing: leave ? 'leave_out' : 'insert',
})
const replace = (group: string, by: string): Intent => ({ kind: 'replace', group: id(group), by: id(by) })

describe('what an intent makes of a list', () => {
  test.each<[string, Intent, string, unknown]>([
    ['inserts at the top', insert('de', { kind: 'top' }), 'abc', 'deabc'],
    ['inserts at the end what is lacking', insert('db', { kind: 'end' }), 'abc', 'abcd'],
    ['inserts at a position', insert('d', { kind: 'position', position: 1 }), 'abc', 'adbc'],
    ['inserts at the end of a shorter list', insert('d', { kind: 'position', position: 9 }), 'ab', 'abd'],
    ['inserts above a group', insert('de', { kind: 'above', group: id('b') }), 'abc', 'adebc'],
    ['inserts below a group', insert('d', { kind: 'below', group: id('b') }), 'abc', 'abdc'],
    [
      'needs the group of the place',
      insert('d', { kind: 'below', group: id('f') }),
      'abc',
      { why: 'missing', group: id('f') },
    ],
    ['has all, so the place matters no more', insert('a', { kind: 'below', group: id('f') }), 'abc', 'abc'],
    ['puts one above', put('c', 'above', 'a'), 'abc', 'cab'],
    ['puts one below', put('a', 'below', 'c'), 'abc', 'bca'],
    ['leaves what is so', put('ab', 'above', 'c'), 'badc', 'badc'],
    ['puts only what is not so', put('ad', 'above', 'c'), 'abcd', 'abdc'],
    ['inserts what is missing where it is put', put('dc', 'above', 'b'), 'abc', 'adcb'],
    [
      'leaves a port out that lacks one',
      put('ad', 'above', 'c', true),
      'abc',
      { why: 'missing', group: id('d') },
    ],
    ['needs the group to put next to', put('a', 'above', 'f'), 'abc', { why: 'missing', group: id('f') }],
    ['puts no group above itself', put('ab', 'below', 'b'), 'abc', 'bac'],
    ['moves to the top, in this order', move('cb', { kind: 'top' }), 'abc', 'cba'],
    ['moves what the port has', move('fa', { kind: 'end' }), 'abc', 'bca'],
    ['moves to a position', move('a', { kind: 'position', position: 1 }), 'abc', 'bac'],
    ['moves above a group', move('c', { kind: 'above', group: id('b') }), 'abc', 'acb'],
    [
      'moves others next to a group that is named too',
      move('cb', { kind: 'above', group: id('b') }),
      'abc',
      'acb',
    ],
    ['moves nothing that is not there', move('f', { kind: 'top' }), 'abc', { why: 'none_to_move' }],
    ['detaches', { kind: 'detach', groups: ids('bf') }, 'abc', 'ac'],
    ['detaches all', { kind: 'detach', groups: ids('abc') }, 'abc', ''],
    ['replaces in place', replace('b', 'd'), 'abc', 'adc'],
    ['replaces, and keeps the better position', replace('c', 'a'), 'abc', 'ab'],
    ['replaces, and takes the better position', replace('a', 'c'), 'abc', 'cb'],
    ['is replaced already', replace('f', 'a'), 'abc', 'abc'],
    ['has neither', replace('f', 'g'), 'abc', { why: 'missing', group: id('f') }],
    ['makes it exactly so', { kind: 'exactly', groups: ids('ca') }, 'abc', 'ca'],
    ['makes it empty', { kind: 'exactly', groups: [] }, 'abc', ''],
  ])('%s', (_, intent, list, expected) => expect(result(intent, list)).toEqual(expected))

  test('is refused over the limit, but for what is so already', () => {
    expect(result(insert('d', { kind: 'top' }), 'abc', 3)).toEqual({ why: 'too_many', groups: 4, limit: 3 })
    expect(result(insert('c', { kind: 'top' }), 'abc', 2)).toBe('abc')
    expect(result({ kind: 'detach', groups: ids('a') }, 'abc', 2)).toBe('bc')
  })

  test('is refused for a list that no change can be planned from', () => {
    expect(result(move('a', { kind: 'top' }), 'aba')).toEqual({ why: 'twice', group: id('a') })
    const odd = applyIntent(move('a', { kind: 'top' }), ['x'], 100)
    expect(odd).toEqual({ skipped: { why: 'odd_id', id: 'x' } })
  })

  test('is refused for a list that is longer than a change may be', () => {
    const long = Array.from(
      { length: 201 },
      (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    )
    expect(applyIntent({ kind: 'detach', groups: long.slice(1) }, long, 100)).toEqual({
      skipped: { why: 'too_long', groups: 201, most: 200 },
    })
    expect(applyIntent({ kind: 'detach', groups: ids('a') }, long, 100)).toEqual({ list: long })
  })

  test('the reason is one short sentence', () => {
    const words = [
      { why: 'too_many', groups: 101, limit: 100 } as const,
      { why: 'missing', group: id('a') } as const,
    ].map((reason) => skippedWords(reason, () => 'web-public'))
    expect(words).toEqual([
      'It would have 101 groups; a port takes at most 100.',
      'It does not have web-public.',
    ])
  })
})

const LETTERS = 'abcdef'
const group = fc.constantFrom(...ids(LETTERS))
const groups = fc.array(group, { minLength: 1, maxLength: 5 })
const list = fc.shuffledSubarray(ids(LETTERS))
const place = fc.oneof(
  fc.constantFrom({ kind: 'top' as const }, { kind: 'end' as const }),
  fc.record({ kind: fc.constant('position' as const), position: fc.nat(7) }),
  fc.record({ kind: fc.constantFrom('above' as const, 'below' as const), group }),
)
const intents = {
  insert: fc.record({ kind: fc.constant('insert' as const), groups, place }),
  put: fc.record({
    kind: fc.constant('put' as const),
    groups,
    order: fc.constantFrom('above' as const, 'below' as const),
    group,
    where_missing: fc.constantFrom('insert' as const, 'leave_out' as const),
  }),
  move: fc.record({ kind: fc.constant('move' as const), groups, place }),
  detach: fc.record({ kind: fc.constant('detach' as const), groups }),
  replace: fc.record({ kind: fc.constant('replace' as const), group, by: group }),
  exactly: fc.record({ kind: fc.constant('exactly' as const), groups: fc.array(group, { maxLength: 6 }) }),
}

const without = (one: readonly string[], other: readonly string[]) => one.filter((x) => !other.includes(x))

/** Whether what an intent asks for is so on a list. Knows nothing of how applyIntent works. */
function isSo(intent: Intent, before: readonly string[], after: readonly string[]): boolean {
  const has = (x: string) => after.includes(x)
  const at = (x: string) => after.indexOf(x)
  switch (intent.kind) {
    case 'insert':
      return intent.groups.every(has) && isRunAt(intent.place, without(intent.groups, before), after)
    case 'move': {
      const fixed = 'group' in intent.place ? [intent.place.group] : []
      const moved = without(intent.groups, fixed).filter((x) => before.includes(x))
      return isRunAt(intent.place, moved, after)
    }
    case 'put': {
      const { groups: named, group: other, order } = intent
      return (
        has(other) &&
        without(named, [other]).every((x) => has(x) && at(x) < at(other) === (order === 'above'))
      )
    }
    case 'detach':
      return !intent.groups.some(has)
    case 'replace': {
      const places = [intent.group, intent.by].map((x) => before.indexOf(x)).filter((n) => n >= 0)
      const isGone = intent.group === intent.by || !has(intent.group)
      return isGone && at(intent.by) === Math.min(...places)
    }
    case 'exactly':
      return word(after) === word([...new Set(intent.groups)])
  }
}

/** True where `run` is together in `list`, in this order, at the place. */
function isRunAt(
  where: Extract<Intent, { kind: 'move' }>['place'],
  run: readonly string[],
  after: readonly string[],
): boolean {
  const once = [...new Set(run)]
  if (once.length === 0) return true
  const from = after.indexOf(once[0]!)
  if (word(after.slice(from, from + once.length)) !== word(once)) return false
  if (where.kind === 'top') return from === 0
  if (where.kind === 'end') return from + once.length === after.length
  if (where.kind === 'position') return from === Math.min(where.position, after.length - once.length)
  return after[where.kind === 'above' ? from + once.length : from - 1] === where.group
}

/** The groups that an intent may put elsewhere, and those that it may take off. */
function touched(intent: Intent): { moved: readonly string[]; gone: readonly string[] } {
  const { kind } = intent
  if (kind === 'insert') return { moved: intent.groups, gone: [] }
  if (kind === 'put' || kind === 'move') return { moved: intent.groups, gone: [] }
  if (kind === 'detach') return { moved: [], gone: intent.groups }
  if (kind === 'replace') return { moved: [intent.by], gone: [intent.group] }
  return { moved: ids(LETTERS), gone: ids(LETTERS) }
}

describe.each(Object.entries(intents))('for any list, %s', (_, arbitrary) => {
  const each = (check: (intent: Intent, before: readonly string[], after: readonly string[]) => void) =>
    fc.assert(
      fc.property(arbitrary, list, fc.integer({ min: 1, max: 7 }), (intent, before, limit) => {
        expect(() => intentForm.parse(intent)).not.toThrow()
        const applied = applyIntent(intent, before, limit)
        fc.pre('list' in applied)
        if (!('list' in applied)) return
        if (applied.list !== before) expect(applied.list.length).toBeLessThanOrEqual(limit)
        check(intent, before, applied.list)
      }),
      { numRuns: 500 },
    )

  test('what is asked for is so afterwards', () =>
    each((intent, before, after) =>
      expect([word(before), word(after), isSo(intent, before, after)]).toEqual([
        word(before),
        word(after),
        true,
      ]),
    ))

  test('a second time, nothing changes', () =>
    each((intent, _before, after) =>
      expect(applyIntent(intent, after, after.length)).toEqual({ list: after }),
    ))

  test('nothing is there twice, and nothing goes that was not to go', () =>
    each((intent, before, after) => {
      const { gone } = touched(intent)
      expect(new Set(after).size).toBe(after.length)
      expect(without(without(before, after), gone)).toEqual([])
    }))

  test('groups that are not named keep their order', () =>
    each((intent, before, after) => {
      const { moved, gone } = touched(intent)
      const others = (some: readonly string[]) => word(without(some, [...moved, ...gone]))
      expect(others(after)).toBe(others(before))
    }))
})
