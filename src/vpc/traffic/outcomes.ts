import {
  conditionalChanges,
  decidingRules,
  type CandidateRules,
  type CertainChange,
  type Change,
} from './decisions.ts'
import type { ReadRule } from './rules.ts'

/**
 * What is known of the named sets that a remote is in: `in` is one that it is in, -1 for none; of
 * the others, whether it is in them is not known, or it is in none.
 */
export type Membership = { in: number; others: 'out' | 'unknown' }

/** In no named set. */
export const IN_NO_SET: Membership = { in: -1, others: 'out' }

/** Why a verdict, or its group, can't be known. */
export type Doubt =
  | { kind: 'unreadable' | 'in_doubt' | 'not_read'; groupId: string }
  | { kind: 'set'; set: number }

/** A verdict with the groups that decide it. */
export type Painted = {
  verdict: 'allowed' | 'denied' | 'undecided'
  /** One where it is known; null is no rule of any group. Empty: various. */
  by: readonly (string | null)[]
  doubts: readonly Doubt[]
}

/** What traffic meets before and after, by verdict and group: equal ones are painted alike. */
export type Decided = {
  before: Painted
  after: Painted
  change: Change | 'none'
  /** What an undecided change may come to. */
  may: readonly CertainChange[]
}

/** So many doubts are named. */
const NAMED_DOUBTS = 3
/** With more ways in which sets may decide, a change is undecided: they are not counted out. */
const MOST_WAYS = 600

/**
 * What may decide in both lists, as numbers: equal ones have the same groups decide in the same
 * way. 0 is that no rule matches.
 */
export class Outcomes {
  readonly #all: { before: CandidateRules; after: CandidateRules }[] = []
  readonly #known = new Map<string, number>()
  readonly #groups = new Map<string, number>()
  readonly #rules = new Map<ReadRule, number>()
  readonly #plain: Int32Array
  readonly #codes: number

  /** @param rules of both lists */
  constructor(rules: readonly ReadRule[]) {
    for (const [number, rule] of rules.entries()) {
      this.#rules.set(rule, number)
      if (!this.#groups.has(rule.ref.groupId)) this.#groups.set(rule.ref.groupId, this.#groups.size)
    }
    this.#codes = 2 * this.#groups.size + 1
    this.#plain = new Int32Array(this.#codes * this.#codes).fill(-1)
    const none: CandidateRules = { open: [], rule: undefined }
    this.of(none, none)
  }

  /** The outcome with that number. */
  at(outcome: number): { before: CandidateRules; after: CandidateRules } {
    return this.#all[outcome]!
  }

  /** What a readable rule does and of which group, as a number; 0 is no rule. */
  code(rule: ReadRule | undefined): number {
    if (rule === undefined) return 0
    return 2 * this.#groups.get(rule.ref.groupId)! + (rule.action === 'allow' ? 2 : 1)
  }

  /** The number where no open rule matches: fast. */
  plain(before: ReadRule | undefined, after: ReadRule | undefined): number {
    const at = this.code(before) * this.#codes + this.code(after)
    if (this.#plain[at]! < 0) this.#plain[at] = this.of({ open: [], rule: before }, { open: [], rule: after })
    return this.#plain[at]!
  }

  /** The same by their codes; -1 where it has no number yet. */
  knownPlain(before: number, after: number): number {
    return this.#plain[before * this.#codes + after]!
  }

  /** The number of what may decide before and after. */
  of(before: CandidateRules, after: CandidateRules): number {
    const sides = { before: this.#shortened(before), after: this.#shortened(after) }
    const key = `${this.#key(sides.before)}|${this.#key(sides.after)}`
    let number = this.#known.get(key)
    if (number === undefined) this.#known.set(key, (number = this.#all.push(sides) - 1))
    return number
  }

  /** Without open rules that change nothing: of a set that was met before, or as what follows. */
  #shortened({ open, rule }: CandidateRules): CandidateRules {
    if (open.length === 0) return { open, rule }
    const met = new Set<number>()
    const left = open.filter(({ set, problem }) => {
      if (problem !== undefined) return true
      const isNew = !met.has(set)
      met.add(set)
      return isNew
    })
    if (rule === undefined) return { open: left, rule }
    const code = this.code(rule)
    const last = left.findLastIndex((one) => one.action === undefined || this.code(one) !== code)
    return { open: left.slice(0, last + 1), rule }
  }

  #key({ open, rule }: CandidateRules): string {
    const opens = open.map((one) =>
      one.problem === undefined ? `s${one.set} ${this.code(one)}` : `u${this.#rules.get(one)!}`,
    )
    return [...opens, this.code(rule)].join()
  }
}

/** The candidates that are left of one side, when so much is known of the sets. */
export function within({ open, rule }: CandidateRules, membership: Membership): CandidateRules {
  const left: ReadRule[] = []
  for (const one of open) {
    if (one.problem === undefined && one.set === membership.in) return { open: left, rule: one }
    if (one.problem !== undefined || membership.others === 'unknown') left.push(one)
  }
  return { open: left, rule }
}

function painted({ open, rule }: CandidateRules): Painted {
  const by = [...new Set([...open, rule].map((one) => one?.ref.groupId ?? null))]
  const { unreadable: deciding } = decidingRules(open, rule)
  const doubts = new Map(
    open.map((one) => {
      const doubt = doubtOf(one)
      return [JSON.stringify(doubt), doubt] as const
    }),
  )
  const certain = rule?.action === 'allow' ? 'allowed' : 'denied'
  return {
    verdict: deciding.length > 0 ? 'undecided' : certain,
    by,
    doubts: [...doubts.values()].slice(0, NAMED_DOUBTS),
  }
}

function doubtOf({ ref, set, problem }: ReadRule): Doubt {
  if (problem === undefined) return { kind: 'set', set }
  const kind = ref.doubt !== undefined ? 'in_doubt' : ref.rule === null ? 'not_read' : 'unreadable'
  return { kind, groupId: ref.groupId }
}

/** Reads outcomes as they are painted, each once for what is known of the sets. */
export class Decisions {
  readonly all: Decided[] = []
  readonly #outcomes: Outcomes
  readonly #setCount: number
  readonly #known = new Map<string, number>()
  readonly #read = new Map<string, Map<number, number>>()

