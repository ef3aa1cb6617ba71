import type { ReadRule, RuleRef } from './rules.ts'

/**
 * Whether traffic passes. Traffic that no rule matches is denied. Unknown: rules that can't be read
 * decide it.
 */
type Verdict = 'allowed' | 'denied' | 'unknown'

/** A verdict, with what decided it. */
export type Decision = {
  verdict: Verdict
  /**
   * The first readable rule that matches; null when no rule matches. With verdict unknown: what
   * decides otherwise.
   */
  rule: RuleRef | null
  /**
   * Rules that can't be read, come earlier, and may change the verdict; empty unless the verdict is
   * unknown.
   */
  unreadable: readonly RuleRef[]
}

/**
 * The rules that decide traffic: unreadable ones that may match first, then the readable one, if
 * any.
 */
export type DecidingRules = { unreadable: readonly ReadRule[]; rule: ReadRule | undefined }

const NO_RULES: readonly ReadRule[] = []

/**
 * The deciding rules, with only those unreadable ones that matter: the last ones change nothing
 * where they give the same verdict as `rule`.
 */
export function decidingRules(unreadable: readonly ReadRule[], rule: ReadRule | undefined): DecidingRules {
  const action = rule?.action ?? 'deny'
  let length = unreadable.length
  while (length > 0 && unreadable[length - 1]!.action === action) length--
  if (length === 0) return { unreadable: NO_RULES, rule }
  return { unreadable: length === unreadable.length ? [...unreadable] : unreadable.slice(0, length), rule }
}

/** The decision that these rules give. */
export function decisionOf({ unreadable, rule }: DecidingRules): Decision {
  return {
    verdict: unreadable.length > 0 ? 'unknown' : rule?.action === 'allow' ? 'allowed' : 'denied',
    rule: rule?.ref ?? null,
    unreadable: unreadable.map(({ ref }) => ref),
  }
}

/** A change that is certain. */
export type CertainChange = 'newly_allowed' | 'newly_denied'
/** How traffic changes; `undecided` when rules that can't be read leave it open. */
export type Change = CertainChange | 'undecided'

/** A change, and what it may come to: itself, unless it is undecided. */
type Changing = { change: Change; may: readonly CertainChange[] }

const NEWLY_ALLOWED: Changing = { change: 'newly_allowed', may: ['newly_allowed'] }
const NEWLY_DENIED: Changing = { change: 'newly_denied', may: ['newly_denied'] }
const MAY_ALLOW: Changing = { change: 'undecided', may: ['newly_allowed'] }
const MAY_DENY: Changing = { change: 'undecided', may: ['newly_denied'] }
const MAY_BOTH: Changing = { change: 'undecided', may: ['newly_allowed', 'newly_denied'] }

/**
 * How the verdict changes; undefined when it certainly stays. A rule that can't be read means the
 * same before and after: only what it can mean in both at once counts.
 */
function changeOf(before: DecidingRules, after: DecidingRules): Changing | undefined {
  if (before.unreadable.length === 0 && after.unreadable.length === 0) {
    const was = actionOf(before.rule)
    if (was === actionOf(after.rule)) return undefined
    return was === 'deny' ? NEWLY_ALLOWED : NEWLY_DENIED
  }
  const places = new Map(after.unreadable.map((rule, at) => [rule, at]))
  const may = (was: Action, is: Action) => mayGive(before, after, places, was, is)
  const allowed = may('deny', 'allow')
  const denied = may('allow', 'deny')
  if (allowed && denied) return MAY_BOTH
  if (!allowed && !denied) return undefined
  const stays =
    before.unreadable.some((rule) => places.has(rule)) || may('allow', 'allow') || may('deny', 'deny')
  if (allowed) return stays ? MAY_ALLOW : NEWLY_ALLOWED
  return stays ? MAY_DENY : NEWLY_DENIED
}

type Action = 'allow' | 'deny'

function actionOf(rule: ReadRule | undefined): Action {
  return rule?.action ?? 'deny'
}

function canGive({ action }: ReadRule, asked: Action): boolean {
  return action === undefined || action === asked
}

