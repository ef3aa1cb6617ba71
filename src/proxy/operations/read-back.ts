import { sameList } from '../../vpc/list-difference.ts'
import { ProxyError } from '../errors.ts'
import { readEntry } from '../audit-log/entries.ts'
import { pause, waitAfter } from '../retry.ts'
import { AWAITING_CHOICE } from './journal.ts'
import {
  countCall,
  needsReadBack,
  notePort,
  lastSentAt,
  settleByList,
  type JournaledOperation,
} from './journaled-operation.ts'
import type { Work } from '../upstream/upstream.ts'
import type { OperationContext } from './carry-out.ts'

/**
 * Reads the port of an operation that has ended early, and writes its list and the outcome of steps
 * without a response. When the list is the desired one and every step is done, the operation
 * becomes `done`.
 * @throws ProxyError when the port can't be read: then nothing is changed; RevisionConflict when
 *   the operation was written elsewhere
 */
export async function readBack(
  operation: JournaledOperation,
  context: OperationContext,
  work: Work = 'change',
): Promise<void> {
  const { store, upstream, waits, stopping } = context
  const read = async () => {
    const { port, request_id } = await upstream.readPort(operation.project_id, operation.port_id, {
      operation_id: operation.operation_id,
      signal: stopping,
      work,
      onCall: () => countCall(operation),
    })
    notePort(operation, port, request_id)
    store.note(operation, readEntry(port, request_id))
    return port.security_groups
  }
  let list = await read()
  settleByList(operation, list, waits.lateMs)
  const open = operation.steps.find(({ status }) => status === 'unknown')
  if (open) {
    // The request may still arrive: the list before the step counts only after some time.
    const left = lastSentAt(operation, open) + waits.lateMs - Date.now()
    if (left > 0 && (await pause(left, stopping))) list = await read()
    settleByList(operation, list, waits.lateMs)
  }
  if (
    !operation.too_large &&
    sameList(list, operation.desired) &&
    operation.steps.every(({ status }) => status === 'done')
  ) {
    operation.status = 'done'
    operation.error = null
  }
  await store.save(operation)
}

/** Reads back until it succeeds, the operator has made a choice, or the proxy stops. */
export async function readBackUntilKnown(operationId: string, context: OperationContext): Promise<void> {
  const { store, stopping, log, waits } = context
  for (let tried = 1; !stopping.aborted; tried++) {
    try {
      return await store.onLatest(operationId, async (operation) => {
        if (AWAITING_CHOICE.includes(operation.status) && needsReadBack(operation))
          await readBack(operation, context, 'background')
      })
    } catch (error) {
      if (stopping.aborted) return
      if (error instanceof ProxyError)
        log.warn({ operation_id: operationId, error_code: error.error.error_code }, 'port not read back yet')
      else log.error({ err: error, operation_id: operationId }, 'unforeseen error')
      const retryAfter = error instanceof ProxyError ? error.error.retry_after : undefined
      // Unlike a step, reading back never gives up, however long the platform asks to wait.
      await pause(waitAfter(tried, retryAfter, waits) ?? waits.longestRetryAfter * 1000, stopping)
    }
  }
}
