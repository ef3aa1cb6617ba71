import { applyStep, type ChangeStep } from './change-step.ts'
import { insertPosition } from './insert-index.ts'
import { keptGroups } from './kept-groups.ts'
import { callsInOrder, defaultOrder, insertion, removal } from './order-of-calls.ts'
import { DEFAULT_GROUPS_PER_PORT } from './port.ts'

/** One call of a plan, and the port's list around it. */
export type PlannedStep = {
  step: ChangeStep
  /** The list when the call arrives, and after it. */
  before: string[]
  after: string[]
  /**
   * Groups of both the current and the desired list that are not in `after`: off the port until a
   * later step.
   */
  offThePort: string[]
  /**
   * True when the request means the same for the current list as in its turn: the platform's dry
   * run can check it before any step is made. False when it rests on an earlier step.
   */
  independent: boolean
}

/**
 * How a plan gets from one list to another. `steps`: by inserts and removes. `one-call`: by
 * replacing the list (docs/platform.md, Replace).
 */
export type PlanWay = 'steps' | 'one-call'

/** The way from one list of a port to another. Without steps when they are equal. */
export type ChangePlan = {
  way: PlanWay
  steps: PlannedStep[]
  /** Groups of both lists that keep their order. */
  kept: string[]
  /** Groups of both lists whose order changes, in the order of the desired list. */
  moved: string[]
  /** Groups of the current list that the desired one does not have. */
  detached: string[]
  /** Groups of the desired list that the current one does not have. */
  added: string[]
}

/** Why there is no plan: a list names a group twice, or is longer than a port may have. */
export class PlanRefused extends Error {
  override name = 'PlanRefused'
}

/**
 * The safest sequence of calls from `current`, a port's list as it is now, to `desired`.
 *
 * In this order: fewest groups removed; fewest calls; a port that has groups never passes through
 * having none; fewest gaps between calls in which a group of both lists is off the port. Groups
 * that are neighbours in the desired list go in with one insert, whose `index` is insertIndex's. No
 * step takes the list above `limit` (docs/platform.md, Limits).
 * @throws PlanRefused when a list names a group twice, or the desired one has more than `limit`
 *   groups.
 */
export function planChange(
  current: readonly string[],
  desired: readonly string[],
  { limit = DEFAULT_GROUPS_PER_PORT }: { limit?: number } = {},
): ChangePlan {
  refuseLists(current, desired, limit)
  const kept = keptGroups(current, desired)
  const staying = new Set(kept)
  const calls =
    kept.length === 0 && current.length > 0 && desired.length > 0
      ? exchangeAll(current, desired, limit)
      : callsInOrder(current, desired, staying, defaultOrder(current, desired, staying, limit))
  return changePlan('steps', current, desired, kept, calls)
}

/**
 * The same change by one call that replaces the whole list. No group is off the port at any time.
 * @throws PlanRefused as planChange, and when `desired` is empty: the platform can't empty a list
 *   so (docs/platform.md, Replace)
 */
export function planReplacement(
  current: readonly string[],
  desired: readonly string[],
  { limit = DEFAULT_GROUPS_PER_PORT }: { limit?: number } = {},
): ChangePlan {
  refuseLists(current, desired, limit)
  if (desired.length === 0) throw new PlanRefused('one call can’t leave a port without any group')
  const same = current.length === desired.length && current.every((id, n) => id === desired[n])
  const calls: ChangeStep[] = same ? [] : [{ kind: 'replace', security_groups: [...desired] }]
  return changePlan('one-call', current, desired, keptGroups(current, desired), calls)
}

/**
 * Refuses lists that no plan can lead between. @throws PlanRefused as planChange
 */
export function refuseLists(current: readonly string[], desired: readonly string[], limit: number): void {
  refuseTwice(current, 'the current list')
  refuseTwice(desired, 'the desired list')
  // A list that is over the limit already may shrink, and no more.
  if (desired.length > limit)
    throw new PlanRefused(
      `the desired list has ${desired.length} security groups; a port takes at most ${limit}: detach some first`,
    )
}

/** The plan of calls that lead from one list to the other, with the lists around each. */
export function changePlan(
  way: PlanWay,
  current: readonly string[],
  desired: readonly string[],
  kept: string[],
  calls: readonly ChangeStep[],
): ChangePlan {
  const staying = new Set(kept)
  const [before, after] = [new Set(current), new Set(desired)]
  return {
    way,
    steps: plannedSteps(current, desired, calls),
    kept,
    moved: desired.filter((id) => before.has(id) && !staying.has(id)),
    detached: current.filter((id) => !after.has(id)),
    added: desired.filter((id) => !before.has(id)),
  }
}

/**
 * The calls where the lists have no group in common: new groups go in before the old ones come out,
 * so that the port always has some. New ones go beneath the old, which decide as before until they
 * are removed.
 */
function exchangeAll(current: readonly string[], desired: readonly string[], limit: number): ChangeStep[] {
  const room = limit - current.length
  if (room >= desired.length) return [insertion(desired), removal(current)]
  if (room > 0) return [insertion(desired.slice(0, room)), removal(current), insertion(desired.slice(room))]
  if (limit < 2)
    throw new PlanRefused(
      'with a limit of 1, a group can only be replaced by leaving the port without any: detach the one it has in a change of its own, then place the other',
    )
  // The port is full: the lowest groups, which decide least, make room. Half of them when all
  // places are needed.
  const stay = desired.length < limit ? limit - desired.length : Math.ceil(limit / 2)
  const fits = limit - stay
  const first = [
    removal(current.slice(stay)),
    insertion(desired.slice(0, fits)),
    removal(current.slice(0, stay)),
  ]
  return fits < desired.length ? [...first, insertion(desired.slice(fits))] : first
}

/**
 * The steps of a plan from `current` to `desired`, with the lists around each.
 * @throws StepRefused as applyStep
 */
export function plannedSteps(
  current: readonly string[],
  desired: readonly string[],
  calls: readonly ChangeStep[],
): PlannedStep[] {
  const first = new Set(current)
  const last = new Set(desired)
  const both = current.filter((id) => last.has(id))
  let before = [...current]
  let removed = false
  /** The highest position that an earlier insert has filled. */
  let filled = Infinity
  return calls.map((step) => {
    const after = applyStep(before, step)
    const on = new Set(after)
    const position = step.kind === 'insert' ? insertPosition(step.index, before.length) : 0
    const independent =
      step.kind === 'remove'
        ? step.security_groups.every((id) => first.has(id))
        : !removed && position <= filled
    if (step.kind === 'insert') filled = Math.min(filled, position)
    const one = { step, before, after, offThePort: both.filter((id) => !on.has(id)), independent }
    before = after
    removed ||= step.kind === 'remove'
    return one
  })
}

function refuseTwice(list: readonly string[], name: string): void {
  const twice = list.find((id, position) => list.indexOf(id) !== position)
  if (twice !== undefined) throw new PlanRefused(`${name} names security group ${twice} twice`)
}
