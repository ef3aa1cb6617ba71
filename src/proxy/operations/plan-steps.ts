import type { ChangeStep } from '../../vpc/change-step.ts'
import { isUuid } from '../../vpc/ids.ts'
import { PlanRefused, type PlanWay } from '../../vpc/plan-change.ts'
import { chosenPlan, planWays } from '../../vpc/plan-ways.ts'
import { ownError } from '../errors.ts'
import type { Planning } from '../planning.ts'

/**
 * The steps from one list to another.
 * @param way the way to take where PORTSIDE_CHANGES leaves the choice
 * @throws ProxyError Portside.OperationConflict when no steps lead there
 */
export function planSteps(
  from: readonly string[],
  to: readonly string[],
  planning: Planning,
  way: PlanWay,
): ChangeStep[] {
  const odd = from.find((id) => !isUuid(id))
  if (odd !== undefined)
    throw ownError(
      'Portside.OperationConflict',
      `The platform names '${odd}' in the port's list, which is no ID of a security group.`,
      { advice: "Leave the list as it is, and look at the port in the platform's own console." },
    )
  try {
    return chosenPlan(planWays(from, to, planning), way).steps.map(({ step }) => step)
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error
    throw ownError('Portside.OperationConflict', `That list can't be reached: ${error.message}.`, {
      advice: 'Leave the list as it is, and arrange it anew.',
    })
  }
}
