import type { PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { ConfigError } from '../config-variables.ts'
import type { Opened } from './database.ts'
import { messageOf } from './words.ts'

/** Any number that no other program's advisory lock on the same database has. */
const JOURNAL_LOCK = 7_678_743

/**
 * Connects to a PostgreSQL.
 * @throws ConfigError when it can't be reached, or another proxy has it
 */
export async function openPostgres(connectionString: string): Promise<Opened> {
  const pool = new pg.Pool({ connectionString, max: 5, connectionTimeoutMillis: 10_000 })
  // An idle connection that breaks is replaced at the next use, where a failure is told.
  pool.on('error', () => {})
  try {
    // What another proxy has under way must not be taken for left behind. The lock goes with the connection that holds it.
    const holder = await pool.connect()
    holder.on('error', () => {})
    const lock = await holder.query('select pg_try_advisory_lock($1) as held', [JOURNAL_LOCK])
    if (!lock.rows[0].held) {
      holder.release()
      throw new ConfigError(
        'DATABASE_URL has the journal of another Portside that is running: stop that one, or set another database.',
      )
    }
    const end = () => {
      holder.release(true)
      return pool.end()
    }
    return {
      name: 'DATABASE_URL',
      pool: { connect: () => pool.connect() as unknown as Promise<PostgresPoolClient>, end },
      release: async () => {},
    }
  } catch (error) {
    await pool.end()
    if (error instanceof ConfigError) throw error
    throw new ConfigError(
      `DATABASE_URL can't be used (${messageOf(error)}): check that the database is there, and that it is a postgresql:// address.`,
    )
  }
}
