import { applyStep, type ChangeStep } from './change-step.ts'
import { insertIndex } from './insert-index.ts'

/**
 * Neighbours of the desired list that one insert puts there. `position` is that of the first in the
 * desired list, `moved` how many of them were on the port.
 */
type Run = { groups: string[]; position: number; moved: number }

/** The calls of a plan in some order: the inserts of runs, and one removal of all that leaves. */
export type CallOrder = readonly (Run | typeof REMOVAL)[]

/** The removal, in an order of calls. */
export const REMOVAL = 'removal'

/** What is inserted and removed around the groups that stay. */
export function partsAround(
  current: readonly string[],
  desired: readonly string[],
  staying: ReadonlySet<string>,
) {
  const leaving = new Set(current.filter((id) => !staying.has(id)))
  return { leaving, runs: runsAround(desired, staying, leaving) }
}

/**
 * The order of calls that takes groups off the port for the fewest calls, and where as many as can
 * be are checked by dry run. At least one group stays, or one of the lists is empty.
 */
export function defaultOrder(
  current: readonly string[],
  desired: readonly string[],
  staying: ReadonlySet<string>,
  limit: number,
): CallOrder {
  const { leaving, runs } = partsAround(current, desired, staying)
  // Nothing is off the port yet: new groups go in first, as far as they fit. From the bottom up, so
  // that every index also holds for the current list: the platform can check each on its own.
  const early: Run[] = []
  const late: Run[] = []
  let length = current.length
  for (const run of runs.toReversed()) {
    if (run.moved === 0 && length + run.groups.length <= limit) {
      early.push(run)
      length += run.groups.length
    } else late.push(run)
  }
  // Then the run that puts the most groups back; runs of new groups only come last.
  return [
    ...early,
    ...(leaving.size > 0 ? ([REMOVAL] as const) : []),
    ...late.toSorted((one, other) => other.moved - one.moved),
  ]
}

/** The calls in that order, each insert with the index that it needs in its turn. */
export function callsInOrder(
  current: readonly string[],
  desired: readonly string[],
  staying: ReadonlySet<string>,
  order: CallOrder,
): ChangeStep[] {
  const { leaving } = partsAround(current, desired, staying)
  const calls: ChangeStep[] = []
  let list = [...current]
  for (const call of order) {
    // A group that is still to be removed says nothing of the order.
    const step =
      call === REMOVAL
        ? removal([...leaving])
        : insertion(
            call.groups,
            insertIndex(
              list,
              desired.slice(0, call.position).filter((id) => !leaving.has(id)),
            ),
          )
    if (call === REMOVAL) leaving.clear()
    list = applyStep(list, step)
    calls.push(step)
  }
  return calls
}

/** An insert of groups; without an index at the end. */
export function insertion(groups: readonly string[], index?: number): ChangeStep {
  return { kind: 'insert', security_groups: [...groups], ...(index === undefined ? {} : { index }) }
}

/** A removal of groups. */
export function removal(groups: readonly string[]): ChangeStep {
  return { kind: 'remove', security_groups: [...groups] }
}

/** The runs of the desired list between groups that stay, from the top. */
function runsAround(
  desired: readonly string[],
  staying: ReadonlySet<string>,
  leaving: ReadonlySet<string>,
): Run[] {
  const runs: Run[] = []
  let run: Run | undefined
  for (const [position, id] of desired.entries()) {
    if (staying.has(id)) {
      run = undefined
      continue
    }
    if (run === undefined) runs.push((run = { groups: [], position, moved: 0 }))
    run.groups.push(id)
    if (leaving.has(id)) run.moved++
  }
  return runs
}
