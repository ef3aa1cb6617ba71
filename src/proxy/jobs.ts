import type { FastifyBaseLogger } from 'fastify'
import { sql, type Kysely } from 'kysely'
import type PgBoss from 'pg-boss'
import { JOB_SCHEMA, jobQueries, openJobs, type JobQueue } from './database/job-tables.ts'
import type { Tables } from './database/tables.ts'
import { ProxyError } from './errors.ts'
import type { EventWait } from './event-wait.ts'
import { pause } from './retry.ts'
import { Turns } from './turns.ts'

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
/** How many things of a queue a proxy carries on at once. */
const AT_ONCE = 8

/** When a thing needs somebody again: now, at a time, or (null) when a user has chosen. */
export type NextStep = 'now' | Date | null

/** What is carried on by jobs: things that are kept in the database. */
export interface JobStore {
  readonly db: Kysely<Tables>
  /** True where other proxies may share the database. */
  readonly shared: boolean
  /** Wakes those who wait for a thing. */
  changed(id: string): void
  /** Waits for a change of one thing, or of any, at most `milliseconds`. */
  wait(id: string | undefined, milliseconds: number, signals: readonly AbortSignal[]): EventWait
  /** All that is not at its end; `at`: when it needs somebody. */
  open(): Promise<{ id: string; at: NextStep }[]>
}

/** What tells one kind of jobs from another. */
export type JobKind = {
  queue: JobQueue
  /** What is carried on, for the log: 'bulk changes'. */
  what: string
  /**
   * A job that nobody has been at for so many seconds is another proxy's: its own has died. No step
   * takes as long, unless `longestSeconds` says so.
   */
  expiresSeconds: number
  /** A step may take so many seconds: its proxy says meanwhile that it is still at it. */
  longestSeconds?: number
}

/**
 * The jobs that carry things on, by pg-boss: at most one waits for each. A step is done by one
 * proxy, which then makes a job for the next. Nothing is decided by them: a job too many finds
 * nothing to do.
 */
export class Jobs {
  readonly #kind: JobKind
  readonly #store: JobStore
  readonly #log: FastifyBaseLogger
  readonly #stopping: AbortSignal
  readonly #turns = new Turns()
  #boss: Promise<PgBoss> | undefined
  #running = 0
  #ended: Promise<void> | undefined

  constructor(kind: JobKind, store: JobStore, log: FastifyBaseLogger, stopping: AbortSignal) {
    this.#kind = kind
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

  /** Makes a job that carries a thing on, in a transaction. */
  async send(transaction: Kysely<Tables>, id: string, next: Exclude<NextStep, null> = 'now'): Promise<void> {
    const boss = await this.open()
    const { queue, expiresSeconds } = this.#kind
    await boss.send(
      queue,
      { id },
      {
        singletonKey: id,
        expireInSeconds: expiresSeconds,
        // For as long as it takes: nothing is forgotten.
        retryLimit: 2 ** 30,
        retryDelay: AGAIN_SECONDS,
        ...(next !== 'now' && { startAfter: next }),
        db: jobQueries(transaction),
      },
    )
    // One that waits for a later time keeps this one out: it is brought forward. Only
    // now, as it may come from another transaction, for whose end the line above has waited.
    if (next === 'now')
      await sql`update ${sql.id(JOB_SCHEMA, 'job')} set start_after = now() where name = ${queue}
        and singleton_key = ${id} and state = 'created' and start_after > now()`.execute(transaction)
  }

  /**
   * Looks for jobs from now on, and carries them out. While nothing is open, it asks the
   * database nothing.
   * @param carryOn does the next step of a thing
   */
  start(carryOn: (id: string) => Promise<NextStep>): void {
    this.#ended = this.#look(carryOn).catch((error: unknown) =>
      this.#log.error({ err: error }, `${this.#kind.what} are no longer carried on`),
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
    const { queue } = this.#kind
    const room = AT_ONCE - this.#running
    const jobs = room > 0 ? await boss.fetch<{ id: string }>(queue, { batchSize: room }) : []
    for (const job of jobs) {
      this.#running++
      const { id } = job.data
      void this.#turns.take(id, () => this.#run(boss, job.id, id, carryOn)).finally(() => this.#running--)
    }
    const { rows } = await sql<{ left: unknown; active: unknown; over: unknown; next: number | null }>`
      select count(*) as left, count(*) filter (where state = 'active') as active,
        count(*) filter (where state = 'active' and started_on + expire_in < now()) as over,
        (extract(epoch from min(start_after) filter (where state < 'active') - now()) * 1000)::float8 as next
      from ${sql.id(JOB_SCHEMA, 'job')} where name = ${queue} and state <= 'active'`.execute(this.#store.db)
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
    const stopSaying = this.#sayAtWork(jobId)
    try {
      const next = this.#stopping.aborted ? 'now' : await carryOn(id)
      await this.#store.db.transaction().execute(async (transaction) => {
        await boss.deleteJob(this.#kind.queue, jobId, { db: jobQueries(transaction) })
        if (next) await this.send(transaction, id, next)
      })
      if (next === 'now') this.#store.changed(id)
    } catch (error) {
      if (!(error instanceof ProxyError))
        this.#log.error({ err: error, id }, `a step of ${this.#kind.what} failed`)
      // It is tried again by its retry, or when it has expired.
      await boss.fail(this.#kind.queue, jobId, { message: String(error) }).catch(() => undefined)
    } finally {
      stopSaying()
    }
  }

  /**
   * Says for a step that may take longer, again and again, that its proxy is still at it. A step
   * that hangs is said to be over all the same. @returns ends it
   */
  #sayAtWork(jobId: string): () => void {
    const { queue, expiresSeconds, longestSeconds } = this.#kind
    if (longestSeconds === undefined) return () => {}
    const until = Date.now() + (longestSeconds - expiresSeconds) * 1000
    const timer = setInterval(
      () => {
        if (Date.now() > until) return clearInterval(timer)
        // Not said in time, another proxy does the step too: what it finds is written once.
        sql`update ${sql.id(JOB_SCHEMA, 'job')} set started_on = now()
        where name = ${queue} and id = ${jobId}::uuid and state = 'active'`
          .execute(this.#store.db)
          .catch(() => undefined)
      },
      (expiresSeconds * 1000) / 3,
    )
    return () => clearInterval(timer)
  }

  /**
   * Makes a job for everything that has something to do, whatever became of an earlier job.
   * @returns whether anything is open
   */
  async #sendForOpen(): Promise<boolean> {
    const all = await this.#store.open()
    if (all.length > 0) await this.open()
    for (const { id, at } of all)
      if (at !== null)
        await this.#store.db.transaction().execute((transaction) => this.send(transaction, id, at))
    return all.length > 0
  }
}
