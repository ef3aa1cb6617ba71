import { useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react'
import type { equalPlans } from '../../vpc/equal-plans.ts'
import { PlanRefused, type ChangePlan, type PlanWay } from '../../vpc/plan-change.ts'
import type { PlanPolicy } from '../../vpc/plan-policies.ts'
import { chosenPlan, planWays, type PlanWays } from '../../vpc/plan-ways.ts'
import type { Arrangement } from '../arrangement/arrangement.ts'
import { capitalized } from '../facts/capitalized.ts'
import { useLaterValue } from '../hooks/later-value.ts'
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

/** The plan as it is shown. */
export type PlanShown = {
  /** The plan of the arrangement, or of the one before it for a while. */
  shown: Planned
  /** False while `shown` is the plan of an earlier arrangement, or goes another way than chosen. */
  current: boolean
  /** The same at the time of the call, as last drawn. */
  isCurrent: () => boolean
  /** The way that is chosen; `shown` may still go the other one. */
  way: PlanWay | undefined
  /** Takes another of the ways. */
  choose: (way: PlanWay) => void
  /**
   * The plans to pick from: that of the arrangement, then those of equal calls. One where the list
   * is replaced in one call; none where there is no plan.
   */
  equal: readonly ChangePlan[]
  /** Shows one of `equal` in place of the first. */
  pick: (plan: ChangePlan) => void
}

/**
 * The plan of an arrangement. It takes a while to make, and all that shows it takes long to draw,
 * so both follow only once the list is painted as arranged, a few frames later on a slow machine.
 * The steps, the check, the traffic and the buttons use `shown` alone, so they always belong
 * together. While it lags behind, the buttons do nothing: what is checked or applied is what both
 * the plan and the list show.
 *
 * Step by step there may be several plans of equal calls. Which of them opens least in between is
 * known only when the traffic was compared: that one is then picked, and becomes `shown`. A check
 * of the one before is no check of it.
 */
export function usePlan(
  arrangement: Arrangement,
  { limit, policy, offered }: { limit: number; policy: PlanPolicy; offered: readonly PlanWay[] },
): PlanShown {
  const [choice, choose] = useState<PlanWay>()
  const [picked, pick] = useState<ChangePlan>()
  const earlier = useLaterValue(arrangement)
  // Another list on the port is shown at once.
  const planFor = earlier.madeFor === arrangement.madeFor ? earlier : arrangement
  const { madeFor, desired, moved } = planFor
  const ways = useMemo(
    () => waysOrProblem(madeFor, desired, { limit, policy, offered }),
    [madeFor, desired, limit, policy, offered],
  )
  const arranged = useMemo<Planned>(
    () =>
      'problem' in ways
        ? { arrangement: planFor, plan: ways, ways: [] }
        : {
            arrangement: planFor,
            plan: chosenPlan(ways, choice),
            ways: ways.other === undefined ? [ways.proposed] : [ways.proposed, ways.other],
          },
    [planFor, ways, choice],
  )
  const before = useDeferredValue(arranged)
  const base = before.arrangement.madeFor === madeFor ? before : arranged
  const { plan } = base
  const find = useEqualPlans(!('problem' in plan) && plan.way === 'steps' && plan.steps.length > 1)
  const equal = useMemo(
    () => ('problem' in plan ? NO_PLANS : withEqualPlans(plan, madeFor, limit, moved, find)),
    [plan, madeFor, limit, moved, find],
  )
  const other = equal.find((one) => one === picked) ?? plan
  const shown = useMemo(() => (other === base.plan ? base : { ...base, plan: other }), [base, other])
  const current = planFor === arrangement && base === arranged
  const latest = useLatest(current ? shown : undefined)
  const isCurrent = useCallback(() => latest.current === shown, [latest, shown])
  const way = 'problem' in arranged.plan ? undefined : arranged.plan.way
  return { shown, current, isCurrent, way, choose, equal, pick }
}

const NO_PLANS: readonly ChangePlan[] = []

/** The plan, then those of equal calls. A replacement has no equal. */
function withEqualPlans(
  plan: ChangePlan,
  madeFor: readonly string[],
  limit: number,
  moved: readonly string[] | undefined,
  find: typeof equalPlans | undefined,
): readonly ChangePlan[] {
  const end = plan.steps.at(-1)
  if (plan.way === 'one-call' || end === undefined || find === undefined) return [plan]
  const [, ...others] = find(madeFor, end.after, { limit, moved })
  return [plan, ...others]
}

/** What finds plans of equal calls, loaded once there is a plan that may have some. */
function useEqualPlans(needed: boolean): typeof equalPlans | undefined {
  const [loaded, setLoaded] = useState<{ equalPlans: typeof equalPlans }>()
  useEffect(() => {
    // Without it the first plan is taken.
    if (needed) import('../../vpc/equal-plans.ts').then(setLoaded, () => undefined)
  }, [needed])
  return loaded?.equalPlans
}

function waysOrProblem(
  madeFor: readonly string[],
  desired: readonly string[],
  options: Parameters<typeof planWays>[2],
): PlanWays | { problem: string } {
  try {
    return planWays(madeFor, desired, options)
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error
    return { problem: `${capitalized(error.message)}.` }
  }
}
