import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { PortAnswer, PortsAnswer } from '../../vpc/answers.ts'
import {
  api,
  operationEnvelope,
  type Operation,
  type OperationAnswer,
  type OperationRequest,
} from '../../vpc/portside-api.ts'
import { call } from './client.ts'
import type { KnownOperation } from './read-operations.ts'
import { operationQuery, operationsQuery, portQuery } from './queries.ts'

/** How long the proxy may hold a waiting read of an operation, in seconds. */
const LONG_POLL_S = 25

/**
 * Starts carrying out a plan. Sending the same request again finds the same operation.
 * @throws ProxyError; with outcome `unknown` send the same request again
 */
export async function startOperation(
  project: string,
  portId: string,
  request: OperationRequest,
): Promise<Operation> {
  const answer = await call(operationEnvelope, api.portOperations(project, portId), {
    method: 'POST',
    body: request,
  })
  return answer.operation
}

/**
 * The operator's answer to an operation that stopped.
 * @param confirmedBy the port's name or ID as typed, to go on or back although that breaks a guard
 * @returns the new operation for go-on and go-back
 */
export async function answerOperation(
  id: string,
  answer: OperationAnswer,
  confirmedBy?: string,
): Promise<Operation> {
  const body = confirmedBy === undefined ? undefined : { confirmed_by: confirmedBy }
  return (await call(operationEnvelope, api.operationAnswer(id, answer), { method: 'POST', body })).operation
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
  const answer = await call(operationEnvelope, api.operation(id), {
    query: { after: afterRevision, wait: LONG_POLL_S },
    signal,
    timeoutMs: (LONG_POLL_S + 15) * 1000,
  })
  return answer.operation
}

/** Puts a Port that the platform returned where the console's views read it: never a guessed one. */
export function storePort(queryClient: QueryClient, project: string, answer: PortAnswer): void {
  queryClient.setQueryData(portQuery(project, answer.port.id).queryKey, answer)
  queryClient.setQueriesData<InfiniteData<PortsAnswer>>({ queryKey: ['ports', project] }, (data) =>
    data === undefined
      ? undefined
      : {
          ...data,
          pages: data.pages.map((page) =>
            page.ports.some((port) => port.id === answer.port.id)
              ? {
                  ...page,
                  ports: page.ports.map((port) => (port.id === answer.port.id ? answer.port : port)),
                }
              : page,
          ),
        },
  )
}

/** Keeps an operation as last answered, for every view that shows it: an older revision never hides a newer one. */
export function storeOperation(queryClient: QueryClient, operation: Operation): void {
  const newer = <T extends KnownOperation>(known: T | undefined) =>
    known !== undefined && known.revision > operation.revision ? known : operation
  const { operation_id, project_id, port_id } = operation
  queryClient.setQueryData(operationQuery(operation_id).queryKey, newer)
  queryClient.setQueryData(operationsQuery(project_id, port_id).queryKey, (known = []) =>
    known.some((one) => one.operation_id === operation_id)
      ? known.map((one) => (one.operation_id === operation_id ? newer(one) : one))
      : [operation, ...known],
  )
}
