import type { Generated } from 'kysely'
import type { OperationStatus } from '../../vpc/portside-api.ts'
import type { AuditRecordKind, AuditOutcome } from '../../vpc/audit-log.ts'

/** All tables, as the migrations make them. */
export type Tables = {
  /** The journal: one row for each operation, as it is now (operations/journal.ts). */
  operations: {
    /** Counts up with every new operation: a later one has a higher number. */
    sequence: Generated<string>
    operation_id: string
    project_id: string
    port_id: string
    status: OperationStatus
    created_at: Date | string
    /** The whole operation as JSON (JournaledOperation): written as text, read as an object. */
    record: unknown
    /** Counts the writes. A proxy that writes revision 8 must have read revision 7. */
    revision: number
    /** The proxy that has to carry it out or to read its port back; null when nothing is to do. */
    owner: string | null
  }
  /** Proxies that share the database, each alive until its lease ends (lease.ts). */
  proxies: { proxy_id: string; lease_until: Date | string }
  /** The budget of calls of each endpoint: rate-limiter-flexible's (upstream/calls.ts). */
  calls: { key: string; points: number; expire: string | null }
  /** The audit log (src/proxy/audit-log): one row for each audit record. Three tables only grow. */
  records: {
    sequence: Generated<string>
    record_id: string
    kind: AuditRecordKind
    project_id: string
    port_id: string
    user_name: string
    /** The user's ID at the OpenID Connect provider. */
    subject: string | null
    role: string | null
    at: Date | string
    /** JSON, as all below: how many groups are added, moved and detached. */
    changes: unknown
    before: unknown
    planned: unknown
    undo_to: unknown
    plan: unknown
    /** Every group in the lists and the plan, in lower case. */
    groups: string[]
    follows: string | null
  }
  /**
   * The audit entries (src/vpc/audit-log.ts) as JSON, and the columns by which they are searched.
   */
  record_entries: {
    sequence: Generated<string>
    record_id: string
    at: Date | string
    kind: string
    /** Of an end. */
    outcome: AuditOutcome | null
    request_id: string | null
    port_name: string | null
    content: unknown
  }
  /** The texts by which a search finds an audit record, in lower case. */
  record_terms: { term: string; record_id: string }
}
