import { expect, test } from 'vitest'
import type { BulkChange } from '../../vpc/bulk-changes-api.ts'
import { withKinds } from './bulk-changes.ts'

type Kind = BulkChange['kinds'][number]

const NONE = { waiting: 0, under_way: 0, done: 0, failed: 0, list_changed: 0, left_out: 0 }
const kind = (name: string, counts: Partial<Kind['counts']>, ports: number): Kind => ({
  ...{ planned_from: [name], desired: [], steps: [{ kind: 'remove', security_groups: [name] }] },
  ...{ ports, counts: { ...NONE, ...counts } },
})
const known = [kind('a', { waiting: 3 }, 3), kind('b', { waiting: 2 }, 2)]
/** A bulk change as a poll brings it. */
const polled = (earlier_kinds: Partial<Kind['counts']>[], kinds: Kind[] = []) =>
  ({ revision: 8, kinds, earlier_kinds }) as Partial<BulkChange> as BulkChange

test('kinds that are known get the counts of a poll, and keep all else', () => {
  const { revision, kinds } = withKinds(known, polled([{ waiting: 1, done: 2 }, { waiting: 2 }]))
  expect(revision).toBe(8)
  expect(kinds).toEqual([kind('a', { waiting: 1, done: 2 }, 3), known[1]])
  // What did not change is not drawn again.
  expect(kinds[1]).toBe(known[1])
})

test('where no kind changed, they are the same ones', () => {
  expect(withKinds(known, polled([{ waiting: 3 }, { waiting: 2 }])).kinds).toBe(known)
})

test('where a poll does not say which kinds came before, it has all of them', () => {
  const all = { revision: 8, kinds: known } as Partial<BulkChange> as BulkChange
  expect(withKinds(known, all).kinds).toEqual(known)
})

test('an undo that is planned gets more kinds, and more ports of those that are known', () => {
  const more = kind('c', { waiting: 1 }, 1)
  const { kinds } = withKinds(known, polled([{ waiting: 3 }, { waiting: 4 }], [more]))
  expect(kinds).toEqual([known[0], kind('b', { waiting: 4 }, 4), more])
})
