import { infiniteQueryOptions, queryOptions, replaceEqualDeep, type QueryClient } from '@tanstack/react-query'
import {
  portResponse,
  type PortResponse,
  portsResponse,
  rulesResponse,
  securityGroupsResponse,
} from '../../vpc/responses.ts'
import { paths } from '../../vpc/paths.ts'
import { api, session } from '../../vpc/portside-api.ts'
import type { PortsQuery, SecurityGroupsQuery } from '../../vpc/requests.ts'
import type { SecurityGroup, SecurityGroupRule } from '../../vpc/security-group.ts'
import { unreadableIn } from '../../vpc/unreadable.ts'
import type { Members } from '../../vpc/traffic/members.ts'
import { rulesUnreadable } from '../../vpc/traffic/rules-unreadable.ts'
import type { Port } from '../../vpc/port.ts'
import { call } from './client.ts'
import { isLater, noteTimes, timed, timesOf } from './order.ts'
import { ProxyError } from './proxy-error.ts'

/** Ports a page. */
const PORTS_PAGE = 200
/** Groups a page. */
const GROUPS_PAGE = 100
/** IDs in one query string: 50 UUIDs stay well below any limit on the length of a URL. */
const IDS_PER_CALL = 50
/** The platform's largest page (docs/platform.md, Calls). */
const LARGEST_PAGE = 2000

/** Filters that the platform applies; pages are the query's own affair. */
export type PortFilters = Omit<PortsQuery, 'limit' | 'marker'>
/** Filters that the platform applies. */
export type GroupFilters = Omit<SecurityGroupsQuery, 'limit' | 'marker'>

const platform = (path: string) => `/api${path}`

/** Who is signed in, and the projects to choose from. */
export const sessionQuery = () =>
  queryOptions({
    queryKey: ['session'],
    queryFn: ({ signal }) => call(session, api.session(), { signal }),
    staleTime: Infinity,
  })

/**
 * What the endpoint of a project offers. Asked for only where it matters, as finding it out takes
 * some calls of the platform.
 */
export const offersQuery = (project: string) =>
  queryOptions({
    queryKey: ['offers', project],
    queryFn: async ({ signal }) => {
      const { offersResponse } = await import('../../vpc/offers.ts')
      return call(offersResponse, api.offers(project), { signal })
    },
    // The proxy remembers it for as long.
    staleTime: 10 * 60_000,
  })

type Page = { page_info?: { next_marker?: string | null | undefined } | null | undefined }

/**
 * The next page's marker; a marker that was used before ends the list, so that a wrong response
 * can't loop us.
 */
function nextMarker(last: Page, used: readonly (string | undefined)[]): string | undefined {
  const marker = last.page_info?.next_marker
  return marker && !used.includes(marker) ? marker : undefined
}

/**
 * The ports of a project, page by page. Stays as read until asked to be read again
 * (`resetQueries`): reading all pages anew unasked would be dozens of calls.
 */
export const portsInfiniteQuery = (project: string, filters: PortFilters) =>
  infiniteQueryOptions({
    queryKey: ['ports', project, filters],
    queryFn: ({ pageParam, signal }) =>
      call(portsResponse, platform(paths.ports(project)), {
        query: { ...filters, limit: PORTS_PAGE, marker: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last, _pages, _param, used) => nextMarker(last, used),
    staleTime: Infinity,
    // The route has just tried.
    retryOnMount: false,
  })

/**
 * The ports that one of several exact searches finds, asked one after the other until one finds
 * something.
 * @param tries filters of each search, on top of `filters`
 */
export const exactPortsQuery = (project: string, filters: PortFilters, tries: readonly PortFilters[]) =>
  queryOptions({
    queryKey: ['exact-ports', project, filters, tries],
    queryFn: async ({ signal }) => {
      for (const one of tries) {
        const query = { ...filters, ...one, limit: PORTS_PAGE }
        const page = await call(portsResponse, platform(paths.ports(project)), { query, signal })
        const unreadable = unreadableIn([page])
        // What can't be read may be what is looked for.
        if (page.ports.length > 0 || unreadable) return { ports: page.ports, unreadable }
      }
      return { ports: [], unreadable: undefined }
    },
    staleTime: 5_000,
  })

/**
 * One port. Read again when the window comes to the front: someone else may have changed its list.
 */
export const portQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ['port', project, id],
    queryFn: ({ signal }) => timed(() => call(portResponse, platform(paths.port(project, id)), { signal })),
    structuralSharing: (shown, read) => laterPort(shown as PortResponse | undefined, read as PortResponse),
    staleTime: 5_000,
    // The route has just tried.
    retryOnMount: false,
    refetchOnWindowFocus: true,
  })

/**
 * The one that is known to be later: a read may end after a change that it was asked for before.
 */
function laterPort(shown: PortResponse | undefined, read: PortResponse): PortResponse {
  if (shown === undefined || shown === read) return read
  if (!isLater(timesOf(read), timesOf(shown))) return shown
  return noteTimes(replaceEqualDeep(shown, read), timesOf(read))
}

/**
 * Reads a port as it is now; a read that is out already was asked for too early. @throws ProxyError
 */
export async function readPortAnew(client: QueryClient, project: string, id: string): Promise<PortResponse> {
  const query = portQuery(project, id)
  await client.cancelQueries({ queryKey: query.queryKey })
  return client.fetchQuery({ ...query, staleTime: 0 })
}

