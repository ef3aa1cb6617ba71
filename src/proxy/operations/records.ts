import { EventEmitter, once } from 'node:events'
import { SETTLED } from '../../vpc/portside-api.ts'
import type { Journal } from './journal.ts'
import { offThePort, type OperationRecord } from './record.ts'

/** The journal's records, and whoever waits for one to change. */
export class Records {
  readonly journal: Journal
  /** Records that are under way, as last written: who waits for them asks often, and nobody else writes them. */
  readonly #underWay = new Map<string, string>()
  /** Tells of changed records, each by its operation's ID. */
  readonly #changes = new EventEmitter().setMaxListeners(0)

  constructor(journal: Journal) {
    this.journal = journal
  }

  /** Writes a changed record to the journal, as a new revision, and wakes who waits for it. */
  async keep(record: OperationRecord): Promise<void> {
    revise(record)
    const text = JSON.stringify(record)
    // What can't be written is told all the same, as long as this process lives.
    let written = false
    try {
      await this.journal.save(record, text)
      written = true
    } finally {
      if (written && SETTLED.has(record.status)) this.#underWay.delete(record.operation_id)
      else this.#underWay.set(record.operation_id, text)
      this.#changes.emit(record.operation_id)
    }
  }

  /** Writes a changed record, and the new one that follows it. */
  async keepFollowed(record: OperationRecord, following: OperationRecord): Promise<void> {
    revise(record)
    await this.journal.addFollowing(record, following)
    this.#changes.emit(record.operation_id)
  }

  /** The record with this ID, as last written. */
  async find(operationId: string): Promise<OperationRecord | undefined> {
    const text = this.#underWay.get(operationId)
    return text === undefined ? this.journal.find(operationId) : (JSON.parse(text) as OperationRecord)
  }

  /**
   * The record with this ID as soon as its revision is above `after`; as it is when `milliseconds` have passed or
   * `signal` is aborted.
   */
  async newer(
    operationId: string,
    after: number,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<OperationRecord | undefined> {
    const found = new AbortController()
    const end = AbortSignal.any([signal, found.signal, AbortSignal.timeout(milliseconds)])
    for (;;) {
      // Listening begins before reading: a change between the two is not missed.
      const change = once(this.#changes, operationId, { signal: end }).catch(() => {})
      const record = await this.find(operationId)
      if (!record || record.revision > after || end.aborted) {
        found.abort()
        return record
      }
      await change
    }
  }
}

function revise(record: OperationRecord): void {
  record.revision++
  record.updated_at = new Date().toISOString()
  record.off_the_port = offThePort(record)
}
