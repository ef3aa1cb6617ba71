import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import { PlanRefused, type ChangePlan, type PlanWay } from '../../vpc/plan-change.ts'
import { chosenPlan, planWays, type PlanWays, type PlanPolicy } from '../../vpc/plan-ways.ts'
import type { Arrangement } from '../arrangement/arrangement.ts'
import { capitalized } from '../facts/change-words.ts'
import { useLatest } from '../hooks/latest.ts'

/**
 * An arrangement and its plan, or why there is none. They are one value, so that a plan is never
 * shown with another arrangement.
 */
export type Planned = {
  arrangement: Arrangement
  plan: ChangePlan | { problem: string }
  /** The ways to choose from, the proposed one first; one where there is no other. */
  ways: readonly ChangePlan[]
}

/** The plan as arranged, and as shown. */
export type PlanShown = {
  /** For the list: always the plan of the arrangement. */
  now: Planned
  /** For all that is drawn beside and below the list: `now`, or the one before it for a while. */
  shown: Planned
  /** True while `shown` is the plan of the arrangement. */
  isCurrent: () => boolean
  /** Takes another of the ways. */
  choose: (way: PlanWay) => void
}

/**
 * The plan of an arrangement. All that shows it takes long to draw, so it follows only once the
 * list is painted as arranged, a few frames later on a slow machine. The steps, the check, the
 * traffic and the buttons use `shown` alone, so they always belong together. While it lags behind,
 * the buttons do nothing: what is checked or applied is what both the plan and the list show.
 */
export function usePlan(
  arrangement: Arrangement,
  { limit, policy }: { limit: number; policy: PlanPolicy },
): PlanShown {
  const { madeFor, desired } = arrangement
  const [way, choose] = useState<PlanWay>()
  const ways = useMemo(
    () => waysOrProblem(madeFor, desired, limit, policy),
    [madeFor, desired, limit, policy],
  )
  const now = useMemo(
    () =>
      'problem' in ways
        ? { arrangement, plan: ways, ways: [] }
        : {
            arrangement,
            plan: chosenPlan(ways, way),
            ways: ways.other === undefined ? [ways.proposed] : [ways.proposed, ways.other],
          },
    [arrangement, ways, way],
  )
  const before = useDeferredValue(now)
  // Another list on the port is shown at once.
  const shown = before.arrangement.madeFor === madeFor ? before : now
  const latest = useLatest(now)
  const isCurrent = useCallback(() => latest.current === shown, [latest, shown])
  return { now, shown, isCurrent, choose }
}

function waysOrProblem(
  madeFor: readonly string[],
  desired: readonly string[],
  limit: number,
  policy: PlanPolicy,
): PlanWays | { problem: string } {
  try {
    return planWays(madeFor, desired, { limit, policy })
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error
    return { problem: `${capitalized(error.message)}.` }
  }
}
