import { useCallback, useEffect, useMemo } from 'react'
import { sameList } from '../../vpc/list-difference.ts'
import { lastOf, type PortOperations } from '../operations/follow-operations.ts'
import { arrangementOf, isChanged, type Arrangement, type GroupList } from '../arrangement/arrangement.ts'
import type { useArrangementStore } from '../arrangement/arrangement-store.ts'
import type { KnownOperation } from '../proxy-client/read-operations.ts'

/** The arrangement of a port, as the page may use it now. */
export type PortArrangement = {
  /**
   * Made for the list as it stands, or (while `lockReason`) what is being applied or what the port
   * has.
   */
  arrangement: Arrangement
  /**
   * An arrangement that was made for another list than the port has now; it has to be rebased or
   * dropped.
   */
  conflict: Arrangement | null
  /** The conflict is what a stopped change, sent from that arrangement, left on the port. */
  leftHalfway: boolean
  /** Why nothing can be arranged now, if so. */
  lockReason: string | undefined
  change: (act: (arrangement: Arrangement) => Arrangement) => void
  /** Replaces the arrangement as a whole; null drops it. */
  keep: (arrangement: Arrangement | null) => void
  /** The browser keeps nothing: a reload loses the arrangement. */
  unkept: boolean
}

/**
 * The operator's arrangement (kept in `store`) for a port whose list is `list`. It is never used
 * for a list that it was not made for; what was applied meanwhile, here or in another tab, is taken
 * away.
 */
export function usePortArrangement(
  store: ReturnType<typeof useArrangementStore>,
  list: GroupList,
  operations: PortOperations,
): PortArrangement {
  const { kept, keep, unkept } = store
  const busy = operations.underWay.length > 0
  const unanswered = operations.awaitingChoice[0]
  const applied = kept !== null && isApplied(operations.all, kept)
  const other = kept !== null && !sameList(kept.madeFor, list)
  const settled = !busy && unanswered === undefined
  // Nothing to lose: it has been applied, or the list is as arranged already, or nothing is
  // arranged.
  const over =
    settled && kept !== null && (applied || (other && (sameList(kept.desired, list) || !isChanged(kept))))
  useEffect(() => {
    if (over) keep(null)
  }, [over, keep])

  const conflict = settled && other && !over ? kept : null
  const lockReason = busy
    ? 'A change to this port is being carried out'
    : unanswered !== undefined
      ? 'A change to this port stopped half-way: answer it first'
      : conflict !== null
        ? 'The list changed since it was arranged: rebase the arrangement or drop it first'
        : undefined

  const asItStands = useMemo(() => arrangementOf(list), [list])
  const sent = busy && kept !== null && operations.all.some((one) => one.operation_id === kept.operationId)
  const usable = kept !== null && !over && (sent || (settled && !other))
  const arrangement = usable ? kept : asItStands
  const change = useCallback(
    (act: (arrangement: Arrangement) => Arrangement) => {
      if (lockReason !== undefined) return
      const next = act(arrangement)
      if (next !== arrangement) keep(next)
    },
    [arrangement, keep, lockReason],
  )
  const leftHalfway = conflict !== null && isLeft(operations.all, conflict, list)
  return { arrangement, conflict, leftHalfway, lockReason, change, keep, unkept }
}

/**
 * True when the operation that it was sent as (or what the operator answered to it) came to the end
 * as arranged.
 */
function isApplied(all: readonly KnownOperation[], { operationId }: Arrangement): boolean {
  const operation = all.find((one) => one.operation_id === operationId)
  if (operation === undefined) return false
  const last = lastOf(all, operation)
  return last.status === 'done' && last.purpose !== 'go_back'
}

/**
 * True when the operation that it was sent as was left half-way, and the port still has that list.
 */
function isLeft(all: readonly KnownOperation[], { operationId }: Arrangement, list: GroupList): boolean {
  const operation = all.find((one) => one.operation_id === operationId)
  const last = operation && lastOf(all, operation)
  return last?.status === 'left' && last.list_now !== null && sameList(last.list_now, list)
}
