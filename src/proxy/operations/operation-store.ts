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
import { waitForEvent, type EventWait } from './event-wait.ts'
import { RevisionConflict } from '../database/revision-conflict.ts'
import { Journal } from './journal.ts'
import { offThePort, portKey, removePlatformText, type JournaledOperation } from './journaled-operation.ts'

/**
 * Who waits looks again after so many milliseconds at the latest: a notice of another proxy can be
 * lost with a connection.
 */
const LOOK_AGAIN_MS = 2000

/** A change is made again at most so often when others write the same record. */
const MOST_TRIES = 10

/** A record as this proxy last wrote it, and the term of its lease at that time. */
type Written = { text: string; revision: number; term: number | undefined }

/** The journal's records, and whoever waits for one to change, here or in another proxy. */
export class OperationStore {
  readonly journal: Journal
  readonly lease: Lease
  /**
   * Records that are under way here, as last written: who waits for them asks often, and nobody
   * else writes them.
   */
  readonly #underWay = new Map<string, Written>()
  readonly #turns = new Turns()
  readonly #notices: EventEmitter
  /** Tells of changed records, each by its operation's ID and by its port. */
  readonly #changes = new EventEmitter().setMaxListeners(0)

  /** What is still to be written to the records for good, by operation. */
  readonly #noted = new Map<string, AuditEntry[]>()
  /**
   * Of a record that could not be written: the revision that it was to have, and how much of what
   * was noted.
   */
  readonly #failed = new Map<string, { revision: number; noted: number }>()

  constructor(database: Pick<Database, 'db' | 'lease' | 'notices'>) {
    this.journal = new Journal(database)
    this.lease = database.lease
    this.#notices = database.notices
    database.notices.on('portside_operations', (told: string) => {
      for (const key of told.split(' ')) this.#changes.emit(key)
    })
  }

  /**
   * Notes what happened, for the operation's record for good: written when the operation is kept
   * next.
   */
  note({ operation_id }: JournaledOperation, entry: AuditEntry): void {
    const noted = this.#noted.get(operation_id)
    if (noted) noted.push(entry)
    else this.#noted.set(operation_id, [entry])
  }

