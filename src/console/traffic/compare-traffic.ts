import type { Port } from '../../vpc/port.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
// Module by module: the index has schemas, whose checks a worker would load for nothing.
import type { Direction } from '../../vpc/traffic/directions.ts'
import type { NoEffect } from '../../vpc/traffic/difference.ts'
import { effectiveRules, RuleBook } from '../../vpc/traffic/effective-rules.ts'
import { trafficOfOtherPorts, type OtherPortsTraffic } from '../../vpc/traffic/other-ports.ts'
import { pickPlan, type PickedPlan, type PlanCandidate } from '../../vpc/traffic/pick-plan.ts'
import type { OtherPortsRead } from '../../vpc/traffic/read-other-ports.ts'
import type { RuleTable } from '../../vpc/traffic/rule-table.ts'
import { shadowedRules, type NeverMatching } from '../../vpc/traffic/shadowed.ts'
import type { ListsKept } from './known-lists.ts'
import type { FieldExplained } from '../../vpc/traffic/explain-field.ts'
import type { Picture } from '../../vpc/traffic/picture.ts'

/** What the console asks. Plain data only: it is sent to a worker. */
export type TrafficQuestion = {
  /** `port_security_enabled` of the port. */
  portSecurity: boolean | null | undefined
  /** `ecs_flavor` of the port. */
  flavor?: unknown
  /**
   * The port's list now, then after each step of the plan; the last one is the arranged list. At
   * least one.
   */
  lists: readonly (readonly string[])[]
  /**
   * Plans of equal calls, to pick from: the first has the lists above.
   */
  candidates?: readonly PlanCandidate[]
  /**
   * The rules of every group in the lists; null, or no entry, when they were not read: its traffic
   * is then unknown.
   */
  rules: Readonly<Record<string, readonly SecurityGroupRule[] | null>>
  /**
   * Addresses of the ports in a remote group, or the entries of an address group, only where all
   * of them are known; other groups stay named.
   */
  members?: Readonly<Record<string, readonly string[]>>
  /** The port itself, and the ports whose rules have a changed group of it as remote. */
  others?: OtherPortsRead & { port: Pick<Port, 'id' | 'private_ips'> }
}

/** What traffic changes. With port security off, nothing is compared: groups have no effect. */
export type TrafficResult =
  | NoEffect
  | (PickedPlan & {
      kind: 'differences'
      /** Rules that can never match, in the list as arranged: how many, and the first ones. */
      neverMatching: { count: number; first: readonly NeverMatchingNamed[] }
      /** What passes differently between the port and others; those without a change left out. */
      others: readonly OtherPortsTraffic[]
      /** What of other ports is not compared, and why. */
      notCompared: readonly string[]
    })

/** A rule that can never match, with the first that shadow it; `more` (above 0) are not named. */
type NeverMatchingNamed = NeverMatching & { more: number }

/**
 * The page names no more of them, each with so many that shadow it: with thousands of rules the
 * message to the page would take longer than a frame. The table of effective rules has all.
 */
const MOST_NEVER_MATCHING = 50
const MOST_SHADOWING = 3

/** Compares. Takes up to 100 ms, so the console asks a worker for it, through TrafficClient. */
export function compareTraffic(question: TrafficQuestion): TrafficResult {
  const { portSecurity, lists, rules, members = {}, others } = question
  const [current, ...later] = lists
  if (!current) throw new TypeError('a question about traffic needs at least one list')
  if (portSecurity === false) return { kind: 'port_security_off' }
  const known = rulesRead(rules)
  const book = ruleBookOf(known, members, question.flavor)
  const candidates = question.candidates ?? [{ lists: later, unasked: 0 }]
  const traffic = pickPlan(current, candidates, book)
  const planned = [current, ...candidates[traffic.picked]!.lists]
  return {
    kind: 'differences',
    ...traffic,
    neverMatching: named(shadowedRules(effectiveRules(lists.at(-1)!, book))),
    others: others ? trafficOfOtherPorts(others.port, planned, others, known, addressesIn(members)) : [],
    notCompared: others?.unread ?? [],
  }
}

