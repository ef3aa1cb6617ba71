import { inCalls } from '../in-calls.ts'
import { flagOf, objectsOf, textOf } from '../shown.ts'
import { addressesOf } from '../port-facts.ts'
import type { Port } from '../port.ts'
import type { PortsResponse } from '../responses.ts'
import type { SecurityGroupRule } from '../security-group.ts'
import { UNREADABLE } from '../unreadable-marks.ts'
import { unreadableText } from './unreadable-text.ts'
import type { WithUnreadable } from '../unreadable.ts'

/** At most so many other ports are compared for one change. */
const MOST_OTHER_PORTS = 2000

/** Another port: what is needed of it to compare its traffic. */
export type OtherPort = Pick<Port, 'id' | 'name' | 'security_groups' | 'port_security_enabled' | 'ecs_flavor'>

/**
 * The ports that have a group with a rule for a group that a change puts on a port or takes off it.
 * Plain data.
 */
export type OtherPortsRead = {
  ports: readonly OtherPort[]
  /** What is not compared, and why: sentences without a full stop. */
  unread: readonly string[]
}

/** Pages of one list that are read at most. */
const MOST_PAGES = 10

/** The reads of the platform that are needed; `why` says in a few words why one failed. */
export type OtherPortsReads = {
  rules: (
    remote_group_id: string[],
    marker: string | undefined,
  ) => Promise<
    { security_group_rules: readonly SecurityGroupRule[] } & Pick<PortsResponse, 'page_info'> & WithUnreadable
  >
  ports: (
    security_groups: string[],
    marker: string | undefined,
  ) => Promise<Pick<PortsResponse, 'ports' | 'page_info'> & WithUnreadable>
  /**
   * The port whose groups change: read only when others are concerned. Left out where several
   * change: what is known of their addresses is said elsewhere.
   */
  port?: () => Promise<Pick<Port, 'private_ips' | 'allowed_address_pairs'>>
  /** @throws what is no failed read */
  why: (error: unknown) => string
}

/**
 * Finds the ports whose rules have one of `changing` as remote: one call finds the rules, one the
 * ports that have their groups (docs/platform.md, Calls: filters repeat). What could not be read is
 * named; it never fails for that.
 * @param portId the port whose groups change; undefined where several do: they are not left out
 * @param most so many ports are taken
 */
export async function readOtherPorts(
  portId: string | undefined,
  changing: readonly string[],
  read: OtherPortsReads,
  most = MOST_OTHER_PORTS,
): Promise<OtherPortsRead> {
  const unread: string[] = []
  const groups = new Set<string>()
  try {
    for (const ids of inCalls(changing)) {
      const whole = await eachPage(
        (marker) => read.rules(ids, marker),
        ({ security_group_rules, [UNREADABLE]: unreadable }) => {
          if (unreadable) unread.push(unreadableText(unreadable, 'rules for the changed groups'))
          for (const id of groupsWithRemote(security_group_rules, ids)) groups.add(id)
          return true
        },
      )
      if (!whole) unread.push('there are more rules for the changed groups than Portside reads')
    }
  } catch (error) {
    unread.push(`which rules have a changed group as remote could not be read (${read.why(error)})`)
  }
  if (groups.size === 0) return { ports: [], unread }

  const ports = new Map<string, OtherPort>()
  try {
    for (const ids of inCalls([...groups])) {
      if (ports.size >= most) break
      const whole = await eachPage(
        (marker) => read.ports(ids, marker),
        (page) => {
          const unreadable = page[UNREADABLE]
          if (unreadable) unread.push(unreadableText(unreadable, 'ports with such rules'))
          for (const other of page.ports) {
            const { id, name, security_groups, port_security_enabled, ecs_flavor } = other
            if (id === portId) continue
            if (ports.size >= most && !ports.has(id)) return false
            ports.set(id, { id, name, security_groups, port_security_enabled, ecs_flavor })
          }
          return true
        },
      )
      if (whole) continue
      if (ports.size < most) unread.push('there are more ports with such rules than Portside reads')
      break
    }
    if (ports.size >= most) unread.push(`only ${most} of the ports with such rules are compared`)
  } catch (error) {
    unread.push(`the ports with rules for the changed groups could not all be read (${read.why(error)})`)
  }
  if (ports.size === 0 || read.port === undefined) return { ports: [...ports.values()], unread }
  try {
    const port = await read.port()
    if (addressesOf(port).length === 0) unread.push('this port lists no addresses')
    if (objectsOf(port.allowed_address_pairs).length > 0)
      unread.push('whether this port’s allowed address pairs count as its groups’ is not documented')
  } catch (error) {
    return { ports: [], unread: [...unread, `the port could not be read (${read.why(error)})`] }
  }
  return { ports: [...ports.values()], unread }
}

/** @returns false when `take` wanted no more, or there was no end to it */
async function eachPage<T extends Pick<PortsResponse, 'page_info'>>(
  page: (marker: string | undefined) => Promise<T>,
  take: (page: T) => boolean,
): Promise<boolean> {
  let marker: string | undefined
  for (let n = 0; n < MOST_PAGES; n++) {
    const one = await page(marker)
    if (!take(one)) return false
    marker = one.page_info?.next_marker || undefined
    if (marker === undefined) return true
  }
  return false
}

/** The groups that have a rule whose remote is one of `remotes`: rules that are on. */
export function groupsWithRemote(rules: Iterable<SecurityGroupRule>, remotes: readonly string[]): string[] {
  const named = new Set(remotes)
  const found = new Set<string>()
  for (const { remote_group_id, security_group_id, enabled } of rules)
    if (flagOf(enabled) !== false && named.has(textOf(remote_group_id) ?? '')) found.add(security_group_id)
  return [...found]
}
