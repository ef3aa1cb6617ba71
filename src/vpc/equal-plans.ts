import { equalKeptGroups } from './equal-kept-groups.ts'
import { equalOrders } from './equal-orders.ts'
import { callsInOrder } from './order-of-calls.ts'
import { changePlan, planChange, refuseLists, type ChangePlan } from './plan-change.ts'
import { DEFAULT_GROUPS_PER_PORT } from './port.ts'

/** The most plans that are looked at for one change. */
const MOST_EQUAL_PLANS = 24

/**
 * The plans by inserts and removes that cost the same as planChange's: as many groups removed, as
 * many calls, never above `limit`, and never without a group on the way. They differ in which
 * groups move, and in the order of the calls, and so in the traffic that passes in between.
 *
 * At most `most`: planChange's first, then those that move what the operator moved (`moved`). Where
 * the lists have no group in common there is only planChange's.
 * @throws PlanRefused as planChange
 */
export function equalPlans(
  current: readonly string[],
  desired: readonly string[],
  {
    limit = DEFAULT_GROUPS_PER_PORT,
    moved = [],
    most = MOST_EQUAL_PLANS,
  }: { limit?: number; moved?: readonly string[]; most?: number } = {},
): ChangePlan[] {
  refuseLists(current, desired, limit)
  const plans = new Map<string, ChangePlan>()
  const add = (plan: ChangePlan) => {
    const key = JSON.stringify(plan.steps.map(({ step }) => step))
    if (!plans.has(key)) plans.set(key, plan)
  }
  const first = planChange(current, desired, { limit })
  add(first)
  if (first.kept.length === 0 || first.steps.length < 2) return [first]
  const sets = equalKeptGroups(current, desired, { moved: new Set(moved), most })
  // A plan of each set in turn, so that a bound leaves out orders rather than sets.
  let open = sets.map((kept) => {
    const staying = new Set(kept)
    return { kept, staying, orders: equalOrders(current, desired, staying, limit)[Symbol.iterator]() }
  })
  while (open.length > 0 && plans.size < most)
    open = open.filter(({ kept, staying, orders }) => {
      const { value: order, done } = orders.next()
      if (done) return false
      if (plans.size < most)
        add(changePlan('steps', current, desired, kept, callsInOrder(current, desired, staying, order)))
      return true
    })
  return [...plans.values()]
}
