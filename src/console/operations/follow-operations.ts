import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Arrangement } from '../arrangement/arrangement.ts'
import { SETTLED, type Operation } from '../../vpc/portside-api.ts'
import { waitForOperation } from '../proxy-client/mutations.ts'
import { portOperationsQuery, takeOperation } from '../proxy-client/operations.ts'
import { isSessionLost, isTooMany } from '../proxy-client/call-error.ts'
import { isWhole, type KnownOperation } from '../proxy-client/read-operations.ts'

/** How long to wait after a failed read before the next. */
const PAUSE_MS = 2_000
/** How often to look for an operation that was sent and is not known yet. */
const LOOK_MS = 3_000

const NO_OPERATIONS: readonly KnownOperation[] = []

/** The operations on a port, sorted by what the operator has to do about them. */
export type PortOperations = {
  /** Newest first. */
  all: readonly KnownOperation[]
  /** Queued, running or waiting: the proxy is at work. */
  underWay: readonly Operation[]
  /** Stopped or interrupted: the operator has to choose. */
  awaitingChoice: readonly Operation[]
  /** True once they have been read. */
  known: boolean
  /** Why they can't be read at the moment; what is shown is as last read. */
  error: unknown
  reload: () => void
}

/**
 * Reads the operations on a port and follows those under way until they are settled. The end of one
 * is shown together with the port as it is then.
 * @param kept the arrangement that the browser keeps; its operation was sent, here or in another
 *   tab, and is looked for until it appears
 */
export function usePortOperations(
  project: string,
  port: string,
  kept: Pick<Arrangement, 'operationId'> | null,
): PortOperations {
  const queryClient = useQueryClient()
  const sent = kept?.operationId ?? null
  // The tab that sent it may remove the arrangement before this one has found the operation.
  const [wanted, setWanted] = useState(sent)
  if (sent !== null && sent !== wanted) setWanted(sent)
  const {
    data: all = NO_OPERATIONS,
    error,
    isSuccess,
    refetch,
  } = useQuery({
    ...portOperationsQuery(project, port),
    refetchInterval: ({ state: { data } }) =>
      wanted !== null && data !== undefined && !data.some((one) => one.operation_id === wanted)
        ? LOOK_MS
        : false,
  })
  const [trouble, setTrouble] = useState<unknown>(null)
  const followed = all
    .filter((operation) => !isFinal(operation))
    .map((operation) => operation.operation_id)
    .join(' ')
  useEffect(() => {
    const abort = new AbortController()
    for (const id of followed.split(' ').filter(Boolean))
      void follow(queryClient, project, port, id, setTrouble, abort.signal)
    return () => abort.abort()
  }, [queryClient, project, port, followed])
  const isKept = kept !== null
  const before = useRef({ sent, isKept })
  useEffect(() => {
    const was = before.current
    before.current = { sent, isKept }
    // Another tab sent it, or removed it as it was applied.
    if ((sent !== null && was.sent !== sent) || (was.isKept && !isKept)) void refetch()
  }, [sent, isKept, refetch])
  const problem = error ?? (followed !== '' ? trouble : null)
  return useMemo(
    () => ({
      all,
      underWay: all.filter(isWhole).filter((operation) => !SETTLED.has(operation.status)),
      awaitingChoice: all.filter(isWhole).filter(awaitsChoice),
      known: isSuccess,
      error: problem,
      reload: () => void refetch(),
    }),
    [all, isSuccess, problem, refetch],
  )
}

/** True for an operation that waits for the operator's choice. */
function awaitsChoice({ status }: Operation): boolean {
  return status === 'stopped' || status === 'interrupted'
}

/** The last operation that followed from this one by the operator's choices; or itself. */
export function lastOf(all: readonly KnownOperation[], operation: KnownOperation): KnownOperation {
  let last = operation
  for (let left = all.length; left > 0 && last.followed_by; left--)
    last = all.find((one) => one.operation_id === last.followed_by) ?? last
  return last
}

/** True when nothing more will change in it, unless the operator chooses. */
function isFinal(operation: KnownOperation): boolean {
  if (!SETTLED.has(operation.status)) return false
  // After an interruption the proxy reads the port, and finds out about the step that was sent.
  return (
    operation.status !== 'interrupted' ||
    (isWhole(operation) &&
      operation.list_now !== null &&
      operation.steps.every(({ status }) => status !== 'sending'))
  )
}

async function follow(
  queryClient: QueryClient,
  project: string,
  port: string,
  id: string,
  onTrouble: (trouble: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const { queryKey } = portOperationsQuery(project, port)
  while (!signal.aborted) {
    const known = queryClient.getQueryData(queryKey)?.find((one) => one.operation_id === id)
    try {
      const operation = await waitForOperation(id, known?.revision ?? 0, signal)
      onTrouble(null)
      await takeOperation(queryClient, operation)
      if (isFinal(operation)) return
    } catch (error) {
      if (signal.aborted || isSessionLost(error)) return
      onTrouble(error)
      await untilNextRead(isTooMany(error) ? (error.retry_after ?? 0) * 1000 : 0, signal)
    }
  }
}

/** Waits after a failed read, at least `least` ms; ends at once when `signal` is aborted. */
function untilNextRead(least: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(PAUSE_MS, least))
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
