import { EventEmitter, once } from 'node:events'
import { SETTLED } from '../../vpc/portside-api.ts'
import type { RecordEntry } from '../../vpc/records.ts'
import { endOf } from '../records/of-operation.ts'
import type { SignedIn } from '../session/session.ts'
import type { Journal } from './journal.ts'
import { offThePort, type OperationRecord } from './record.ts'

/** The journal's records, and whoever waits for one to change. */
export class Records {
  readonly journal: Journal
  /** Records that are under way, as last written: who waits for them asks often, and nobody else writes them. */
  readonly #underWay = new Map<string, string>()
  /** Tells of changed records, each by its operation's ID. */
  readonly #changes = new EventEmitter().setMaxListeners(0)
  /** What is still to be written to the records for good, by operation. */
  readonly #noted = new Map<string, RecordEntry[]>()

  constructor(journal: Journal) {
    this.journal = journal
  }

  /** Notes what happened, for the operation's record for good: written when the operation is kept next. */
  note({ operation_id }: OperationRecord, entry: RecordEntry): void {
    const noted = this.#noted.get(operation_id)
    if (noted) noted.push(entry)
    else this.#noted.set(operation_id, [entry])
  }

  /** Writes a changed record to the journal, as a new revision, with what was noted, and wakes who waits for it. */
  async keep(record: OperationRecord): Promise<void> {
    revise(record)
    this.#noteEnd(record)
    const text = JSON.stringify(record)
    const noted = this.#noted.get(record.operation_id) ?? []
    // What can't be written is told all the same, as long as this process lives.
    let written = false
    try {
      await this.journal.save(record, text, noted)
      this.#noted.delete(record.operation_id)
      written = true
    } finally {
      if (written && SETTLED.has(record.status)) this.#underWay.delete(record.operation_id)
      else this.#underWay.set(record.operation_id, text)
      this.#changes.emit(record.operation_id)
    }
  }

  /** Writes a changed record with what was noted, and the new one that follows it, whose record for good begins with `entries`. */
  async keepFollowed(
    record: OperationRecord,
    following: OperationRecord,
    by: SignedIn,
    entries: readonly RecordEntry[],
  ): Promise<void> {
    revise(record)
    this.#noteEnd(record)
    const noted = this.#noted.get(record.operation_id) ?? []
    // Written or not: what could not be written has not happened either.
    this.#noted.delete(record.operation_id)
    await this.journal.addFollowing(record, noted, following, by, entries)
    this.#changes.emit(record.operation_id)
  }

  /** An end is written down once; again when it is another one, or the list at it has come to be known. */
  #noteEnd(record: OperationRecord): void {
    const end = endOf(record)
    if (end === undefined) return
    const told = `${record.status} ${record.list_now?.join(' ') ?? 'unknown'}`
    if (told === record.recorded_end) return
    record.recorded_end = told
    this.note(record, end)
  }

  /** The record with this ID, as last written. */
  async find(operationId: string): Promise<OperationRecord | undefined> {
    const text = this.#underWay.get(operationId)
    return text === undefined ? this.journal.find(operationId) : (JSON.parse(text) as OperationRecord)
  }

  /**
   * The record with this ID as soon as its revision is above `after`; as it is when `milliseconds` have passed or one of the
   * `signals` is aborted.
   */
  async newer(
    operationId: string,
    after: number,
    milliseconds: number,
    signals: readonly AbortSignal[],
  ): Promise<OperationRecord | undefined> {
    // Not AbortSignal.any: what it makes is held by signals that live as long as the proxy.
    const end = new AbortController()
    const atEnd = () => end.abort()
    const timer = setTimeout(atEnd, milliseconds)
    for (const signal of signals) {
      if (signal.aborted) atEnd()
      else signal.addEventListener('abort', atEnd)
    }
    try {
      for (;;) {
        // Listening begins before reading: a change between the two is not missed.
        const change = once(this.#changes, operationId, { signal: end.signal }).catch(() => {})
        const record = await this.find(operationId)
        if (!record || record.revision > after || end.signal.aborted) return record
        await change
      }
    } finally {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', atEnd)
      atEnd()
    }
  }
}

function revise(record: OperationRecord): void {
  record.revision++
  record.updated_at = new Date().toISOString()
  record.off_the_port = offThePort(record)
}
