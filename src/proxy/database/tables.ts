import type { Generated } from 'kysely'
import type { OperationStatus } from '../../vpc/portside-api.ts'
import type { AuditRecordKind, AuditOutcome } from '../../vpc/audit-log.ts'
import type { BulkPortState, BulkState } from '../../vpc/bulk-changes-api.ts'
import type { DepartureState } from '../../vpc/standing-orders-api.ts'

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
    /** The bulk change that it is a part of. */
    bulk_change_id: string | null | undefined
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
  /** The audit records without an end. Triggers keep it (migrations/007-history.ts). */
  open_records: { record_id: string }
  /** Bulk changes as they are now (src/proxy/bulk-changes): one row each. */
  bulk_changes: {
    sequence: Generated<string>
    bulk_change_id: string
    project_id: string
    user_name: string
    subject: string | null
    role: string | null
    created_at: Date | string
    updated_at: Date | string
    revision: number
    state: BulkState
    /** JSON, as `pace` and `error`. */
    intent: unknown
    words: string
    note: string | null
    pace: unknown
    confirmed_by: string | null
    /** Of the request, so that the same one sent again is known. */
    digest: string
    /** How many ports it has. */
    ports: number
    /** The wave under way, or the last one; 0 before the first. */
    wave: number
    next_wave_at: Date | string | null
    /** At this many failed ports it stops. */
    stops_at: number
    error: unknown
    undoes: string | null
    /** Calls that were made to plan it. */
    calls: number
    /** The proxy that carries it on. */
    driver: string | null
  }
  /** Ports with the same lists and steps. */
  bulk_kinds: {
    bulk_change_id: string
    kind: number
    planned_from: unknown
    desired: unknown
    steps: unknown
  }
  /** The ports of bulk changes, `number` counting from 0 in the order of carrying out. */
  bulk_ports: {
    bulk_change_id: string
    number: number
    port_id: string
    name: string | null
    /** As JSON text, which tells null from what is left out (undefined). */
    port_updated_at: string | null
    kind: number | null
    wave: number | null
    state: BulkPortState
    /** Fixed before it is submitted: submitted again, it is the same operation. */
    operation_id: string
    /** True once the journal has the operation: written with it. */
    journaled: Generated<boolean>
    error: unknown
    begun_at: Date | string | null
    ended_at: Date | string | null
    calls: Generated<number>
  }
  /** What happened to bulk changes: only grows, as the audit log. `content` is JSON. */
  bulk_entries: {
    sequence: Generated<string>
    bulk_change_id: string
    at: Date | string
    kind: string
    content: unknown
  }
  /** Standing orders (src/proxy/standing-orders): one row each. */
  standing_orders: {
    sequence: Generated<string>
    order_id: string
    project_id: string
    name: string
    /** JSON, as `ports`. */
    intent: unknown
    ports: unknown
    check_every_minutes: number | null
    /** Counts the changes by users. */
    revision: number
    changed_at: Date | string
    changed_by: string
    /** Counts the checks that ended; its departures have this number. */
    check_number: Generated<number>
    /** JSON: what the last check found, and how the one after it failed. */
    checked: unknown
    failed: unknown
    /** Of the check under way; `asked_by` is null where it came by itself. */
    asked_at: Date | string | null
    asked_by: string | null
    /** JSON: where it is. */
    progress: unknown
    /** Counts all writes: a step that was overtaken changes nothing. */
    turn: Generated<number>
    /** JSON: the error for which it waits, until `again_at`. */
    waits_for: unknown
    again_at: Date | string | null
    next_check_at: Date | string | null
  }
  /** The ports that checks found, `number` counting from 0 in the order of reading. */
  order_departures: {
    order_id: string
    check_number: number
    number: number
    port_id: string
    name: string | null
    state: DepartureState
    /** JSON, as `reason`. */
    list: unknown
    reason: unknown
  }
  /** What users did with standing orders: only grows, as the audit log. */
  order_entries: {
    sequence: Generated<string>
    order_id: string
    project_id: string
    at: Date | string
    kind: string
    user_name: string
    subject: string | null
    role: string | null
    /** JSON: what the order said. */
    before: unknown
    after: unknown
  }
}
