import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { CompiledQuery, sql, type Kysely } from 'kysely'
import { ConfigError } from '../config-variables.ts'
import { ProxyError } from '../errors.ts'
import { kysely } from './kysely.ts'
import { onlyLease, sharedLease, type Lease } from './lease.ts'
import { migrate } from './migrations.ts'
import { OwnConnection } from './own-connection.ts'
import { hasJournal, openPGlite } from './pglite.ts'
import { connectionSettings, postgresPool } from './postgres.ts'
import { keepStatistics } from './statistics.ts'
import { migrateAndGrant } from './migrate-and-grant.ts'
import type { Tables } from './tables.ts'
import { messageOf } from './error-message.ts'

/** Where the database is: a PostgreSQL by its address, else a folder. */
export type DatabaseConfig = {
  databaseUrl?: string | undefined
  /** The same PostgreSQL as the role that owns the tables: for migrations and rights only. */
  databaseOwnerUrl?: string | undefined
  dataFolder: string
  /** A folder with an empty PGlite, of which a new folder is a copy. */
  emptyJournal?: string
  /** On PostgreSQL: the milliseconds that the lease lasts. Then another proxy takes over. */
  leaseMs?: number
}

/** The database, with its tables up to date. */
export type Database = {
  db: Kysely<Tables>
  /** This proxy's time-limited right to its operations. */
  lease: Lease
  /**
   * Emits the notices of PostgreSQL under the name of their channel: `portside_operations`,
   * `portside_proxies`, `portside_bulk_changes`, `portside_standing_orders`.
   */
  notices: EventEmitter
  /** Resolves when this proxy can write. @throws the error that prevents it */
  check(): Promise<void>
  close(): Promise<void>
}

/** The proxy's one database: opened at its first use, closed with the proxy. */
export type DatabaseAccess = {
  /**
   * True when it is opened at the start: by a setting, or as there may be operations left in it.
   */
  atStart: boolean
  /**
   * Opens the database once; after a failure, again. @throws ConfigError when it can't be opened
   */
  opened(): Promise<Database>
  /**
   * Resolves when the database can be read and written, or is not opened yet.
   * @throws the error that prevents it
   */
  check(): Promise<void>
  close(): Promise<void>
}

/** What the log says at the start about the protection of the audit log. */
const PROTECTED = {
  role: "the audit log is append-only: this proxy's role can't change it, and triggers refuse it",
  triggers: 'the audit log is append-only by triggers, which the owner of the tables could switch off',
}

const CHANNELS = [
  'portside_operations',
  'portside_proxies',
  'portside_bulk_changes',
  'portside_standing_orders',
] as const

/** Queries of other rooms that have their own SQL. The database is opened by the first. */
export function sharedQuery({ opened }: Pick<DatabaseAccess, 'opened'>) {
  return async (text: string, values: readonly unknown[]): Promise<{ rows: unknown[] }> => {
    const { db } = await opened()
    return db.executeQuery(CompiledQuery.raw(text, [...values]))
  }
}

/** Access to the database that the settings name, for the whole proxy. */
export function accessDatabase(
  config: DatabaseConfig & { makeJournal?: 'at_start' | 'when_needed' },
  log: FastifyBaseLogger,
): DatabaseAccess {
  let opening: Promise<Database> | undefined
  return {
    atStart: config.makeJournal === 'at_start' || databaseExists(config),
    opened: () =>
      (opening ??= openDatabase(config, log).catch((error: unknown) => {
        opening = undefined
        throw error
      })),
    async check() {
      if (opening) await (await opening).check()
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}

/**
 * Opens the database and migrates its tables. With an address it is PostgreSQL, which any number of
 * proxies share. Without one it is PGlite, the same PostgreSQL inside this process, in a folder
 * that one proxy has for itself. What was written survives kill -9 of the proxy. Only PostgreSQL
 * keeps it after a power failure too: with PGlite the system decides when files reach the disk.
 * @throws ConfigError when it can't be opened, or another proxy has the folder
 */
export async function openDatabase(config: DatabaseConfig, log: FastifyBaseLogger): Promise<Database> {
  const { databaseUrl } = config
  return databaseUrl ? openShared({ ...config, databaseUrl }, log) : openFolder(config, log)
}

async function openFolder(
  { dataFolder, emptyJournal }: DatabaseConfig,
  log: FastifyBaseLogger,
): Promise<Database> {
  const folder = await openPGlite(journalFolder(dataFolder), emptyJournal)
  const { name, pool, holds, release } = folder
  const db = kysely(pool)
  let endStatistics: (() => void) | undefined
  const close = async () => {
    endStatistics?.()
    await db.destroy()
    release()
  }
  const check = async () => {
    await folder.check()
    await sql`select 1`.execute(db)
  }
  try {
    await migrate(db)
    endStatistics = await keepStatistics(db, log)
    log.info({ database: 'PGlite', protection: 'triggers' }, PROTECTED.triggers)
    return { db, lease: await onlyLease(db, holds), notices: new EventEmitter(), check, close }
  } catch (error) {
    await close()
    if (error instanceof ProxyError) throw new ConfigError(`${name}: ${error.error.error_msg}`)
    throw unusable(name, error)
  }
}

async function openShared(
  config: DatabaseConfig & { databaseUrl: string },
  log: FastifyBaseLogger,
): Promise<Database> {
  const address = config.databaseUrl
  const notices = new EventEmitter()
  const own = new OwnConnection(connectionSettings(address), CHANNELS, notices)
  const db = kysely(postgresPool(address))
  let lease: Lease | undefined
  const close = async () => {
    await lease
      ?.end()
      .catch((error: unknown) => log.warn({ err: error }, 'the lease was not given up: it ends at its time'))
    await own.close()
    await db.destroy()
  }
  try {
    await own.query('select', [])
  } catch (error) {
    await close()
    const reason = messageOf(error instanceof Error && error.cause ? error.cause : error)
    throw new ConfigError(
      `DATABASE_URL can't be used (${reason}): check that the database is there, and that it is a postgresql:// address.`,
    )
  }
  try {
    const protection = await migrateAndGrant(db, config)
    log.info({ database: 'PostgreSQL', protection }, PROTECTED[protection])
    lease = await sharedLease(db, own.query, config.leaseMs ?? 5000, log)
    const { term, renew } = lease
    const check = async () => {
      await sql`select 1`.execute(db)
      // A server with a full disk can still be read, but the lease can't be renewed.
      if (term() === undefined) await renew()
    }
    return { db, lease, notices, check, close }
  } catch (error) {
    await close()
    throw error instanceof ConfigError ? error : unusable('DATABASE_URL', error)
  }
}

function unusable(name: string, error: unknown): ConfigError {
  return new ConfigError(`${name} has no journal that this Portside can use: ${messageOf(error)}.`)
}

function databaseExists({ databaseUrl, dataFolder }: DatabaseConfig): boolean {
  // Even an incomplete journal counts: Portside never makes a new one over it.
  return databaseUrl !== undefined || hasJournal(journalFolder(dataFolder))
}

function journalFolder(dataFolder: string): string {
  return join(dataFolder, 'journal')
}
