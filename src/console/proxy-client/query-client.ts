import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isSessionLost, isTooMany, ProxyError } from './proxy-error.ts'
import { sessionQuery } from './queries.ts'

/**
 * The console's query client. What the proxy answered is not asked again by itself: it has tried already. Only when
 * there was no answer at all, a read is tried twice more, and when this user asked for too much, as soon as the proxy lets them. When any call finds the session gone, the session is read
 * again, and the frame (app/Shell.tsx) shows what that tells.
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
        // The proxy is on this machine or near it: the browser's idea of being online says nothing about it.
        networkMode: 'always',
        retry: (failures, error) =>
          isTooMany(error) ||
          (error instanceof ProxyError && error.error_code === 'Console.Unreachable' && failures < 2),
        retryDelay: (failures, error) =>
          isTooMany(error) ? (error.retry_after ?? 60) * 1000 : 300 * 2 ** failures,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
  return queryClient
}
