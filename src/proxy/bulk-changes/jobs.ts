import type { FastifyBaseLogger } from 'fastify'
import { sql, type Kysely } from 'kysely'
import type PgBoss from 'pg-boss'
import { BULK_QUEUE, JOB_SCHEMA, jobQueries, openJobs } from '../database/job-tables.ts'
import type { Tables } from '../database/tables.ts'
import { ProxyError } from '../errors.ts'
import { pause } from '../retry.ts'
import { Turns } from '../turns.ts'
import type { BulkStore } from './bulk-store.ts'

/**
 * A job that is not done after so many seconds is another proxy's: its own has died. No job takes
 * as long (bulk-runner.ts, STEP_MS).
 */
const EXPIRES_SECONDS = 12
/** Seconds after which a job that failed, such as for want of the database, is tried again. */
const AGAIN_SECONDS = 2
/** Milliseconds between two looks for jobs while somebody works on some. */
const LOOK_MS = 1500
/** The longest time without a look, for a notice that was lost. */
const LONGEST_MS = 30_000
/** The longest time of a timer. */
const NEVER_MS = 2 ** 31 - 1
/** The shortest time between two looks. */
const SHORTEST_MS = 200
/** How many bulk changes a proxy carries on at once. */
const AT_ONCE = 8

/** When a bulk change needs somebody again: now, at a time, or (null) when a user has chosen. */
export type NextStep = 'now' | Date | null

/**
 * The jobs that carry bulk changes on, by pg-boss: at most one waits for each. A step is done by
 * one proxy, which then makes a job for the next. Nothing is decided by them: a job too many finds
 * nothing to do.
 */
export class BulkJobs {
  readonly #store: BulkStore
  readonly #log: FastifyBaseLogger
  readonly #stopping: AbortSignal
  readonly #turns = new Turns()
  #boss: Promise<PgBoss> | undefined
  #running = 0
  #ended: Promise<void> | undefined

  constructor(store: BulkStore, log: FastifyBaseLogger, stopping: AbortSignal) {
    this.#store = store
    this.#log = log
    this.#stopping = stopping
  }

