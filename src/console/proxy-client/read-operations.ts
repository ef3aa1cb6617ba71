import {
  api,
  operationResponse,
  operationsResponse,
  SETTLED,
  type Operation,
  type OperationSummary,
} from '../../vpc/portside-api.ts'
import { call } from './client.ts'

/** An operation as far as the console knows it: in full, or as the list shows it. */
export type KnownOperation = Operation | OperationSummary

/** True for an operation that is known in full. */
export function isWhole(operation: KnownOperation): operation is Operation {
  return 'steps' in operation
}

/** One operation in full. */
export async function readOperation(id: string, signal?: AbortSignal): Promise<Operation> {
  return (await call(operationResponse, api.operation(id), { signal })).operation
}

/**
 * The latest operations on a port, newest first. In full are those that a page of it shows: what is
 * under way, what waits for a choice, and the last one that was carried out.
 */
export async function readOperations(
  project: string,
  port: string,
  signal?: AbortSignal,
): Promise<KnownOperation[]> {
  const { operations } = await call(operationsResponse, api.portOperations(project, port), { signal })
  const last = operations.find(({ status }) => status === 'done')
  return Promise.all(
    operations.map((one): Promise<KnownOperation> =>
      one === last || asksForMore(one) ? readOperation(one.operation_id, signal) : Promise.resolve(one),
    ),
  )
}

function asksForMore({ status }: OperationSummary): boolean {
  return !SETTLED.has(status) || status === 'stopped' || status === 'interrupted'
}
