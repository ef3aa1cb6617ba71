import type { Generated } from 'kysely'
import type { OperationStatus } from '../../vpc/portside-api.ts'

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
  }
}