  constructor(outcomes: Outcomes, setCount: number) {
    this.#outcomes = outcomes
    this.#setCount = setCount
  }

  /** Reads the numbers of outcomes; gives numbers of `all`. */
  reader(membership: Membership): (outcome: number) => number {
    const key = `${membership.in} ${membership.others}`
    let read = this.#read.get(key)
    if (!read) this.#read.set(key, (read = new Map()))
    const known = read
    return (outcome) => {
      let decided = known.get(outcome)
      if (decided === undefined) known.set(outcome, (decided = this.#decide(outcome, membership)))
      return decided
    }
  }

  /** Where various groups decide, or none: the same verdicts and change without them. */
  ofVarious(number: number): number {
    const one = this.all[number]!
    return this.#number({ ...one, before: byVarious(one.before), after: byVarious(one.after) })
  }

  #decide(outcome: number, membership: Membership): number {
    const sides = this.#outcomes.at(outcome)
    const [before, after] = [within(sides.before, membership), within(sides.after, membership)]
    return this.#number({
      before: painted(before),
      after: painted(after),
      ...changeBetween(before, after, this.#setCount),
    })
  }

  #number(decided: Decided): number {
    const key = JSON.stringify(decided)
    let number = this.#known.get(key)
    if (number === undefined) this.#known.set(key, (number = this.all.push(decided) - 1))
    return number
  }
}

function byVarious({ verdict }: Painted): Painted {
  return { verdict, by: [], doubts: [] }
}

/** How the verdict changes; undecided where only some possibilities change it. */
export function changeBetween(
  before: CandidateRules,
  after: CandidateRules,
  setCount: number,
): Pick<Decided, 'change' | 'may'> {
  if ((before.open.length + 1) * (after.open.length + 1) > MOST_WAYS)
    return { change: 'undecided', may: ['newly_allowed', 'newly_denied'] }
  const found = conditionalChanges(before, after, setCount)
  const [first] = found
  if (first === undefined) return { change: 'none', may: [] }
  if (first.everyRemote) return { change: first.change, may: first.may }
  const asked = [...before.open, ...after.open].some(({ problem }) => problem === undefined)
  // Without a set that is not known, it is the only one.
  if (!asked) return { change: first.change, may: first.may }
  const may = new Set(found.flatMap((one) => one.may))
  return {
    change: 'undecided',
    may: (['newly_allowed', 'newly_denied'] as const).filter((one) => may.has(one)),
  }
}
