import { positionBelow } from './insert-index.ts'
import { keptGroups } from './kept-groups.ts'

/** What differs between two lists of one port, for people. Positions count from 0. */
export type ListDifference = {
  added: { id: string; to: number }[]
  removed: { id: string; from: number }[]
  /** The fewest groups that explain the new order as moved; the others kept their order. */
  moved: { id: string; from: number; to: number }[]
}

/**
 * What differs between `before` and `after`: added and moved groups in the order of `after`,
 * removed ones in the order of `before`. All empty when the lists are equal. The moved groups are
 * those that planChange would move.
 */
export function listDifference(before: readonly string[], after: readonly string[]): ListDifference {
  const kept = new Set(keptGroups(before, after))
  const from = new Map(before.map((id, position) => [id, position]))
  const stays = new Set(after)
  const difference: ListDifference = { added: [], removed: [], moved: [] }
  for (const [to, id] of after.entries()) {
    const earlier = from.get(id)
    if (earlier === undefined) difference.added.push({ id, to })
    else if (!kept.has(id)) difference.moved.push({ id, from: earlier, to })
  }
  for (const [position, id] of before.entries())
    if (!stays.has(id)) difference.removed.push({ id, from: position })
  return difference
}

/** True when two lists have the same groups in the same order. */
export function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, position) => id === other[position])
}

/**
 * Where the operator's arrangement met somebody else's change of the same group.
 * - `removed_meanwhile`: the operator kept or moved it, somebody else removed it. It stays removed.
 * - `added_by_both`: both added it. It is where the operator put it.
 * - `moved_by_both`: both moved it. It is where the operator put it.
 */
export type RebaseNote = { kind: 'removed_meanwhile' | 'added_by_both' | 'moved_by_both'; id: string }

/**
 * Carries an arrangement, made from `plannedFrom` to `desired`, over to the list as it is `now`.
 *
 * What somebody else added, removed or moved stays so. On that list the operator's own changes are
 * made again: detached groups are taken off; added and moved ones are put directly below the group
 * that they were put below (the nearest one above that is still there), those put at the top at the
 * top, and those at the end at the end. A group that somebody else removed is not put back: they
 * had a reason that the operator has not seen; the notes say so. The result may have more groups
 * than a port takes: planChange refuses it then. From an unchanged list it is `desired`; of an
 * arrangement that changed nothing, it is `now`.
 */
export function rebase(
  plannedFrom: readonly string[],
  desired: readonly string[],
  now: readonly string[],
): { desired: string[]; notes: RebaseNote[] } {
  const mine = listDifference(plannedFrom, desired)
  const theirs = listDifference(plannedFrom, now)
  const detached = new Set(mine.removed.map(({ id }) => id))
  const gone = new Set(theirs.removed.map(({ id }) => id))
  const placed = new Set([...mine.added, ...mine.moved].map(({ id }) => id).filter((id) => !gone.has(id)))

  const result = now.filter((id) => !detached.has(id) && !placed.has(id))
  const lastOfOthers = desired.findLastIndex((id) => !placed.has(id))
  for (const [position, id] of desired.entries()) {
    if (!placed.has(id)) continue
    // What the operator put at the end goes to the end, whatever was added there meanwhile.
    const atEnd = position > lastOfOthers && lastOfOthers >= 0
    result.splice(atEnd ? result.length : positionBelow(result, desired.slice(0, position)), 0, id)
  }

  const notes: RebaseNote[] = []
  const theirsAdded = new Set(theirs.added.map(({ id }) => id))
  const theirsMoved = new Set(theirs.moved.map(({ id }) => id))
  const moved = new Set(mine.moved.map(({ id }) => id))
  for (const id of desired) {
    if (gone.has(id)) notes.push({ kind: 'removed_meanwhile', id })
    else if (placed.has(id) && theirsAdded.has(id)) notes.push({ kind: 'added_by_both', id })
    else if (moved.has(id) && theirsMoved.has(id)) notes.push({ kind: 'moved_by_both', id })
  }
  return { desired: result, notes }
}
