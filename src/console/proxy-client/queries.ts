import {
  infiniteQueryOptions,
  queryOptions,
  replaceEqualDeep,
  type QueryClient,
  type QueryKey,
} from '@tanstack/react-query'
import {
  portResponse,
  type PortResponse,
  portsResponse,
  rulesResponse,
  securityGroupsResponse,
} from '../../vpc/responses.ts'
import { inCalls } from '../../vpc/in-calls.ts'
import { paths } from '../../vpc/paths.ts'
import { api, session } from '../../vpc/portside-api.ts'
import type { PortsQuery, SecurityGroupsQuery } from '../../vpc/requests.ts'
import type { SecurityGroup, SecurityGroupRule } from '../../vpc/security-group.ts'
import { rulesUnreadable } from '../../vpc/traffic/rules-unreadable.ts'
import { call } from './client.ts'
import {
  groupsReads,
  platform,
  portRead,
  portsRead,
  rulesRead,
  sessionRead,
  SHARED_SECONDS,
  sorted,
} from './first-reads.ts'
import { keepSeen } from './keep-seen.ts'
import { isLater, noteTimes, timed, timesOf } from './order.ts'

/** Groups a page. */
const GROUPS_PAGE = 100

/** Filters that the platform applies; pages are the query's own affair. */
export type PortFilters = Omit<PortsQuery, 'limit' | 'marker'>
/** Filters that the platform applies. */
export type GroupFilters = Omit<SecurityGroupsQuery, 'limit' | 'marker'>

/** Who is signed in, and the projects to choose from. */
export const sessionQuery = () =>
  queryOptions({
    queryKey: ['session'],
    queryFn: ({ signal }) => call(session, sessionRead(), { signal }),
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
      call(portsResponse, portsRead(project, { ...filters, marker: pageParam }), { signal, asSent: true }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last, _pages, _param, used) => nextMarker(last, used),
    staleTime: Infinity,
    // The route has just tried.
    retryOnMount: false,
  })

/**
 * One port. Read again when the window comes to the front: someone else may have changed its list.
 */
export const portQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ['port', project, id],
    queryFn: async ({ signal }) => {
      const read = await timed(() => call(portResponse, portRead(project, id), { signal }))
      keepSeen(id, read.port.security_groups)
      return read
    },
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
 * Reads a port as it is now; a read that is out already was asked for too early. @throws CallError
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
        maxAge: SHARED_SECONDS,
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
    queryFn: async ({ client, queryKey, signal }) => {
      const maxAge = sharedAge(client, queryKey)
      const responses = await Promise.all(
        groupsReads(project, asked, maxAge).map((read) => call(securityGroupsResponse, read, { signal })),
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
    queryFn: async ({ client, queryKey, signal }) => {
      const maxAge = sharedAge(client, queryKey)
      const rules: Record<string, SecurityGroupRule[]> = Object.fromEntries(asked.map((id) => [id, []]))
      const found = await Promise.all(inCalls(asked).map((batch) => allRules(project, batch, signal, maxAge)))
      for (const rule of found.flat()) rules[rule.security_group_id]?.push(rule)
      return rules
    },
    staleTime: 60_000,
  })
}

/** Below this key is what was read of the ports in groups. */
export const groupMembersKey = (project: string) => ['group-members', project]

/**
 * The members of these groups have changed: they are read anew where they are shown; with `none`,
 * where they are shown from now on.
 */
export function outdateMembers(
  client: QueryClient,
  project: string,
  groups: readonly string[],
  refetchType: 'active' | 'none' = 'active',
): void {
  const changed = new Set(groups)
  const concerned = (key: unknown) => [key].flat().some((id) => changed.has(String(id)))
  void client.invalidateQueries({
    queryKey: groupMembersKey(project),
    predicate: ({ queryKey }) => concerned(queryKey[2]),
    refetchType,
  })
}

async function allRules(
  project: string,
  security_group_id: string[],
  signal: AbortSignal,
  maxAge: number | undefined,
): Promise<SecurityGroupRule[]> {
  const rules: SecurityGroupRule[] = []
  const used: (string | undefined)[] = []
  let marker: string | undefined
  do {
    const page = await call(rulesResponse, rulesRead(project, security_group_id, maxAge, marker), { signal })
    rules.push(...page.security_group_rules, ...rulesUnreadable(page, security_group_id))
    used.push(marker)
    marker = nextMarker(page, used)
  } while (marker !== undefined)
  return rules
}

/**
 * How old a response may be, in seconds: the proxy may have read it for somebody else. What is read
 * again here is new.
 */
export function sharedAge(client: QueryClient, queryKey: QueryKey): number | undefined {
  return (client.getQueryState(queryKey)?.dataUpdateCount ?? 0) > 0 ? undefined : SHARED_SECONDS
}
