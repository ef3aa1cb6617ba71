import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, PostgresDialect, sql, type PostgresPool } from 'kysely'
import { ConfigError } from '../config-variables.ts'
import { migrate } from './migrations.ts'
import { openPGlite } from './pglite.ts'
import { openPostgres } from './postgres.ts'
import type { Tables } from './tables.ts'
import { messageOf } from './words.ts'

/** Where the database is: a PostgreSQL by its address, else a folder. */
export type DatabaseConfig = { databaseUrl?: string | undefined; dataFolder: string }

/** The database, with its tables up to date. */
export type Database = { db: Kysely<Tables>; close(): Promise<void> }

/** A database without its tables: its name in messages, and its connections. */
export type Opened = { name: string; pool: PostgresPool; release(): Promise<void> }

/** The proxy's one database: opened when it is first asked for, closed with the proxy. */
export type DatabaseAccess = {
  /** True when it is to be opened at the start: it was asked for, or there may be operations left in it. */
  atStart: boolean
  /** The database. When it can't be opened, the next call tries again. @throws ConfigError when it can't be opened */
  opened(): Promise<Database>
  /** Comes back when the database answers, at once while it is not opened yet. @throws whatever the database says */
  answers(): Promise<void>
  close(): Promise<void>
}

/** Access to the database that the configuration names, for everything in the proxy that keeps something in it. */
export function accessDatabase(
  config: DatabaseConfig & { makeJournal?: 'at_start' | 'when_needed' },
): DatabaseAccess {
  let opening: Promise<Database> | undefined
  return {
    atStart: config.makeJournal === 'at_start' || databaseExists(config),
    opened: () =>
      (opening ??= openDatabase(config).catch((error: unknown) => {
        opening = undefined
        throw error
      })),
    async answers() {
      if (opening) await sql`select 1`.execute((await opening).db)
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}

/**
 * Opens the database and brings its tables up to date: PostgreSQL when there is an address for one, else PGlite, the same
 * PostgreSQL inside this process, in a folder. What was written is there after kill -9 of the proxy. After a power failure only
 * PostgreSQL is sure to have it: PGlite leaves it to the system when files reach the disk.
 * @throws ConfigError when it can't be opened, or another proxy has it
 */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  const opened = config.databaseUrl
    ? await openPostgres(config.databaseUrl)
    : await openPGlite(journalFolder(config.dataFolder))
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: opened.pool }) })
  const close = async () => {
    await db.destroy()
    await opened.release()
  }
  try {
    await migrate(db)
  } catch (error) {
    await close()
    throw new ConfigError(`${opened.name} has no journal that this Portside can use: ${messageOf(error)}.`)
  }
  return { db, close }
}

function databaseExists({ databaseUrl, dataFolder }: DatabaseConfig): boolean {
  return databaseUrl !== undefined || existsSync(join(journalFolder(dataFolder), 'PG_VERSION'))
}

function journalFolder(dataFolder: string): string {
  return join(dataFolder, 'journal')
}
