import { sameList } from '../../vpc/list-difference.ts'
import { ProxyError } from '../errors.ts'
import { readEntry } from '../records/entries.ts'
import { pause, waitAfter } from '../retry.ts'
import { UNANSWERED } from './journal.ts'
import { isOpen, notePort, sentAtLatest, settleByList, type OperationRecord } from './record.ts'
import type { RunContext } from './run.ts'

/**
 * Reads the port of an operation that has ended early, and records its list and what became of
 * steps without an answer. When the list is the desired one and no step is missing, the operation
 * was done after all.
 * @throws ProxyError when the port can't be read; nothing is changed then. RecordChanged when
 *   somebody else has changed the record
 */
export async function readBack(record: OperationRecord, context: RunContext): Promise<void> {
  const { records, upstream, waits, stopping } = context
  const read = async () => {
    const { port, request_id } = await upstream.readPort(record.project_id, record.port_id, {
      operation_id: record.operation_id,
      signal: stopping,
    })
    notePort(record, port, request_id)
    records.note(record, readEntry(port, request_id))
    return port.security_groups
  }
  let list = await read()
  settleByList(record, list, waits.lateMs)
  const open = record.steps.find(({ status }) => status === 'unknown')
  if (open) {
    // The request may still be on its way: what the list says counts only after some time.
    const left = sentAtLatest(record, open) + waits.lateMs - Date.now()
    if (left > 0 && (await pause(left, stopping))) list = await read()
    settleByList(record, list, waits.lateMs)
  }
  if (
    !record.too_large &&
    sameList(list, record.desired) &&
    record.steps.every(({ status }) => status === 'done')
  ) {
    record.status = 'done'
    record.error = null
  }
  await records.keep(record)
}

/** Reads back again and again until it succeeds, the operation is answered, or the proxy stops. */
export async function readBackUntilKnown(operationId: string, context: RunContext): Promise<void> {
  const { records, stopping, log, waits } = context
  for (let tried = 1; !stopping.aborted; tried++) {
    try {
      return await records.onLatest(operationId, async (record) => {
        if (UNANSWERED.includes(record.status) && isOpen(record)) await readBack(record, context)
      })
    } catch (error) {
      if (stopping.aborted) return
      if (error instanceof ProxyError)
        log.warn({ operation_id: operationId, error_code: error.error.error_code }, 'port not read back yet')
      else log.error({ err: error, operation_id: operationId }, 'unforeseen error')
      const retryAfter = error instanceof ProxyError ? error.error.retry_after : undefined
      // Unlike a step, it never gives up, however long the platform asks to wait.
      await pause(waitAfter(tried, retryAfter, waits) ?? waits.longestRetryAfter * 1000, stopping)
    }
  }
}
