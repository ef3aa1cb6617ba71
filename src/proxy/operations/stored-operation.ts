import { sql, type Kysely } from 'kysely'
import type { OperationStatus } from '../../vpc/portside-api.ts'
import type { Tables } from '../database/tables.ts'
import { EMPTY_FIELDS, type JournaledOperation } from './journaled-operation.ts'

/**
 * An operation of more bytes is not read. It is several times the size of the largest plan today.
 * An earlier Portside took plans of any length, of which some have hundreds of megabytes.
 */
export const LARGEST_OPERATION = 8 * 1024 * 1024

/** The condition that a row `o` is larger. As it isn't compressed, its size is known unread. */
export const isTooLarge = sql<boolean>`pg_column_size(o.record) > ${sql.lit(LARGEST_OPERATION)}`

/** What is read of a row `o` of operations: the whole operation, unless it is too large. */
export const readable = sql`o.operation_id, o.project_id, o.port_id, o.status, o.revision, o.created_at,
  case when not ${isTooLarge} then o.record end as record`

/** A row as `readable` reads it. */
export type StoredRow = {
  operation_id: string
  project_id: string
  port_id: string
  status: OperationStatus
  revision: number
  created_at: Date
  record: JournaledOperation | null
}

/** The operation of a row; of one that is too large, what the columns and the audit log know. */
export async function storedOperation(db: Kysely<Tables>, row: StoredRow): Promise<JournaledOperation> {
  const { record, ...known } = row
  if (record) return record
  const begun = await db
    .selectFrom('records')
    .select(['user_name', 'kind', 'follows'])
    .where('record_id', '=', known.operation_id)
    .executeTakeFirst()
  const kind = begun?.kind ?? 'change'
  const created_at = known.created_at.toISOString()
  return {
    ...EMPTY_FIELDS,
    ...known,
    too_large: true,
    user: begun?.user_name ?? '(unknown)',
    purpose: kind === 'dry_run' ? 'change' : kind,
    follows: begun?.follows ?? null,
    created_at,
    updated_at: created_at,
    planned_from: [],
    port_updated_at: null,
    desired: [],
    before: [],
    had: [],
    steps: [],
    off_the_port: [],
  }
}
