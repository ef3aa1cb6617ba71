import { sameList } from '../../vpc/list-difference.ts'
import { ProxyError } from '../errors.ts'
import { readEntry } from '../records/entries.ts'
import { notePort, settleByList, type OperationRecord } from './record.ts'
import { pause } from './waits.ts'
import type { RunContext } from './run.ts'

/** True while the record does not tell the port's list, or what became of a step that was sent. */
export function isOpen(record: OperationRecord): boolean {
  return (
    record.list_now === null ||
    record.steps.some(({ status }) => status === 'sending' || status === 'unknown')
  )
}

/**
 * Reads the port of an operation that has ended early, and records its list and what became of steps without an answer. When the
 * list is the desired one and no step is missing, the operation was done after all.
 * @throws ProxyError when the port can't be read; nothing is changed then
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
  if (open?.sent_at) {
    // The request may still be on its way: what the list says counts only after some time.
    const left = Date.parse(open.sent_at) + waits.lateMs - Date.now()
    if (left > 0 && (await pause(left, stopping))) list = await read()
    settleByList(record, list, waits.lateMs)
  }
  if (sameList(list, record.desired) && record.steps.every(({ status }) => status === 'done')) {
    record.status = 'done'
    record.error = null
  }
  await records.keep(record)
}

/**
 * Reads back again and again until it succeeds, or the proxy stops.
 * @param find the record as it is in the journal, undefined when there is nothing left to read back
 * @param alone runs one reading, with nothing else that changes the record at the same time
 */
export async function readBackUntilKnown(
  find: () => Promise<OperationRecord | undefined>,
  context: RunContext,
  alone: (work: () => Promise<boolean>) => Promise<boolean>,
): Promise<void> {
  const once = async () => {
    const record = await find()
    if (!record || !isOpen(record)) return true
    try {
      await readBack(record, context)
      return true
    } catch (error) {
      if (context.stopping.aborted) return true
      if (!(error instanceof ProxyError)) throw error
      const { operation_id } = record
      context.log.warn({ operation_id, error_code: error.error.error_code }, 'port not read back yet')
      return false
    }
  }
  for (let tried = 1; !context.stopping.aborted; tried++) {
    if (await alone(once)) return
    await pause(Math.min(context.waits.retryMs * 2 ** tried, 15_000), context.stopping)
  }
}