/** The security groups of a project, page by page; without their rules. */
export const groupsInfiniteQuery = (project: string, filters: GroupFilters) =>
  infiniteQueryOptions({
    queryKey: ['groups', project, filters],
    queryFn: ({ pageParam, signal }) =>
      call(securityGroupsResponse, platform(paths.securityGroups(project)), {
        query: { ...filters, limit: GROUPS_PAGE, marker: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last, _pages, _param, used) => nextMarker(last, used),
    staleTime: Infinity,
    // The route has just tried.
    retryOnMount: false,
  })

/** The named groups, by ID. A group that the platform does not know is missing. */
export const groupsByIdQuery = (project: string, ids: readonly string[]) => {
  const asked = sorted(ids)
  return queryOptions({
    queryKey: ['groups-by-id', project, asked],
    queryFn: async ({ signal }) => {
      const responses = await Promise.all(
        batches(asked).map((id) =>
          call(securityGroupsResponse, platform(paths.securityGroups(project)), {
            query: { id, limit: id.length },
            signal,
          }),
        ),
      )
      const groups: Record<string, SecurityGroup> = {}
      for (const group of responses.flatMap((response) => response.security_groups)) groups[group.id] = group
      return groups
    },
    staleTime: 60_000,
  })
}

/** The rules of the named groups, all pages, by group ID; every asked group is there. */
export const rulesOfGroupsQuery = (project: string, ids: readonly string[]) => {
  const asked = sorted(ids)
  return queryOptions({
    queryKey: ['rules-of-groups', project, asked],
    queryFn: async ({ signal }) => {
      const rules: Record<string, SecurityGroupRule[]> = Object.fromEntries(asked.map((id) => [id, []]))
      const found = await Promise.all(batches(asked).map((batch) => allRules(project, batch, signal)))
      for (const rule of found.flat()) rules[rule.security_group_id]?.push(rule)
      return rules
    },
    staleTime: 60_000,
  })
}

/** The members of a group, as read at a time (ms since 1970). */
export type MembersRead = Members & { readAt?: number }

// Needed where rules have remote groups.
const membersCode = () => import('../../vpc/traffic/members.ts')

const groupMembersKey = (project: string) => ['group-members', project]

const groupMembersQuery = (project: string, group: string) =>
  queryOptions({
    queryKey: [...groupMembersKey(project), group],
    queryFn: async ({ signal }): Promise<MembersRead> => {
      const { readMembers } = await membersCode()
      const members = await readMembers((marker) =>
        call(portsResponse, platform(paths.ports(project)), {
          query: { security_groups: [group], limit: LARGEST_PAGE, marker },
          signal,
        }),
      )
      return { ...members, readAt: Date.now() }
    },
    staleTime: 60_000,
  })

/**
 * The addresses of the ports in the named groups, by group ID, each group read on its own. Never
 * fails: a group whose ports can't be read says so.
 */
export const membersOfGroupsQuery = (project: string, ids: readonly string[]) => {
  const asked = sorted(ids)
  return queryOptions({
    queryKey: [...groupMembersKey(project), asked],
    queryFn: async ({ client }) => {
      const { membersOfGroups } = await membersCode()
      return membersOfGroups<MembersRead>(asked, async (id) => {
        try {
          return await client.fetchQuery(groupMembersQuery(project, id))
        } catch (error) {
          const why = error instanceof ProxyError ? ` (${error.error_code})` : ''
          return { unresolved: `its ports could not be read${why}` }
        }
      })
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
    queryFn: async ({ signal }) => {
      // Needed once something is arranged.
      const { readOtherPorts } = await import('../../vpc/traffic/read-other-ports.ts')
      return readOtherPorts(port, asked, {
        rules: (remote_group_id, marker) =>
          call(rulesResponse, platform(paths.rules(project)), {
            query: { remote_group_id, limit: LARGEST_PAGE, marker },
            signal,
          }),
        ports: (security_groups, marker) =>
          call(portsResponse, platform(paths.ports(project)), {
            query: { security_groups, limit: LARGEST_PAGE, marker },
            signal,
          }),
        why: (error) => {
          if (!(error instanceof ProxyError)) throw error
          return error.error_code
        },
      })
    },
    staleTime: 60_000,
  })
}

/** The members of these groups have changed: they are read anew where they are shown. */
export function outdateMembers(client: QueryClient, project: string, groups: readonly string[]): void {
  const changed = new Set(groups)
  const concerned = (key: unknown) => [key].flat().some((id) => changed.has(String(id)))
  void client.invalidateQueries({
    queryKey: groupMembersKey(project),
    predicate: ({ queryKey }) => concerned(queryKey[2]),
  })
}

/** Has the members of all groups of a project read again. */
export const rereadMembers = (client: QueryClient, project: string): Promise<void> =>
  client.invalidateQueries({ queryKey: groupMembersKey(project) })

async function allRules(
  project: string,
  security_group_id: string[],
  signal: AbortSignal,
): Promise<SecurityGroupRule[]> {
  const rules: SecurityGroupRule[] = []
  const used: (string | undefined)[] = []
  let marker: string | undefined
  do {
    const page = await call(rulesResponse, platform(paths.rules(project)), {
      query: { security_group_id, limit: LARGEST_PAGE, marker },
      signal,
    })
    rules.push(...page.security_group_rules, ...rulesUnreadable(page, security_group_id))
    used.push(marker)
    marker = nextMarker(page, used)
  } while (marker !== undefined)
  return rules
}

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].toSorted()
}

function batches(ids: string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / IDS_PER_CALL) }, (_, n) =>
    ids.slice(n * IDS_PER_CALL, (n + 1) * IDS_PER_CALL),
  )
}