  /**
   * Writes a changed record to the journal, as a new revision, with what was noted, and wakes who
   * waits for it. Where the cloud's words can't be written, without them: then the port's list is
   * not known any more.
   * @param last the revision that the journal has
   * @throws RecordChanged when it has another
   */
  async save(operation: JournaledOperation, last = operation.revision): Promise<void> {
    const { operation_id } = operation
    const term = this.lease.term()
    revise(operation)
    this.#noteEnd(operation)
    const noted = this.#noted.get(operation_id) ?? []
    let text!: string
    try {
      await writeWithOrWithoutText(noted, (entries, withWords) => {
        if (!withWords) removePlatformText(operation)
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
   * Writes the record of a step that is to be sent at once: when this comes back, no other proxy
   * has taken the operation over, nor may one do so before the lease ends, which still holds.
   * @throws RecordChanged when one has
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
   * Makes a queued record `running` when it is its turn on the port; false when it is not. @throws
   * RecordChanged
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

  /**
   * Tells a record that could not be written, as long as this process lives and no later revision
   * is found.
   */
  publishUnwritten(operation: JournaledOperation): void {
    const { operation_id } = operation
    operation.revision = this.#underWay.get(operation_id)?.revision ?? operation.revision
    revise(operation)
    const { revision } = operation
    this.#underWay.set(operation_id, { text: textOf(operation), revision, term: undefined })
    this.#told(operation)
  }

  /**
   * Writes a record whose last revision may or may not have come through.
   * @throws RecordChanged when another proxy has it by now
   */
  async saveAgain(operation: JournaledOperation): Promise<void> {
    const last = await this.journal.ownRevision(operation.operation_id)
    if (last === undefined) {
      this.#underWay.delete(operation.operation_id)
      throw new RevisionConflict(`operation ${operation.operation_id} was taken over`)
    }
    const failed = this.#failed.get(operation.operation_id)
    // It had come through, and only the answer was lost: what was noted then is written.
    if (failed?.revision === last) this.#noted.get(operation.operation_id)?.splice(0, failed.noted)
    operation.revision = Math.max(last, operation.revision)
    await this.save(operation, last)
  }

  /**
   * Writes what was noted of an operation that is another proxy's by now to its record for good: it
   * happened.
   */
  async addUnwrittenEntries({ operation_id }: JournaledOperation): Promise<void> {
    const noted = this.#noted.get(operation_id) ?? []
    this.forget(operation_id)
    await writeWithOrWithoutText(noted, (entries) => this.journal.addEntries(operation_id, entries))
  }

  /**
   * Writes a changed record with what was noted, and the new one that follows it, whose record for
   * good begins with `entries`.
   * @throws RecordChanged
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
    await writeWithOrWithoutText(noted, (written, withWords) => {
      if (!withWords) removePlatformText(operation)
      return this.journal.addFollowing(operation, written, following, by, entries)
    })
    this.forget(operation.operation_id)
    this.#told(operation)
  }

  /**
   * An end is written down once; again when it is another one, or the list at it has come to be
   * known.
   */
  #noteEnd(operation: JournaledOperation): void {
    const end = endEntryOf(operation)
    if (end === undefined) return
    const told = `${operation.status} ${operation.list_now?.join(' ') ?? 'unknown'}`
    if (told === operation.recorded_end) return
    operation.recorded_end = told
    this.note(operation, end)
  }

  /** Drops what was noted of an operation and is not to be written: it has not happened. */
  forget(operationId: string): void {
    this.#noted.delete(operationId)
    this.#failed.delete(operationId)
  }

  /**
   * Changes a record as it is in the journal: one change at a time in this process, and again from
   * the start when another proxy has written it meanwhile.
   * @throws ProxyError Portside.NotFound; Portside.OperationConflict when it is written again and
   *   again
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
        advice: 'Reload the port to see how it stands.',
      })
    })
  }

  /** The record with this ID, as last written. */
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
   * The record with this ID as soon as its revision is above `after`; as it is when `milliseconds`
   * have passed or one of the `signals` is aborted.
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
      // Listening begins before reading: a change between the two is not missed.
      const hearing = waitForEvent(this.#changes, operationId, Math.min(left, LOOK_AGAIN_MS), signals)
      const operation = await stopIfFailed(hearing, this.find(operationId))
      if (!operation || operation.revision > after || left <= 0 || signals.some(({ aborted }) => aborted)) {
        hearing.stop()
        return operation
      }
      await hearing.happened
    }
  }

  /**
   * Calls `work` now, and after each change to an operation on the port, until it comes back true
   * or `signal` is aborted.
   */
  async untilTrue(
    operation: JournaledOperation,
    work: () => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<boolean> {
    while (!signal.aborted) {
      const hearing = waitForEvent(this.#changes, portKey(operation), LOOK_AGAIN_MS, [signal])
      if (await stopIfFailed(hearing, work())) {
        hearing.stop()
        return true
      }
      await hearing.happened
    }
    return false
  }

  /** Waits until a proxy says that it stops, at most so long; false when this one stops. */
  async proxyGone(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    await waitForEvent(this.#notices, 'portside_proxies', milliseconds, [signal]).happened
    return !signal.aborted
  }

  #written(operation: JournaledOperation, text: string, term: number | undefined): void {
    const { operation_id, revision } = operation
    if (SETTLED.has(operation.status)) this.#underWay.delete(operation_id)
    else this.#underWay.set(operation_id, { text, revision, term })
    this.#told(operation)
  }

  #told(operation: JournaledOperation): void {
    this.#changes.emit(operation.operation_id)
    this.#changes.emit(portKey(operation))
  }
}

/** What `work` comes to; nobody is left listening when it fails. */
function stopIfFailed<T>(hearing: EventWait, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    hearing.stop()
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
