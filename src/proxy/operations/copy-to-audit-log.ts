import { sql, type Kysely } from 'kysely'
import { stepRequest } from '../../vpc/step-request.ts'
import type { AuditEntry } from '../../vpc/audit-log.ts'
import { textOf } from '../../vpc/shown.ts'
import type { Tables } from '../database/tables.ts'
import type { JournaledOperation } from './journaled-operation.ts'
import { readable, storedOperation, type StoredRow } from './stored-operation.ts'
import { endEntryOf, auditRecordOf } from './audit-record.ts'
import { beginAuditRecord } from '../audit-log/write.ts'

const AT_A_TIME = 20

/** Any number that no other program's advisory lock on the same database has. */
const COPYING = 7_678_744

/**
 * Makes audit records of the operations in the journal that have none, from a Portside without an
 * audit log. Each says that it is a copy: the journal has only the last try of each step, and no
 * responses.
 */
export async function copyJournalToAuditLog(db: Kysely<Tables>): Promise<void> {
  for (;;) {
    const copied = await db.transaction().execute(async (transaction) => {
      // Proxies that share the database may start at the same time.
      await sql`select pg_advisory_xact_lock(${COPYING})`.execute(transaction)
      const { rows } = await sql<StoredRow>`
        select ${readable} from operations o
        where not exists (select 1 from records r where r.record_id = o.operation_id::uuid)
        order by o.sequence limit ${AT_A_TIME}`.execute(transaction)
      for (const row of rows) await copy(transaction, await storedOperation(transaction, row))
      return rows.length
    })
    if (copied < AT_A_TIME) return
  }
}

async function copy(db: Kysely<Tables>, operation: JournaledOperation): Promise<void> {
  const { project_id, port_id, updated_at } = operation
  const entries: AuditEntry[] = [
    { kind: 'copied', at: new Date().toISOString(), port_name: textOf(operation.port?.name) ?? null },
  ]
  for (const [index, { step, status, sent_at, ended_at, request_id, error }] of operation.steps.entries()) {
    if (!sent_at) continue
    const { method, path, body } = stepRequest(step, project_id, port_id)
    entries.push({ kind: 'request', at: sent_at, step: index, method, path, body })
    if (!request_id && !error) continue
    entries.push({
      kind: 'answer',
      at: ended_at ?? updated_at,
      step: index,
      result: status === 'done' ? 'done' : (error?.outcome ?? 'unknown'),
      status: null,
      request_id: request_id ?? null,
      text: null,
      error: error ?? null,
    })
  }
  const end = endEntryOf(operation)
  if (end) entries.push({ ...end, at: updated_at })
  await beginAuditRecord(db, auditRecordOf(operation, { subject: null, role: null }), entries)
}
