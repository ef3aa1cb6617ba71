import { sameList } from '../../vpc/list-difference.ts'
import { DEFAULT_GROUPS_PER_PORT } from '../../vpc/port.ts'

/** Group IDs in the order of a port's list: the first wins. */
export type GroupList = readonly string[]

/**
 * The order that the operator wants, not applied yet. It belongs to one list of one port: `madeFor`
 * is that list, `desired` the list as arranged. Each change makes a new object.
 */
export type Arrangement = {
  readonly madeFor: GroupList
  readonly desired: GroupList
  /** Earlier `desired` lists, the latest last. */
  readonly past: readonly GroupList[]
  /** Undone `desired` lists, the next to redo last. */
  readonly future: readonly GroupList[]
  /**
   * The operation that this very arrangement was sent as, or null. It is kept: sending again after
   * a lost response must name the same operation. Any change makes another arrangement, without it.
   */
  readonly operationId: string | null
  /** Groups that the operator has moved, as far as that is known; the latest first. */
  readonly moved?: GroupList
}

/** Makes another arrangement of the present one. */
export type ChangeArrangement = (act: (arrangement: Arrangement) => Arrangement) => void

/** How many changes can be undone. */
export const UNDO_DEPTH = 50

/** The arrangement in which nothing is changed. */
export function arrangementOf(list: GroupList): Arrangement {
  return { madeFor: list, desired: list, past: [], future: [], operationId: null }
}

/** True when the list as arranged is not the list that it was made for. */
export function isChanged(arrangement: Arrangement): boolean {
  return !sameList(arrangement.madeFor, arrangement.desired)
}

/** How many more groups may be placed on a port that takes `limit`. */
export function room({ desired }: Arrangement, limit = DEFAULT_GROUPS_PER_PORT): number {
  return Math.max(0, limit - desired.length)
}

/** Groups that are on the port and will be off it, in the order they had. */
export function detachedGroups({ madeFor, desired }: Arrangement): string[] {
  const staying = new Set(desired)
  return madeFor.filter((id) => !staying.has(id))
}

/** Moves groups together, in the order they have in the list, the first of them to `position`. */
export function move(arrangement: Arrangement, ids: GroupList, position: number): Arrangement {
  const { desired } = arrangement
  const named = new Set(ids)
  const moved = desired.filter((id) => named.has(id))
  const rest = desired.filter((id) => !named.has(id))
  const made = changed(arrangement, rest.toSpliced(clamp(position, rest.length), 0, ...moved))
  if (made === arrangement) return arrangement
  return { ...made, moved: [...new Set([...moved, ...(made.moved ?? [])])] }
}

/**
 * The position for `move`, from the gap that groups are dropped in. Gap n is after the nth group of
 * the list before the move, which still has the groups to be moved.
 */
export function positionOfGap(desired: GroupList, ids: GroupList, gap: number): number {
  const named = new Set(ids)
  return desired.slice(0, gap).filter((id) => !named.has(id)).length
}

/** Moves groups one position up (-1) or down (+1); groups that are apart are brought together. */
export function nudge(arrangement: Arrangement, ids: GroupList, by: -1 | 1): Arrangement {
  const { desired } = arrangement
  const named = new Set(ids)
  const first = desired.findIndex((id) => named.has(id))
  if (first === -1) return arrangement
  const last = desired.findLastIndex((id) => named.has(id))
  const position = by === -1 ? Math.max(0, first - 1) : positionOfGap(desired, ids, last + 2)
  return move(arrangement, ids, position)
}

/** Takes groups off the list. */
export function detach(arrangement: Arrangement, ids: GroupList): Arrangement {
  const named = new Set(ids)
  return changed(
    arrangement,
    arrangement.desired.filter((id) => !named.has(id)),
  )
}

/** Takes back the last change. */
export function undo(arrangement: Arrangement): Arrangement {
  const { past, future, desired } = arrangement
  const before = past.at(-1)
  if (before === undefined) return arrangement
  return {
    ...arrangement,
    desired: before,
    past: past.slice(0, -1),
    future: [...future, desired],
    operationId: null,
  }
}

/** Makes the change again that was taken back last. */
export function redo(arrangement: Arrangement): Arrangement {
  const { past, future, desired } = arrangement
  const next = future.at(-1)
  if (next === undefined) return arrangement
  return {
    ...arrangement,
    desired: next,
    past: [...past, desired].slice(-UNDO_DEPTH),
    future: future.slice(0, -1),
    operationId: null,
  }
}

/** Takes back everything, as one change that can be undone too. */
export function reset(arrangement: Arrangement): Arrangement {
  return arrange(arrangement, arrangement.madeFor)
}

/** Sets the whole list, as one change that can be undone. */
export function arrange(arrangement: Arrangement, desired: GroupList): Arrangement {
  return changed(arrangement, desired)
}

export function changed(arrangement: Arrangement, desired: GroupList): Arrangement {
  if (sameList(arrangement.desired, desired)) return arrangement
  return {
    ...arrangement,
    desired,
    past: [...arrangement.past, arrangement.desired].slice(-UNDO_DEPTH),
    future: [],
    operationId: null,
  }
}

export function clamp(position: number, length: number): number {
  return Math.min(Math.max(0, position), length)
}
