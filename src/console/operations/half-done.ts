import { queryOptions, useQuery } from '@tanstack/react-query'
import { type WaitingOperation } from '../../vpc/awaiting-choice.ts'
import { SETTLED } from '../../vpc/portside-api.ts'
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
    ({ operationId }) => operationId === null || over?.open.includes(operationId) === true,
  )
  return { stopped, more: data?.more ?? false, drafts }
}

/** So many are looked up, and so far an operation is followed to the one after it. */
const MOST_SENT = 20
const MOST_FOLLOWED = 5

/** How often they are looked up while one is under way, and else. */
const LOOK_MS = 3_000
const LOOK_SELDOM_MS = 30_000

/** `open` when an operation ended and the list is not as it was to make it. */
type End = 'open' | 'not open' | 'under way'

/**
 * Of operations by which arrangements were sent: those that ended without applying them. An
 * arrangement that was applied stays in the browser until its port is opened again.
 */
const sentQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['sent-arrangements', ids],
    queryFn: async ({ signal }) => {
      const asked = ids.slice(0, MOST_SENT)
      const ends = await Promise.all(asked.map((id) => endOf(id, MOST_FOLLOWED, signal)))
      return { open: asked.filter((_, n) => ends[n] === 'open'), underWay: ends.includes('under way') }
    },
    staleTime: 10_000,
    refetchInterval: ({ state: { data } }) => (data?.underWay === true ? LOOK_MS : LOOK_SELDOM_MS),
  })

async function endOf(id: string, follow: number, signal: AbortSignal): Promise<End> {
  try {
    const { status, purpose, followed_by } = await readOperation(id, signal)
    if (followed_by && follow > 0) return await endOf(followed_by, follow - 1, signal)
    if (!SETTLED.has(status)) return 'under way'
    return status === 'left' || status === 'list_changed' || (status === 'done' && purpose === 'go_back')
      ? 'open'
      : 'not open'
  } catch (error) {
    // It never reached the proxy.
    return error instanceof CallError && error.status === 404 ? 'open' : 'not open'
  }
}
