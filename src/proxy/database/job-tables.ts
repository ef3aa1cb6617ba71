import { CompiledQuery, sql, type Kysely } from 'kysely'
import type PgBoss from 'pg-boss'
import { messageOf } from './error-message.ts'
import type { Tables } from './tables.ts'

/** The schema with pg-boss's own tables (docs/decisions/0015-bulk-change-engine.md). */
export const JOB_SCHEMA = 'portside_jobs'

/** The queues: jobs that carry bulk changes on, and those that check standing orders. */
const QUEUES = ['bulk-changes', 'standing-orders'] as const
/** A queue of jobs. */
export type JobQueue = (typeof QUEUES)[number]

/** Queries as pg-boss makes them: on any connection, or in the transaction that `db` is. */
export function jobQueries(db: Kysely<Tables>): PgBoss.Db {
  return {
    async executeSql(text, values = []) {
      const run = (on: Kysely<Tables>) => on.executeQuery(CompiledQuery.raw(text, [...values]))
      if (!text.trimStart().startsWith('BEGIN')) return run(db) as Promise<{ rows: unknown[] }>
      // Several statements with a transaction of their own, which a failed one leaves open.
      return db.connection().execute(async (connection) => {
        try {
          return (await run(connection)) as { rows: unknown[] }
        } catch (error) {
          await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined)
          throw error
        }
      })
    },
  }
}

/** Any number that no other program's advisory lock on the same database has. */
const MAKING = 7_678_746

/**
 * Opens pg-boss over `db`; makes its tables, or brings them up to date, where they are not. It is
 * loaded only when it is needed: most starts don't. It has no timer and no connection of its own.
 * @throws Error that says what to grant, where the role may make no schema
 */
export async function openJobs(db: Kysely<Tables>): Promise<PgBoss> {
  const { default: Boss } = await import('pg-boss')
  const open = async (on: Kysely<Tables>, migrate: boolean) => {
    const options = { schema: JOB_SCHEMA, supervise: false, schedule: false, migrate }
    const boss = new Boss({ ...options, db: jobQueries(on) })
    // It emits no error that it does not throw, but one without a listener would end the process.
    boss.on('error', () => {})
    return boss.start()
  }
  // Proxies may start at the same time, and its own lock does not keep them from meeting.
  await db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${MAKING})`.execute(connection)
    try {
      const making = await open(connection, true)
      for (const name of QUEUES)
        if (!(await making.getQueue(name))) await making.createQueue(name, { name, policy: 'short' })
    } catch (error) {
      throw await withAdvice(error, connection)
    } finally {
      await sql`select pg_advisory_unlock(${MAKING})`.execute(connection)
    }
  })
  return open(db, false)
}

/** A role that owns all tables so far may still make no schema. */
async function withAdvice(error: unknown, db: Kysely<Tables>): Promise<unknown> {
  if (!(error instanceof Error && 'code' in error && error.code === '42501')) return error
  const { rows } = await sql<{ database: string; role: string }>`
    select current_database() as database, current_user as role`.execute(db)
  const { database, role } = rows[0]!
  return new Error(
    `${messageOf(error)}; let its role make the schema ${JOB_SCHEMA}: grant create on database "${database}" to "${role}"`,
    { cause: error },
  )
}
