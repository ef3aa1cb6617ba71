import { sql, type Kysely, type RawBuilder } from 'kysely'
import { type WaitingOperation } from '../../vpc/awaiting-choice.ts'
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
/** Operations that wait for the operator's choice. */
export const AWAITING_CHOICE: OperationStatus[] = ['stopped', 'interrupted']

type ListedRow = Omit<OperationSummary, 'user' | 'purpose' | 'created_at' | 'updated_at' | 'too_large'> & {
  sequence: unknown
  user_name: string
  kind: OperationSummary['purpose']
  created_at: Date
  too_large: boolean
  updated_at: string | null
}

/**
 * Writes what belongs to a new operation, in its transaction. When it returns false, the operation
 * is no longer wanted, and nothing is written.
 */
export type WriteTogether = (transaction: Kysely<Tables>) => Promise<boolean>

/** An operation without a proxy; `lately`: its proxy was alive within the last minute. */
export type AbandonedOperation = { operation: JournaledOperation; lately: boolean }

/**
 * The journal: operations as they are now, written before each request. A write must follow the
 * last revision. So a proxy whose operation another one took over can't write, and then sends
 * nothing more.
 */
export class Journal {
  readonly #db: Kysely<Tables>
  readonly #proxyId: string

  constructor({ db, lease }: Pick<Database, 'db' | 'lease'>) {
    this.#db = db
    this.#proxyId = lease.proxyId
  }

