import { changed, clamp, room, type Arrangement, type GroupList } from './arrangement.ts'

/**
 * Places groups in the order given, the first of them at `position` (0 is the top). Groups that are
 * in the list already stay where they are. When there is no room for all, nothing changes.
 */
export function place(
  arrangement: Arrangement,
  ids: GroupList,
  position: number,
  limit?: number,
): Arrangement {
  const { desired } = arrangement
  const placed = [...new Set(ids)].filter((id) => !desired.includes(id))
  if (placed.length > room(arrangement, limit)) return arrangement
  return changed(arrangement, desired.toSpliced(clamp(position, desired.length), 0, ...placed))
}