/**
 * True when two different rules, or none, can decide so: one before, one after. The first must not
 * match earlier after, nor the second earlier before; whatever else comes earlier in one of the
 * lists need not match.
 * @param places of the unreadable rules in `after`
 */
function mayGive(
  before: DecidingRules,
  after: DecidingRules,
  places: ReadonlyMap<ReadRule, number>,
  was: Action,
  is: Action,
): boolean {
  // The latest place that a rule has after, of those that can give `was` before.
  let latest = -1
  for (const rule of before.unreadable) {
    const place = places.get(rule) ?? Infinity
    if (place < latest && canGive(rule, is)) return true
    if (place > latest && canGive(rule, was)) latest = place
  }
  if (actionOf(before.rule) === was) latest = Infinity
  if (latest === Infinity && actionOf(after.rule) === is) return true
  const known = new Set(before.unreadable)
  return after.unreadable.some((rule, place) => place < latest && !known.has(rule) && canGive(rule, is))
}

/**
 * A change, for remotes that are in all of the sets `memberOf` and in none of `notMemberOf`
 * (indexes in the rule book).
 */
export type ConditionalChange = Changing & {
  before: DecidingRules
  after: DecidingRules
  memberOf: readonly number[]
  notMemberOf: readonly number[]
  /** The change is certain, and the same for every remote, whichever sets it is in. */
  everyRemote: boolean
}

/**
 * The rules of one list that may decide: those whose match is open (named set or unreadable), in
 * order, then the one that decides where none of them does.
 */
export type CandidateRules = { open: readonly ReadRule[]; rule: ReadRule | undefined }

const UNKNOWN = 0
const IN = 1
const OUT = 2

/**
 * All ways in which the verdict changes, by membership in named sets; `setCount` is the number of
 * sets in the rule book. Each combination of memberships is in at most one of them.
 */
export function conditionalChanges(
  before: CandidateRules,
  after: CandidateRules,
  setCount: number,
): ConditionalChange[] {
  const known = new Uint8Array(setCount)
  const found: ConditionalChange[] = []
  let combinations = 0
  eachMembership(before, known, (was, wasUnreadable) =>
    eachMembership(after, known, (is, isUnreadable) => {
      combinations++
      // Most pairs end here; the rest is worth the objects.
      if (wasUnreadable.length === 0 && isUnreadable.length === 0)
        if ((was?.action === 'allow') === (is?.action === 'allow')) return
      const first = decidingRules(wasUnreadable, was)
      const then = decidingRules(isUnreadable, is)
      const changing = changeOf(first, then)
      if (!changing) return
      const memberOf: number[] = []
      const notMemberOf: number[] = []
      for (let set = 0; set < setCount; set++) {
        if (known[set] === IN) memberOf.push(set)
        else if (known[set] === OUT) notMemberOf.push(set)
      }
      found.push({ ...changing, before: first, after: then, memberOf, notMemberOf, everyRemote: false })
    }),
  )
  const alike = found.every(({ change }) => change !== 'undecided' && change === found[0]!.change)
  if (alike && found.length === combinations) for (const one of found) one.everyRemote = true
  return found
}

/**
 * Calls `visit` with the rules that decide, for each combination of memberships that agrees with
 * `known`; `known` is that combination during the call.
 */
function eachMembership(
  { open, rule }: CandidateRules,
  known: Uint8Array,
  visit: (rule: ReadRule | undefined, unreadable: readonly ReadRule[]) => void,
): void {
  const assumed: number[] = []
  const unreadable: ReadRule[] = []
  let decided = false
  for (const one of open) {
    if (one.problem !== undefined) {
      unreadable.push(one)
      continue
    }
    const membership = known[one.set]
    if (membership === OUT) continue
    if (membership === UNKNOWN) {
      known[one.set] = IN
      visit(one, unreadable)
      known[one.set] = OUT
      assumed.push(one.set)
    } else {
      visit(one, unreadable)
      decided = true
      break
    }
  }
  if (!decided) visit(rule, unreadable)
  for (const set of assumed) known[set] = UNKNOWN
}
