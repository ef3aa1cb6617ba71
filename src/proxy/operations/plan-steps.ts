import { isUuid } from '../../vpc/ids.ts'
import { planChange, PlanRefused } from '../../vpc/plan-change.ts'
import { ownError } from '../errors.ts'

/**
 * The steps from one list to another.
 * @param limit how many security groups a port takes
 * @throws ProxyError Portside.OperationConflict when no steps lead there
 */
export function planSteps(from: readonly string[], to: readonly string[], limit: number) {
  const odd = from.find((id) => !isUuid(id))
  if (odd !== undefined)
    throw ownError(
      'Portside.OperationConflict',
      `The platform names '${odd}' in the port's list, which is no ID of a security group.`,
      { advice: "Leave the list as it is, and look at the port in the platform's own console." },
    )
  try {
    return planChange(from, to, { limit }).steps.map(({ step }) => step)
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error
    throw ownError('Portside.OperationConflict', `There is no way to that list: ${error.message}.`, {
      advice: 'Leave the list as it is, and arrange it anew.',
    })
  }
}
