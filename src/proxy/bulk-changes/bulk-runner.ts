import type { FastifyBaseLogger } from 'fastify'
import { sql } from 'kysely'
import type { BulkChange } from '../../vpc/bulk-changes-api.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { NextStep } from '../jobs.ts'
import { RevisionConflict } from '../database/revision-conflict.ts'
import type { Operations } from '../operations/operations.ts'
import type { OperationStore } from '../operations/operation-store.ts'
import type { Planning } from '../planning.ts'
import type { OperationWaits } from '../operations/waits.ts'
import { pause } from '../retry.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { BulkStore } from './bulk-store.ts'
import { noUndoReads, planUndo, type UndoReads } from './plan-undo.ts'
import { roomForPorts, type Room } from './room-for-calls.ts'
import { beganBy, type BulkRow } from './rows.ts'
import { takeTurn, type ClaimedPort } from './wave-turn.ts'

/** How long a step takes at most, in milliseconds: then another proxy may take the next one. */
const STEP_MS = 4000
/** Milliseconds after which it looks again: a notice can be lost with its connection. */
const LOOK_AGAIN_MS = 2000
/** How long a bulk change of a project that this proxy doesn't have is left to others. */
const OTHERS_MS = 2000
/** The shortest time between two looks: ports that end together are noted together. */
const LOOK_MS = 100

/** What it takes to carry bulk changes on. */
export type BulkContext = {
  store: BulkStore
  operations: Operations
  operationStore: OperationStore
  upstream: Upstream
  /** The endpoint of a project that this proxy has, and what plans there must keep to. */
  endpointOf: (project: string) => string | undefined
  planningOf: (project: string) => Planning
  /** The projects at the same endpoint, which share its budget of calls. */
  besideIt: (project: string) => string[]
  /** How often the ports of an undo are read again. */
  waits: OperationWaits
  stopping: AbortSignal
  log: FastifyBaseLogger
}

/** Why a port's operation could not be written for now: it is tried again. */
const FOR_NOW: ReadonlySet<string> = new Set([
  'Portside.NotRecorded',
  'Portside.DatabaseUnavailable',
  'Portside.Stopping',
])

/** Carries bulk changes on, a step at a time. */
export class BulkRunner {
  readonly #context: BulkContext
  /** The ports that are being submitted, by the ID of their operation. */
  readonly #submitting = new Map<string, Promise<void>>()
  /** The reads of undos that are being planned, by the undo's ID. */
  readonly #undoReads = new Map<string, UndoReads>()
  /** Until when (as of Date.now()) the platform takes no reads for those that guards need. */
  #closedUntil = 0

  constructor(context: BulkContext) {
    this.#context = context
  }

