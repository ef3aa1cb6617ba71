import { sql, type Kysely } from 'kysely'
import type { OperationStatus } from '../../vpc/portside-api.ts'
import type { RecordEntry } from '../../vpc/records.ts'
import type { Tables } from '../database/tables.ts'
import { recordOf } from '../records/of-operation.ts'
import { addEntriesWith, beginRecord } from '../records/write.ts'
import type { SignedIn } from '../session/session.ts'
import type { OperationRecord } from './record.ts'

const UNFINISHED: OperationStatus[] = ['queued', 'running', 'waiting']
const UNANSWERED: OperationStatus[] = ['stopped', 'interrupted']

/** At most this many operations of a port are listed. */
const LISTED = 50

/** The records of operations, on disk: each is there before the step that it tells of is sent. */
export class Journal {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  /**
   * Writes a new record, and begins the one for good, with `entries`. False, and nothing written, when there is one with its ID
   * already.
   */
  add(record: OperationRecord, by: SignedIn, entries: readonly RecordEntry[] = []): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('operations')
        .values(rowOf(record))
        .onConflict((conflict) => conflict.column('operation_id').doNothing())
        .executeTakeFirstOrThrow()
      const isNew = numInsertedOrUpdatedRows === 1n
      if (isNew) await beginRecord(transaction, recordOf(record, by), entries)
      return isNew
    })
  }

  /** Writes a record over its earlier state, and `entries` to the one for good; `text` is the record as JSON. */
  async save(record: OperationRecord, text: string, entries: readonly RecordEntry[]): Promise<void> {
    await update(this.#db, record, text, entries)
  }

  /** Writes a record, `entries` to the one for good, and a new one that follows it: all or nothing. */
  async addFollowing(
    record: OperationRecord,
    entries: readonly RecordEntry[],
    following: OperationRecord,
    by: SignedIn,
    first: readonly RecordEntry[] = [],
  ): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await update(transaction, record, JSON.stringify(record), entries)
      await transaction.insertInto('operations').values(rowOf(following)).execute()
      await beginRecord(transaction, recordOf(following, by), first)
    })
  }

  /** The record with this ID. */
  async find(operationId: string): Promise<OperationRecord | undefined> {
    const row = await this.#db
      .selectFrom('operations')
      .select('record')
      .where('operation_id', '=', operationId)
      .executeTakeFirst()
    return row?.record as OperationRecord | undefined
  }

  /** A port's latest records, newest first. */
  async ofPort(projectId: string, portId: string): Promise<OperationRecord[]> {
    const rows = await this.#ofPort(projectId, portId).limit(LISTED).execute()
    return rows.map(({ record }) => record as OperationRecord)
  }

  /** A port's records that wait for the operator's answer, newest first. */
  async unanswered(projectId: string, portId: string): Promise<OperationRecord[]> {
    const rows = await this.#ofPort(projectId, portId).where('status', 'in', UNANSWERED).execute()
    return rows.map(({ record }) => record as OperationRecord)
  }

  /** True while an operation on the port is under way or waits for its turn. */
  async busy(projectId: string, portId: string): Promise<boolean> {
    const rows = await this.#ofPort(projectId, portId).where('status', 'in', UNFINISHED).limit(1).execute()
    return rows.length > 0
  }

  /** All records that were under way when they were last written, or are still to be read back; oldest first. */
  async allOpen(): Promise<OperationRecord[]> {
    const rows = await this.#db
      .selectFrom('operations')
      .select('record')
      .where('status', 'in', [...UNFINISHED, ...UNANSWERED])
      .orderBy('sequence')
      .execute()
    return rows.map(({ record }) => record as OperationRecord)
  }

  #ofPort(projectId: string, portId: string) {
    return this.#db
      .selectFrom('operations')
      .select('record')
      .where('project_id', '=', projectId)
      .where('port_id', '=', portId)
      .orderBy('sequence', 'desc')
  }
}

function rowOf(record: OperationRecord) {
  const { operation_id, project_id, port_id, status, created_at } = record
  return { operation_id, project_id, port_id, status, created_at, record: JSON.stringify(record) }
}

/** In one statement: the records for good must not double the time that each step takes. */
async function update(
  db: Kysely<Tables>,
  { operation_id, status }: OperationRecord,
  text: string,
  entries: readonly RecordEntry[],
): Promise<void> {
  const change = sql`
    update operations set status = ${status}, record = ${text}
    where operation_id = ${operation_id} returning operation_id::uuid as record_id`
  if (!(await addEntriesWith(db, change, entries)))
    throw new Error(`operation ${operation_id} is not in the journal`)
}
