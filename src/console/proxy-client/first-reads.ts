import { inCalls } from '../../vpc/in-calls.ts'
import * as paths from '../../vpc/platform-paths.ts'
import * as api from '../../vpc/portside-paths.ts'
import { queryString } from '../../vpc/query-string.ts'
import type { PortsQuery } from '../../vpc/requests.ts'

// What the first view of a page reads. The script in the head of the page (ahead.ts) asks for
// these before the console's code is there, so nothing that is large may be imported here.

/** A read of the proxy: where, and how old its response may be. */
export type Read = {
  /** On the proxy, from src/vpc (`/api/...`). */
  path: string
  /** Arrays repeat their name. */
  query?: Parameters<typeof queryString>[0]
  /** A response may be what the proxy read for somebody so many seconds ago; else it is new. */
  maxAge?: number | undefined
}

/** Ports a page. */
const PORTS_PAGE = 200
/** What is shown of groups, rules and members may be so old when it is read, in seconds. */
export const SHARED_SECONDS = 60
/** The platform's largest page (docs/platform.md, Calls). */
export const LARGEST_PAGE = 2000

/** The proxy's path of a call of the platform. */
export const platform = (path: string) => `/api${path}`

/** Who is signed in, and the projects to choose from. */
export const sessionRead = (): Read => ({ path: api.session() })

/** One page of the ports of a project. */
export const portsRead = (project: string, query: Omit<PortsQuery, 'limit'>): Read => ({
  path: platform(paths.ports(project)),
  query: { ...query, limit: PORTS_PAGE },
})

/** One port. */
export const portRead = (project: string, id: string): Read => ({ path: platform(paths.port(project, id)) })

/** The named groups, without their rules, in as many calls as it takes. */
export const groupsReads = (project: string, ids: readonly string[], maxAge: number | undefined): Read[] =>
  inCalls(sorted(ids)).map((id) => ({
    path: platform(paths.securityGroups(project)),
    query: { id, limit: id.length },
    maxAge,
  }))

/** The first page of the rules of the named groups, which are of one call. */
export const rulesRead = (
  project: string,
  security_group_id: readonly string[],
  maxAge: number | undefined,
  marker?: string,
): Read => ({
  path: platform(paths.rules(project)),
  query: { security_group_id, limit: LARGEST_PAGE, marker },
  maxAge,
})

/** The address of a read, without the origin: the same text for equal reads. */
export function addressOf({ path, query }: Read): string {
  return query === undefined ? path : `${path}?${queryString(query)}`
}

/** The headers of a read. */
export function headersOf({ maxAge }: Read): Record<string, string> {
  return {
    accept: 'application/json',
    ...(maxAge !== undefined && { 'cache-control': `max-age=${maxAge}` }),
  }
}

/** Each ID once, in order, so that equal sets are equal reads. */
export function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].toSorted()
}
