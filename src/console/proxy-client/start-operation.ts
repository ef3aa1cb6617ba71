import { api, operationResponse, type Operation } from '../../vpc/portside-api.ts'
import type { OperationRequest } from '../../vpc/portside-requests.ts'
import { call } from './client.ts'
import { timed } from './order.ts'

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
