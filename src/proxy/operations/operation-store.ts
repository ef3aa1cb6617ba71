import { EventEmitter } from 'node:events'
import { SETTLED } from '../../vpc/portside-api.ts'
import type { AuditEntry } from '../../vpc/audit-log.ts'
import type { Database } from '../database/database.ts'
import type { Lease } from '../database/lease.ts'
import { Turns } from '../turns.ts'
import { ownError } from '../errors.ts'
import { endEntryOf } from './audit-record.ts'
import { writeWithOrWithoutText } from '../audit-log/write.ts'
import type { SignedIn } from '../session/session.ts'
import { waitForEvent, type EventWait } from '../event-wait.ts'
import { RevisionConflict } from '../database/revision-conflict.ts'
import { Journal } from './journal.ts'
import { offThePort, portKey, removePlatformText, type JournaledOperation } from './journaled-operation.ts'

/** Milliseconds after which a wait reads again: a notice can be lost with its connection. */
const LOOK_AGAIN_MS = 2000

/** How often a change is tried while others write the same operation. */
const MOST_TRIES = 10

/** An operation as this proxy last wrote it, and the term of its lease at that time. */
type Written = { text: string; revision: number; term: number | undefined }

/** The operations: writes them, and waits for changes of them, here or in another proxy. */
export class OperationStore {
  readonly journal: Journal
  readonly lease: Lease
  /**
   * Operations under way here, as last written: consoles read them often, only this proxy writes.
   */
  readonly #underWay = new Map<string, Written>()
  readonly #turns = new Turns()
  readonly #notices: EventEmitter
  /** Emits the ID and the port of each changed operation. */
  readonly #changes = new EventEmitter().setMaxListeners(0)

  /** Entries that are still to be written to the audit log, by operation. */
  readonly #noted = new Map<string, AuditEntry[]>()
  /** Of each failed write: the revision that it had, and its number of entries. */
  readonly #failed = new Map<string, { revision: number; noted: number }>()

  constructor(database: Pick<Database, 'db' | 'lease' | 'notices'>) {
    this.journal = new Journal(database)
    this.lease = database.lease
    this.#notices = database.notices
    database.notices.on('portside_operations', (notice: string) => {
      for (const key of notice.split(' ')) this.#changes.emit(key)
    })
  }

  /** Keeps an audit entry, which is written with the operation's next save. */
  note({ operation_id }: JournaledOperation, entry: AuditEntry): void {
    const noted = this.#noted.get(operation_id)
    if (noted) noted.push(entry)
    else this.#noted.set(operation_id, [entry])
  }

  /**
   * Writes a changed operation to the journal as a new revision, with the noted entries, and wakes
   * those who wait for it. When the platform's text can't be written, it is removed: then the
   * port's list becomes unknown.
   * @param last the revision that the journal has
   * @throws RevisionConflict when it has another
   */
  async save(operation: JournaledOperation, last = operation.revision): Promise<void> {
    const { operation_id } = operation
    const term = this.lease.term()
    revise(operation)
    this.#noteEnd(operation)
    const noted = this.#noted.get(operation_id) ?? []
    let text!: string
    try {
      await writeWithOrWithoutText(noted, (entries, withText) => {
        if (!withText) removePlatformText(operation)
        text = JSON.stringify(operation)
        return this.journal.save(operation, text, entries, last)
      })
    } catch (error) {
      if (error instanceof RevisionConflict) this.#underWay.delete(operation_id)
      this.#failed.set(operation_id, { revision: operation.revision, noted: noted.length })
      throw error
    }
    this.#failed.delete(operation_id)
    this.#noted.delete(operation_id)
    this.#written(operation, text, term)
  }

  /**
   * Writes a step that is sent right after. When this resolves, the lease holds, and no other proxy
   * has taken the operation over.
   * @throws RevisionConflict when another one has
   */
  async saveBeforeSending(operation: JournaledOperation): Promise<void> {
    for (;;) {
      const term = this.lease.term()
      await this.save(operation)
      if (term !== undefined && this.lease.term() === term) return
      await this.lease.renew()
    }
  }