  /**
   * Writes a new operation, and its audit record with `entries`. Returns false, and writes nothing,
   * when there is one with its ID already.
   * @throws RevisionConflict when `together` returns false
   */
  add(
    operation: JournaledOperation,
    by: SignedIn,
    entries: readonly AuditEntry[] = [],
    together?: WriteTogether,
  ): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('operations')
        .values(this.#rowOf(operation))
        .onConflict((conflict) => conflict.column('operation_id').doNothing())
        .executeTakeFirstOrThrow()
      const isNew = numInsertedOrUpdatedRows === 1n
      if (isNew) await beginAuditRecord(transaction, auditRecordOf(operation, by), entries)
      if (isNew && together && !(await together(transaction))) throw revisionConflict(operation.operation_id)
      return isNew
    })
  }

  /**
   * Writes an operation over revision `last`, and `entries` to its audit record.
   * @param text the operation as JSON
   * @throws RevisionConflict when `last` is not the last revision: then neither is written
   */
  async save(
    operation: JournaledOperation,
    text: string,
    entries: readonly AuditEntry[],
    last = operation.revision - 1,
  ): Promise<void> {
    const change = this.#change(operation, text, last)
    if (!(await addAuditEntriesWith(this.#db, change, entries)))
      throw revisionConflict(operation.operation_id)
  }

  /**
   * Writes an operation that has become `running`, when it is its turn: no other is under way on
   * the port, and no earlier one waits. Returns false, and writes nothing, when it isn't.
   * @throws RevisionConflict
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
      // Another operation began at the same time: the index operations_one_under_way allows one.
      if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error
    }
    const latest = await this.find(operation_id)
    if (latest?.revision !== operation.revision - 1) throw revisionConflict(operation_id)
    return false
  }

  /**
   * Writes an operation, `entries` to its audit record, and a new operation that follows it, whose
   * audit record begins with `first`: all or nothing.
   * @throws RevisionConflict
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
      if (!(await addAuditEntriesWith(transaction, change, entries)))
        throw revisionConflict(operation.operation_id)
      await transaction.insertInto('operations').values(this.#rowOf(following)).execute()
      await beginAuditRecord(transaction, auditRecordOf(following, by), first)
    })
  }

  /** Adds entries to the audit record of an operation that another proxy has taken over. */
  addEntries(operationId: string, entries: readonly AuditEntry[]): Promise<void> {
    return addAuditEntries(this.#db, operationId, entries)
  }

  /** The operation with this ID. */
  async find(operationId: string): Promise<JournaledOperation | undefined> {
    const [found] = await this.#read(sql`o.operation_id = ${operationId}`)
    return found
  }

  /** The last revision of an operation; undefined when this proxy doesn't own it any more. */
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
   * A page of a port's operations in summary, newest first. The whole operations, of up to a
   * megabyte each, are not read.
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
        case when o.status = 'left' and not ${isTooLarge} then o.record -> 'list_now' end as list_now,
        case when o.status in ('left', 'list_changed') and not ${isTooLarge} then o.record ->> 'updated_at' end as updated_at
      from operations o join records r on r.record_id = o.operation_id::uuid
      where o.project_id = ${projectId} and o.port_id = ${portId}
        and ${after === undefined ? sql`true` : sql`o.sequence < ${after}::bigint`}
      order by o.sequence desc limit ${limit + 1}`.execute(this.#db)
    const operations = rows
      .slice(0, limit)
      .map(({ user_name: user, kind: purpose, created_at, updated_at, too_large, ...row }) => {
        const times = { created_at: created_at.toISOString(), ...(updated_at && { updated_at }) }
        const summary = { ...row, user, purpose, ...times }
        return operationSummary.parse(too_large ? { ...summary, too_large } : summary)
      })
    return { operations, next: rows.length > limit ? String(rows[limit - 1]!.sequence) : undefined }
  }

  /**
   * A port's operations that wait for the operator's choice, newest first.
   * @param before the ID of an operation: only those that were asked for before it
   */
  awaitingChoice(projectId: string, portId: string, before?: string): Promise<JournaledOperation[]> {
    const earlier =
      before === undefined
        ? sql`true`
        : sql`o.sequence < (select sequence from operations where operation_id = ${before})`
    return this.#read(sql`o.project_id = ${projectId} and o.port_id = ${portId}
      and o.status in (${sql.join(AWAITING_CHOICE)}) and ${earlier}`)
  }

  /**
   * The operations of a project that wait for the operator's choice, newest first; the whole
   * operations are not read.
   */
  async awaitingChoiceOfProject(projectId: string, limit: number): Promise<WaitingOperation[]> {
    const { rows } = await sql<
      Omit<WaitingOperation, 'user' | 'created_at'> & { user_name: string; created_at: Date }
    >`
      select o.operation_id, o.port_id, o.created_at, r.user_name,
        (select max(port_name) from record_entries where record_id = r.record_id) as port_name
      from operations o join records r on r.record_id = o.operation_id::uuid
      where o.project_id = ${projectId} and o.status in (${sql.join(AWAITING_CHOICE)})
      order by o.sequence desc limit ${limit}`.execute(this.#db)
    return rows.map(({ user_name: user, created_at, ...row }) => ({
      ...row,
      user,
      created_at: created_at.toISOString(),
    }))
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
   * Unfinished operations that no proxy works on, oldest first: the lease of their proxy is over,
   * or it is this proxy and they are not in `atWork`.
   */
  async abandoned(atWork: readonly string[]): Promise<AbandonedOperation[]> {
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

  /** The operations that match, newest first. */
  async #read(condition: RawBuilder<unknown>): Promise<JournaledOperation[]> {
    const { rows } = await sql<StoredRow>`
      select ${readable} from operations o where ${condition} order by o.sequence desc`.execute(this.#db)
    return Promise.all(rows.map((row) => storedOperation(this.#db, row)))
  }

  /**
   * One statement, to which the entries are added: writing twice would double the time of a step.
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

  /** The proxy that writes an unfinished operation owns it. */
  #ownerOf(operation: JournaledOperation): string | null {
    const toDo =
      !SETTLED.has(operation.status) ||
      (AWAITING_CHOICE.includes(operation.status) && needsReadBack(operation))
    return toDo ? this.#proxyId : null
  }
}

function revisionConflict(operationId: string): RevisionConflict {
  return new RevisionConflict(`operation ${operationId} was changed elsewhere`)
}
