import { queryOptions } from '@tanstack/react-query'
import { paths } from '../../vpc/paths.ts'
import { securityGroupsResponse } from '../../vpc/responses.ts'
import { call } from './client.ts'
import { platform } from './first-reads.ts'
import { sharedAge, type GroupFilters } from './queries.ts'

/** More groups of one name are not offered. */
const MOST = 20

/** The groups that a whole name or an ID finds, in one call of the platform. */
export const groupsNamedQuery = (project: string, filters: Pick<GroupFilters, 'id' | 'name'>) =>
  queryOptions({
    queryKey: ['groups-named', project, filters],
    queryFn: async ({ client, queryKey, signal }) => {
      const page = await call(securityGroupsResponse, platform(paths.securityGroups(project)), {
        query: { ...filters, limit: MOST },
        signal,
        maxAge: sharedAge(client, queryKey),
      })
      return page.security_groups
    },
    staleTime: 60_000,
  })