function named(all: readonly NeverMatching[]) {
  return {
    count: all.length,
    first: all.slice(0, MOST_NEVER_MATCHING).map(({ by, ...rule }) => ({
      ...rule,
      by: by.slice(0, MOST_SHADOWING),
      more: by.length - MOST_SHADOWING,
    })),
  }
}

/** The rules that were read, by group ID. */
export function rulesRead(rules: TrafficQuestion['rules']): Map<string, readonly SecurityGroupRule[]> {
  return new Map(Object.entries(rules).flatMap(([id, read]) => (read ? [[id, read] as const] : [])))
}

/** The rules of a question, with the addresses of remotes that are known. */
export function ruleBookOf(
  rules: ReadonlyMap<string, readonly SecurityGroupRule[]>,
  members: TrafficQuestion['members'],
  flavor: unknown,
): RuleBook {
  const of = addressesIn(members)
  return new RuleBook(rules, { membersOf: of, entriesOf: of, flavor })
}

/** Looks up the addresses of a remote that are known. IDs come from outside, so not by key. */
export function addressesIn(
  members: TrafficQuestion['members'],
): (id: string) => readonly string[] | undefined {
  const addresses = new Map(Object.entries(members ?? {}))
  return (id) => addresses.get(id)
}

/** What the console asks of the rules of lists, apart from their traffic. Plain data too. */
export type RulesQuestion = Pick<TrafficQuestion, 'flavor' | 'lists' | 'rules' | 'members'> & {
  kind: 'rules'
}

/** What the console asks to see who gets at what, or why one field of that is as it is. */
export type PictureQuestion = Omit<RulesQuestion, 'kind'> & { kind: 'picture'; direction: Direction }
export type FieldQuestion = Omit<PictureQuestion, 'kind'> & { kind: 'field'; row: number; column: number }

/** All that the worker is asked, and what it finds. */
export type WorkerQuestion = TrafficQuestion | RulesQuestion | PictureQuestion | FieldQuestion
export type ResultOf<Question extends WorkerQuestion> = Question extends FieldQuestion
  ? FieldExplained
  : Question extends PictureQuestion
    ? Picture
    : Question extends RulesQuestion
      ? RuleTable
      : TrafficResult

type WithoutLists<Question> = Question extends WorkerQuestion ? Omit<Question, 'rules' | 'members'> : never
/** By ID the number of a list that is sent with the request, or was before. */
type Numbered<Number> = readonly (readonly [id: string, list: Number])[]

/** Messages to and from the worker. `ListsSent` makes the requests, `ListsKept` reads them. */
export type TrafficRequest = {
  id: number
  question: WithoutLists<WorkerQuestion>
  rules: Numbered<number | null>
  members: Numbered<number>
  fresh: readonly (readonly [number: number, list: readonly unknown[]])[]
  /** Numbers of lists that will not be named again. */
  forget: readonly number[]
}
/** A failure is passed on, never taken for 'nothing changes'. */
export type TrafficMessage = { id: number } & ({ result: ResultOf<WorkerQuestion> } | { failure: string })

/**
 * The worker's message about a request: the result, or why there is none.
 * @param kept of the requests before it
 */
export async function resultMessage(request: TrafficRequest, kept: ListsKept): Promise<TrafficMessage> {
  const { id } = request
  try {
    const question = kept.question(request)
    if (!('kind' in question)) return { id, result: compareTraffic(question) }
    // Most pages never ask for these.
    if (question.kind !== 'rules') {
      const { pictureOf, fieldOf } = await import('./picture-of.ts')
      return { id, result: question.kind === 'field' ? fieldOf(question) : pictureOf(question) }
    }
    const { rulesOf } = await import('./rules-of.ts')
    return { id, result: rulesOf(question) }
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) }
  }
}
