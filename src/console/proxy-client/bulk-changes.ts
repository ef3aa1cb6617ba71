import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import type * as z from 'zod/mini'
import {
  bulkApi,
  bulkChangeResponse,
  bulkChangesResponse,
  bulkEntriesResponse,
  bulkPortsResponse,
  bulkPortStates,
  openOnPortsResponse,
  type BulkChange,
  type BulkChoice,
  type BulkPortState,
  type bulkUndoRequest,
  type OpenOnPorts,
} from '../../vpc/bulk-changes-api.ts'
import { call } from './client.ts'
import { outdate } from './order.ts'

/** How long the proxy may hold a waiting read of a bulk change, in seconds. */
const LONG_POLL_S = 25
/** Ports on a page. */
const PORTS_PAGE = 200
/** Thousands of ports are written before the response to a request that begins one. */
const BEGIN_MS = 120_000
const LIST_KEY = 'bulk-changes'

/** The bulk changes of a project, newest first, page by page; or only those that are open. */
export const bulkChangesQuery = (project: string, onlyOpen: boolean) =>
  infiniteQueryOptions({
    queryKey: [LIST_KEY, project, onlyOpen],
    queryFn: ({ pageParam, signal }) =>
      call(bulkChangesResponse, bulkApi.ofProject(project), {
        query: { limit: onlyOpen ? 100 : 50, after: pageParam, ...(onlyOpen && { open: 'true' }) },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: 2_000,
    refetchInterval: 10_000,
    refetchOnWindowFocus: true,
  })

/** The newest open bulk changes of a project: for pages that are about something else. */
export const openChangesQuery = (project: string) =>
  queryOptions({
    queryKey: [LIST_KEY, project, 'first'],
    queryFn: async ({ signal }) => {
      const query = { limit: 50, open: 'true' } as const
      return call(bulkChangesResponse, bulkApi.ofProject(project), { query, signal })
    },
    staleTime: 10_000,
    refetchInterval: 30_000,
    refetchOnWindowFocus: true,
  })

/** One bulk change in full, but for its ports. */
export const bulkChangeQuery = (id: string) =>
  queryOptions({
    queryKey: ['bulk-change', id],
    queryFn: async ({ client, queryKey, signal }) => {
      const known = () => client.getQueryData<BulkChange>(queryKey)
      const read = await readBulkChange(id, known(), 0, signal)
      return laterOf(known(), read)
    },
    staleTime: 5_000,
    refetchOnWindowFocus: true,
  })

/** An older revision never takes the place of a newer one. */
function laterOf(known: BulkChange | undefined, read: BulkChange): BulkChange {
  return known !== undefined && known.revision > read.revision ? known : read
}

/** The ports of a bulk change, in the order in which they are carried out, page by page. */
export const bulkPortsQuery = (id: string, state: BulkPortState | undefined) =>
  infiniteQueryOptions({
    queryKey: ['bulk-ports', id, state],
    queryFn: ({ pageParam, signal }) =>
      call(bulkPortsResponse, bulkApi.ports(id), {
        query: { limit: PORTS_PAGE, after: pageParam, state },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Infinity,
  })

/** What happened to a bulk change, in order. */
export const bulkEntriesQuery = (id: string) =>
  queryOptions({
    queryKey: ['bulk-entries', id],
    queryFn: async ({ signal }) => (await call(bulkEntriesResponse, bulkApi.entries(id), { signal })).entries,
    staleTime: Infinity,
  })

/** Takes in a bulk change as received; what depends on it is read again where it is shown. */
export function takeBulkChange(client: QueryClient, received: BulkChange): void {
  const { queryKey } = bulkChangeQuery(received.bulk_change_id)
  const known = client.getQueryData(queryKey)
  if (known !== undefined && known.revision >= received.revision) return
  client.setQueryData(queryKey, received)
  if (known?.state === received.state) return
  outdate(client, [LIST_KEY])
  if (received.undoes !== null) outdate(client, bulkChangeQuery(received.undoes).queryKey)
}

/**
 * Waits for a newer revision of a bulk change, at most half a minute; not at all where no one is
 * known.
 * @returns it as it is then, which may be the same revision
 */
export function waitForBulkChange(
  id: string,
  known: BulkChange | undefined,
  signal: AbortSignal,
): Promise<BulkChange> {
  return readBulkChange(id, known, LONG_POLL_S, signal)
}

/** The lists and steps of kinds that are known are not sent again. */
async function readBulkChange(
  id: string,
  known: BulkChange | undefined,
  wait: number,
  signal: AbortSignal,
): Promise<BulkChange> {
  const { bulk_change } = await call(bulkChangeResponse, bulkApi.one(id), {
    query: known === undefined ? {} : { after: known.revision, wait, kinds_from: known.kinds.length },
    signal,
    timeoutMs: (wait + 15) * 1000,
  })
  return known === undefined ? bulk_change : withKinds(known.kinds, bulk_change)
}

/**
 * With the kinds that are known, as they are now. One that did not change stays the same one. A
 * response that does not tell them apart has all kinds.
 */
export function withKinds(known: BulkChange['kinds'], received: BulkChange): BulkChange {
  const { earlier_kinds, kinds, ...change } = received
  if (earlier_kinds === undefined) return received
  const earlier = known.map((kind, n) => {
    const counts = { ...NO_PORTS, ...earlier_kinds[n] }
    if (bulkPortStates.every((state) => counts[state] === kind.counts[state])) return kind
    return { ...kind, counts, ports: bulkPortStates.reduce((sum, state) => sum + counts[state], 0) }
  })
  const isSame = kinds.length === 0 && earlier.every((kind, n) => kind === known[n])
  return { ...change, kinds: isSame ? known : [...earlier, ...kinds] }
}

const NO_PORTS = Object.fromEntries(bulkPortStates.map((state) => [state, 0])) as BulkChange['counts']

/**
 * Begins one. The same request again finds the same one.
 * @param body a bulkChangeRequest as JSON
 * @throws CallError
 */
export async function beginBulkChange(project: string, body: Blob): Promise<BulkChange> {
  const post = { method: 'POST', body, timeoutMs: BEGIN_MS } as const
  return (await call(bulkChangeResponse, bulkApi.ofProject(project), post)).bulk_change
}

/** The open bulk changes that still have some of these ports, newest first. @throws CallError */
export async function openOnPorts(
  project: string,
  ports: readonly string[],
  signal: AbortSignal,
): Promise<OpenOnPorts[]> {
  const post = { method: 'POST', body: { ports }, signal } as const
  return (await call(openOnPortsResponse, bulkApi.openOnPorts(project), post)).bulk_changes
}

/** Pauses it, goes on after the wave that was seen, or ends it. @throws CallError */
export async function chooseForBulkChange(id: string, choice: BulkChoice, wave: number): Promise<BulkChange> {
  const post = { method: 'POST', body: { wave } } as const
  return (await call(bulkChangeResponse, bulkApi.choice(id, choice), post)).bulk_change
}

/** Begins the bulk change that takes another one back. @throws CallError */
export async function undoBulkChange(id: string, body: z.infer<typeof bulkUndoRequest>): Promise<BulkChange> {
  const post = { method: 'POST', body, timeoutMs: BEGIN_MS } as const
  return (await call(bulkChangeResponse, bulkApi.undo(id), post)).bulk_change
}
