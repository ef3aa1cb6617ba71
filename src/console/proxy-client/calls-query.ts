import { queryOptions } from '@tanstack/react-query'
import { callsResponse } from '../../vpc/endpoint-calls.ts'
import { api } from '../../vpc/portside-api.ts'
import { call } from './client.ts'

/**
 * How many calls of the platform each endpoint has left. Not among the other queries: it is asked
 * for after the first view. It is no call of the platform.
 */
export const callsQuery = () =>
  queryOptions({
    queryKey: ['calls'],
    queryFn: ({ signal }) => call(callsResponse, api.calls(), { signal }),
    staleTime: 10_000,
  })
