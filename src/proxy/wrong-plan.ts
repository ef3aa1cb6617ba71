import { stepsLead } from '../vpc/change-step.ts'
import type { OperationRequest } from '../vpc/portside-api.ts'
import { ownError } from './errors.ts'

/**
 * Refuses a plan that can't be carried out, of a dry run or a change.
 * @param limit how many security groups a port takes
 * @throws ProxyError Portside.InvalidRequest when a list names a group twice, or the steps do not
 *   lead to the desired list
 */
export function refuseWrongPlan(
  { planned_from, desired, steps }: Pick<OperationRequest, 'planned_from' | 'desired' | 'steps'>,
  limit: number,
): void {
  const twice = planned_from.findIndex((id, position) => planned_from.indexOf(id) !== position)
  const fault = stepsLead(planned_from, steps, desired, limit)
  if (twice < 0 && !fault) return
  const field =
    twice >= 0
      ? { path: `planned_from.${twice}`, message: 'names a security group twice' }
      : { path: fault!.step < steps.length ? `steps.${fault!.step}` : 'desired', message: fault!.message }
  throw ownError(
    'Portside.InvalidRequest',
    `The plan can't be carried out: ${field.path}: ${field.message}.`,
    {
      fields: [field],
    },
  )
}
