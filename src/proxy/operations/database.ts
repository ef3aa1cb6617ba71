import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { ConfigError } from '../config-variables.ts'
import { lockFolder } from './folder-lock.ts'
import { migrate, type Tables } from './migrations.ts'
import { Turns } from './turns.ts'

/** Where the journal is kept: a PostgreSQL by its address, else a folder. */
export type DatabaseConfig = { databaseUrl?: string | undefined; dataFolder: string }

/** A database with the journal's tables. */
export type Database = { db: Kysely<Tables>; close(): Promise<void> }

/** Any number that no other program's advisory lock on the same database has. */
const JOURNAL_LOCK = 7_678_743

/** True when there is a journal already, which may hold operations that were under way. */
export function journalExists({ databaseUrl, dataFolder }: DatabaseConfig): boolean {
  return databaseUrl !== undefined || existsSync(join(journalFolder(dataFolder), 'PG_VERSION'))
}

/**
 * Opens the journal's database and brings its tables up to date: PostgreSQL when there is an address for one, else PGlite, the same
 * PostgreSQL inside this process, in a folder. What was written is there after kill -9 of the proxy. After a power failure only
 * PostgreSQL is sure to have it: PGlite leaves it to the system when files reach the disk.
 * @throws ConfigError when it can't be opened, or another proxy has it
 */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  const opened = config.databaseUrl
    ? await openPostgres(config.databaseUrl)
    : await openFolder(journalFolder(config.dataFolder))
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

type Opened = { name: string; pool: PostgresPool; release(): Promise<void> }

function journalFolder(dataFolder: string): string {
  return join(dataFolder, 'journal')
}

async function openFolder(folder: string): Promise<Opened> {
  const inFolder = `PORTSIDE_DATA: the journal in ${folder}`
  let release: Awaited<ReturnType<typeof lockFolder>>
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    release = await lockFolder(folder)
  } catch (error) {
    throw new ConfigError(`${inFolder} can't be used (${messageOf(error)}): set it to a folder to write to.`)
  }
  if (!release)
    throw new ConfigError(`${inFolder} is in use by another Portside: stop that one, or set another folder.`)
  try {
    const lite = await PGlite.create(folder)
    return { name: inFolder, pool: poolOf(lite), release }
  } catch (error) {
    await release()
    throw new ConfigError(
      `${inFolder} can't be opened (${messageOf(error)}): restore it, or move it away to start with an empty one.`,
    )
  }
}

/** PGlite as the pool of its one connection: whoever takes it has it alone until it is released, transactions above all. */
function poolOf(lite: PGlite): PostgresPool {
  const turns = new Turns()
  async function query(sql: string, parameters: readonly unknown[]) {
    const { rows, affectedRows = 0 } = await lite.query(sql, [...parameters])
    return { command: commandOf(sql), rowCount: affectedRows, rows }
  }
  return {
    connect: () =>
      new Promise((taken) => {
        void turns.take(
          'connection',
          () => new Promise<void>((release) => taken({ query, release } as PostgresPoolClient)),
        )
      }),
    async end() {
      await turns.idle()
      await lite.close()
    },
  }
}

function commandOf(sql: string): string {
  return (/^\s*(\w+)/.exec(sql)?.[1] ?? 'select').toUpperCase()
}

async function openPostgres(connectionString: string): Promise<Opened> {
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

/** What went wrong, in a word where there is one; addresses with passwords are not repeated. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return (error.message || code || error.name)
    .replace(/postgres(ql)?:\/\/\S+/g, 'the address')
    .replace(/\.$/, '')
}
