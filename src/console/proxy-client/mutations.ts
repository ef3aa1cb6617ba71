import { api, operationResponse, type Operation, type OperationChoice } from '../../vpc/portside-api.ts'
import type { OperationRequest } from '../../vpc/portside-requests.ts'
import { call } from './client.ts'
import { timed } from './order.ts'

/** How long the proxy may hold a waiting read of an operation, in seconds. */
const LONG_POLL_S = 25

/**
 * Starts carrying out a plan. Sending the same request again finds the same operation.
 * @throws CallError; with outcome `unknown` send the same request again
 */
export async function startOperation(
  project: string,
  portId: string,
  request: OperationRequest,
): Promise<Operation> {
  const path = api.portOperations(project, portId)
  return timed(async () => (await call(operationResponse, path, { method: 'POST', body: request })).operation)
}

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

/**
 * Waits for a newer revision of an operation than `afterRevision`, at most half a minute.
 * @returns the operation as it is then, which may be the same revision
 */
export async function waitForOperation(
  id: string,
  afterRevision: number,
  signal?: AbortSignal,
): Promise<Operation> {
  return timed(async () => {
    const response = await call(operationResponse, api.operation(id), {
      query: { after: afterRevision, wait: LONG_POLL_S },
      signal,
      timeoutMs: (LONG_POLL_S + 15) * 1000,
    })
    return response.operation
  })
}
