import { sql, type Kysely, type RawBuilder } from 'kysely'
import {
  operationSummary,
  SETTLED,
  type OperationStatus,
  type OperationSummary,
} from '../../vpc/portside-api.ts'
import type { AuditEntry } from '../../vpc/audit-log.ts'
import type { Database } from '../database/database.ts'
import { RevisionConflict } from '../database/revision-conflict.ts'
import type { Tables } from '../database/tables.ts'
import { auditRecordOf } from './audit-record.ts'
import { addAuditEntries, addAuditEntriesWith, beginAuditRecord } from '../audit-log/write.ts'
import type { SignedIn } from '../session/session.ts'
import { needsReadBack, type JournaledOperation } from './journaled-operation.ts'
import { isTooLarge, readable, storedOperation, type StoredRow } from './stored-operation.ts'

const UNFINISHED: OperationStatus[] = ['queued', 'running', 'waiting']
/** Operations that ask for the operator's answer. */
export const AWAITING_CHOICE: OperationStatus[] = ['stopped', 'interrupted']

type ListedRow = Omit<OperationSummary, 'user' | 'purpose' | 'created_at'> & {
  sequence: unknown
  user_name: string
  kind: OperationSummary['purpose']
  created_at: Date
}

/** A record that nobody is at work with; `lately`: its proxy was alive within the last minute. */
export type LeftBehind = { operation: JournaledOperation; lately: boolean }

/**
 * The records of operations, on disk: each is there before the step that it tells of is sent.
 * Whoever writes one must have read its last revision: so a proxy whose operation another one took
 * over writes, and therefore sends, nothing more.
 */
export class Journal {
  readonly #db: Kysely<Tables>
  readonly #proxyId: string

  constructor({ db, lease }: Pick<Database, 'db' | 'lease'>) {
    this.#db = db
    this.#proxyId = lease.proxyId
  }

