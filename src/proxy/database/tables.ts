import type { Generated } from 'kysely'
import type { OperationStatus } from '../../vpc/portside-api.ts'
import type { AuditRecordKind, AuditOutcome } from '../../vpc/audit-log.ts'

/** All tables, as the migrations make them. */
export type Tables = {
  /** The journal: one record for each operation (operations/journal.ts). */
  operations: {
    /** Counts up with every new operation: a later one has a higher number. */
    sequence: Generated<string>
    operation_id: string
    project_id: string
    port_id: string
    status: OperationStatus
    created_at: Date | string
    /** The record as JSON; written as text, read as an object. */
    record: unknown
    /** The record's revision: who writes the next one must have read this one. */
    revision: number
    /** The proxy that has something to do with it: carry it out, or read its port back. */
    owner: string | null
  }
  /** Proxies that share the database, each alive until its lease ends (lease.ts). */
  proxies: { proxy_id: string; lease_until: Date | string }
  /**
   * What every dry run and change was, for good (src/proxy/audit-log): these three tables only
   * grow.
   */
  records: {
    sequence: Generated<string>
    record_id: string
    kind: AuditRecordKind
    project_id: string
    port_id: string
    user_name: string
    /** Who the user is to whoever signed them in. */
    subject: string | null
    role: string | null
    at: Date | string
    /** JSON, as all below: how many groups are added, moved and detached. */
    changes: unknown
    before: unknown
    planned: unknown
    undo_to: unknown
    plan: unknown
    /** Every group that is named, in lower case. */
    groups: string[]
    follows: string | null
  }
  /**
   * What happened, in the order in which it was written: RecordEntry (src/vpc/audit-log.ts) as
   * JSON, and what is searched by.
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
  /** The texts that a search finds a record by, in lower case. */
  record_terms: { term: string; record_id: string }
}
