import type { ReadRule, RuleRef } from './rules.ts'

/** What becomes of traffic. Traffic that no rule matches is dropped. Unknown: rules that can't be read decide it. */
type Verdict = 'allowed' | 'dropped' | 'unknown'

/** A verdict, with what decided it. */
export type Decision = {
  verdict: Verdict
  /** The first readable rule that matches; null when no rule matches. With verdict unknown: what decides otherwise. */
  rule: RuleRef | null
  /** Rules that can't be read, come earlier, and may change the verdict; empty unless the verdict is unknown. */
  unreadable: readonly RuleRef[]
}

/** The decision before it is put in words: unreadable rules that may match first, then the readable one, if any. */
export type Outcome = { unreadable: readonly ReadRule[]; rule: ReadRule | undefined }

const NONE: readonly ReadRule[] = []

/**
 * The outcome with only those unreadable rules that matter: one that would give the verdict which comes anyway, with
 * nothing else in between, changes nothing.
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

/** How one piece of traffic changes; `undecided` when rules that can't be read leave it open. */
export type Change = 'newly_allowed' | 'newly_dropped' | 'undecided'

/**
 * How the verdict changes from one outcome to the other; undefined when it certainly stays. A rule that can't be read
 * matches the same traffic before and after, so the same unreadable rules in the same order change nothing; nor does the
 * order among neighbours with the same action.
 */
function changeOf(before: Outcome, after: Outcome): Change | undefined {
  const was = before.rule?.action === 'allow'
  const is = after.rule?.action === 'allow'
  if (before.unreadable.length === 0 && after.unreadable.length === 0) {
    if (was === is) return undefined
    return is ? 'newly_allowed' : 'newly_dropped'
  }
  const same =
    was === is &&
    before.unreadable.length === after.unreadable.length &&
    before.unreadable.every((rule, at) => {
      const [from, end] = neighbours(before.unreadable, at)
      return after.unreadable.slice(from, end).includes(rule)
    })
  return same ? undefined : 'undecided'
}

/** From, end of the rules around `at` that have the same known action. */
function neighbours(rules: readonly ReadRule[], at: number): [number, number] {
  const { action } = rules[at]!
  let from = at
  let end = at + 1
  if (action === undefined) return [from, end]
  while (rules[from - 1]?.action === action) from--
  while (rules[end]?.action === action) end++
  return [from, end]
}

/** A change, for remotes that are in all of the sets `memberOf` and in none of `notMemberOf` (indexes in the rule book). */
export type ConditionalChange = {
  change: Change
  before: Outcome
  after: Outcome
  memberOf: readonly number[]
  notMemberOf: readonly number[]
}

/** One list's part in `changes`: rules whose match is open (named set or unreadable), in order, then what decides. */
export type Deciders = { open: readonly ReadRule[]; rule: ReadRule | undefined }

const UNKNOWN = 0
const IN = 1
const OUT = 2

/**
 * All ways in which the verdict changes, by membership in named sets; `setCount` is the number of sets in the rule book.
 * Each combination of memberships is in at most one of them.
 */
export function changes(before: Deciders, after: Deciders, setCount: number): ConditionalChange[] {
  const known = new Uint8Array(setCount)
  const found: ConditionalChange[] = []
  eachOutcome(before, known, (was, wasUnreadable) =>
    eachOutcome(after, known, (is, isUnreadable) => {
      // Most pairs end here; the rest is worth the objects.
      if (wasUnreadable.length === 0 && isUnreadable.length === 0)
        if ((was?.action === 'allow') === (is?.action === 'allow')) return
      const first = outcome(wasUnreadable, was)
      const then = outcome(isUnreadable, is)
      const change = changeOf(first, then)
      if (!change) return
      const memberOf: number[] = []
      const notMemberOf: number[] = []
      for (let set = 0; set < setCount; set++) {
        if (known[set] === IN) memberOf.push(set)
        else if (known[set] === OUT) notMemberOf.push(set)
      }
      found.push({ change, before: first, after: then, memberOf, notMemberOf })
    }),
  )
  return found
}

/** Calls `visit` for each outcome that the memberships known so far allow, with `known` as that outcome has it. */
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