  /**
   * Does a step of a bulk change: begins ports and follows their operations, for some seconds.
   * @returns when the next step is due
   */
  carryOn = async (id: string): Promise<NextStep> => {
    const { store, operationStore, stopping } = this.#context
    if (!(await this.#takeOver(id))) return new Date(Date.now() + OTHERS_MS)
    const end = Date.now() + STEP_MS
    let underWay: string[] = []
    for (;;) {
      if (stopping.aborted) return 'now'
      const row = await store.row(id)
      if (row?.state === 'planning') {
        const reads = this.#undoReads.get(id) ?? noUndoReads()
        this.#undoReads.set(id, reads)
        const next = await planUndo(row, this.#context, end, reads)
        if (next || Date.now() >= end) return next ?? 'now'
        continue
      }
      this.#undoReads.delete(id)
      // The waits begin before the look, so that no change between the two is missed.
      const most = Math.max(0, Math.min(end - Date.now(), LOOK_AGAIN_MS))
      const waits = [store.wait(id, most, [stopping]), operationStore.oneChanged(underWay, most, [stopping])]
      try {
        const turn = await takeTurn(store, id, this.#roomFor, this.#context.besideIt)
        if (!turn) return null
        ;({ underWay } = turn)
        const next = turn.next instanceof Date ? turn.next.getTime() : Infinity
        if (underWay.length === 0 && next > end) return turn.next
        const wait = Math.max(0, Math.min(most, next - Date.now()))
        waits.push(operationStore.oneChanged(underWay, wait, [stopping]))
        const submitted = turn.toSubmit.map((port) => this.#submit(turn.row, port))
        await Promise.race([...waits.map(({ happened }) => happened), ...submitted])
      } finally {
        for (const waiting of waits) waiting.stop()
      }
      await pause(LOOK_MS, stopping)
      if (Date.now() >= end) return 'now'
    }
  }

  /** Resolves when nothing is being submitted. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#submitting.values())
  }

  #roomFor = async ({ project_id }: BulkRow): Promise<Room> => {
    const { upstream, endpointOf } = this.#context
    const room = await roomForPorts(upstream, endpointOf(project_id))
    if (this.#closedUntil <= Date.now()) return room
    return { ...room, ports: 0, until: new Date(this.#closedUntil) }
  }

  /**
   * Notes that this proxy carries the bulk change on, and that the one before has died.
   * @returns false when it doesn't have the project: its ports are not asked for, nor do they fail
   */
  async #takeOver(id: string): Promise<boolean> {
    const { store, log, endpointOf } = this.#context
    const row = await store.row(id)
    if (row && endpointOf(row.project_id) === undefined) return false
    if (!row || row.driver === store.proxyId) return true
    await store.db.transaction().execute(async (transaction) => {
      const { driver } = (await store.row(id, transaction, true))!
      const { rows } = await sql<{ alive: boolean }>`select exists (
        select from proxies where proxy_id = ${driver} and lease_until > clock_timestamp()) as alive`.execute(
        transaction,
      )
      if (driver !== null && !rows[0]!.alive) {
        await store.note(transaction, id, { kind: 'taken_over' })
        log.warn({ bulk_change_id: id }, 'bulk change taken over: its proxy is gone')
      }
      await store.write(transaction, id, { driver: store.proxyId })
    })
    return true
  }

  /**
   * Submits the operation of a port that was claimed. Submitted twice, by two proxies or after a
   * restart, it is the same operation. @throws ProxyError when it can't be written for now
   */
  #submit(row: BulkRow, port: ClaimedPort): Promise<void> {
    const known = this.#submitting.get(port.operation_id)
    if (known) return known
    const submitting = this.#submitOnce(row, port).finally(() => this.#submitting.delete(port.operation_id))
    this.#submitting.set(port.operation_id, submitting)
    // A step that has ended meanwhile no longer awaits it; the next one submits again.
    submitting.catch(() => undefined)
    return submitting
  }

  async #submitOnce(row: BulkRow, port: ClaimedPort): Promise<void> {
    const { operations, store, log } = this.#context
    const { bulk_change_id, project_id, confirmed_by } = row
    const { port_id, operation_id, planned_from, desired, steps, port_updated_at } = port
    const request = {
      ...{ operation_id, planned_from, desired, steps },
      ...(port_updated_at !== null && { port_updated_at: JSON.parse(port_updated_at) as string | null }),
      ...(confirmed_by !== null && { confirmed_by }),
    }
    try {
      await operations.submit(
        request,
        { project_id, port_id, by: beganBy(row) },
        {
          bulk_change_id,
          confirmed: confirmed_by !== null,
          undoes: row.undoes,
          async together(transaction) {
            // The port's row says whether it is still wanted; whoever changes it waits for this.
            const { numUpdatedRows } = await transaction
              .updateTable('bulk_ports')
              .set({ journaled: true })
              .where('operation_id', '=', operation_id)
              .where('state', '=', 'under_way')
              .where('journaled', '=', false)
              .executeTakeFirstOrThrow()
            return numUpdatedRows === 1n
          },
        },
      )
    } catch (error) {
      if (error instanceof RevisionConflict) return
      if (error instanceof ProxyError && FOR_NOW.has(error.error.error_code)) throw error
      if (!(error instanceof ProxyError)) log.error({ err: error, operation_id }, 'unforeseen error')
      const known =
        error instanceof ProxyError ? error : ownError('Portside.Internal', 'Portside could not go on.')
      if (known.status === 429) {
        this.#closedUntil = Date.now() + (known.error.retry_after ?? 1) * 1000
        return this.#unbegin(bulk_change_id, operation_id, { state: 'waiting' })
      }
      await this.#unbegin(bulk_change_id, operation_id, { state: 'failed', error: known.error })
    }
    store.changed(bulk_change_id)
  }

  /** Takes a claim back, or ends a port that was refused, unless the journal has its operation. */
  async #unbegin(
    id: string,
    operationId: string,
    to: { state: 'waiting' } | { state: 'failed'; error: BulkChange['error'] },
  ): Promise<void> {
    const { store } = this.#context
    const failed = to.state === 'failed'
    await store.db.transaction().execute(async (transaction) => {
      // First the bulk change, then its port: as everybody locks them.
      await store.row(id, transaction, true)
      const row = await transaction
        .updateTable('bulk_ports')
        .set({
          state: to.state,
          ...(failed
            ? { error: JSON.stringify(to.error), ended_at: new Date().toISOString() }
            : { begun_at: null }),
        })
        .where('operation_id', '=', operationId)
        .where('state', '=', 'under_way')
        .where('journaled', '=', false)
        .returning('bulk_change_id')
        .executeTakeFirst()
      if (row) await store.write(transaction, id)
    })
  }
}
