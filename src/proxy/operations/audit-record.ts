import { SETTLED, type Operation, type OperationStatus } from '../../vpc/portside-api.ts'
import type { AuditEntry, AuditOutcome } from '../../vpc/audit-log.ts'
import { endEntry } from '../audit-log/entries.ts'
import type { JournaledOperation } from './journaled-operation.ts'
import type { NewAuditRecord } from '../audit-log/write.ts'

/** The audit record with which an operation begins. */
export function auditRecordOf(
  operation: Operation & Pick<JournaledOperation, 'bulk_change_id'>,
  { subject, role }: { subject: string | null; role: string | null },
): NewAuditRecord {
  return {
    record_id: operation.operation_id,
    kind: operation.purpose,
    project_id: operation.project_id,
    port_id: operation.port_id,
    user: operation.user,
    subject,
    role,
    at: operation.created_at,
    before: operation.too_large ? null : operation.planned_from,
    planned: operation.too_large ? null : operation.desired,
    undo_to: operation.too_large ? null : operation.before,
    plan: operation.steps.map(({ step }) => step),
    follows: operation.follows ?? null,
    bulk_change_id: operation.bulk_change_id,
  }
}

/** The ends that have an error. After the others, the operation may still have an earlier one. */
const BY_ERROR: ReadonlySet<OperationStatus> = new Set(['stopped', 'interrupted', 'list_changed'])

/** The audit entry of an operation's end; undefined while it is under way. */
export function endEntryOf(operation: JournaledOperation): AuditEntry | undefined {
  const { status, list_now, error, followed_by, calls } = operation
  if (!SETTLED.has(status)) return undefined
  const reason = BY_ERROR.has(status) ? (error ?? null) : null
  return endEntry(status as AuditOutcome, list_now, reason, followed_by ?? null, calls)
}
