import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { SETTLED, type Operation } from '../../vpc/portside-api.ts'
import { storeOperation, storePort, waitForOperation } from '../proxy-client/mutations.ts'
import { isSessionLost, isTooMany } from '../proxy-client/proxy-error.ts'
import { operationsQuery, portQuery } from '../proxy-client/queries.ts'

/** How long to wait after a failed read before the next. */
const PAUSE_MS = 2_000
/** How often to look for an operation that was sent and is not known yet. */
const LOOK_MS = 3_000

const NONE: readonly Operation[] = []

/** The operations on a port, as far as the operator has to know of them. */
export type PortOperations = {
  /** Newest first. */
  all: readonly Operation[]
  /** Queued, running or waiting: the proxy is at work. */
  underWay: readonly Operation[]
  /** Stopped or interrupted, and not answered: the operator has to choose. */
  unanswered: readonly Operation[]
  /** True once they have been read. */
  known: boolean
  /** Why they can't be read at the moment; what is shown is as last read. */
  error: unknown
  reload: () => void
}

/**
 * Reads the operations on a port and follows those that are under way until they are settled. When one is, the port is
 * taken from its record (done) or read anew.
 * @param sent the ID of an operation that was sent, here or in another tab; looked for until it shows up
 */
export function usePortOperations(project: string, port: string, sent: string | null): PortOperations {
  const queryClient = useQueryClient()
  const {
    data: all = NONE,
    error,
    isSuccess,
    refetch,
  } = useQuery({
    ...operationsQuery(project, port),
    refetchInterval: ({ state: { data } }) =>
      sent !== null && data !== undefined && !data.some((one) => one.operation_id === sent) ? LOOK_MS : false,
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
  usePortOfSettled(all, isSuccess)
  const sentBefore = useRef(sent)
  useEffect(() => {
    // Sent from another tab, or found there to be applied.
    if (sentBefore.current !== sent) void refetch()
    sentBefore.current = sent
  }, [sent, refetch])
  const problem = error ?? (followed !== '' ? trouble : null)
  return useMemo(
    () => ({
      all,
      underWay: all.filter((operation) => !SETTLED.has(operation.status)),
      unanswered: all.filter(isUnanswered),
      known: isSuccess,
      error: problem,
      reload: () => void refetch(),
    }),
    [all, isSuccess, problem, refetch],
  )
}

/**
 * Takes the port anew from every operation whose record is settled and newer than the last one seen, on whichever way it came here:
 * by following it, or by a read of all operations that was faster.
 */
function usePortOfSettled(all: readonly Operation[], known: boolean): void {
  const queryClient = useQueryClient()
  const seen = useRef<ReadonlyMap<string, number>>(undefined)
  useEffect(() => {
    if (!known) return
    const before = seen.current
    seen.current = new Map(all.map(({ operation_id, revision }) => [operation_id, revision]))
    // At first they are only read, as the port is.
    if (before === undefined) return
    const settled = all.find(
      ({ operation_id, revision, status }) =>
        SETTLED.has(status) && status !== 'superseded' && before.get(operation_id) !== revision,
    )
    if (settled === undefined) return
    if (before.has(settled.operation_id)) takePortOf(queryClient, settled)
    // Never seen under way (another tab's, or its answer got lost): its record may be old by now, so the port itself is asked.
    else
      void queryClient.invalidateQueries({
        queryKey: portQuery(settled.project_id, settled.port_id).queryKey,
      })
  }, [all, known, queryClient])
}

/** True for an operation that waits for the operator's answer. */
function isUnanswered({ status }: Operation): boolean {
  return status === 'stopped' || status === 'interrupted'
}

/** What became of an operation in the end: the operator's answers to it are followed to the last one. */
export function lastOf(all: readonly Operation[], operation: Operation): Operation {
  let last = operation
  for (let left = all.length; left > 0 && last.followed_by; left--)
    last = all.find((one) => one.operation_id === last.followed_by) ?? last
  return last
}

/** True when nothing more will happen to its record, unless the operator answers. */
function isFinal(operation: Operation): boolean {
  if (!SETTLED.has(operation.status)) return false
  // After an interruption the proxy still reads the port, and finds out what became of the step that was out.
  return (
    operation.status !== 'interrupted' ||
    (operation.list_now !== null && operation.steps.every(({ status }) => status !== 'sending'))
  )
}

async function follow(
  queryClient: QueryClient,
  project: string,
  port: string,
  id: string,
  tell: (trouble: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const { queryKey } = operationsQuery(project, port)
  while (!signal.aborted) {
    const known = queryClient.getQueryData(queryKey)?.find((one) => one.operation_id === id)
    try {
      const operation = await waitForOperation(id, known?.revision ?? 0, signal)
      tell(null)
      storeOperation(queryClient, operation)
      if (isFinal(operation)) return
    } catch (error) {
      if (signal.aborted || isSessionLost(error)) return
      tell(error)
      await untilNextRead(isTooMany(error) ? (error.retry_after ?? 0) * 1000 : 0, signal)
    }
  }
}

/** Takes over the Port that a finished operation returned; after any other end the port is read anew. */
function takePortOf(queryClient: QueryClient, operation: Operation): void {
  const { project_id, port_id, status, port, request_id } = operation
  const { queryKey } = portQuery(project_id, port_id)
  if (status !== 'done' || !port) {
    void queryClient.invalidateQueries({ queryKey })
    return
  }
  // A read that is out may come back with the list as it was before.
  void queryClient
    .cancelQueries({ queryKey })
    .then(() => storePort(queryClient, project_id, { port, request_id }))
}

/** The time to wait after a failed read, at least `least` ms; over at once when `signal` is aborted. */
function untilNextRead(least: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(PAUSE_MS, least))
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
