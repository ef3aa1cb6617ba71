import { isUuid } from '../ids.ts'
import { sameList } from '../list-difference.ts'
import { MOST_GROUPS_PER_PORT } from '../port.ts'
import type { Intent, Place } from './intent.ts'

/** Why an intent can't be carried out on a port. Plain data; skippedWords says it. */
export type Skipped =
  /** It would have `groups`, and takes at most `limit`. */
  | { why: 'too_many'; groups: number; limit: number }
  /** It has more groups than a change can name. */
  | { why: 'too_long'; groups: number; most: number }
  /** It lacks a group that the intent needs there. */
  | { why: 'missing'; group: string }
  /** It has none of the groups that are to move. */
  | { why: 'none_to_move' }
  /** Its list names a group twice: what that means is not documented. */
  | { why: 'twice'; group: string }
  /** Its ID, or that of a group of it, is not of the documented form: no change can name it. */
  | { why: 'odd_id'; id: string }
  /** Nothing that the platform offers leads to the result: `said` is PlanRefused's reason. */
  | { why: 'no_plan'; said: string }
  /** It is of one kind more than a bulk change takes. */
  | { why: 'too_many_kinds'; most: number }

/** The list that an intent makes of another, or why it makes none. */
export type Applied = { list: readonly string[] } | { skipped: Skipped }

/**
 * What becomes of a port's list: see `intent` for what each kind means. The same array where
 * nothing changes. Applied to its own result, an intent changes nothing.
 * @param limit how many groups a port takes; a list that is over it already is left as it is
 */
export function applyIntent(intent: Intent, list: readonly string[], limit: number): Applied {
  const odd = list.find((id) => !isUuid(id))
  if (odd !== undefined) return { skipped: { why: 'odd_id', id: odd } }
  const twice = list.find((id, at) => list.indexOf(id) !== at)
  if (twice !== undefined) return { skipped: { why: 'twice', group: twice } }
  const made = madeBy(intent, list)
  if ('skipped' in made) return made
  if (sameList(made.list, list)) return { list }
  if (list.length > MOST_GROUPS_PER_PORT)
    return { skipped: { why: 'too_long', groups: list.length, most: MOST_GROUPS_PER_PORT } }
  if (made.list.length > limit) return { skipped: { why: 'too_many', groups: made.list.length, limit } }
  return made
}

function madeBy(intent: Intent, list: readonly string[]): Applied {
  switch (intent.kind) {
    case 'insert': {
      const lacking = unique(intent.groups).filter((id) => !list.includes(id))
      return lacking.length === 0 ? { list } : placed(list, lacking, intent.place)
    }
    case 'put':
      return put(intent, list)
    case 'move': {
      const { place } = intent
      // A group is not above or below itself: it stays, and the others go next to it.
      const fixed = 'group' in place ? place.group : undefined
      if (!intent.groups.some((id) => list.includes(id))) return { skipped: { why: 'none_to_move' } }
      const moving = unique(intent.groups).filter((id) => id !== fixed && list.includes(id))
      return placed(without(list, moving), moving, place)
    }
    case 'detach':
      return { list: without(list, intent.groups) }
    case 'replace':
      return replaced(intent, list)
    case 'exactly':
      return { list: unique(intent.groups) }
  }
}

/** The list with `groups`, which it does not have, at a place. */
function placed(list: readonly string[], groups: readonly string[], place: Place): Applied {
  const at = positionOf(place, list)
  if (typeof at === 'object') return at
  return { list: list.toSpliced(at, 0, ...groups) }
}

function positionOf(place: Place, list: readonly string[]): number | { skipped: Skipped } {
  switch (place.kind) {
    case 'top':
      return 0
    case 'end':
      return list.length
    case 'position':
      return Math.min(place.position, list.length)
    case 'above':
    case 'below': {
      const at = list.indexOf(place.group)
      if (at < 0) return { skipped: { why: 'missing', group: place.group } }
      return place.kind === 'above' ? at : at + 1
    }
  }
}

function put(
  { groups, order, group, where_missing }: Extract<Intent, { kind: 'put' }>,
  list: readonly string[],
): Applied {
  const other = list.indexOf(group)
  if (other < 0) return { skipped: { why: 'missing', group } }
  const named = unique(groups).filter((id) => id !== group)
  const lacking = named.find((id) => !list.includes(id))
  if (lacking !== undefined && where_missing === 'leave_out')
    return { skipped: { why: 'missing', group: lacking } }
  const isSo = (id: string) => {
    const at = list.indexOf(id)
    return at >= 0 && at < other === (order === 'above')
  }
  const going = named.filter((id) => !isSo(id))
  return placed(without(list, going), going, { kind: order, group })
}

function replaced({ group, by }: Extract<Intent, { kind: 'replace' }>, list: readonly string[]): Applied {
  if (group === by || !list.includes(group))
    return list.includes(by) ? { list } : { skipped: { why: 'missing', group } }
  const first = list.find((id) => id === group || id === by)
  // The better of both positions is where the first of them is; the other one goes.
  return { list: list.flatMap((id) => (id === first ? by : id === group || id === by ? [] : id)) }
}

function without(list: readonly string[], groups: readonly string[]): readonly string[] {
  return list.filter((id) => !groups.includes(id))
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)]
}

/** Why a port is left out, in one short sentence about it. */
export function skippedWords(reason: Skipped, nameOf: (groupId: string) => string): string {
  switch (reason.why) {
    case 'too_many':
      return `It would have ${reason.groups} groups; a port takes at most ${reason.limit}.`
    case 'too_long':
      return `It has ${reason.groups} groups; a change is planned from at most ${reason.most}.`
    case 'missing':
      return `It does not have ${nameOf(reason.group)}.`
    case 'none_to_move':
      return 'It has none of the groups that are to move.'
    case 'twice':
      return `Its list names ${nameOf(reason.group)} twice.`
    case 'odd_id':
      return `${reason.id.slice(0, LONGEST_ODD_ID)} is no ID that a change can name.`
    case 'no_plan':
      return `No calls lead to it: ${reason.said}.`
    case 'too_many_kinds':
      return `One bulk change has at most ${reason.most} kinds; it is of another. Plan it after this one.`
  }
}

const LONGEST_ODD_ID = 40
