import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listDifference, sameList } from './list-difference.ts'
import { rebase } from './rebase.ts'

const word = (text: string) => [...text]
const list = fc.uniqueArray(fc.integer({ min: 1, max: 40 }).map(String), { maxLength: 25 })

describe('listDifference', () => {
  test('one group dragged to the top is one move', () => {
    expect(listDifference(word('abcd'), word('dabc'))).toEqual({
      added: [],
      removed: [],
      moved: [{ id: 'd', from: 3, to: 0 }],
    })
  })

  test('added, removed and moved at once', () => {
    expect(listDifference(word('abcd'), word('cxab'))).toEqual({
      added: [{ id: 'x', to: 1 }],
      removed: [{ id: 'd', from: 3 }],
      moved: [{ id: 'c', from: 2, to: 0 }],
    })
  })

  test('from what it says the later list can be built again', () => {
    fc.assert(
      fc.property(list, list, (before, after) => {
        const { added, removed, moved } = listDifference(before, after)
        const away = new Set([...removed, ...moved].map(({ id }) => id))
        const built = before.filter((id) => !away.has(id))
        for (const { id, to } of [...added, ...moved].toSorted((one, other) => one.to - other.to))
          built.splice(to, 0, id)
        expect(built).toEqual(after)
        for (const { id, from } of [...removed, ...moved]) expect(before[from]).toBe(id)
      }),
    )
  })

  test('equal lists, and only they, are the same', () => {
    expect(sameList(word('ab'), word('ab'))).toBe(true)
    expect(sameList(word('ab'), word('ba'))).toBe(false)
    expect(sameList(word('ab'), word('abc'))).toBe(false)
  })
})

describe('rebase', () => {
  test.each([
    ["somebody else's group stays", 'abc', 'abcx', 'abyc', 'abycx', []],
    ['what was put at the end stays at the end', 'ab', 'abx', 'aby', 'abyx', []],
    ['what was put at the top stays at the top', 'ab', 'xab', 'yab', 'xyab', []],
    ['a group goes beneath the one it was put beneath', 'abcd', 'abxcd', 'bacd', 'bxacd', []],
    [
      'what it was put beneath is gone: the next one above',
      'abcd',
      'abxcd',
      'acd',
      'axcd',
      ['removed_meanwhile b'],
    ],
    ['a removed group does not come back', 'abcd', 'dabc', 'abc', 'abc', ['removed_meanwhile d']],
    ['a detached group is taken off wherever it went', 'abcd', 'acd', 'bdca', 'dca', []],
    ['both added one', 'ab', 'xab', 'abx', 'xab', ['added_by_both x']],
    ['both moved one', 'abcd', 'dabc', 'adbc', 'dabc', ['moved_by_both d']],
    ['both detached one', 'abc', 'ac', 'ac', 'ac', []],
    ['all replaced, and one added meanwhile', 'ab', 'xy', 'abz', 'xyz', []],
  ])('%s: %s to %s, now %s: %s', (_, plannedFrom, desired, now, expected, notes) => {
    const rebased = rebase(word(plannedFrom), word(desired), word(now))
    expect(rebased.desired.join('')).toBe(expected)
    expect(rebased.notes.map(({ kind, id }) => `${kind} ${id}`)).toEqual(notes)
  })

  test('onto an unchanged list it is the arrangement itself', () => {
    fc.assert(
      fc.property(list, list, (plannedFrom, desired) => {
        expect(rebase(plannedFrom, desired, plannedFrom)).toEqual({ desired, notes: [] })
      }),
    )
  })

  test('an arrangement that changed nothing leaves the list as it is now', () => {
    fc.assert(
      fc.property(list, list, (plannedFrom, now) => {
        expect(rebase(plannedFrom, plannedFrom, now).desired).toEqual(now)
      }),
    )
  })

  test('when somebody else arranged the same, it is that', () => {
    fc.assert(
      fc.property(list, list, (plannedFrom, desired) => {
        expect(rebase(plannedFrom, desired, desired).desired).toEqual(desired)
      }),
    )
  })

  test('every group is there once, added by one of both or kept by both', () => {
    fc.assert(
      fc.property(list, list, list, (plannedFrom, desired, now) => {
        const rebased = rebase(plannedFrom, desired, now).desired
        const expected = new Set([
          ...desired.filter((id) => !plannedFrom.includes(id)),
          ...now.filter((id) => !plannedFrom.includes(id) || desired.includes(id)),
        ])
        expect(rebased.toSorted()).toEqual([...expected].toSorted())
      }),
    )
  })
})
