import { useCallback, useState } from 'react'
import type { Operation } from '../../vpc/portside-api.ts'
import { isWhole, type KnownOperation } from '../proxy-client/read-operations.ts'
import type { Port } from '../../vpc/port.ts'

/** What this page has seen happen to the port since it was opened. */
export type WatchedChange = {
  /**
   * The port before the change that was carried out last; undefined when none was while the page is
   * open.
   */
  before: Port | undefined
  /** Operations that were under way while the page is open. */
  seen: ReadonlySet<string>
  /** Tells of an operation that is about to be sent from here. */
  sending: (operationId: string) => void
}

/**
 * Remembers the port as it was when an operation on it first showed up, to mark afterwards what
 * changed.
 */
export function useWatchedChange(port: Port, underWay: readonly Operation[]): WatchedChange {
  const [watched, setWatched] = useState<{ before: Port | undefined; seen: ReadonlySet<string> }>({
    before: undefined,
    seen: new Set(),
  })
  const fresh = underWay.map((operation) => operation.operation_id).filter((id) => !watched.seen.has(id))
  if (fresh.length > 0) setWatched({ before: port, seen: new Set([...watched.seen, ...fresh]) })
  const sending = useCallback(
    (id: string) => setWatched(({ seen }) => ({ before: port, seen: new Set([...seen, id]) })),
    [port],
  )
  return { ...watched, sending }
}

/** The change to the port that was carried out last. */
export function lastChange(all: readonly KnownOperation[]): Operation | undefined {
  const last = all.find((operation) => operation.status === 'done')
  return last && isWhole(last) && !last.too_large ? last : undefined
}
