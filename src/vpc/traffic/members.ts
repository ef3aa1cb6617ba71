import type { Port } from '../port.ts'
import type { PortsResponse } from '../responses.ts'
import { objectsOf, saysNothing } from '../shown.ts'
import { UNREADABLE } from '../unreadable-marks.ts'
import { unreadableText } from './unreadable-text.ts'
import type { WithUnreadable } from '../unreadable.ts'

/**
 * A group with more ports than this stays named: a question about traffic must not become thousands
 * of calls.
 */
export const MOST_MEMBERS = 2000
/** At most this many remote groups are resolved for one question; the rest stay named. */
export const MOST_REMOTE_GROUPS = 40
/** At most this many pages of ports are read for one question. */
const MOST_PAGES = 10

/**
 * The addresses of the ports in a security group, in CIDR notation without a length, and how many
 * ports they are of; or why they
 * can't all be known: then the group stays a named set.
 */
export type Members = { addresses: readonly string[]; ports?: number } | { unresolved: string }

/** Ports with any of several groups, from a marker on: one page. */
type MembersPage = (
  groups: readonly string[],
  marker: string | undefined,
) => Promise<Pick<PortsResponse, 'ports' | 'page_info'> & WithUnreadable>

/**
 * Reads the members of several groups together, in one paged call: the addresses in `private_ips`
 * of the ports that have each (docs/platform.md, Calls). A port that may send with further
 * addresses (`allowed_address_pairs`), or lists no address, leaves its groups unresolved: whether
 * those count as a group's is not documented. A group with too many ports is left out of what is
 * read further.
 * @param page reads the ports that have any of the groups
 * @returns the members of each group; `unresolved` where they can't all be known
 * @throws what `page` throws
 */
export async function readMembers(
  groups: readonly string[],
  page: MembersPage,
): Promise<Map<string, Members>> {
  const members = new Map<string, Members>(
    groups.map((id) => [id, { unresolved: `more than ${MOST_REMOTE_GROUPS} groups are named as remotes` }]),
  )
  const left = { pages: MOST_PAGES }
  const questions = [groups.slice(0, MOST_REMOTE_GROUPS)]
  for (let asked = questions.shift(); asked !== undefined; asked = questions.shift()) {
    if (asked.length === 0) continue
    const read = await readTogether(asked, page, left)
    for (const [id, one] of read.members) members.set(id, one)
    questions.push(...read.again)
  }
  return members
}

/** One paged call; `again` has the groups that further calls have to be made for. */
async function readTogether(
  asked: readonly string[],
  page: MembersPage,
  left: { pages: number },
): Promise<{ members: Map<string, Members>; again: string[][] }> {
  const found = new Map(asked.map((id) => [id, new FoundMembers()]))
  /** The groups that every port has. */
  let common: readonly string[] = asked
  const used = new Set<string | undefined>()
  let marker: string | undefined
  do {
    if (left.pages-- <= 0) return unresolved(asked, `more than ${MOST_PAGES} pages of ports would be read`)
    const { ports, page_info, [UNREADABLE]: unreadable } = await page(asked, marker)
    if (unreadable) return unresolved(asked, unreadableText(unreadable, 'ports that may have it'))
    used.add(marker)
    marker = page_info?.next_marker || undefined
    for (const port of ports) {
      const has = new Set(port.security_groups)
      for (const id of asked) if (has.has(id)) found.get(id)!.add(port)
      common = common.filter((id) => has.has(id))
    }
    const large = asked.filter((id) => found.get(id)!.count > MOST_MEMBERS)
    // Without these there is much less to read.
    if (large.length > 0)
      return {
        ...unresolved(large, `more than ${MOST_MEMBERS} ports have it`),
        again: [asked.filter((id) => !large.includes(id))],
      }
    if (marker !== undefined && used.has(marker))
      return unresolved(asked, 'its ports could not be read to the end')
  } while (marker !== undefined)

  // Ports without a group in common prove that the filter finds ports with any of them. Else it may
  // want all groups on each port, or have taken one group only: then each is asked for alone.
  if (asked.length > 1 && common.length > 0) return { members: new Map(), again: asked.map((id) => [id]) }
  return { members: new Map([...found].map(([id, one]) => [id, one.members()])), again: [] }
}

function unresolved(asked: readonly string[], why: string) {
  return { members: new Map<string, Members>(asked.map((id) => [id, { unresolved: why }])), again: [] }
}

/** The ports of one group, as they are found. */
class FoundMembers {
  readonly #addresses = new Set<string>()
  #unresolved: string | undefined
  count = 0

  add(port: Port): void {
    this.count++
    this.#unresolved ??= this.#whyUnresolved(port)
  }

  members(): Members {
    if (this.#unresolved !== undefined) return { unresolved: this.#unresolved }
    return { addresses: [...this.#addresses], ports: this.count }
  }

  #whyUnresolved({ id, private_ips, allowed_address_pairs }: Port): string | undefined {
    if (!saysNothing(allowed_address_pairs)) return `its port ${id} has allowed address pairs`
    if (!Array.isArray(private_ips)) return `its port ${id} lists no addresses`
    const listed = objectsOf(private_ips).map(({ ip_address }) => ip_address)
    if (listed.length < private_ips.length) return `an address of its port ${id} can't be read`
    for (const address of listed) {
      if (saysNothing(address)) return `an address of its port ${id} is missing`
      if (typeof address !== 'string') return `an address of its port ${id} can't be read`
      this.#addresses.add(address)
    }
    return undefined
  }
}