  /**
   * Makes a queued operation `running` when it is its turn on the port. Returns false when it
   * isn't.
   * @throws RevisionConflict
   */
  async begin(operation: JournaledOperation): Promise<boolean> {
    const begun: JournaledOperation = { ...operation, status: 'running' }
    revise(begun)
    const term = this.lease.term()
    const text = JSON.stringify(begun)
    if (!(await this.journal.begin(begun, text))) return false
    this.#written(Object.assign(operation, begun), text, term)
    return true
  }

  /** Shows an operation that can't be written, until a later revision is found. */
  publishUnwritten(operation: JournaledOperation): void {
    const { operation_id } = operation
    operation.revision = this.#underWay.get(operation_id)?.revision ?? operation.revision
    revise(operation)
    const { revision } = operation
    this.#underWay.set(operation_id, { text: textOf(operation), revision, term: undefined })
    this.#emitChange(operation)
  }

  /**
   * Writes an operation after a write that may have failed or not.
   * @throws RevisionConflict when another proxy has taken it over
   */
  async saveAgain(operation: JournaledOperation): Promise<void> {
    const last = await this.journal.ownRevision(operation.operation_id)
    if (last === undefined) {
      this.#underWay.delete(operation.operation_id)
      throw new RevisionConflict(`operation ${operation.operation_id} was taken over`)
    }
    const failed = this.#failed.get(operation.operation_id)
    // That write had succeeded, and only its result was lost: its entries are written.
    if (failed?.revision === last) this.#noted.get(operation.operation_id)?.splice(0, failed.noted)
    operation.revision = Math.max(last, operation.revision)
    await this.save(operation, last)
  }

  /**
   * Adds the noted entries to the audit record of an operation that another proxy has taken over.
   */
  async addUnwrittenEntries({ operation_id }: JournaledOperation): Promise<void> {
    const noted = this.#noted.get(operation_id) ?? []
    this.forget(operation_id)
    await writeWithOrWithoutText(noted, (entries) => this.journal.addEntries(operation_id, entries))
  }

  /**
   * Writes a changed operation with its noted entries, and the new one that follows it, whose audit
   * record begins with `entries`.
   * @throws RevisionConflict
   */
  async saveWithFollowing(
    operation: JournaledOperation,
    following: JournaledOperation,
    by: SignedIn,
    entries: readonly AuditEntry[],
  ): Promise<void> {
    revise(operation)
    this.#noteEnd(operation)
    const noted = this.#noted.get(operation.operation_id) ?? []
    await writeWithOrWithoutText(noted, (written, withText) => {
      if (!withText) removePlatformText(operation)
      return this.journal.addFollowing(operation, written, following, by, entries)
    })
    this.forget(operation.operation_id)
    this.#emitChange(operation)
  }

