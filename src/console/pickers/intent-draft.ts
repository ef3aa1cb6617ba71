import { isUuid } from '../../vpc/ids.ts'
import { MOST_GROUPS_PER_PORT } from '../../vpc/port.ts'
import type { Intent, Place } from '../../vpc/bulk/intent.ts'
import { NO_GROUPS, type NewChangeSearch } from '../facts/new-change-search.ts'

/** The IDs in a text of an address, with commas between them. */
export function idsIn(text: unknown): string[] {
  if (typeof text !== 'string') return []
  return [...new Set(text.toLowerCase().split(','))].filter(isUuid)
}

/** An intent as far as it has been said. */
export type Draft = {
  kind: Intent['kind']
  groups: readonly string[]
  /** Of `exactly`: it was said that no group is to be left. */
  none: boolean
  place: Place['kind']
  /** As typed; people count from 1. */
  at: string
  next: string | undefined
  leaveOut: boolean
}

const KINDS: readonly Intent['kind'][] = ['insert', 'put', 'move', 'detach', 'replace', 'exactly']
const PLACES: readonly Place['kind'][] = ['top', 'end', 'position', 'above', 'below']

/** The draft in an address. */
export function draftOf(search: NewChangeSearch & Record<string, unknown>): Draft {
  const [next] = idsIn(search.next)
  return {
    kind: KINDS.find((one) => one === search.do) ?? 'insert',
    groups: idsIn(search.groups).slice(0, MOST_GROUPS_PER_PORT),
    none: search.groups === NO_GROUPS,
    place: PLACES.find((one) => one === search.place) ?? 'top',
    at: typeof search.at === 'string' ? search.at : '1',
    next,
    leaveOut: search.missing === 'leave_out',
  }
}

/** The part of the address that has a draft: what its kind has no use for is left out. */
export function draftInSearch(draft: Draft): Record<string, string | undefined> {
  const { kind, groups, none, at, next, leaveOut } = draft
  const named = (kind === 'replace' ? groups.slice(0, 1) : groups).join()
  const placed = kind === 'insert' || kind === 'move'
  const place = kind === 'put' ? orderOf(draft) : draft.place
  const besides = place === 'above' || place === 'below'
  return {
    do: kind,
    groups: named || (kind === 'exactly' && none ? NO_GROUPS : undefined),
    place: placed || kind === 'put' ? place : undefined,
    at: placed && place === 'position' ? at : undefined,
    next: kind === 'put' || kind === 'replace' || (placed && besides) ? next : undefined,
    missing: kind === 'put' && leaveOut ? 'leave_out' : undefined,
  }
}

/** Of `put`: above, unless below was chosen. */
export function orderOf({ place }: Draft): 'above' | 'below' {
  return place === 'below' ? 'below' : 'above'
}

/** The intent that a draft comes to, or what is still to be said. */
export function intentOf(draft: Draft): { intent: Intent } | { lacks: string } {
  const { kind, next, leaveOut } = draft
  const groups = [...draft.groups]
  const [first] = groups
  if (first === undefined && kind === 'exactly')
    return draft.none
      ? { intent: { kind, groups } }
      : { lacks: 'Choose the groups, or say that no group is to be left.' }
  if (first === undefined)
    return { lacks: kind === 'replace' ? 'Choose the group to replace.' : 'Choose the groups.' }
  if (kind === 'detach' || kind === 'exactly') return { intent: { kind, groups } }
  if (kind === 'replace')
    return next === undefined
      ? { lacks: `Choose the group that takes its place.` }
      : { intent: { kind, group: first, by: next } }
  if (kind === 'put') {
    const order = orderOf(draft)
    if (next === undefined) return { lacks: `Choose the group ${order} which they go.` }
    if (groups.includes(next)) return { lacks: `A group can’t go ${order} itself.` }
    const where_missing = leaveOut ? 'leave_out' : 'insert'
    return { intent: { kind, groups, order, group: next, where_missing } }
  }
  const place = placeOf(draft)
  return 'lacks' in place ? place : { intent: { kind, groups, place } }
}

function placeOf({ place, at, next, groups }: Draft): Place | { lacks: string } {
  if (place === 'top' || place === 'end') return { kind: place }
  if (place === 'position') {
    const position = /^\d{1,3}$/.test(at.trim()) ? Number(at) : 0
    return position >= 1 && position <= MOST_GROUPS_PER_PORT
      ? { kind: place, position: position - 1 }
      : { lacks: `The position must be a number from 1 to ${MOST_GROUPS_PER_PORT}.` }
  }
  if (next === undefined) return { lacks: `Choose the group ${place} which they go.` }
  if (groups.includes(next)) return { lacks: `A group can’t go ${place} itself.` }
  return { kind: place, group: next }
}
