import { queryOptions, type QueryClient } from '@tanstack/react-query'
import type { Port } from '../../vpc/port.ts'
import type { Members } from '../../vpc/traffic/members.ts'
import { groupMembersKey, sharedAge, sorted } from './queries.ts'

/** The members of a group, as read at a time (ms since 1970). */
export type MembersRead = Members & { readAt?: number }

// Needed where rules have remote groups, or something is arranged.
const code = () => import('./read-members.ts')

/**
 * The addresses of the ports in the named groups, by group ID, all read together. Never fails:
 * groups whose ports can't be read say so.
 */
export const membersOfGroupsQuery = (project: string, ids: readonly string[]) => {
  const asked = sorted(ids)
  const queryKey = [...groupMembersKey(project), asked]
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const { readMembersOf } = await code()
      return readMembersOf(project, asked, sharedAge(client, queryKey), signal)
    },
    staleTime: 60_000,
  })
}

/**
 * The ports whose rules have one of `changing` as remote, groups that a plan puts on a port or
 * takes off it. Never fails: what could not be read is named.
 */
export const otherPortsQuery = (project: string, port: Port, changing: readonly string[]) => {
  const asked = sorted(changing)
  const { id, private_ips, allowed_address_pairs } = port
  return queryOptions({
    queryKey: [...groupMembersKey(project), asked, 'other-ports', id, private_ips, allowed_address_pairs],
    queryFn: async ({ signal }) => (await code()).readOtherPortsOf(project, port, asked, signal),
    staleTime: 60_000,
  })
}

/** Has the members of all groups of a project read again. */
export const rereadMembers = (client: QueryClient, project: string): Promise<void> =>
  client.invalidateQueries({ queryKey: groupMembersKey(project) })
