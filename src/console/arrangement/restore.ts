import { changed, detachedGroups, room, type Arrangement, type GroupList } from './arrangement.ts'

/**
 * Puts detached groups back, each after the group that it followed on the port, or after the
 * nearest one above that is still in the list. When there is no room for all, nothing changes.
 */
export function restore(arrangement: Arrangement, ids: GroupList, limit?: number): Arrangement {
  const named = new Set(ids)
  const restored = detachedGroups(arrangement).filter((id) => named.has(id))
  if (restored.length > room(arrangement, limit)) return arrangement
  let desired = arrangement.desired
  for (const id of restored) {
    const before = arrangement.madeFor.slice(0, arrangement.madeFor.indexOf(id))
    const neighbour = before.findLast((other) => desired.includes(other))
    const position = neighbour === undefined ? 0 : desired.indexOf(neighbour) + 1
    desired = desired.toSpliced(position, 0, id)
  }
  return changed(arrangement, desired)
}
