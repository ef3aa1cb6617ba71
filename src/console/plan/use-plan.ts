import { useCallback, useDeferredValue, useMemo } from 'react'
import { planChange, PlanRefused, type ChangePlan } from '../../vpc/plan-change.ts'
import type { Arrangement } from '../arrangement/arrangement.ts'
import { capitalized } from '../facts/change-words.ts'
import { useLatest } from '../hooks/latest.ts'

/**
 * An arrangement and its plan, or why there is none. They are one value, so that a plan is never
 * shown with another arrangement.
 */
export type Planned = { arrangement: Arrangement; plan: ChangePlan | { problem: string } }

/** The plan as arranged, and as shown. */
export type PlanShown = {
  /** For the list: always the plan of the arrangement. */
  now: Planned
  /** For all that is drawn beside and below the list: `now`, or the one before it for a while. */
  shown: Planned
  /** True while `shown` is the plan of the arrangement. */
  isCurrent: () => boolean
}

/**
 * The plan of an arrangement. All that shows it takes long to draw, so it follows only once the
 * list is painted as arranged, a few frames later on a slow machine. The steps, the check, the
 * traffic and the buttons use `shown` alone, so they always belong together. While it lags behind,
 * the buttons do nothing: what is checked or applied is what both the plan and the list show.
 */
export function usePlan(arrangement: Arrangement, limit: number): PlanShown {
  const { madeFor, desired } = arrangement
  const plan = useMemo(() => planOrProblem(madeFor, desired, limit), [madeFor, desired, limit])
  const now = useMemo(() => ({ arrangement, plan }), [arrangement, plan])
  const before = useDeferredValue(now)
  // Another list on the port is shown at once.
  const shown = before.arrangement.madeFor === madeFor ? before : now
  const latest = useLatest(now)
  const isCurrent = useCallback(() => latest.current === shown, [latest, shown])
  return { now, shown, isCurrent }
}

function planOrProblem(
  madeFor: readonly string[],
  desired: readonly string[],
  limit: number,
): Planned['plan'] {
  try {
    return planChange(madeFor, desired, { limit })
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error
    return { problem: `${capitalized(error.message)}.` }
  }
}
