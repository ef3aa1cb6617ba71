import { shortened } from '../../vpc/errors.ts'
import { inCalls } from '../../vpc/in-calls.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import type { Port } from '../../vpc/port.ts'
import {
  readAddressGroups,
  readMembers,
  readOtherPorts,
  rulesUnreadable,
  type AddressGroupRead,
  type OtherPortsRead,
} from '../../vpc/traffic/index.ts'
import { ProxyError } from '../errors.ts'
import type { Asker } from '../upstream/upstream.ts'
import type { ListReads } from './list-reads.ts'

const LARGEST_PAGE = 2000

/** Who asks, and until when. */
export type TimedAsker = Asker & { signal: AbortSignal }

/**
 * The rules of groups, by group. A group that the platform doesn't list gets no entry: its rules
 * are unknown.
 * @throws UpstreamError when they can't be read; the signal's reason when it is aborted
 */
export async function readRules(
  reads: ListReads,
  projectId: string,
  groupIds: readonly string[],
  asker: TimedAsker,
): Promise<Map<string, SecurityGroupRule[]>> {
  const rules = new Map<string, SecurityGroupRule[]>(groupIds.map((id) => [id, []]))
  const readSome = async (security_group_id: readonly string[]) => {
    const used = new Set<string | undefined>()
    let marker: string | undefined
    do {
      const query = { security_group_id: [...security_group_id], limit: LARGEST_PAGE, marker }
      const { data } = await reads.readRules(projectId, query, asker)
      for (const rule of data.security_group_rules) rules.get(rule.security_group_id)?.push(rule)
      for (const rule of rulesUnreadable(data, security_group_id))
        rules.get(rule.security_group_id)?.push(rule)
      used.add(marker)
      marker = data.page_info?.next_marker ?? undefined
    } while (marker && !used.has(marker))
  }
  await Promise.all(inCalls(groupIds).map(readSome))
  const without = groupIds.filter((id) => rules.get(id)?.length === 0)
  const listed = await Promise.all(
    inCalls(without).map(async (id) => {
      const { data } = await reads.readGroups(projectId, { id, limit: LARGEST_PAGE }, asker)
      return data.security_groups.map((group) => group.id)
    }),
  )
  const known = new Set(listed.flat())
  for (const id of without) if (!known.has(id)) rules.delete(id)
  return rules
}

/** Addresses of groups, by group; for the rest, why they are not known, in words. */
export type AddressesRead = { addresses: Map<string, readonly string[]>; unresolved: string[] }

/**
 * The addresses of the ports in groups. A group has none when not all of its ports can be read
 * before its signal is aborted.
 */
export async function readAllMembers(
  reads: ListReads,
  projectId: string,
  groupIds: readonly string[],
  asker: TimedAsker,
): Promise<AddressesRead> {
  try {
    const members = await readMembers(groupIds, async (security_groups, marker) => {
      const query = { security_groups: [...security_groups], limit: LARGEST_PAGE, marker }
      return (await reads.readPorts(projectId, query, asker)).data
    })
    return addressesRead('security group', members)
  } catch (error) {
    const { code } = failureOf(error, asker)
    return {
      addresses: new Map(),
      unresolved: [
        `the ports of ${groupIds.length} remote ${groupIds.length === 1 ? 'group' : 'groups'} could not be read (${code})`,
      ],
    }
  }
}

/**
 * The entries of address groups. A group has none when they can't be read before its signal is
 * aborted.
 */
export async function readAllAddressGroups(
  reads: ListReads,
  projectId: string,
  ids: readonly string[],
  asker: TimedAsker,
): Promise<AddressesRead> {
  const read = await readAddressGroups(
    ids,
    async (id, marker) => {
      const query = { id: [...id], limit: LARGEST_PAGE, marker }
      return (await reads.readAddressGroups(projectId, query, asker)).data
    },
    (error) => failureOf(error, asker),
  )
  return addressesRead('address group', read)
}

/** A name, and an entry that can't be read, may be of any length. */
const LONGEST_REASON = 300

function addressesRead(kind: string, read: ReadonlyMap<string, AddressGroupRead>): AddressesRead {
  const addresses = new Map<string, readonly string[]>()
  const unresolved: string[] = []
  for (const [id, one] of read)
    if ('addresses' in one) addresses.set(id, one.addresses)
    else unresolved.push(shortened(`${kind} ${one.name ?? id}: ${one.unresolved}`, LONGEST_REASON))
  return { addresses, unresolved }
}

/** Why a read failed. @throws what is no failed read, and not for the lack of time */
function failureOf(error: unknown, { signal }: TimedAsker): { code: string; status: number } {
  if (error instanceof ProxyError) return { code: error.error.error_code, status: error.status }
  if (!signal.aborted) throw error
  return { code: 'not in time', status: 0 }
}

/**
 * The ports whose rules have one of `changing` as remote, with the rules of their groups. What
 * can't be read before its signal is aborted is named.
 * @param port reads the port that is changed: only when there are others
 */
export async function readOthers(
  reads: ListReads,
  projectId: string,
  portId: string,
  port: () => Promise<Port>,
  changing: readonly string[],
  asker: TimedAsker,
): Promise<OtherPortsRead & { rules: Map<string, SecurityGroupRule[]> }> {
  const why = (error: unknown) => failureOf(error, asker).code
  const { ports, unread } = await readOtherPorts(portId, changing, {
    port,
    rules: async (remote_group_id, marker) => {
      const query = { remote_group_id, limit: LARGEST_PAGE, marker }
      return (await reads.readRules(projectId, query, asker)).data
    },
    ports: async (security_groups, marker) => {
      const query = { security_groups, limit: LARGEST_PAGE, marker }
      return (await reads.readPorts(projectId, query, asker)).data
    },
    why,
  })
  try {
    const groups = [...new Set(ports.flatMap(({ security_groups }) => security_groups))]
    return { ports, unread, rules: await readRules(reads, projectId, groups, asker) }
  } catch (error) {
    const missing = `the rules of other ports could not be read (${why(error)})`
    return { ports: [], unread: [...unread, missing], rules: new Map() }
  }
}
