import { paths } from '../../vpc/paths.ts'
import type { Port } from '../../vpc/port.ts'
import { addressGroupsResponse, portsResponse, rulesResponse } from '../../vpc/responses.ts'
import { readAddressGroups } from '../../vpc/traffic/address-groups.ts'
import { readMembers } from '../../vpc/traffic/members.ts'
import {
  readOtherPorts,
  type OtherPortsRead,
  type OtherPortsReads,
} from '../../vpc/traffic/read-other-ports.ts'
import { call } from './client.ts'
import type { MembersRead } from './members-queries.ts'
import { CallError } from './call-error.ts'
import { LARGEST_PAGE, platform } from './first-reads.ts'

/**
 * Reads the members of groups in one paged call, and the entries of address groups in another.
 * @param maxAge how old a response may be, in seconds; undefined: it must be new
 */
export async function readRemotes(
  project: string,
  groups: readonly string[],
  addressGroups: readonly string[],
  maxAge: number | undefined,
  signal: AbortSignal,
): Promise<Map<string, MembersRead>> {
  const [members, entries] = await Promise.all([
    readMembersOf(project, groups, maxAge, signal),
    readAddressGroupsOf(project, addressGroups, maxAge, signal),
  ])
  return new Map([...members, ...entries])
}

async function readAddressGroupsOf(
  project: string,
  ids: readonly string[],
  maxAge: number | undefined,
  signal: AbortSignal,
): Promise<[string, MembersRead][]> {
  let oldest = 0
  const read = await readAddressGroups(
    ids,
    (id, marker) =>
      call(addressGroupsResponse, platform(paths.addressGroups(project)), {
        query: { id, limit: LARGEST_PAGE, marker },
        signal,
        maxAge,
        onAge: (seconds) => (oldest = Math.max(oldest, seconds)),
      }),
    (error) => {
      if (!(error instanceof CallError)) throw error
      return { code: error.error_code, status: error.status }
    },
  )
  const readAt = Date.now() - oldest * 1000
  return [...read].map(([id, one]) => [id, { ...one, readAt }])
}

async function readMembersOf(
  project: string,
  groups: readonly string[],
  maxAge: number | undefined,
  signal: AbortSignal,
): Promise<Map<string, MembersRead>> {
  let oldest = 0
  try {
    const members = await readMembers(groups, (security_groups, marker) =>
      call(portsResponse, platform(paths.ports(project)), {
        query: { security_groups, limit: LARGEST_PAGE, marker },
        signal,
        maxAge,
        onAge: (seconds) => (oldest = Math.max(oldest, seconds)),
      }),
    )
    const readAt = Date.now() - oldest * 1000
    return new Map([...members].map(([id, read]) => [id, { ...read, readAt }]))
  } catch (error) {
    if (signal.aborted) throw error
    const why = error instanceof CallError ? ` (${error.error_code})` : ''
    const unread = { unresolved: `its ports could not be read${why}` }
    return new Map(groups.map((id) => [id, unread]))
  }
}

/** Reads the rules and ports that the groups that come or go on a port concern. */
export function readOtherPortsOf(
  project: string,
  port: Port,
  changing: readonly string[],
  signal: AbortSignal,
) {
  return readOtherPorts(port.id, changing, { ...otherPortsReads(project, signal), port: async () => port })
}

/** So many ports are taken where many change: those that change are among them. */
const MOST_PORTS_OF_MANY = 14_000
/** Rules for so many groups are looked for: one call finds those of 50. */
const MOST_CHANGING = 200

/** The same where they come or go on many ports, which are not left out. */
export async function readOtherPortsOfMany(
  project: string,
  changing: readonly string[],
  signal: AbortSignal,
): Promise<OtherPortsRead> {
  const asked = changing.slice(0, MOST_CHANGING)
  const read = await readOtherPorts(undefined, asked, otherPortsReads(project, signal), MOST_PORTS_OF_MANY)
  if (asked.length === changing.length) return read
  const left = changing.length - asked.length
  const why = `rules for ${left} more of the changed groups are not looked for, as they are more than ${MOST_CHANGING}`
  return { ...read, unread: [...read.unread, why] }
}

function otherPortsReads(project: string, signal: AbortSignal): OtherPortsReads {
  return {
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
      if (!(error instanceof CallError)) throw error
      return error.error_code
    },
  }
}
