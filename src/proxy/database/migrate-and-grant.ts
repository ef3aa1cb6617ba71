import { sql, type Kysely } from 'kysely'
import pg from 'pg'
import { ConfigError } from '../config-variables.ts'
import { openJobs } from './job-tables.ts'
import { kysely } from './kysely.ts'
import { migrate, upToDate } from './migrations.ts'
import { connectionSettings } from './postgres.ts'
import { grant, protectionOf, type Protection } from './protection.ts'
import type { Tables } from './tables.ts'
import { messageOf } from './error-message.ts'

/**
 * Migrates the tables of a PostgreSQL. With `databaseOwnerUrl` this is done as their owner, who
 * then grants the proxy's role its rights; without, as the proxy's role.
 * @param db the database as the proxy uses it
 * @throws ConfigError when that fails, or the proxy's role could change append-only tables although
 *   there is an owner
 */
export async function migrateAndGrant(
  db: Kysely<Tables>,
  { databaseUrl, databaseOwnerUrl }: { databaseUrl: string; databaseOwnerUrl?: string | undefined },
): Promise<Protection> {
  if (!databaseOwnerUrl) {
    if (!(await upToDate(db))) await asMigrator(databaseUrl, 'DATABASE_URL', migrate)
    return protectionOf(db)
  }
  const { rows } = await sql<{ role: string }>`select current_user as role`.execute(db)
  await asMigrator(databaseOwnerUrl, 'DATABASE_OWNER_URL', async (owner) => {
    await migrate(owner)
    // The proxy's role may make no tables.
    await openJobs(owner)
    await grant(owner, rows[0]!.role)
  })
  const protection = await protectionOf(db)
  if (protection === 'role') return protection
  throw new ConfigError(
    `DATABASE_URL's role ${rows[0]!.role} could change or delete audit records although DATABASE_OWNER_URL is set: set DATABASE_URL to another role, one that owns nothing and is no superuser.`,
  )
}

/** Migrates on a connection without time limits: a migration may take longer than a query may. */
async function asMigrator(
  connectionString: string,
  name: string,
  work: (db: Kysely<Tables>) => Promise<void>,
): Promise<void> {
  const { statement_timeout: _, query_timeout: __, ...settings } = connectionSettings(connectionString)
  const pool = new pg.Pool({ ...settings, max: 1 })
  pool.on('error', () => {})
  const db = kysely(pool)
  try {
    await work(db)
  } catch (error) {
    const permission = error instanceof pg.DatabaseError && error.code === '42501'
    const advice = permission
      ? '; its role must be the one that owns the tables, else set DATABASE_OWNER_URL to that one'
      : ''
    throw new ConfigError(`${name} can't be brought up to date: ${messageOf(error)}${advice}.`)
  } finally {
    await db.destroy()
  }
}
