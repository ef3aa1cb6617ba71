import { useCallback, useState } from 'react'
import type { Operation } from '../../vpc/portside-api.ts'
import { isWhole, type KnownOperation } from '../proxy-client/read-operations.ts'
import type { Port } from '../../vpc/port.ts'

/** What this page has seen happen to the port since it was opened. */
export type WatchedChange = {
  /** The port before the last change; undefined when none happened while the page was open. */
  before: Port | undefined
  /** Operations that were under way while the page is open. */
  seen: ReadonlySet<string>
  /** To be called before an operation is sent from this page. */
  sending: (operationId: string) => void
}

/** Keeps the port as it was when an operation first appeared, to mark later what changed. */
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
