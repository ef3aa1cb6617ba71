import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  arrange,
  arrangementOf,
  detach,
  detachedGroups,
  isChanged,
  move,
  nudge,
  positionOfGap,
  redo,
  reset,
  room,
  undo,
  UNDO_DEPTH,
  type Arrangement,
} from './arrangement.ts'
import { sentAs } from './sent.ts'
import { restore } from './restore.ts'
import { place } from './place.ts'

const at = (...list: string[]) => arrangementOf(list)

describe('placing', () => {
  it('places the first group at the position, the others after it, as given', () => {
    expect(place(at('a', 'b', 'c'), ['y', 'x'], 1).desired).toEqual(['a', 'y', 'x', 'b', 'c'])
  })
  it('puts them at the end when the position is past it', () => {
    expect(place(at('a'), ['x'], 9).desired).toEqual(['a', 'x'])
  })
  it('leaves a group alone that is in the list already, and takes none twice', () => {
    expect(place(at('a', 'b'), ['b', 'x', 'x'], 0).desired).toEqual(['x', 'a', 'b'])
  })
  it('does nothing when there is no room for all', () => {
    const nearlyFull = arrangementOf(Array.from({ length: 99 }, (_, n) => `g${n}`))
    expect(room(nearlyFull)).toBe(1)
    expect(place(nearlyFull, ['x', 'y'], 0)).toBe(nearlyFull)
    expect(place(nearlyFull, ['x'], 0).desired).toHaveLength(100)
  })
})

describe('moving', () => {
  it('moves several together and keeps their order', () => {
    expect(move(at('a', 'b', 'c', 'd', 'e'), ['d', 'b'], 0).desired).toEqual(['b', 'd', 'a', 'c', 'e'])
  })
  it('finds the position of a gap below moved groups', () => {
    const list = ['a', 'b', 'c', 'd']
    expect(positionOfGap(list, ['a'], 3)).toBe(2)
    expect(move(at(...list), ['a'], positionOfGap(list, ['a'], 3)).desired).toEqual(['b', 'c', 'a', 'd'])
  })
  it('is no change where the group is dropped beside itself', () => {
    const list = ['a', 'b', 'c']
    for (const gap of [1, 2])
      expect(isChanged(move(at(...list), ['b'], positionOfGap(list, ['b'], gap)))).toBe(false)
  })
  it('nudges one place up and down, and stops at the ends', () => {
    expect(nudge(at('a', 'b', 'c'), ['b'], -1).desired).toEqual(['b', 'a', 'c'])
    expect(nudge(at('a', 'b', 'c'), ['b'], 1).desired).toEqual(['a', 'c', 'b'])
    expect(isChanged(nudge(at('a', 'b'), ['a'], -1))).toBe(false)
    expect(isChanged(nudge(at('a', 'b'), ['b'], 1))).toBe(false)
  })
  it('nudges several that are apart by bringing them together', () => {
    expect(nudge(at('a', 'b', 'c', 'd', 'e'), ['b', 'd'], -1).desired).toEqual(['b', 'd', 'a', 'c', 'e'])
    expect(nudge(at('a', 'b', 'c', 'd', 'e'), ['b', 'd'], 1).desired).toEqual(['a', 'c', 'e', 'b', 'd'])
  })
})

describe('detaching', () => {
  it('shows groups of the port as detached, and forgets groups that were only placed', () => {
    const arranged = detach(place(at('a', 'b'), ['x'], 0), ['x', 'a'])
    expect(arranged.desired).toEqual(['b'])
    expect(detachedGroups(arranged)).toEqual(['a'])
  })
  it('restores a group after the one it followed', () => {
    expect(restore(detach(at('a', 'b', 'c'), ['b']), ['b']).desired).toEqual(['a', 'b', 'c'])
    expect(restore(detach(at('a', 'b', 'c'), ['a', 'b']), ['b']).desired).toEqual(['b', 'c'])
    expect(restore(move(detach(at('a', 'b', 'c'), ['b']), ['a'], 1), ['b']).desired).toEqual(['c', 'a', 'b'])
  })
})

