import { api, operationResponse, type Operation, type OperationChoice } from '../../vpc/portside-api.ts'
import { call } from './client.ts'
import { timed } from './order.ts'

/**
 * The operator's choice for an operation that stopped.
 * @param confirmedBy the port's name or ID as typed, where the choice breaks a guard
 * @returns the new operation for go-on and go-back
 */
export async function chooseForOperation(
  id: string,
  choice: OperationChoice,
  confirmedBy?: string,
): Promise<Operation> {
  const body = confirmedBy === undefined ? undefined : { confirmed_by: confirmedBy }
  const path = api.operationChoice(id, choice)
  return timed(async () => (await call(operationResponse, path, { method: 'POST', body })).operation)
}
