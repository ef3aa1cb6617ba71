import type { Kysely } from 'kysely'
import type { OperationStatus } from '../../vpc/portside-api.ts'
import type { Tables } from '../database/tables.ts'
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

  /** Writes a new record. False, and nothing written, when there is one with its ID already. */
  async add(record: OperationRecord): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('operations')
      .values(rowOf(record))
      .onConflict((conflict) => conflict.column('operation_id').doNothing())
      .executeTakeFirstOrThrow()
    return numInsertedOrUpdatedRows === 1n
  }

  /** Writes a record over its earlier state; `text` is the record as JSON. */
  async save(record: OperationRecord, text: string): Promise<void> {
    await update(this.#db, record, text)
  }

  /** Writes a record and a new one that follows it: both or neither. */
  async addFollowing(record: OperationRecord, following: OperationRecord): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await update(transaction, record, JSON.stringify(record))
      await transaction.insertInto('operations').values(rowOf(following)).execute()
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

async function update(db: Kysely<Tables>, record: OperationRecord, text: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('operations')
    .set({ status: record.status, record: text })
    .where('operation_id', '=', record.operation_id)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new Error(`operation ${record.operation_id} is not in the journal`)
}
