import { MutationCache, QueryCache, QueryClient, type Query } from '@tanstack/react-query'
import { isSessionLost, isTooMany, CallError } from './call-error.ts'
import { sessionQuery } from './queries.ts'

/**
 * At most this many responses that no view shows are kept, for a user who goes back: those of the
 * last two dozen ports or so. Time alone (gcTime) is no bound: someone who looks through a thousand
 * ports would keep all of them.
 */
const KEPT_UNUSED = 200

/**
 * The console's query client. A refusal by the proxy is not tried again: it has tried
 * already. Only when there was no response at all, a read is tried twice more, and when this user
 * asked for too much, as soon as the proxy lets them. When any call finds the session gone, the
 * session is read again, and the frame (app/Shell.tsx) shows the result.
 */
export function createQueryClient(): QueryClient {
  const { queryKey } = sessionQuery()
  const checkSession = (error: unknown) => {
    if (isSessionLost(error)) void queryClient.invalidateQueries({ queryKey })
  }
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (query.queryKey[0] !== queryKey[0]) checkSession(error)
      },
    }),
    mutationCache: new MutationCache({ onError: checkSession }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // The proxy is on this machine or near it: the browser's idea of being online says nothing
        // about it.
        networkMode: 'always',
        retry: (failures, error) =>
          isTooMany(error) ||
          (error instanceof CallError && error.error_code === 'Console.Unreachable' && failures < 2),
        retryDelay: (failures, error) =>
          isTooMany(error) ? (error.retry_after ?? 60) * 1000 : 300 * 2 ** failures,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
  boundUnused(queryClient.getQueryCache())
  return queryClient
}

/**
 * Removes the responses that have been out of use for longest, while there are more than
 * KEPT_UNUSED.
 */
function boundUnused(cache: QueryCache): void {
  const unused = new Set<Query>()
  cache.subscribe(({ type, query }) => {
    if (type === 'removed') unused.delete(query)
    if (type !== 'added' && type !== 'observerAdded' && type !== 'observerRemoved') return
    unused.delete(query)
    if (query.getObserversCount() > 0) return
    unused.add(query)
    for (const oldest of unused) {
      if (unused.size <= KEPT_UNUSED) return
      // What is being read is wanted by someone.
      if (oldest.state.fetchStatus === 'idle') cache.remove(oldest)
    }
  })
}
