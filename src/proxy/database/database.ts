import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { sql, type Kysely } from 'kysely'
import { ConfigError } from '../config-variables.ts'
import { ProxyError } from '../errors.ts'
import { kysely } from './kysely.ts'
import { onlyLease, sharedLease, type Lease } from './lease.ts'
import { migrate } from './migrations.ts'
import { OwnConnection } from './own-connection.ts'
import { hasJournal, openPGlite } from './pglite.ts'
import { connectionSettings, postgresPool } from './postgres.ts'
import { migrateAndGrant } from './migrate-and-grant.ts'
import type { Tables } from './tables.ts'
import { messageOf } from './words.ts'

/** Where the database is: a PostgreSQL by its address, else a folder. */
export type DatabaseConfig = {
  databaseUrl?: string | undefined
  /** The same PostgreSQL as the role that owns the tables: for migrations and rights only. */
  databaseOwnerUrl?: string | undefined
  dataFolder: string
  /** An empty PGlite as a file, to begin with in a new folder. */
  emptyJournal?: string
  /** On PostgreSQL: after so many milliseconds without a sign of life, another proxy takes over. */
  leaseMs?: number
}

/** The database, with its tables up to date. */
export type Database = {
  db: Kysely<Tables>
  /** This proxy's claim to be alive, by which it owns operations. */
  lease: Lease
  /**
   * What other proxies tell, under the name of the channel: `portside_operations`,
   * `portside_proxies`.
   */
  notices: EventEmitter
  /** Comes back when this proxy can write what it must. @throws whatever keeps it from that */
  answers(): Promise<void>
  close(): Promise<void>
}

/** The proxy's one database: opened when it is first asked for, closed with the proxy. */
export type DatabaseAccess = {
  /**
   * True when it is to be opened at the start: it was asked for, or there may be operations left in
   * it.
   */
  atStart: boolean
  /**
   * The database. When it can't be opened, the next call tries again. @throws ConfigError when it
   * can't be opened
   */
  opened(): Promise<Database>
  /**
   * Comes back when the database answers and can be written, at once while it is not opened yet.
   * @throws whatever keeps it from that
   */
  answers(): Promise<void>
  close(): Promise<void>
}

/** What the log says at start about the records of what was done. */
const PROTECTED = {
  role: "records are append-only: this proxy's role can't change them, and triggers refuse it",
  triggers: 'records are append-only by triggers, which the owner of the tables could switch off',
}

const CHANNELS = ['portside_operations', 'portside_proxies'] as const

/**
 * Access to the database that the configuration names, for everything in the proxy that keeps
 * something in it.
 */
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
    async answers() {
      if (opening) await (await opening).answers()
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}

/**
 * Opens the database and brings its tables up to date: PostgreSQL when there is an address for one,
 * which any number of proxies share; else PGlite, the same PostgreSQL inside this process, in a
 * folder, for one. What was written is there after kill -9 of the proxy. After a power failure only
 * PostgreSQL is sure to have it: PGlite leaves it to the system when files reach the disk.
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
  const { name, pool, holds, check, release } = await openPGlite(journalFolder(dataFolder), emptyJournal)
  const db = kysely(pool)
  const close = async () => {
    await db.destroy()
    release()
  }
  const answers = async () => {
    await check()
    await sql`select 1`.execute(db)
  }
  try {
    await migrate(db)
    log.info({ database: 'PGlite', protection: 'triggers' }, PROTECTED.triggers)
    return { db, lease: await onlyLease(db, holds), notices: new EventEmitter(), answers, close }
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
    await lease?.end().catch((error: unknown) => log.warn({ err: error }, 'the lease runs out by itself'))
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
    const answers = async () => {
      await sql`select 1`.execute(db)
      // A server that answers and can't be written to, as on a full disk, lets the lease run out.
      if (term() === undefined) await renew()
    }
    return { db, lease, notices, answers, close }
  } catch (error) {
    await close()
    throw error instanceof ConfigError ? error : unusable('DATABASE_URL', error)
  }
}

function unusable(name: string, error: unknown): ConfigError {
  return new ConfigError(`${name} has no journal that this Portside can use: ${messageOf(error)}.`)
}

function databaseExists({ databaseUrl, dataFolder }: DatabaseConfig): boolean {
  // Whole or not: what is there is looked at, and never taken for nothing.
  return databaseUrl !== undefined || hasJournal(journalFolder(dataFolder))
}

function journalFolder(dataFolder: string): string {
  return join(dataFolder, 'journal')
}
