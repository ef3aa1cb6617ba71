import { isUuid } from '../../vpc/ids.ts'
import type { Intent, Place } from '../../vpc/bulk/intent.ts'
import type { PlanWay } from '../../vpc/plan-change.ts'

/** What a new change says in its address: the ports, what is wanted on them, and the note. */
export type NewChangeSearch = {
  /** IDs of ports, with commas between them. */
  ports?: string
  /** Ports that are too many for an address: where this tab keeps them. */
  kept?: string
  /** Every port of the project. */
  all?: 'true'
  /** The kind of the intent, and its parts. */
  do?: Intent['kind']
  groups?: string
  place?: Place['kind']
  /** A position, as people count. */
  at?: string
  /** The group that they are put next to, or that takes a place. */
  next?: string
  missing?: 'leave_out'
  way?: PlanWay
  note?: string
}

/** Of `groups`: none, and it was said so. */
export const NO_GROUPS = 'none'

/** An address takes no more IDs of ports: browsers and proxies have their limits. */
export const MOST_IN_ADDRESS = 200
/** So many choices are kept in a tab. */
const MOST_KEPT = 5
const KEPT = 'portside.chosen-ports.'

/** The part of the address that names these ports. Too many are kept in this tab only. */
export function portsInSearch(ids: readonly string[]): Pick<NewChangeSearch, 'ports' | 'kept'> {
  if (ids.length <= MOST_IN_ADDRESS) return { ports: ids.join() }
  const key = `${Date.now().toString(36)}-${crypto.randomUUID().slice(0, 8)}`
  try {
    const old = Object.keys(sessionStorage).filter((name) => name.startsWith(KEPT))
    for (const name of old.toSorted().slice(0, -MOST_KEPT + 1)) sessionStorage.removeItem(name)
    sessionStorage.setItem(KEPT + key, ids.join())
  } catch {
    // It is closed or full: then the page says that the ports are not kept here.
  }
  return { kept: key }
}

/** The ports that this tab keeps; undefined where it has none: the link came from elsewhere. */
export function keptPorts(key: string): string[] | undefined {
  try {
    return sessionStorage
      .getItem(KEPT + key)
      ?.split(',')
      .filter(isUuid)
  } catch {
    return undefined
  }
}

/** The part of the address that says what is wanted. */
export function intentInSearch(intent: Intent): NewChangeSearch {
  const { kind } = intent
  if (kind === 'replace') return { do: kind, groups: intent.group, next: intent.by }
  const groups = { do: kind, groups: intent.groups.join() || NO_GROUPS }
  if (kind === 'put')
    return {
      ...groups,
      ...{ place: intent.order, next: intent.group },
      ...(intent.where_missing === 'leave_out' && { missing: 'leave_out' as const }),
    }
  if (kind === 'insert' || kind === 'move') return { ...groups, ...placeInSearch(intent.place) }
  return groups
}

function placeInSearch(place: Place): NewChangeSearch {
  if (place.kind === 'position') return { place: place.kind, at: String(place.position + 1) }
  return 'group' in place ? { place: place.kind, next: place.group } : { place: place.kind }
}

/** The address of a new change with an intent that was wanted before, on these ports. */
export function planAnewSearch(intent: Intent, ports: readonly string[]): NewChangeSearch {
  return { ...portsInSearch(ports), ...intentInSearch(intent) }
}
