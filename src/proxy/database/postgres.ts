import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { isUnavailable, unavailable } from './unavailable.ts'

/**
 * The longest that one question to the database may take, in milliseconds; then it counts as out of
 * reach.
 */
const LONGEST_QUERY_MS = 8000

/**
 * How to connect: what hangs is given up, so that a network that swallows everything is noticed.
 */
export function connectionSettings(connectionString: string): pg.ClientConfig {
  return {
    connectionString,
    application_name: 'portside',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    statement_timeout: LONGEST_QUERY_MS,
    query_timeout: LONGEST_QUERY_MS + 1000,
    // A proxy that is paused within a transaction must not hold up the others.
    idle_in_transaction_session_timeout: LONGEST_QUERY_MS,
  }
}

/** Connections for everything that requests and operations ask; each is replaced when it broke. */
export function postgresPool(connectionString: string): PostgresPool {
  const pool = new pg.Pool({ ...connectionSettings(connectionString), max: 5 })
  // One that breaks while nothing is asked is replaced at the next use, where a failure is told.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw unavailable(error)
      })
      let broken = false
      async function query(text: string, parameters: readonly unknown[]) {
        try {
          return await client.query(text, [...parameters])
        } catch (error) {
          if (!isUnavailable(error)) throw error
          broken = true
          throw unavailable(error)
        }
      }
      const release = () => client.release(broken)
      return { query, release } as unknown as PostgresPoolClient
    },
    end: () => pool.end(),
  }
}
