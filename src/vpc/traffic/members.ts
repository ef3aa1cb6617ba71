import type { PortsResponse } from '../responses.ts'
import { objectsOf, saysNothing } from '../shown.ts'
import { UNREADABLE } from '../unreadable-marks.ts'
import type { WithUnreadable } from '../unreadable.ts'

/**
 * A group with more ports than this stays named: a question about traffic must not become thousands
 * of calls.
 */
export const MOST_MEMBERS = 2000
/** At most this many remote groups are resolved for one question; the rest stay named. */
export const MOST_REMOTE_GROUPS = 40
const AT_ONCE = 3

/**
 * The addresses of the ports in a security group, in CIDR notation without a length, and how many
 * ports they are of; or why they
 * can't all be known: then the group stays a named set.
 */
export type Members = { addresses: readonly string[]; ports?: number } | { unresolved: string }

/**
 * Reads the members of one group: the addresses in `private_ips` of the ports that have it
 * (docs/platform.md, Calls). A port that may send with further addresses
 * (`allowed_address_pairs`), or lists no address, leaves the group unresolved: whether those count
 * as the group's is not documented. So does a port that can't be read, or an address.
 * @param page reads the ports that have the group, from a marker on
 * @throws what `page` throws
 */
export async function readMembers(
  page: (marker: string | undefined) => Promise<Pick<PortsResponse, 'ports' | 'page_info'> & WithUnreadable>,
): Promise<Members> {
  const addresses = new Set<string>()
  const used = new Set<string | undefined>()
  let marker: string | undefined
  let count = 0
  do {
    const { ports, page_info, [UNREADABLE]: unreadable } = await page(marker)
    if (unreadable) return { unresolved: unreadablePorts(unreadable.count) }
    used.add(marker)
    marker = page_info?.next_marker || undefined
    count += ports.length
    if (count > MOST_MEMBERS) return { unresolved: `more than ${MOST_MEMBERS} ports have it` }
    for (const { id, private_ips, allowed_address_pairs } of ports) {
      if (!saysNothing(allowed_address_pairs))
        return { unresolved: `its port ${id} has allowed address pairs` }
      if (!Array.isArray(private_ips)) return { unresolved: `its port ${id} lists no addresses` }
      const listed = objectsOf(private_ips).map(({ ip_address }) => ip_address)
      if (listed.length < private_ips.length)
        return { unresolved: `an address of its port ${id} can't be read` }
      for (const address of listed) {
        if (saysNothing(address)) return { unresolved: `an address of its port ${id} is missing` }
        if (typeof address !== 'string') return { unresolved: `an address of its port ${id} can't be read` }
        addresses.add(address)
      }
    }
    if (used.has(marker) && marker !== undefined)
      return { unresolved: 'its ports could not be read to the end' }
  } while (marker !== undefined)
  return { addresses: [...addresses], ports: count }
}

/**
 * The members of several groups, a few read at a time, at most MOST_REMOTE_GROUPS of them.
 * @param read the members of one group; `unresolved` when they can't be read
 */
export async function membersOfGroups<T extends Members>(
  ids: readonly string[],
  read: (id: string) => Promise<T>,
): Promise<Map<string, T | Members>> {
  const members = new Map<string, T | Members>(
    ids.map((id) => [id, { unresolved: `more than ${MOST_REMOTE_GROUPS} groups are named as remotes` }]),
  )
  const waiting = ids.slice(0, MOST_REMOTE_GROUPS).values()
  const one = async () => {
    for (const id of waiting) members.set(id, await read(id))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return members
}

function unreadablePorts(count: number): string {
  return count === 1
    ? "1 port that may have it can't be read"
    : `${count} ports that may have it can't be read`
}
