import { randomUUID } from 'node:crypto'
import type { StepRequest } from '../../vpc/step-request.ts'
import type { AuditEntry, AuditOutcome } from '../../vpc/audit-log.ts'
import { endEntry, requestEntry, responseEntry } from '../audit-log/entries.ts'
import { orNotRecorded } from '../audit-log/not-recorded.ts'
import {
  addAuditEntries,
  beginAuditRecord,
  writeWithOrWithoutText,
  type NewAuditRecord,
} from '../audit-log/write.ts'
import type { DatabaseAccess } from '../database/database.ts'
import type { ProxyError } from '../errors.ts'
import type { SendOutcome } from '../upstream/upstream.ts'

/** What the audit record of a dry run begins with. */
type DryRunBeginning = Pick<
  NewAuditRecord,
  'project_id' | 'port_id' | 'user' | 'subject' | 'role' | 'before' | 'planned' | 'plan'
>

/**
 * The audit record of one dry run. It is written before the first request is sent; where none is
 * sent, at the end.
 */
export class DryRunRecord {
  readonly record_id = randomUUID()
  readonly #database: Pick<DatabaseAccess, 'opened'>
  readonly #beginning: DryRunBeginning
  readonly #at = new Date().toISOString()
  #begun = false
  #calls = 0
  #pending: AuditEntry[] = []

  constructor(database: Pick<DatabaseAccess, 'opened'>, beginning: DryRunBeginning) {
    this.#database = database
    this.#beginning = beginning
  }

  /** Keeps an entry, to be written with the next request or the end. */
  note(entry: AuditEntry): void {
    this.#pending.push(entry)
  }

  /** Counts a call of the platform. */
  readonly count = (): void => {
    this.#calls++
  }

  /**
   * Writes the request as an entry, then sends it.
   * @throws ProxyError Portside.NotRecorded when it can't be written: then nothing is sent
   */
  async send(step: number, request: StepRequest, send: () => Promise<SendOutcome>): Promise<SendOutcome> {
    this.note(requestEntry(step, request))
    await this.#write('before')
    const outcome = await send()
    this.note(responseEntry(step, outcome))
    return outcome
  }

  /** Writes the last entry. @throws ProxyError Portside.NotRecorded */
  async end(outcome: AuditOutcome, list: string[] | null, error: ProxyError['error'] | null): Promise<void> {
    this.note(endEntry(outcome, list, error, null, this.#calls))
    await this.#write('after')
  }

  #write(when: 'before' | 'after'): Promise<void> {
    return orNotRecorded(when, async () => {
      const { db } = await this.#database.opened()
      const { record_id } = this
      const record = {
        ...this.#beginning,
        record_id,
        kind: 'dry_run' as const,
        at: this.#at,
        undo_to: null,
        follows: null,
      }
      await writeWithOrWithoutText(this.#pending, (entries) =>
        this.#begun
          ? addAuditEntries(db, record_id, entries)
          : db.transaction().execute((transaction) => beginAuditRecord(transaction, record, entries)),
      )
      this.#begun = true
      this.#pending = []
    })
  }
}
