import { useEffect, useRef } from 'react'
import { listDifference, sameList } from '../../vpc/list-difference.ts'
import type { Arrangement } from '../arrangement/arrangement.ts'
import { groupName, type Named } from '../facts/group-names.ts'
import { useAnnounce } from '../ui/Announcer.tsx'

/** So many groups are named; of more, how many there are. */
const MOST = 3

/** Says to screen readers what an undo or a redo did. */
export function useUndoAnnounced(arrangement: Arrangement, groups: Named): void {
  const announce = useAnnounce()
  const before = useRef(arrangement)
  useEffect(() => {
    const words = undoWords(before.current, arrangement, groups)
    before.current = arrangement
    if (words !== undefined) announce(words)
  }, [arrangement, groups, announce])
}

/**
 * 'Undone: web-public is at position 2', when the one arrangement is the other with a change undone
 * or redone; else undefined.
 */
export function undoWords(before: Arrangement, after: Arrangement, groups: Named): string | undefined {
  const undone = after.future.length - before.future.length
  if (Math.abs(undone) !== 1) return undefined
  // A new change after one undo takes away what could be redone, too.
  const expected = undone > 0 ? before.past : before.future
  if (!sameList(expected.at(-1) ?? [], after.desired)) return undefined
  const { added, removed, moved } = listDifference(before.desired, after.desired)
  const name = (id: string) => groupName({ groups }, id)
  const changes = [
    ...moved.map(({ id, to }) => `${name(id)} is at position ${to + 1}`),
    ...added.map(({ id, to }) => `${name(id)} is on the list at position ${to + 1}`),
    ...removed.map(({ id }) => `${name(id)} is off the list`),
  ]
  const more = changes.length - MOST
  return `${undone > 0 ? 'Undone' : 'Redone'}: ${changes.slice(0, MOST).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
