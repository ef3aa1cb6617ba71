import { queryOptions, type QueryClient } from '@tanstack/react-query'
import type { Port } from '../../vpc/port.ts'
import type { AddressGroupRead } from '../../vpc/traffic/address-groups.ts'
import { sorted } from './first-reads.ts'
import { groupMembersKey, sharedAge } from './queries.ts'

/** The addresses of a security group or an address group, as read at a time (ms since 1970). */
export type MembersRead = AddressGroupRead & { readAt?: number }

// Needed where rules have remote groups, or something is arranged.
const code = () => import('./read-members.ts')

/**
 * The addresses of the ports in the named groups, and those of address groups, by ID. Never fails:
 * groups whose addresses can't be read say so.
 */
export const membersOfGroupsQuery = (
  project: string,
  ids: readonly string[],
  addressGroups: readonly string[],
) => {
  const asked = sorted(ids)
  const others = sorted(addressGroups)
  const queryKey = [...groupMembersKey(project), asked, others]
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const { readRemotes } = await code()
      return readRemotes(project, asked, others, sharedAge(client, queryKey), signal)
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