describe('undo', () => {
  it('goes back and forth, and a new change ends what could be redone', () => {
    const arranged = detach(place(at('a'), ['x'], 0), ['a'])
    expect(undo(arranged).desired).toEqual(['x', 'a'])
    expect(undo(undo(arranged)).desired).toEqual(['a'])
    expect(redo(undo(arranged)).desired).toEqual(['x'])
    expect(redo(place(undo(arranged), ['y'], 0)).desired).toEqual(['y', 'x', 'a'])
  })
  it('undoes a reset', () => {
    const arranged = place(at('a'), ['x'], 0)
    expect(isChanged(reset(arranged))).toBe(false)
    expect(undo(reset(arranged)).desired).toEqual(['x', 'a'])
  })
  it('forgets the operation it was sent as with every change', () => {
    const sent = sentAs(place(at('a'), ['x'], 0), 'operation-1')
    expect(sent.operationId).toBe('operation-1')
    for (const other of [undo(sent), place(sent, ['y'], 0), reset(sent)]) expect(other.operationId).toBeNull()
    expect(move(sent, ['x'], 0)).toBe(sent)
  })
})

const universe = Array.from({ length: 30 }, (_, n) => `g${n}`)
const someIds = fc.uniqueArray(fc.constantFrom(...universe), { maxLength: 6 })
const change = fc.oneof(
  fc.record({ act: fc.constant(place), ids: someIds, to: fc.integer({ min: -3, max: 40 }) }),
  fc.record({ act: fc.constant(move), ids: someIds, to: fc.integer({ min: -3, max: 40 }) }),
  fc.record({ act: fc.constant(detach), ids: someIds, to: fc.constant(0) }),
  fc.record({ act: fc.constant(restore), ids: someIds, to: fc.constant(0) }),
)
const start = fc.uniqueArray(fc.constantFrom(...universe)).map(arrangementOf)

describe('any run of changes', () => {
  it('never loses or doubles a group: each is in the list, detached or only placed', () => {
    fc.assert(
      fc.property(start, fc.array(change, { maxLength: 20 }), (first, changes) => {
        const end = changes.reduce<Arrangement>((now, { act, ids, to }) => act(now, ids, to), first)
        expect(new Set(end.desired).size).toBe(end.desired.length)
        expect(end.madeFor).toBe(first.madeFor)
        expect(new Set([...end.desired, ...detachedGroups(end)])).toEqual(
          new Set([...end.desired, ...end.madeFor]),
        )
      }),
    )
  })
  it('is taken back whole by undo and made again by redo', () => {
    fc.assert(
      fc.property(start, fc.array(change, { maxLength: UNDO_DEPTH }), (first, changes) => {
        const end = changes.reduce<Arrangement>((now, { act, ids, to }) => act(now, ids, to), first)
        let back = end
        while (back.past.length > 0) back = undo(back)
        expect(back.desired).toEqual(first.desired)
        let again = back
        while (again.future.length > 0) again = redo(again)
        expect(again.desired).toEqual(end.desired)
      }),
    )
  })
  it('moves exactly the named groups: the order of all others stays', () => {
    fc.assert(
      fc.property(start, someIds, fc.integer({ min: 0, max: 30 }), (first, ids, to) => {
        const others = (list: readonly string[]) => list.filter((id) => !ids.includes(id))
        const { desired } = move(first, ids, to)
        expect(others(desired)).toEqual(others(first.desired))
        const moved = desired.filter((id) => ids.includes(id))
        const foremost = desired.indexOf(moved[0] ?? '')
        if (moved.length > 0) expect(desired.slice(foremost, foremost + moved.length)).toEqual(moved)
      }),
    )
  })
  it('remembers no more than can be undone', () => {
    let now = at('a', 'b')
    for (let n = 0; n < UNDO_DEPTH + 10; n++) now = arrange(now, now.desired.toReversed())
    expect(now.past).toHaveLength(UNDO_DEPTH)
  })
})
