import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { isUnavailable, unavailable } from './unavailable.ts'

/** The longest time for one query, in milliseconds. After it the database counts as unreachable. */
const LONGEST_QUERY_MS = 8000

/** How to connect, with time limits, so that a network that loses everything is noticed. */
export function connectionSettings(connectionString: string): pg.ClientConfig {
  return {
    connectionString,
    application_name: 'portside',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    statement_timeout: LONGEST_QUERY_MS,
    query_timeout: LONGEST_QUERY_MS + 1000,
    // A proxy that is paused within a transaction must not delay the others.
    idle_in_transaction_session_timeout: LONGEST_QUERY_MS,
  }
}

/** The connections of requests and operations. A broken one is replaced. */
export function postgresPool(connectionString: string): PostgresPool {
  const pool = new pg.Pool({ ...connectionSettings(connectionString), max: 5 })
  // A connection that breaks while idle is replaced at its next use, which reports a failure.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
    // To compile a query takes longer than ours run. Where it can't be set, they are only slower.
    client.query('set jit = off').catch(() => {})
  })
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
