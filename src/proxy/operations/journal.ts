import { sql, type Kysely } from 'kysely'
import { SETTLED, type OperationStatus } from '../../vpc/portside-api.ts'
import type { RecordEntry } from '../../vpc/records.ts'
import type { Database } from '../database/database.ts'
import type { Tables } from '../database/tables.ts'
import { recordOf } from '../records/of-operation.ts'
import { addEntries, addEntriesWith, beginRecord } from '../records/write.ts'
import type { SignedIn } from '../session/session.ts'
import { isOpen, type OperationRecord } from './record.ts'

const UNFINISHED: OperationStatus[] = ['queued', 'running', 'waiting']
/** Operations that ask for the operator's answer. */
export const UNANSWERED: OperationStatus[] = ['stopped', 'interrupted']

/** At most this many operations of a port are listed. */
const LISTED = 50

/** Another proxy, or another request, has written the record since it was read. */
export class RecordChanged extends Error {
  override name = 'RecordChanged'
}

/** A record that nobody is at work with; `lately`: its proxy was alive within the last minute. */
export type LeftBehind = { record: OperationRecord; lately: boolean }

/**
 * The records of operations, on disk: each is there before the step that it tells of is sent. Whoever writes one must have read
 * its last revision: so a proxy whose operation another one took over writes, and therefore sends, nothing more.
 */
export class Journal {
  readonly #db: Kysely<Tables>
  readonly #proxyId: string

  constructor({ db, lease }: Pick<Database, 'db' | 'lease'>) {
    this.#db = db
    this.#proxyId = lease.proxyId
  }

  /**
   * Writes a new record, and begins the one for good, with `entries`. False, and nothing written, when there is one with its ID
   * already.
   */
  add(record: OperationRecord, by: SignedIn, entries: readonly RecordEntry[] = []): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('operations')
        .values(this.#rowOf(record))
        .onConflict((conflict) => conflict.column('operation_id').doNothing())
        .executeTakeFirstOrThrow()
      const isNew = numInsertedOrUpdatedRows === 1n
      if (isNew) await beginRecord(transaction, recordOf(record, by), entries)
      return isNew
    })
  }

  /**
   * Writes a record over revision `last`, and `entries` to the one for good; `text` is the record as JSON.
   * @throws RecordChanged when that is not the last revision: then neither is written
   */
  async save(
    record: OperationRecord,
    text: string,
    entries: readonly RecordEntry[],
    last = record.revision - 1,
  ): Promise<void> {
    const change = this.#change(record, text, last)
    if (!(await addEntriesWith(this.#db, change, entries))) throw changed(record.operation_id)
  }

  /**
   * Writes a record that has become `running`, when it is its turn: nothing else is under way on the port, and nothing that was asked
   * for earlier waits. False, and nothing written, when it is not. @throws RecordChanged
   */
  async begin(record: OperationRecord, text: string): Promise<boolean> {
    const { project_id, port_id, operation_id } = record
    const first = sql`not exists (
      select from operations other
      where other.project_id = ${project_id} and other.port_id = ${port_id}
        and other.operation_id <> ${operation_id}
        and other.status in ('queued', 'running', 'waiting')
        and (other.status <> 'queued' or other.sequence < operations.sequence))`
    try {
      const change = this.#change(record, text, record.revision - 1, first)
      if (await addEntriesWith(this.#db, change, [])) return true
    } catch (error) {
      // Another one that began at the same moment: the index operations_one_under_way lets one of them.
      if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error
    }
    const latest = await this.find(operation_id)
    if (latest?.revision !== record.revision - 1) throw changed(operation_id)
    return false
  }

  /** Writes a record, `entries` to the one for good, and a new one that follows it: all or nothing. @throws RecordChanged */
  async addFollowing(
    record: OperationRecord,
    entries: readonly RecordEntry[],
    following: OperationRecord,
    by: SignedIn,
    first: readonly RecordEntry[] = [],
  ): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const change = this.#change(record, JSON.stringify(record), record.revision - 1)
      if (!(await addEntriesWith(transaction, change, entries))) throw changed(record.operation_id)
      await transaction.insertInto('operations').values(this.#rowOf(following)).execute()
      await beginRecord(transaction, recordOf(following, by), first)
    })
  }

  /** Adds to the record for good of an operation that is another proxy's by now: what this one did was done all the same. */
  addEntries(operationId: string, entries: readonly RecordEntry[]): Promise<void> {
    return addEntries(this.#db, operationId, entries)
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

  /** The last revision of a record that is still this proxy's; undefined when it is another's, or nobody's. */
  async ownRevision(operationId: string): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('operations')
      .select('revision')
      .where('operation_id', '=', operationId)
      .where('owner', '=', this.#proxyId)
      .executeTakeFirst()
    return row?.revision
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

  /**
   * Records that somebody has to do something about and nobody does, oldest first: their proxy is dead (its lease is over), or it is
   * this one and they are not among `atWork`.
   */
  async leftBehind(atWork: readonly string[]): Promise<LeftBehind[]> {
    const rows = await this.#db
      .selectFrom('operations')
      .leftJoin('proxies', 'proxies.proxy_id', 'operations.owner')
      .select([
        'record',
        sql<boolean>`coalesce(lease_until > clock_timestamp() - interval '1 minute', false)`.as('lately'),
      ])
      .where('owner', 'is not', null)
      .where(({ or, eb }) =>
        or([
          eb('proxy_id', 'is', null),
          eb('lease_until', '<=', sql<Date>`clock_timestamp()`),
          eb('owner', '=', this.#proxyId),
        ]),
      )
      .$if(atWork.length > 0, (query) => query.where('operation_id', 'not in', atWork))
      .orderBy('sequence')
      .execute()
    return rows.map(({ record, lately }) => ({ record: record as OperationRecord, lately }))
  }

  /** In one statement with the entries: the records for good must not double the time that each step takes. */
  #change(record: OperationRecord, text: string, last: number, condition = sql`true`) {
    const { status, revision, operation_id } = record
    return sql`update operations
      set status = ${status}, revision = ${revision}, owner = ${this.#ownerOf(record)}, record = ${text}
      where operation_id = ${operation_id} and revision = ${last} and ${condition}
      returning operation_id::uuid as record_id`
  }

  #rowOf(record: OperationRecord) {
    const { operation_id, project_id, port_id, status, created_at, revision } = record
    const owner = this.#ownerOf(record)
    return {
      operation_id,
      project_id,
      port_id,
      status,
      created_at,
      revision,
      owner,
      record: JSON.stringify(record),
    }
  }

  /** Whoever writes a record that something is still to be done about has to do it. */
  #ownerOf(record: OperationRecord): string | null {
    const toDo = !SETTLED.has(record.status) || (UNANSWERED.includes(record.status) && isOpen(record))
    return toDo ? this.#proxyId : null
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

function changed(operationId: string): RecordChanged {
  return new RecordChanged(`operation ${operationId} was changed elsewhere`)
}
