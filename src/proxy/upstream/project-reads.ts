import {
  fieldsLacking,
  nativeGroupsQuery,
  nativeRulesQuery,
  v1GroupsQuery,
  v1RulesQuery,
} from '../../vpc/old-groups.ts'
import { nativePaths, v1GroupPaths } from '../../vpc/old-lists.ts'
import { paths } from '../../vpc/paths.ts'
import { queryString } from '../../vpc/query-string.ts'
import type { PortsQuery, RulesQuery, SecurityGroupsQuery } from '../../vpc/requests.ts'
import type { UnreadableEntry } from '../../vpc/unreadable.ts'
import { nativePortsQuery, V1_MAX_PAGE, v1Paths, v1Query, type V1Query } from '../../vpc/v1-ports.ts'
import { ownError } from '../errors.ts'
import type { OffersFound } from './offers.ts'
import {
  checkedAddressGroups,
  namedUnreadable,
  oldGroupResponse,
  oldGroupsPage,
  oldRulesPage,
  portResponseOf,
  checkedPorts,
  checkedRules,
  checkedSecurityGroup,
  checkedSecurityGroups,
  v1PortResponseOf,
  v1PortsPage,
  type OldPage,
} from './response-schemas.ts'
import { UpstreamError, type Asker, type ReadResponse, type Reads, type ResponseSchema } from './upstream.ts'

/** The most pages of an old list that are read for one request: 200,000 ports. */
const MOST_OLD_PAGES = 100
/** The old lists of groups have their rules in them: a page of 2,000 could be too large. */
const OLD_GROUPS_PAGE = 500

type Entry = { id: string }

/** How an old list is read. */
type OldList<K extends string, T extends Entry, P extends Record<K, T[]>> = {
  path: string
  /** Where the path does not name the project. */
  projectId?: string
  /** The field of the response that has the entries, and what reads it. */
  key: K
  schema: ResponseSchema<OldPage<P>>
  largest: number
  /**
   * What goes to the platform, the names of the filters that do not, and what these let through.
   */
  query: Parameters<typeof queryString>[0]
  rest: readonly string[]
  matches: (one: T) => boolean
}

/**
 * The reads of a project's ports, groups and rules, each by the API that the endpoint offers, and
 * returned in the documented form of v3.
 * @param read reads any path; what it throws is thrown on
 */
