import { sameList } from '../../vpc/list-difference.ts'
import { planChange, PlanRefused } from '../../vpc/plan-change.ts'
import { isUuid } from '../../vpc/ids.ts'
import type { OperationRequest } from '../../vpc/portside-api.ts'
import { ownError } from '../errors.ts'
import type { SignedIn } from '../session/session.ts'
import type { JournaledOperation } from './journaled-operation.ts'

/** The port that an operation is for, and who asked for it. */
export type Asked = { project_id: string; port_id: string; by: SignedIn }

/**
 * The operation that the same request made before. @throws ProxyError Portside.OperationConflict
 * when it was another request
 */
export function sameOperation(
  earlier: JournaledOperation,
  request: OperationRequest,
  asked: Asked,
): JournaledOperation {
  const same =
    earlier.project_id === asked.project_id &&
    earlier.port_id === asked.port_id &&
    sameList(earlier.planned_from, request.planned_from) &&
    sameList(earlier.desired, request.desired) &&
    JSON.stringify(earlier.steps.map(({ step }) => stepText(step))) ===
      JSON.stringify(request.steps.map(stepText))
  if (same) return earlier
  throw ownError(
    'Portside.OperationConflict',
    `Operation ${earlier.operation_id} is another one: its port, lists or steps are not the same.`,
    { advice: 'Send a new plan with a new operation_id.' },
  )
}

function stepText(step: OperationRequest['steps'][number]) {
  return [step.kind, step.security_groups, step.kind === 'insert' ? step.index : undefined]
}

/**
 * The steps from one list to another. @throws ProxyError Portside.OperationConflict when there is
 * no way
 */
export function planSteps(from: readonly string[], to: readonly string[], limit: number) {
  const odd = from.find((id) => !isUuid(id))
  if (odd !== undefined)
    throw ownError(
      'Portside.OperationConflict',
      `The cloud names '${odd}' in the port's list, which is no ID of a security group.`,
      { advice: 'Leave the list as it is, and look at the port in the console of the cloud.' },
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
