import { queryOptions, useQuery } from '@tanstack/react-query'
import type { WaitingOperation } from '../../vpc/portside-api.ts'
import { useDrafts, type Draft } from '../arrangement/drafts.ts'
import { awaitingChoiceQuery } from '../proxy-client/awaiting-choice.ts'
import { CallError } from '../proxy-client/call-error.ts'
import { readOperation } from '../proxy-client/read-operations.ts'

/** What an operator has begun in a project and not brought to an end. */
export type HalfDone = {
  /** Changes that stopped and wait for a choice. */
  stopped: readonly WaitingOperation[]
  /** There are more of them than these. */
  more: boolean
  /** Arrangements in this browser that were not applied. */
  drafts: readonly Draft[]
}

const NO_OPERATIONS: readonly WaitingOperation[] = []

/**
 * What is half done in a project: by the proxy and this browser, without a call of the platform.
 * @param here the port whose page is open: its arrangement is left out, as the page shows it, and
 *   an operation that it is only about to send would not be found yet
 */
export function useHalfDone(project: string, here?: string): HalfDone {
  const kept = useDrafts(project).filter(({ portId }) => portId !== here)
  const { data, isPending } = useQuery(awaitingChoiceQuery(project))
  const stopped = data?.operations ?? NO_OPERATIONS
  const others = kept.filter(({ portId }) => !stopped.some(({ port_id }) => port_id === portId))
  // One that stopped is asked for once it no longer waits for a choice.
  const sent = others.flatMap(({ operationId }) => operationId ?? [])
  const { data: over } = useQuery({ ...sentQuery(sent), enabled: !isPending && sent.length > 0 })
  const drafts = others.filter(
    ({ operationId }) => operationId === null || over?.includes(operationId) === true,
  )
  return { stopped, more: data?.more ?? false, drafts }
}

/** So many are looked up, and so far an operation is followed to the one after it. */
const MOST_SENT = 20
const MOST_FOLLOWED = 5

/**
 * Of operations by which arrangements were sent: those that ended without applying them. An
 * arrangement that was applied stays in the browser until its port is opened again.
 */
const sentQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['sent-arrangements', ids],
    queryFn: async ({ signal }) => {
      const asked = ids.slice(0, MOST_SENT)
      const open = await Promise.all(asked.map((id) => isOpen(id, MOST_FOLLOWED, signal)))
      return asked.filter((_, n) => open[n])
    },
    staleTime: 10_000,
    refetchInterval: 30_000,
  })

/** True when an operation has ended, and the list is not as arranged. */
async function isOpen(id: string, follow: number, signal: AbortSignal): Promise<boolean> {
  try {
    const { status, purpose, followed_by } = await readOperation(id, signal)
    if (followed_by && follow > 0) return await isOpen(followed_by, follow - 1, signal)
    return status === 'left' || status === 'list_changed' || (status === 'done' && purpose === 'go_back')
  } catch (error) {
    // It never reached the proxy.
    return error instanceof CallError && error.status === 404
  }
}
