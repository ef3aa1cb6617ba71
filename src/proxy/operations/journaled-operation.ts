import { listsAfter, type ChangeStep } from '../../vpc/change-step.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import { sameList } from '../../vpc/list-difference.ts'
import type { Port } from '../../vpc/port.ts'
import type { Operation, OperationStep } from '../../vpc/portside-api.ts'
import { unwritableError } from '../audit-log/entries.ts'

/**
 * An operation as the journal keeps it. `had` are the groups that the port had before: before the
 * first operation, for one that goes on or back after another. Those that it is to have at the end
 * too must not be off the port unsaid. `taken_over_at`: when it was found left behind; until then
 * its dead proxy may have sent something. `recorded_end` is the end that its record for good
 * (src/proxy/audit-log) tells of, and the list then.
 */
export type JournaledOperation = Operation & { had: string[]; taken_over_at?: string; recorded_end?: string }

/** What an operation is made from; `after` is the one that it goes on or back from. */
export type NewOperation = Pick<
  Operation,
  'operation_id' | 'project_id' | 'port_id' | 'user' | 'purpose' | 'planned_from' | 'desired'
> & { steps: readonly ChangeStep[]; after?: JournaledOperation }

/**
 * The record of an operation of which nothing was done yet. @throws StepRefused when a step can't
 * be carried out
 */
export function newOperation({ steps, after, ...operation }: NewOperation): JournaledOperation {
  const { planned_from, desired } = operation
  const lists = listsAfter(planned_from, steps)
  const groups = [...new Set([...(after?.had ?? []), ...planned_from])]
  const now = new Date().toISOString()
  const record: JournaledOperation = {
    ...operation,
    had: groups,
    before: after?.before ?? planned_from,
    follows: after?.operation_id ?? null,
    followed_by: null,
    created_at: now,
    updated_at: now,
    revision: 1,
    status: 'queued',
    steps: steps.map((step, index) => ({
      step,
      expected: lists[index]!,
      off_the_port: offAmong(groups, desired, [lists[index]!]),
      status: 'pending',
      request_id: null,
      found_by_reading: false,
      attempts: 0,
      error: null,
      sent_at: null,
      ended_at: null,
    })),
    list_now: null,
    list_read_at: null,
    off_the_port: [],
    next_try_at: null,
    error: null,
    port: null,
    request_id: null,
  }
  record.off_the_port = offThePort(record)
  return record
}

/** An operation's port, as a word. */
export function portKey({ project_id, port_id }: Pick<JournaledOperation, 'project_id' | 'port_id'>): string {
  return `${project_id}/${port_id.toLowerCase()}`
}

/** True while the record does not tell the port's list, or what became of a step that was sent. */
export function needsReadBack(operation: JournaledOperation): boolean {
  return (
    operation.list_now === null ||
    operation.steps.some(({ status }) => status === 'sending' || status === 'unknown')
  )
}

/** The last moment, as `Date.now()` counts, at which this step's request may have been sent. */
export function lastSentAt({ taken_over_at }: JournaledOperation, step: OperationStep): number {
  // Clocks of two machines differ: what the dead proxy's said is not enough.
  return Math.max(...[step.sent_at, taken_over_at].map((time) => (time ? Date.parse(time) : -Infinity)))
}

/** The list that the port has before step `index`, when all went as planned. */
export function listBefore(operation: JournaledOperation, index: number): string[] {
  return index === 0 ? operation.planned_from : operation.steps[index - 1]!.expected
}

/**
 * Groups that the port had, is to have at the end, and does not have now. Where it is not known
 * which of two lists the port has (a step is under way, or its answer was lost and the port not
 * read back), a group counts as off when it may be.
 */
export function offThePort(operation: JournaledOperation): string[] {
  const { steps, list_now, had, desired } = operation
  const lists: (readonly string[])[] = []
  if (list_now) lists.push(list_now)
  const open = steps.findIndex(({ status }) => status === 'sending' || (status === 'unknown' && !list_now))
  if (open >= 0) lists.push(listBefore(operation, open), steps[open]!.expected)
  if (lists.length === 0)
    lists.push(listBefore(operation, steps.findLastIndex(({ status }) => status === 'done') + 1))
  return offAmong(had, desired, lists)
}

function offAmong(
  had: readonly string[],
  desired: readonly string[],
  lists: readonly (readonly string[])[],
): string[] {
  return had.filter((id) => desired.includes(id) && lists.some((list) => !list.includes(id)))
}

/** Notes the port as the platform answered it just now. */
export function notePort(operation: JournaledOperation, port: Port, requestId: string | null): void {
  operation.port = port
  operation.request_id = requestId
  operation.list_now = port.security_groups
  operation.list_read_at = new Date().toISOString()
}

/** Notes that what the port's list is now, nobody knows. */
export function forgetList(operation: JournaledOperation): void {
  operation.list_now = null
  operation.list_read_at = null
}

/**
 * The record without a word of the cloud's, where those can't be written: its port, list and
 * errors; what was done stays.
 */
export function removePlatformText(operation: JournaledOperation): void {
  operation.port = null
  operation.request_id = null
  forgetList(operation)
  if (operation.error) operation.error = unwritableError(operation.error)
  for (const step of operation.steps) {
    step.request_id = null
    if (step.error) step.error = unwritableError(step.error)
  }
}

/** Notes that a step was done, as the platform answered or as the port read back shows. */
export function markDone(step: OperationStep, found: { requestId: string | null } | 'by reading'): void {
  step.status = 'done'
  step.ended_at = new Date().toISOString()
  step.found_by_reading = found === 'by reading'
  // What was refused or lost on the way no longer matters; how often it was sent stays.
  step.error = null
  if (found !== 'by reading') step.request_id = found.requestId
}

/** Notes that a step was not done. */
export function markFailed(step: OperationStep, error: PortsideError): void {
  step.status = 'failed'
  step.ended_at = new Date().toISOString()
  step.error = error
}

/** Ends an operation before its last step: what was not sent stays so. */
export function endEarly(
  operation: JournaledOperation,
  status: 'stopped' | 'interrupted' | 'list_changed',
  error: PortsideError | null,
): void {
  operation.status = status
  operation.error = error
  operation.next_try_at = null
  for (const step of operation.steps) {
    if (step.status !== 'pending') continue
    // One that was tried, and refused before a wait, was not merely not sent.
    if (step.attempts > 0 && step.error) markFailed(step, step.error)
    else step.status = 'not_sent'
  }
}

/**
 * Settles steps of which no answer told, by the list that the port has. A request on its way longer
 * than `lateMs` is taken to come no more.
 */
export function settleByList(operation: JournaledOperation, list: readonly string[], lateMs: number): void {
  for (const [index, step] of operation.steps.entries()) {
    if (step.status !== 'sending' && step.status !== 'unknown') continue
    step.status = 'unknown'
    const late = Date.now() - lastSentAt(operation, step) >= lateMs
    if (sameList(list, step.expected)) markDone(step, 'by reading')
    else if (late && sameList(list, listBefore(operation, index)))
      markFailed(step, {
        error_code: 'Portside.Interrupted',
        error_msg: 'No answer came, and the port read back has the list from before this step.',
        request_id: null,
      })
  }
}

/** The record as Portside's API answers it. */
export function withoutJournalFields(operation: JournaledOperation): Operation {
  const { had: _had, taken_over_at: _taken, recorded_end: _end, ...answered } = operation
  return answered
}
