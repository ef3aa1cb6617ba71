import { startTransition, useCallback, useEffect, useMemo } from 'react'
import { sameList } from '../../vpc/list-difference.ts'
import { useLatest } from '../hooks/latest.ts'
import { lastOf, type PortOperations } from '../operations/follow-operations.ts'
import {
  arrangementOf,
  isChanged,
  type Arrangement,
  type ChangeArrangement,
  type GroupList,
} from '../arrangement/arrangement.ts'
import type { useArrangementStore } from '../arrangement/arrangement-store.ts'
import type { KnownOperation } from '../proxy-client/read-operations.ts'

/** The arrangement of a port, as far as the page may use it now. */
export type PortArrangement = {
  /**
   * Made for the list that the port has now. While there is a `lockReason`: what is being applied,
   * or the port's own list.
   */
  arrangement: Arrangement
  /** An arrangement for another list than the port has now: to be re-applied or discarded. */
  conflict: Arrangement | null
  /** The port has the list that a change sent from `conflict` left on it half-way. */
  leftHalfway: boolean
  /** Why nothing can be arranged now, if so. */
  lockReason: string | undefined
  change: ChangeArrangement
  /** Replaces the arrangement as a whole; null discards it. */
  keep: (arrangement: Arrangement | null) => void
  /** The browser keeps nothing: a reload loses the arrangement. */
  unkept: boolean
}

/**
 * The operator's arrangement, kept in `store`, for a port whose list is `list`. It is never used
 * for a list that it was not made for. Once it is applied, here or in another tab, it is removed.
 */
export function usePortArrangement(
  store: ReturnType<typeof useArrangementStore>,
  list: GroupList,
  operations: PortOperations,
): PortArrangement {
  const { kept, keep, remove, unkept } = store
  const busy = operations.underWay.length > 0
  const stopped = operations.awaitingChoice[0]
  const applied = kept !== null && isApplied(operations.all, kept)
  const other = kept !== null && !sameList(kept.madeFor, list)
  const settled = !busy && stopped === undefined
  // Nothing is lost: it was applied, the list is as arranged already, or nothing is arranged.
  const over =
    settled && kept !== null && (applied || (other && (sameList(kept.desired, list) || !isChanged(kept))))
  useEffect(() => {
    if (over) remove(kept)
  }, [over, kept, remove])

  const conflict = settled && other && !over ? kept : null
  const lockReason = busy
    ? 'A change to this port is under way'
    : stopped !== undefined
      ? 'A change to this port stopped: choose what to do first'
      : conflict !== null
        ? 'The list changed: re-apply or discard your changes first'
        : undefined

  const unchanged = useMemo(() => arrangementOf(list), [list])
  const sent = busy && kept !== null && operations.all.some((one) => one.operation_id === kept.operationId)
  const usable = kept !== null && !over && (sent || (settled && !other))
  const arrangement = usable ? kept : unchanged
  const latest = useLatest({ arrangement, lockReason })
  // It stays the same function: each row of the list would be drawn for another one.
  const change = useCallback(
    (act: (arrangement: Arrangement) => Arrangement) => {
      const now = latest.current
      if (now.lockReason !== undefined) return
      const next = act(now.arrangement)
      // In parts, between frames: to draw the list takes longer than a frame on a slow machine.
      if (next !== now.arrangement) startTransition(() => keep(next))
    },
    [keep, latest],
  )
  const leftHalfway = conflict !== null && isLeft(operations.all, conflict, list)
  return { arrangement, conflict, leftHalfway, lockReason, change, keep, unkept }
}

/** True when it was sent, and the operation, or the one that finished it, did all of it. */
function isApplied(all: readonly KnownOperation[], { operationId }: Arrangement): boolean {
  const operation = all.find((one) => one.operation_id === operationId)
  if (operation === undefined) return false
  const last = lastOf(all, operation)
  return last.status === 'done' && last.purpose !== 'go_back'
}

/** True when its operation was left half-way, and the port still has the list of then. */
function isLeft(all: readonly KnownOperation[], { operationId }: Arrangement, list: GroupList): boolean {
  const operation = all.find((one) => one.operation_id === operationId)
  const last = operation && lastOf(all, operation)
  return last?.status === 'left' && last.list_now !== null && sameList(last.list_now, list)
}
