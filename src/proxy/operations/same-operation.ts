import { sameList } from '../../vpc/list-difference.ts'
import type { OperationRequest } from '../../vpc/portside-requests.ts'
import { ownError } from '../errors.ts'
import type { SignedIn } from '../session/session.ts'
import type { JournaledOperation } from './journaled-operation.ts'

/** The port that an operation is for, and who wants it. */
export type OperationRequester = { project_id: string; port_id: string; by: SignedIn }

/**
 * The operation that the same request made before.
 * @throws ProxyError Portside.OperationConflict when it was another request
 */
export function sameOperation(
  earlier: JournaledOperation,
  request: OperationRequest,
  requester: OperationRequester,
): JournaledOperation {
  const same =
    earlier.project_id === requester.project_id &&
    earlier.port_id === requester.port_id &&
    sameList(earlier.planned_from, request.planned_from) &&
    sameList(earlier.desired, request.desired) &&
    JSON.stringify(earlier.steps.map(({ step }) => stepFields(step))) ===
      JSON.stringify(request.steps.map(stepFields))
  if (same) return earlier
  throw ownError(
    'Portside.OperationConflict',
    `Operation ${earlier.operation_id} is another one: its port, lists or steps are not the same.`,
    { advice: 'Send a new plan with a new operation_id.' },
  )
}

function stepFields(step: OperationRequest['steps'][number]) {
  return [step.kind, step.security_groups, step.kind === 'insert' ? step.index : undefined]
}
