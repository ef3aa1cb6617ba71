import type { ReadRule, RuleRef } from './rules.ts'

/**
 * What becomes of traffic. Traffic that no rule matches is dropped. Unknown: rules that can't be
 * read decide it.
 */
type Verdict = 'allowed' | 'dropped' | 'unknown'

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
 * The decision before it is put in words: unreadable rules that may match first, then the readable
 * one, if any.
 */
export type Outcome = { unreadable: readonly ReadRule[]; rule: ReadRule | undefined }

const NONE: readonly ReadRule[] = []

/**
 * The outcome with only those unreadable rules that matter: one that would give the verdict which
 * comes anyway, with nothing else in between, changes nothing.
 */
export function outcome(unreadable: readonly ReadRule[], rule: ReadRule | undefined): Outcome {
  const action = rule?.action ?? 'deny'
  let length = unreadable.length
  while (length > 0 && unreadable[length - 1]!.action === action) length--
  if (length === 0) return { unreadable: NONE, rule }
  return { unreadable: length === unreadable.length ? [...unreadable] : unreadable.slice(0, length), rule }
}

/** The decision of an outcome. */
export function decisionOf({ unreadable, rule }: Outcome): Decision {
  return {
    verdict: unreadable.length > 0 ? 'unknown' : rule?.action === 'allow' ? 'allowed' : 'dropped',
    rule: rule?.ref ?? null,
    unreadable: unreadable.map(({ ref }) => ref),
  }
}

/** A change that is certain. */
export type CertainChange = 'newly_allowed' | 'newly_dropped'
/** How one piece of traffic changes; `undecided` when rules that can't be read leave it open. */
export type Change = CertainChange | 'undecided'

/** A change, and what it may come to: itself, unless it is undecided. */
type Changing = { change: Change; may: readonly CertainChange[] }

const ALLOWED: Changing = { change: 'newly_allowed', may: ['newly_allowed'] }
const DROPPED: Changing = { change: 'newly_dropped', may: ['newly_dropped'] }
const MAY_ALLOW: Changing = { change: 'undecided', may: ['newly_allowed'] }
const MAY_DROP: Changing = { change: 'undecided', may: ['newly_dropped'] }
const MAY_BOTH: Changing = { change: 'undecided', may: ['newly_allowed', 'newly_dropped'] }

/**
 * How the verdict changes from one outcome to the other; undefined when it certainly stays. A rule
 * that can't be read means the same before and after: only what it can mean in both at once counts.
 */
function changeOf(before: Outcome, after: Outcome): Changing | undefined {
  if (before.unreadable.length === 0 && after.unreadable.length === 0) {
    const was = actionOf(before.rule)
    if (was === actionOf(after.rule)) return undefined
    return was === 'deny' ? ALLOWED : DROPPED
  }
  const places = new Map(after.unreadable.map((rule, at) => [rule, at]))
  const may = (was: Action, is: Action) => mayGive(before, after, places, was, is)
  const allowed = may('deny', 'allow')
  const dropped = may('allow', 'deny')
  if (allowed && dropped) return MAY_BOTH
  if (!allowed && !dropped) return undefined
  const stays =
    before.unreadable.some((rule) => places.has(rule)) || may('allow', 'allow') || may('deny', 'deny')
  if (allowed) return stays ? MAY_ALLOW : ALLOWED
  return stays ? MAY_DROP : DROPPED
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
  before: Outcome,
  after: Outcome,
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
  before: Outcome
  after: Outcome
  memberOf: readonly number[]
  notMemberOf: readonly number[]
  /** The change is certain, and the same whichever sets the remote is in. */
  whoever: boolean
}

/**
 * One list's part in `changes`: rules whose match is open (named set or unreadable), in order, then
 * what decides.
 */
export type Deciders = { open: readonly ReadRule[]; rule: ReadRule | undefined }

const UNKNOWN = 0
const IN = 1
const OUT = 2

/**
 * All ways in which the verdict changes, by membership in named sets; `setCount` is the number of
 * sets in the rule book. Each combination of memberships is in at most one of them.
 */
export function changes(before: Deciders, after: Deciders, setCount: number): ConditionalChange[] {
  const known = new Uint8Array(setCount)
  const found: ConditionalChange[] = []
  let combinations = 0
  eachOutcome(before, known, (was, wasUnreadable) =>
    eachOutcome(after, known, (is, isUnreadable) => {
      combinations++
      // Most pairs end here; the rest is worth the objects.
      if (wasUnreadable.length === 0 && isUnreadable.length === 0)
        if ((was?.action === 'allow') === (is?.action === 'allow')) return
      const first = outcome(wasUnreadable, was)
      const then = outcome(isUnreadable, is)
      const changing = changeOf(first, then)
      if (!changing) return
      const memberOf: number[] = []
      const notMemberOf: number[] = []
      for (let set = 0; set < setCount; set++) {
        if (known[set] === IN) memberOf.push(set)
        else if (known[set] === OUT) notMemberOf.push(set)
      }
      found.push({ ...changing, before: first, after: then, memberOf, notMemberOf, whoever: false })
    }),
  )
  const alike = found.every(({ change }) => change !== 'undecided' && change === found[0]!.change)
  if (alike && found.length === combinations) for (const one of found) one.whoever = true
  return found
}

/**
 * Calls `visit` for each outcome that the memberships known so far allow, with `known` as that
 * outcome has it.
 */
function eachOutcome(
  { open, rule }: Deciders,
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