  /** Opens pg-boss, with its tables: outside of a transaction, before the first `send`. */
  open(): Promise<PgBoss> {
    return (this.#boss ??= openJobs(this.#store.db).catch((error: unknown) => {
      this.#boss = undefined
      throw error
    }))
  }

  /** Makes a job that carries a bulk change on, in a transaction. */
  async send(transaction: Kysely<Tables>, id: string, next: Exclude<NextStep, null> = 'now'): Promise<void> {
    const boss = await this.open()
    await boss.send(
      BULK_QUEUE,
      { bulk_change_id: id },
      {
        singletonKey: id,
        expireInSeconds: EXPIRES_SECONDS,
        // For as long as it takes: a bulk change is not forgotten.
        retryLimit: 2 ** 30,
        retryDelay: AGAIN_SECONDS,
        ...(next !== 'now' && { startAfter: next }),
        db: jobQueries(transaction),
      },
    )
    // One that waits for the time of the next wave keeps this one out: it is brought forward. Only
    // now, as it may come from another transaction, for whose end the line above has waited.
    if (next === 'now')
      await sql`update ${sql.id(JOB_SCHEMA, 'job')} set start_after = now() where name = ${BULK_QUEUE}
        and singleton_key = ${id} and state = 'created' and start_after > now()`.execute(transaction)
  }

  /**
   * Looks for jobs from now on, and carries them out. While no bulk change is open, it asks the
   * database nothing.
   * @param carryOn does the next step of a bulk change
   */
  start(carryOn: (id: string) => Promise<NextStep>): void {
    this.#ended = this.#look(carryOn).catch((error: unknown) =>
      this.#log.error({ err: error }, 'bulk changes are no longer carried on'),
    )
  }

  /** Resolves when no job is at work, soon after the proxy's signal to stop. */
  async close(): Promise<void> {
    await this.#ended
    await this.#turns.idle()
  }

  async #look(carryOn: (id: string) => Promise<NextStep>): Promise<void> {
    let isAnyOpen = await this.#sendForOpen()
    while (!this.#stopping.aborted) {
      // The wait begins before the look, so that no change between the two is missed. A notice or
      // an own change ends it.
      const waiting = this.#store.wait(undefined, NEVER_MS, [this.#stopping])
      const slept = new AbortController()
      try {
        const sleep = isAnyOpen ? await this.#fetch(carryOn) : Infinity
        if (sleep !== Infinity) void pause(sleep, slept.signal).then(waiting.stop)
      } catch (error) {
        if (!(error instanceof ProxyError)) this.#log.error({ err: error }, 'jobs can not be read')
        void pause(LOOK_MS, slept.signal).then(waiting.stop)
      }
      await waiting.happened
      slept.abort()
      isAnyOpen = true
      await pause(SHORTEST_MS, this.#stopping)
    }
  }

  /** Takes the jobs whose time has come. @returns the milliseconds until it looks again */
  async #fetch(carryOn: (id: string) => Promise<NextStep>): Promise<number> {
    const boss = await this.open()
    const room = AT_ONCE - this.#running
    const jobs = room > 0 ? await boss.fetch<{ bulk_change_id: string }>(BULK_QUEUE, { batchSize: room }) : []
    for (const job of jobs) {
      this.#running++
      const { bulk_change_id } = job.data
      void this.#turns
        .take(bulk_change_id, () => this.#run(boss, job.id, bulk_change_id, carryOn))
        .finally(() => this.#running--)
    }
    const { rows } = await sql<{ left: unknown; active: unknown; over: unknown; next: number | null }>`
      select count(*) as left, count(*) filter (where state = 'active') as active,
        count(*) filter (where state = 'active' and started_on + expire_in < now()) as over,
        (extract(epoch from min(start_after) filter (where state < 'active') - now()) * 1000)::float8 as next
      from ${sql.id(JOB_SCHEMA, 'job')} where name = ${BULK_QUEUE} and state <= 'active'`.execute(
      this.#store.db,
    )
    const { left, active, over, next } = rows[0]!
    if (Number(over) > 0) await (boss as PgBoss & { expire(): Promise<void> }).expire()
    if (Number(left) === 0) return this.#store.shared ? LONGEST_MS : Infinity
    return Math.min(Math.max(next ?? Infinity, 0), Number(active) > 0 ? LOOK_MS : LONGEST_MS)
  }

  async #run(
    boss: PgBoss,
    jobId: string,
    id: string,
    carryOn: (id: string) => Promise<NextStep>,
  ): Promise<void> {
    try {
      const next = this.#stopping.aborted ? 'now' : await carryOn(id)
      await this.#store.db.transaction().execute(async (transaction) => {
        await boss.deleteJob(BULK_QUEUE, jobId, { db: jobQueries(transaction) })
        if (next) await this.send(transaction, id, next)
      })
      if (next === 'now') this.#store.changed(id)
    } catch (error) {
      if (!(error instanceof ProxyError))
        this.#log.error({ err: error, bulk_change_id: id }, 'a step of a bulk change failed')
      // It is tried again by its retry, or when it has expired.
      await boss.fail(BULK_QUEUE, jobId, { message: String(error) }).catch(() => undefined)
    }
  }

  /**
   * Makes a job for each bulk change that has something to do, whatever became of an earlier job.
   * @returns whether any is open
   */
  async #sendForOpen(): Promise<boolean> {
    const { db } = this.#store
    const { rows } = await sql<{ id: string; next_wave_at: Date | null; to_do: boolean }>`
      select bulk_change_id as id, next_wave_at,
        state in ('planning', 'running') or next_wave_at is not null or under_way as to_do
      from (
        select *, exists (select from bulk_ports p
          where p.bulk_change_id = b.bulk_change_id and p.state = 'under_way') as under_way
        from bulk_changes b
      ) b where state not in ('done', 'ended') or under_way`.execute(db)
    if (rows.length > 0) await this.open()
    for (const { id, next_wave_at, to_do } of rows)
      if (to_do)
        await db.transaction().execute((transaction) => this.send(transaction, id, next_wave_at ?? 'now'))
    return rows.length > 0
  }
}
