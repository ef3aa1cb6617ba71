import { positionBelow } from './insert-index.ts'
import { listDifference } from './list-difference.ts'

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
