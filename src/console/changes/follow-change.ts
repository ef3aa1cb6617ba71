import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { isOver, type BulkChange } from '../../vpc/bulk-changes-api.ts'
import { pause } from '../hooks/pause.ts'
import {
  bulkChangeQuery,
  bulkEntriesQuery,
  takeBulkChange,
  waitForBulkChange,
} from '../proxy-client/bulk-changes.ts'
import { isSessionLost, isTooMany } from '../proxy-client/call-error.ts'

/** How long to wait after a failed read before the next. */
const PAUSE_MS = 2_000
/** From one read to the next: in a wave it changes many times a second. */
const BETWEEN_MS = 400
/**
 * From one read to the next once it is over, when only an undo changes it; none while the page is
 * out of sight. They don't wait at the proxy: pages that are left open would take all connections
 * that a browser makes.
 */
const OVER_MS = 5_000
/** Its ports are read again no more often than this: in a wave they change many times a second. */
const REREAD_MS = 1_500

/**
 * A bulk change as it goes on: what any user or proxy does to it is shown here a moment later, its
 * undo too. `trouble` is why it can't be read at the moment; what is shown is as last read.
 */
export function useFollowedChange(id: string) {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({
    ...bulkChangeQuery(id),
    refetchInterval: ({ state }) => (isAtItsEnd(state.data) ? OVER_MS : false),
  })
  const [trouble, setTrouble] = useState<unknown>(null)
  const goesOn = data !== undefined && !isAtItsEnd(data)
  useEffect(() => {
    if (!goesOn) return
    const gone = new AbortController()
    void follow(client, id, setTrouble, gone.signal)
    return () => gone.abort()
  }, [client, id, goesOn])
  useReread(client, id, data)
  return { change: data, error, trouble: goesOn ? trouble : null, reload: () => void refetch() }
}

async function follow(
  client: QueryClient,
  id: string,
  onTrouble: (trouble: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const { queryKey } = bulkChangeQuery(id)
  let isTrouble = false
  while (!signal.aborted) {
    try {
      // After trouble it is read at once: that it is over must not wait for the next revision.
      const known = isTrouble ? undefined : client.getQueryData(queryKey)
      const change = await waitForBulkChange(id, known, signal)
      isTrouble = false
      onTrouble(null)
      takeBulkChange(client, change)
      await pause(BETWEEN_MS)
    } catch (error) {
      if (signal.aborted || isSessionLost(error)) return
      isTrouble = true
      onTrouble(error)
      const least = isTooMany(error) ? (error.retry_after ?? 0) * 1000 : 0
      await pause(Math.max(PAUSE_MS, least))
    }
  }
}

function isAtItsEnd(change: BulkChange | undefined): boolean {
  return change !== undefined && isOver(change) && change.counts.under_way === 0
}

/**
 * Reads its ports and entries again once it has changed: at once where it has another state, else
 * not with each change.
 */
function useReread(client: QueryClient, id: string, change: BulkChange | undefined): void {
  const revision = change?.revision
  const state = change?.state
  const last = useRef({ id, revision, state, at: 0 })
  useEffect(() => {
    const before = last.current
    if (revision === undefined || (id === before.id && revision === before.revision)) return
    // What is read first is read with it.
    const isFirst = id !== before.id || before.revision === undefined
    const isNow = isFirst || state !== before.state
    const wait = isNow ? 0 : Math.max(0, before.at + REREAD_MS - Date.now())
    const timer = setTimeout(() => {
      last.current = { id, revision, state, at: Date.now() }
      if (isFirst) return
      void client.invalidateQueries({ queryKey: ['bulk-ports', id] })
      void client.invalidateQueries({ queryKey: bulkEntriesQuery(id).queryKey })
    }, wait)
    return () => clearTimeout(timer)
  }, [client, id, revision, state])
}
