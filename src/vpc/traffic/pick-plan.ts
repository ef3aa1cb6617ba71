import { trafficDifference, type TrafficDifference } from './difference.ts'
import { effectiveRules, type RuleBook } from './effective-rules.ts'
import type { CertainChange } from './decisions.ts'
import type { Flow } from './flow.ts'
import { isFromAnywhere } from './importance.ts'
import { onlyInBetween } from './in-between.ts'
import { serviceCount } from './service-ranges.ts'

/** One of several plans for the same change. */
export type PlanCandidate = {
  /** The list after each step. */
  lists: readonly (readonly string[])[]
  /** How many of the groups that it moves are none that the operator moved. */
  unasked: number
}

/** The plan that was picked, with its traffic. */
export type PickedPlan = {
  /** Its place among the candidates. */
  picked: number
  /** What differs from the port's list after each step. */
  afterStep: readonly TrafficDifference[]
  /**
   * After each step but the last: what differs from both the list before and the list at the end.
   */
  inBetween: readonly (readonly Flow[])[]
}

/**
 * How many rules are compared to pick, each list's rules counted: about as many as take 100 ms.
 * Plans that would need more are not looked at.
 */
const MOST_RULES = 10_000

/**
 * Picks among plans of equal calls (see equalPlans) the one that newly allows least while it is
 * carried out; of those the one that newly denies least; of those the one that moves what the
 * operator moved; then the earlier one. All candidates end in the same list.
 * @param candidates at least one
 */
export function pickPlan(
  current: readonly string[],
  candidates: readonly PlanCandidate[],
  book: RuleBook,
): PickedPlan {
  const before = effectiveRules(current, book)
  const known = new Map<string, TrafficDifference>()
  let compared = 0
  const differenceTo = (list: readonly string[]) => {
    const key = list.join()
    const found = known.get(key)
    if (found) return found
    const after = effectiveRules(list, book)
    compared += after.rules.length
    const made = trafficDifference(before, after)
    known.set(key, made)
    return made
  }
  const trafficOf = ({ lists }: PlanCandidate) => {
    const afterStep = lists.map(differenceTo)
    const end = afterStep.at(-1)?.flows ?? []
    return { afterStep, inBetween: afterStep.slice(0, -1).map(({ flows }) => onlyInBetween(flows, end)) }
  }

  let best: (PickedPlan & { costs: readonly number[] }) | undefined
  // What the operator moved comes first: where it opens and cuts nothing, no other is looked at.
  const inTurn = candidates
    .map((candidate, place) => ({ ...candidate, place }))
    .toSorted((a, b) => a.unasked - b.unasked)
  for (const candidate of inTurn) {
    const fresh = candidate.lists.filter((list) => !known.has(list.join())).length
    if (best && compared + fresh * before.rules.length > MOST_RULES) continue
    const traffic = trafficOf(candidate)
    const costs = exposureOf(traffic.inBetween)
    if (!best || isLess(costs, best.costs)) best = { picked: candidate.place, ...traffic, costs }
    if (best.costs.every((cost) => cost === 0)) break
  }
  const { picked, afterStep, inBetween } = best!
  return { picked, afterStep, inBetween }
}

/**
 * What passes in between, or may, and neither before nor after: newly allowed from anywhere, newly
 * allowed from others, then the same of newly denied. Each is measured by services times the share
 * of addresses, summed over the stops between calls.
 */
export function exposureOf(inBetween: readonly (readonly Flow[])[]): number[] {
  const flows = inBetween.flat()
  const measure = (change: CertainChange, anywhere: boolean) =>
    flows
      .filter((flow) => flow.may.includes(change) && isFromAnywhere(flow) === anywhere)
      .reduce((sum, { services, remote }) => sum + serviceCount(services) * remote.share, 0)
  return [
    measure('newly_allowed', true),
    measure('newly_allowed', false),
    measure('newly_denied', true),
    measure('newly_denied', false),
  ]
}

/** Compares by the first number that differs by more than rounding. */
function isLess(one: readonly number[], other: readonly number[]): boolean {
  for (const [at, cost] of one.entries())
    if (Math.abs(cost - other[at]!) > 1e-9 * Math.max(cost, other[at]!)) return cost < other[at]!
  return false
}
