import { queryOptions } from '@tanstack/react-query'
import { api } from '../../vpc/portside-api.ts'
import { guardsResponse } from '../../vpc/traffic/guards.ts'
import { call } from './client.ts'

/**
 * The guards of this Portside's configuration. Not among the other queries: only what compares
 * traffic needs to load it.
 */
export const guardsQuery = () =>
  queryOptions({
    queryKey: ['guards'],
    queryFn: ({ signal }) =>
      call(guardsResponse, api.guards(), { signal }).then((response) => response.guards),
    staleTime: Infinity,
  })