export function projectReads(read: Reads['read'], offers: OffersFound): Omit<Reads, 'read'> {
  /** Reads a page of an old list, over as many of the platform's pages as that takes. */
  async function readOldList<K extends string, T extends Entry, P extends Record<K, T[]>>(
    { path, projectId, key, schema, largest, query, rest, matches }: OldList<K, T, P>,
    asked: { limit?: number | undefined; marker?: string | undefined },
    asker?: Asker,
  ): Promise<ReadResponse<P>> {
    const wanted = asked.limit ?? V1_MAX_PAGE
    // What the old list can't filter by is filtered here, over as many of its pages as needed.
    const limit = Math.min(rest.length > 0 ? V1_MAX_PAGE : wanted, largest)
    const found: T[] = []
    const unreadable: UnreadableEntry[] = []
    for (let { marker } = asked, pages = 1; ; pages++) {
      const page = await read(path, queryString({ ...query, limit, marker }), schema, asker, projectId)
      const { sent, last, places, more } = page.data
      const entries = page.data.page[key]
      const taken = entries.flatMap((entry, at) => (matches(entry) ? [{ entry, place: places[at]! }] : []))
      const room = wanted - found.length
      found.push(...taken.slice(0, room).map(({ entry }) => entry))
      // What comes after the cut is in the next page, and named there.
      const isLast = (sent < limit && !more) || sent === 0
      const cut = taken.length > room ? taken[room - 1]!.place : isLast || !last ? sent : last.place + 1
      unreadable.push(...page.data.unreadable.filter(({ place }) => place < cut))
      const listedPage = (next?: string) => listed(page, key, found, unreadable, next)
      if (taken.length > room) return listedPage(found.at(-1)?.id)
      if (isLast) return listedPage()
      // No entry of a full page has an ID: the next page can't be asked for.
      if (!last) return listed(page, key, found, unreadable, undefined, true)
      if (found.length >= wanted || rest.length === 0) return listedPage(last.id)
      if (last.id === marker || pages >= MOST_OLD_PAGES)
        throw new UpstreamError(
          502,
          ownError(
            'Portside.UnreadableAnswer',
            `The platform's list of ${NAMES[key]} has the same page again and again, or no end.`,
            {
              request_id: page.request_id,
              advice:
                'Try again with fewer filters. If the error comes again, report it with the request ID.',
            },
          ).error,
        )
      marker = last.id
    }
  }

  /** Reads one thing in an old form. */
  const readOld = async <T extends object>(
    path: string,
    schema: ResponseSchema<T>,
    asker?: Asker,
    projectId?: string,
  ) => inNewForm(await read(path, '', schema, asker, projectId))

  async function readOldPorts(version: 'v1' | 'v2.0', projectId: string, asked: PortsQuery, asker?: Asker) {
    const translated = v1Query(asked)
    if ('impossible' in translated) throw impossible(translated.impossible)
    const list = { key: 'ports', schema: v1PortsPage, largest: V1_MAX_PAGE } as const
    return version === 'v1'
      ? readOldList({ ...list, path: v1Paths.ports(projectId), ...translated }, asked, asker)
      : readOldList(
          { ...list, path: nativePaths.ports, projectId, ...(nativePortsQuery(translated) as V1Query) },
          asked,
          asker,
        )
  }

  async function readOldRules(version: 'v1' | 'v2.0', projectId: string, asked: RulesQuery, asker?: Asker) {
    const list = { key: 'security_group_rules', schema: oldRulesPage, largest: V1_MAX_PAGE } as const
    const response = await (version === 'v1'
      ? readOldList({ ...list, path: v1GroupPaths.rules(projectId), ...v1RulesQuery(asked) }, asked, asker)
      : readOldList(
          { ...list, path: nativePaths.rules, projectId, ...nativeRulesQuery(asked) },
          asked,
          asker,
        ))
    const { security_group_rules } = response.data
    if (security_group_rules.length > 0) offers.noteRulesLack(projectId, fieldsLacking(security_group_rules))
    return response
  }

  function readOldGroups(
    version: 'v1' | 'v2.0',
    projectId: string,
    asked: SecurityGroupsQuery,
    asker?: Asker,
  ) {
    const list = { key: 'security_groups', schema: oldGroupsPage, largest: OLD_GROUPS_PAGE } as const
    return version === 'v1'
      ? readOldList(
          { ...list, path: v1GroupPaths.securityGroups(projectId), ...v1GroupsQuery(asked) },
          asked,
          asker,
        )
      : readOldList(
          { ...list, path: nativePaths.securityGroups, projectId, ...nativeGroupsQuery(asked) },
          asked,
          asker,
        )
  }

  return {
    async readPort(projectId, portId, asker) {
      const response = await offers.read(projectId, 'ports', {
        v3: () => read(paths.port(projectId, portId), '', portResponseOf(portId), asker),
        v1: () => readOld(v1Paths.port(projectId, portId), v1PortResponseOf(portId), asker),
        'v2.0': () => readOld(nativePaths.port(portId), v1PortResponseOf(portId), asker, projectId),
      })
      // Named one by one: a spread costs ten times as much, and this is in every read of a port.
      const { status, body, data, request_id, asked_at } = response
      return { status, body, data, request_id, asked_at, port: data.port }
    },
    readPorts: (projectId, query, asker) =>
      offers.read(projectId, 'ports', {
        v3: () => read(paths.ports(projectId), queryString(query), checkedPorts, asker),
        v1: () => readOldPorts('v1', projectId, query, asker),
        'v2.0': () => readOldPorts('v2.0', projectId, query, asker),
      }),
    readGroups: (projectId, query, asker) =>
      offers.read(projectId, 'groups', {
        v3: () => read(paths.securityGroups(projectId), queryString(query), checkedSecurityGroups, asker),
        v1: () => readOldGroups('v1', projectId, query, asker),
        'v2.0': () => readOldGroups('v2.0', projectId, query, asker),
      }),
    readGroup: (projectId, groupId, asker) =>
      offers.read(projectId, 'groups', {
        v3: () => read(paths.securityGroup(projectId, groupId), '', checkedSecurityGroup, asker),
        v1: () => readOld(v1GroupPaths.securityGroup(projectId, groupId), oldGroupResponse, asker),
        'v2.0': () => readOld(nativePaths.securityGroup(groupId), oldGroupResponse, asker, projectId),
      }),
    readRules: (projectId, query, asker) =>
      offers.read(projectId, 'rules', {
        v3: () => read(paths.rules(projectId), queryString(query), checkedRules, asker),
        v1: () => readOldRules('v1', projectId, query, asker),
        'v2.0': () => readOldRules('v2.0', projectId, query, asker),
      }),
    readAddressGroups: (projectId, query, asker) =>
      read(paths.addressGroups(projectId), queryString(query), checkedAddressGroups, asker),
  }
}

const NAMES: Readonly<Record<string, string>> = {
  ports: 'ports',
  security_groups: 'security groups',
  security_group_rules: 'rules',
}

function inNewForm<T extends object>(response: ReadResponse<T>): ReadResponse<T> {
  // The old reads have the request ID in a header only.
  const { data, request_id } = response
  return { ...response, body: Buffer.from(JSON.stringify({ ...data, request_id })) }
}

/**
 * An old list names no next marker: it is the last entry's ID.
 * @param more true where it can't be asked whether more follow
 */
function listed<K extends string, T extends Entry, P extends Record<K, T[]>>(
  response: ReadResponse<OldPage<P>>,
  key: K,
  entries: T[],
  unreadable: readonly UnreadableEntry[],
  next: string | undefined,
  more = false,
): ReadResponse<P> {
  const page_info = {
    ...(entries[0] && { previous_marker: entries[0].id }),
    ...(next !== undefined && { next_marker: next }),
    current_count: entries.length,
  }
  const { [`${key}_links`]: _, ...page } = response.data.page as Record<string, unknown>
  const data = { ...page, [key]: entries, page_info, ...namedUnreadable(unreadable, more) } as unknown as P
  return inNewForm({ ...response, data })
}

function impossible(names: readonly string[]): UpstreamError {
  const { status, error } = ownError(
    'Portside.InvalidRequest',
    `This region has only an old list of ports, which can't be filtered by ${names.join(' or ')}.`,
    {
      fields: names.map((path) => ({ path, message: 'is no filter of the old port list' })),
      advice: `Leave the filter by ${names.join(' and ')} out.`,
    },
  )
  return new UpstreamError(status, error)
}