  /** Notes an end once; again when it is another one, or when its list is read later. */
  #noteEnd(operation: JournaledOperation): void {
    const end = endEntryOf(operation)
    if (end === undefined) return
    const reached = `${operation.status} ${operation.list_now?.join(' ') ?? 'unknown'}`
    if (reached === operation.recorded_end) return
    operation.recorded_end = reached
    this.note(operation, end)
  }

  /** Removes the noted entries of an operation: what they say has not happened. */
  forget(operationId: string): void {
    this.#noted.delete(operationId)
    this.#failed.delete(operationId)
  }

  /**
   * Changes the last revision of an operation: one change at a time in this process, and from the
   * start again when another proxy has written it meanwhile.
   * @throws ProxyError Portside.NotFound; Portside.OperationConflict when others write it each time
   */
  onLatest<T>(operationId: string, change: (operation: JournaledOperation) => Promise<T>): Promise<T> {
    return this.#turns.take(operationId, async () => {
      for (let tried = 1; tried <= MOST_TRIES; tried++) {
        const operation = await this.journal.find(operationId)
        if (!operation) throw ownError('Portside.NotFound', `There is no operation ${operationId}.`)
        try {
          return await change(operation)
        } catch (error) {
          // What was not written has not happened.
          this.forget(operationId)
          if (!(error instanceof RevisionConflict)) throw error
        }
      }
      throw ownError('Portside.OperationConflict', 'Others change this operation at the same time.', {
        advice: 'Reload the port to see the operation as it is now.',
      })
    })
  }

  /** The operation with this ID, as last written. */
  async find(operationId: string): Promise<JournaledOperation | undefined> {
    const here = this.#underWay.get(operationId)
    if (!here) return this.journal.find(operationId)
    const own = () => JSON.parse(here.text) as JournaledOperation
    if (here.term !== undefined && here.term === this.lease.term()) return own()
    // Perhaps another proxy has taken it over since.
    const found = await this.journal.find(operationId).catch(own)
    return found && found.revision >= here.revision ? found : own()
  }

  /**
   * The operation with this ID, as soon as its revision is above `after`; as it is after
   * `milliseconds`, or when a signal is aborted.
   */
  async newerThan(
    operationId: string,
    after: number,
    milliseconds: number,
    signals: readonly AbortSignal[],
  ): Promise<JournaledOperation | undefined> {
    const until = performance.now() + milliseconds
    for (;;) {
      const left = until - performance.now()
      // The wait begins before reading, so that no change between the two is missed.
      const waiting = waitForEvent(this.#changes, operationId, Math.min(left, LOOK_AGAIN_MS), signals)
      const operation = await stopIfFailed(waiting, this.find(operationId))
      if (!operation || operation.revision > after || left <= 0 || signals.some(({ aborted }) => aborted)) {
        waiting.stop()
        return operation
      }
      await waiting.happened
    }
  }

  /** Waits for a change of one of these operations, at most `milliseconds`. */
  oneChanged(
    operationIds: readonly string[],
    milliseconds: number,
    signals: readonly AbortSignal[],
  ): EventWait {
    // Also where there is none, the time ends the wait.
    const names = operationIds.length > 0 ? operationIds : ['none']
    const waits = names.map((id) => waitForEvent(this.#changes, id, milliseconds, signals))
    const stop = () => waits.forEach((waiting) => waiting.stop())
    return { happened: Promise.race(waits.map(({ happened }) => happened)).finally(stop), stop }
  }

  /**
   * Calls `work` now, and after each change of an operation on the port, until it returns true or
   * `signal` is aborted.
   */
  async untilTrue(
    operation: JournaledOperation,
    work: () => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<boolean> {
    while (!signal.aborted) {
      const waiting = waitForEvent(this.#changes, portKey(operation), LOOK_AGAIN_MS, [signal])
      if (await stopIfFailed(waiting, work())) {
        waiting.stop()
        return true
      }
      await waiting.happened
    }
    return false
  }

  /**
   * Waits for the notice that a proxy stops, at most `milliseconds`. Returns false when this one
   * stops.
   */
  async proxyGone(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    await waitForEvent(this.#notices, 'portside_proxies', milliseconds, [signal]).happened
    return !signal.aborted
  }

  #written(operation: JournaledOperation, text: string, term: number | undefined): void {
    const { operation_id, revision } = operation
    if (SETTLED.has(operation.status)) this.#underWay.delete(operation_id)
    else this.#underWay.set(operation_id, { text, revision, term })
    this.#emitChange(operation)
  }

  #emitChange(operation: JournaledOperation): void {
    this.#changes.emit(operation.operation_id)
    this.#changes.emit(portKey(operation))
  }
}

/** The result of `work`. When it fails, the wait ends. */
function stopIfFailed<T>(waiting: EventWait, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    waiting.stop()
    throw error
  })
}

function textOf(operation: JournaledOperation): string {
  try {
    return JSON.stringify(operation)
  } catch {
    removePlatformText(operation)
    return JSON.stringify(operation)
  }
}

function revise(operation: JournaledOperation): void {
  operation.revision++
  operation.updated_at = new Date().toISOString()
  operation.off_the_port = offThePort(operation)
}
