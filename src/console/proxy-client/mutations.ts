import { api, operationResponse, type Operation } from '../../vpc/portside-api.ts'
import { call } from './client.ts'
import { timed } from './order.ts'

/** How long the proxy may hold a waiting read of an operation, in seconds. */
const LONG_POLL_S = 25

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