  /**
   * Writes a new record, and begins the one for good, with `entries`. False, and nothing written,
   * when there is one with its ID already.
   */
  add(operation: JournaledOperation, by: SignedIn, entries: readonly AuditEntry[] = []): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('operations')
        .values(this.#rowOf(operation))
        .onConflict((conflict) => conflict.column('operation_id').doNothing())
        .executeTakeFirstOrThrow()
      const isNew = numInsertedOrUpdatedRows === 1n
      if (isNew) await beginAuditRecord(transaction, auditRecordOf(operation, by), entries)
      return isNew
    })
  }

  /**
   * Writes a record over revision `last`, and `entries` to the one for good; `text` is the record
   * as JSON.
   * @throws RecordChanged when that is not the last revision: then neither is written
   */
  async save(
    operation: JournaledOperation,
    text: string,
    entries: readonly AuditEntry[],
    last = operation.revision - 1,
  ): Promise<void> {
    const change = this.#change(operation, text, last)
    if (!(await addAuditEntriesWith(this.#db, change, entries))) throw revisionConflict(operation.operation_id)
  }

  /**
   * Writes a record that has become `running`, when it is its turn: nothing else is under way on
   * the port, and nothing that was asked for earlier waits. False, and nothing written, when it is
   * not. @throws RecordChanged
   */
  async begin(operation: JournaledOperation, text: string): Promise<boolean> {
    const { project_id, port_id, operation_id } = operation
    const first = sql`not exists (
      select from operations other
      where other.project_id = ${project_id} and other.port_id = ${port_id}
        and other.operation_id <> ${operation_id}
        and other.status in ('queued', 'running', 'waiting')
        and (other.status <> 'queued' or other.sequence < operations.sequence))`
    try {
      const change = this.#change(operation, text, operation.revision - 1, first)
      if (await addAuditEntriesWith(this.#db, change, [])) return true
    } catch (error) {
      // Another one that began at the same moment: the index operations_one_under_way lets one of
      // them.
      if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error
    }
    const latest = await this.find(operation_id)
    if (latest?.revision !== operation.revision - 1) throw revisionConflict(operation_id)
    return false
  }

  /**
   * Writes a record, `entries` to the one for good, and a new one that follows it: all or nothing.
   * @throws RecordChanged
   */
  async addFollowing(
    operation: JournaledOperation,
    entries: readonly AuditEntry[],
    following: JournaledOperation,
    by: SignedIn,
    first: readonly AuditEntry[] = [],
  ): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const change = this.#change(operation, JSON.stringify(operation), operation.revision - 1)
      if (!(await addAuditEntriesWith(transaction, change, entries))) throw revisionConflict(operation.operation_id)
      await transaction.insertInto('operations').values(this.#rowOf(following)).execute()
      await beginAuditRecord(transaction, auditRecordOf(following, by), first)
    })
  }

  /**
   * Adds to the record for good of an operation that is another proxy's by now: what this one did
   * was done all the same.
   */
  addEntries(operationId: string, entries: readonly AuditEntry[]): Promise<void> {
    return addAuditEntries(this.#db, operationId, entries)
  }

  /** The record with this ID. */
  async find(operationId: string): Promise<JournaledOperation | undefined> {
    const [found] = await this.#read(sql`o.operation_id = ${operationId}`)
    return found
  }

  /**
   * The last revision of a record that is still this proxy's; undefined when it is another's, or
   * nobody's.
   */
  async ownRevision(operationId: string): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('operations')
      .select('revision')
      .where('operation_id', '=', operationId)
      .where('owner', '=', this.#proxyId)
      .executeTakeFirst()
    return row?.revision
  }

  /**
   * A page of a port's operations as lists show them, newest first. The records themselves, which
   * may have a megabyte each, are not read.
   * @param after the `next` of the page before
   */
  async ofPort(
    projectId: string,
    portId: string,
    { limit, after }: { limit: number; after?: string | undefined },
  ): Promise<{ operations: OperationSummary[]; next: string | undefined }> {
    const { rows } = await sql<ListedRow>`
      select o.sequence, o.operation_id, o.project_id, o.port_id, o.status, o.revision, o.created_at,
        r.user_name, r.kind, r.follows, ${isTooLarge} as too_large,
        case when o.status = 'superseded' and not ${isTooLarge} then o.record -> 'followed_by' end as followed_by,
        case when o.status = 'left' and not ${isTooLarge} then o.record -> 'list_now' end as list_now
      from operations o join records r on r.record_id = o.operation_id::uuid
      where o.project_id = ${projectId} and o.port_id = ${portId}
        and ${after === undefined ? sql`true` : sql`o.sequence < ${after}::bigint`}
      order by o.sequence desc limit ${limit + 1}`.execute(this.#db)
    const operations = rows
      .slice(0, limit)
      .map(({ user_name: user, kind: purpose, created_at, too_large, ...row }) => {
        const summary = { ...row, user, purpose, created_at: created_at.toISOString() }
        return operationSummary.parse(too_large ? { ...summary, too_large } : summary)
      })
    return { operations, next: rows.length > limit ? String(rows[limit - 1]!.sequence) : undefined }
  }

  /** A port's records that wait for the operator's answer, newest first. */
  awaitingChoice(projectId: string, portId: string): Promise<JournaledOperation[]> {
    return this.#read(
      sql`o.project_id = ${projectId} and o.port_id = ${portId} and o.status in (${sql.join(AWAITING_CHOICE)})`,
    )
  }

  /** True while an operation on the port is under way or waits for its turn. */
  async busy(projectId: string, portId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('operations')
      .select('operation_id')
      .where('project_id', '=', projectId)
      .where('port_id', '=', portId)
      .where('status', 'in', UNFINISHED)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  /**
   * Records that somebody has to do something about and nobody does, oldest first: their proxy is
   * dead (its lease is over), or it is this one and they are not among `atWork`.
   */
  async leftBehind(atWork: readonly string[]): Promise<LeftBehind[]> {
    const { rows } = await sql<StoredRow & { lately: boolean }>`
      select ${readable},
        coalesce(lease_until > clock_timestamp() - interval '1 minute', false) as lately
      from operations o left join proxies on proxies.proxy_id = o.owner
      where o.owner is not null
        and (proxy_id is null or lease_until <= clock_timestamp() or o.owner = ${this.#proxyId})
        and o.operation_id <> all(${atWork}::text[])
      order by o.sequence`.execute(this.#db)
    return Promise.all(
      rows.map(async ({ lately, ...row }) => ({
        operation: await storedOperation(this.#db, row),
        lately,
      })),
    )
  }

  /** Records under a condition, newest first. */
  async #read(condition: RawBuilder<unknown>): Promise<JournaledOperation[]> {
    const { rows } = await sql<StoredRow>`
      select ${readable} from operations o where ${condition} order by o.sequence desc`.execute(this.#db)
    return Promise.all(rows.map((row) => storedOperation(this.#db, row)))
  }

  /**
   * In one statement with the entries: the records for good must not double the time that each step
   * takes.
   */
  #change(operation: JournaledOperation, text: string, last: number, condition = sql`true`) {
    const { status, revision, operation_id } = operation
    return sql`update operations
      set status = ${status}, revision = ${revision}, owner = ${this.#ownerOf(operation)}, record = ${text}
      where operation_id = ${operation_id} and revision = ${last} and ${condition}
      returning operation_id::uuid as record_id`
  }

  #rowOf(operation: JournaledOperation) {
    const { operation_id, project_id, port_id, status, created_at, revision } = operation
    const owner = this.#ownerOf(operation)
    return {
      operation_id,
      project_id,
      port_id,
      status,
      created_at,
      revision,
      owner,
      record: JSON.stringify(operation),
    }
  }

  /** Whoever writes a record that something is still to be done about has to do it. */
  #ownerOf(operation: JournaledOperation): string | null {
    const toDo =
      !SETTLED.has(operation.status) || (AWAITING_CHOICE.includes(operation.status) && needsReadBack(operation))
    return toDo ? this.#proxyId : null
  }
}

function revisionConflict(operationId: string): RevisionConflict {
  return new RevisionConflict(`operation ${operationId} was changed elsewhere`)
}
