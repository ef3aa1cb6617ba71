import { listsAfter, type ChangeStep } from '../../vpc/change-step.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import { sameList } from '../../vpc/list-difference.ts'
import type { Port } from '../../vpc/port.ts'
import type { Operation, OperationStep } from '../../vpc/portside-api.ts'
import { unwritableError } from '../audit-log/entries.ts'

/** An operation as the journal has it. */
export type JournaledOperation = Operation & {
  /**
   * The groups that the port had before, and before the operations that this one follows. When the
   * port should have one at the end and doesn't, the operator must be warned.
   */
  had: string[]
  /** When a proxy took it over. Until then its dead proxy may have sent something. */
  taken_over_at?: string
  /** The end, and the list then, that the audit log already has. */
  recorded_end?: string
  /** The calls of the platform that were made for it, reads among them. */
  calls?: number
  /** The bulk change that it is a part of, for its audit record. */
  bulk_change_id?: string
}

/** What is empty in an operation that has not begun, or can't be read. */
export const EMPTY_FIELDS = {
  followed_by: null,
  list_now: null,
  list_read_at: null,
  next_try_at: null,
  error: null,
  port: null,
  request_id: null,
} as const satisfies Partial<JournaledOperation>

/** What an operation is made from; `after` is the one after which it goes on or back. */
export type NewOperation = Pick<
  Operation,
  | 'operation_id'
  | 'project_id'
  | 'port_id'
  | 'user'
  | 'purpose'
  | 'planned_from'
  | 'desired'
  | 'port_updated_at'
> &
  Pick<JournaledOperation, 'bulk_change_id'> & { steps: readonly ChangeStep[]; after?: JournaledOperation }

/** A queued operation. @throws StepRefused when a step can't be carried out on its list */
export function newOperation({ steps, after, ...operation }: NewOperation): JournaledOperation {
  const { planned_from, desired } = operation
  const lists = listsAfter(planned_from, steps)
  const groups = [...new Set([...(after?.had ?? []), ...planned_from])]
  const now = new Date().toISOString()
  const created: JournaledOperation = {
    ...EMPTY_FIELDS,
    ...operation,
    had: groups,
    before: after?.before ?? planned_from,
    follows: after?.operation_id ?? null,
    ...(after?.bulk_change_id !== undefined && { bulk_change_id: after.bulk_change_id }),
    created_at: now,
    updated_at: now,
    revision: 1,
    status: 'queued',
    steps: steps.map((step, stepNumber) => ({
      step,
      expected: lists[stepNumber]!,
      off_the_port: offAmong(groups, desired, [lists[stepNumber]!]),
      status: 'pending',
      request_id: null,
      found_by_reading: false,
      attempts: 0,
      error: null,
      sent_at: null,
      ended_at: null,
    })),
    off_the_port: [],
  }
  created.off_the_port = offThePort(created)
  return created
}

/** An operation's port as one text, as the database's notices have it. */
export function portKey({ project_id, port_id }: Pick<JournaledOperation, 'project_id' | 'port_id'>): string {
  return `${project_id}/${port_id.toLowerCase()}`
}

/** True while the port's list, or the outcome of a step that was sent, is unknown. */
export function needsReadBack(operation: JournaledOperation): boolean {
  return (
    operation.list_now === null ||
    operation.steps.some(({ status }) => status === 'sending' || status === 'unknown')
  )
}

/** The latest time at which this step's request may have been sent, in ms as of `Date.now()`. */
export function lastSentAt({ taken_over_at }: JournaledOperation, step: OperationStep): number {
  // The clocks of two machines differ, so the dead proxy's time is not enough.
  return Math.max(...[step.sent_at, taken_over_at].map((time) => (time ? Date.parse(time) : -Infinity)))
}

/** The list that the port has before step `stepNumber`, when the steps before it are done. */
export function listBefore(operation: JournaledOperation, stepNumber: number): string[] {
  return stepNumber === 0 ? operation.planned_from : operation.steps[stepNumber - 1]!.expected
}

/**
 * The groups that the port had, should have at the end, and doesn't have now. While a step is under
 * way, or its response was lost and the port not read back, the port may have one of two lists:
 * then a group counts as off the port when it may be.
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

/** Sets the port as the platform returned it just now. */
export function notePort(operation: JournaledOperation, port: Port, requestId: string | null): void {
  operation.port = port
  operation.request_id = requestId
  operation.list_now = port.security_groups
  operation.list_read_at = new Date().toISOString()
}

/** Counts a call of the platform that is made for the operation. */
export function countCall(operation: JournaledOperation): void {
  operation.calls = (operation.calls ?? 0) + 1
}

/** Marks the port's list as unknown. */
export function forgetList(operation: JournaledOperation): void {
  operation.list_now = null
  operation.list_read_at = null
}

/** Removes all text of the platform, for when the database refuses it: port, list and errors. */
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

/** Marks a step as done, by the platform's response or by the port read back. */
export function markDone(step: OperationStep, found: { requestId: string | null } | 'by reading'): void {
  step.status = 'done'
  step.ended_at = new Date().toISOString()
  step.found_by_reading = found === 'by reading'
  // Errors of earlier tries no longer matter; the number of tries stays.
  step.error = null
  if (found !== 'by reading') step.request_id = found.requestId
}

/** Marks a step as not done. */
export function markFailed(step: OperationStep, error: PortsideError): void {
  step.status = 'failed'
  step.ended_at = new Date().toISOString()
  step.error = error
}

/** Ends an operation before its last step: pending steps become `not_sent`. */
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
    // A step that was sent, refused and waited for another try has failed.
    if (step.attempts > 0 && step.error) markFailed(step, step.error)
    else step.status = 'not_sent'
  }
}

/**
 * Decides the outcome of steps without a response by the list that the port has now. After `lateMs`
 * a request no longer arrives.
 */
export function settleByList(operation: JournaledOperation, list: readonly string[], lateMs: number): void {
  for (const [stepNumber, step] of operation.steps.entries()) {
    if (step.status !== 'sending' && step.status !== 'unknown') continue
    step.status = 'unknown'
    const late = Date.now() - lastSentAt(operation, step) >= lateMs
    if (sameList(list, step.expected)) markDone(step, 'by reading')
    else if (late && sameList(list, listBefore(operation, stepNumber)))
      markFailed(step, {
        error_code: 'Portside.Interrupted',
        error_msg: 'No response came, and the port has the list from before this step.',
        request_id: null,
      })
  }
}

/** The operation as Portside's API returns it. */
export function withoutJournalFields(operation: JournaledOperation): Operation {
  const {
    had: _had,
    taken_over_at: _taken,
    recorded_end: _end,
    calls: _calls,
    bulk_change_id: _bulk,
    ...returned
  } = operation
  return returned
}
