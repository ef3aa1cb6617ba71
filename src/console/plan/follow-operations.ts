import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { SETTLED, type Operation } from '../../vpc/portside-api.ts'
import { storeOperation, storePort, waitForOperation } from '../proxy-client/mutations.ts'
import { isSessionLost } from '../proxy-client/proxy-error.ts'
import { operationsQuery, portQuery } from '../proxy-client/queries.ts'

/** How long to wait after a failed read before the next. */
const PAUSE_MS = 2_000

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
 */
export function usePortOperations(project: string, port: string): PortOperations {
  const queryClient = useQueryClient()
  const { data: all = NONE, error, isSuccess, refetch } = useQuery(operationsQuery(project, port))
  const [trouble, setTrouble] = useState<unknown>(null)
  const underWay = all.filter((operation) => !SETTLED.has(operation.status))
  const followed = underWay.map((operation) => operation.operation_id).join(' ')
  useEffect(() => {
    const abort = new AbortController()
    for (const id of followed.split(' ').filter(Boolean))
      void follow(queryClient, project, port, id, setTrouble, abort.signal)
    return () => abort.abort()
  }, [queryClient, project, port, followed])
  return {
    all,
    underWay,
    unanswered: all.filter(isUnanswered),
    known: isSuccess,
    error: error ?? (underWay.length > 0 ? trouble : null),
    reload: () => void refetch(),
  }
}

/** True for an operation that waits for the operator's answer. */
export function isUnanswered({ status }: Operation): boolean {
  return status === 'stopped' || status === 'interrupted'
}

/** What became of an operation in the end: the operator's answers to it are followed to the last one. */
export function lastOf(all: readonly Operation[], operation: Operation): Operation {
  let last = operation
  for (let left = all.length; left > 0 && last.followed_by; left--)
    last = all.find((one) => one.operation_id === last.followed_by) ?? last
  return last
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
      if (SETTLED.has(operation.status)) {
        takePortOf(queryClient, operation)
        return
      }
    } catch (error) {
      if (signal.aborted || isSessionLost(error)) return
      tell(error)
      await pause(signal)
    }
  }
}

/** Takes over the Port that a finished operation returned; after any other end the port is read anew. */
export function takePortOf(queryClient: QueryClient, operation: Operation): void {
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

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
