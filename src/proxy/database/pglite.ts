import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { ConfigError } from '../config-variables.ts'
import { diskProblem, spaceProblem, tryToWrite } from '../disk.ts'
import { FolderInUse, LOCK_FILE, LockIsLink, lockFolder, NoLocks, type FolderLock } from './folder-lock.ts'
import { Turns } from '../turns.ts'
import { folderUnavailable } from './unavailable.ts'
import { messageOf } from './error-message.ts'

/** PostgreSQL's default of 128 MB of buffers would be memory of this process. */
const START = [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB']

/** The name of the folder with an empty journal, beside the built proxy: all tables are made. */
export const EMPTY_JOURNAL = 'empty-journal'

/** PostgreSQL recognizes its folder by this file. */
const PG_VERSION = 'PG_VERSION'

/** Bytes that must be free on the disk: to open a journal, and to be ready. */
const TO_OPEN = 1024 * 1024
const TO_WRITE = 64 * 1024

/**
 * Makes an empty PGlite in a folder that is not there yet.
 * @param prepare what is done with it before it is closed
 */
export async function makeEmptyJournal(
  folder: string,
  prepare?: (pool: PostgresPool) => Promise<void>,
): Promise<void> {
  mkdirSync(folder, { mode: 0o700 })
  const lite = await PGlite.create(folder, { startParams: START })
  const query = (sql: string, parameters: readonly unknown[]) => queryOn(lite, sql, parameters)
  const connection = { query, release() {} } as PostgresPoolClient
  await prepare?.({ connect: async () => connection, end: async () => {} })
  await lite.close()
}

async function queryOn(lite: PGlite, sql: string, parameters: readonly unknown[]) {
  // Without parameters, a text may have several statements, as on PostgreSQL.
  const { rows, affectedRows = 0 } =
    parameters.length > 0 ? await lite.query(sql, [...parameters]) : (await lite.exec(sql)).at(-1)!
  return { command: commandOf(sql), rowCount: affectedRows, rows }
}

/**
 * Copies a folder to a place where nothing is, for this user alone: what is copied may be readable
 * by all, or read-only. The errors of the disk keep their codes.
 */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyFolder(source, target)
    else {
      copyFileSync(source, target)
      chmodSync(target, 0o600)
    }
  }
}

/** PGlite in a folder that this process has for itself. */
export type OpenedFolder = {
  /** Its name in messages. */
  name: string
  /** Its one connection. */
  pool: PostgresPool
  /** True while the folder is the one that was opened, and no other process has locked it. */
  holds(): boolean
  /** Resolves when the folder can be written. @throws ProxyError Portside.DatabaseUnavailable */
  check(): Promise<void>
  /** Unlocks the folder, after the pool has ended. */
  release(): void
}

/** True when a folder exists and has something in it: a journal, complete or not. */
export function hasJournal(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0
  } catch (error) {
    // Opening reports why a folder can't be read.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/**
 * Locks a folder and opens PGlite in it, a PostgreSQL inside this process. Makes the folder when it
 * is missing.
 * @param empty the path of EMPTY_JOURNAL: copying it takes a tenth of the time. Without it, PGlite
 *   makes an empty database.
 * @throws ConfigError when it can't be opened, or another proxy has it
 */
export async function openPGlite(folder: string, empty?: string): Promise<OpenedFolder> {
  const name = `PORTSIDE_DATA: the journal in ${folder}`
  let lock: FolderLock | undefined
  try {
    const place = await readyFolder(folder, empty)
    lock = await lockFolder(place)
    const open = await Reopened.open(place, lock)
    const { holds, release } = lock
    return { name, pool: open.pool, holds, check: () => open.check(), release }
  } catch (error) {
    lock?.release()
    throw error instanceof ConfigError ? error : new ConfigError(`${name} ${whyNot(error, folder)}`)
  }
}

/** Why a journal can't be opened, and what to do. The folder stays as it is. */
function whyNot(error: unknown, folder: string): string {
  if (error instanceof FolderInUse)
    return `is in use by ${error.holder}: stop that one, or set another folder.`
  if (error instanceof LockIsLink)
    return `can't be locked: ${LOCK_FILE} is a symbolic link, and Portside follows none there. Remove the link, then start again.`
  if (error instanceof NoLocks)
    return "can't be locked: this system can't run the package fs-native-extensions, which has no build for Alpine and other Linux with musl. Run Portside on Linux with glibc (such as Debian), macOS or Windows, or set DATABASE_URL."
  if (error instanceof Incomplete)
    return `is incomplete (${PG_VERSION} is missing, other files are there): restore all of it from a backup. Portside has changed nothing in it.`
  const problem = diskProblem(error) ?? spaceProblem(dirname(folder))
  if (problem)
    return `can't be written to: ${problem.cause}. To repair it, ${problem.advice}, then start again. Leave the folder as it is.`
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined && NAME_TAKEN.has(code))
    return `can't be used (${messageOf(error)}): something else has that name. Rename it, then start again. Leave the rest of the folder as it is.`
  if (typeof code === 'string')
    return `can't be used (${messageOf(error)}): set PORTSIDE_DATA to a folder on a disk that can lock files.`
  return `can't be opened (${messageOf(error)}): it is damaged, or of another version. Restore it from a backup, or start the version that made it.`
}

/** Codes of Node for a file where a folder must be, or a folder where a file must be. */
const NAME_TAKEN: ReadonlySet<string> = new Set(['EEXIST', 'EISDIR', 'ENOTDIR'])

/** A folder with files, but without the one that makes them a journal. */
class Incomplete extends Error {
  override name = 'Incomplete'
}

/** Makes the journal when there is none. Returns its real path. Never overwrites anything. */
async function readyFolder(folder: string, empty: string | undefined): Promise<string> {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 })
  const place = existsSync(folder) ? realpathSync(folder) : folder
  if (!hasJournal(place)) await makeJournal(place, empty)
  if (!existsSync(join(place, PG_VERSION))) throw new Incomplete()
  await tryToWrite(place, TO_OPEN)
  return place
}

/**
 * Makes a journal beside its place and moves it there when it is complete, so that a start that is
 * killed leaves no incomplete one.
 */
async function makeJournal(place: string, empty: string | undefined): Promise<void> {
  const making = `${place}.new`
  await tryToWrite(dirname(place), TO_OPEN)
  const lock = await makeAndLock(making)
  try {
    // Another proxy may have been faster.
    if (hasJournal(place)) return
    const made = join(making, 'journal')
    // What an earlier start left.
    rmSync(made, { recursive: true, force: true })
    if (empty && existsSync(empty)) copyFolder(empty, made)
    else await makeEmptyJournal(made)
    if (existsSync(place)) rmdirSync(place)
    renameSync(made, place)
  } finally {
    rmSync(making, { recursive: true, force: true })
    lock.release()
  }
}

async function makeAndLock(folder: string): Promise<FolderLock> {
  for (;;)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      return await lockFolder(folder)
    } catch (error) {
      // Another proxy made the journal, and removed the folder in between.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
}

/** After an error of this severity PostgreSQL goes on. FATAL and PANIC need a new start. */
const GOES_ON = 'ERROR'

/** PGlite in its folder, opened again after it failed, as on a full disk. */
class Reopened {
  readonly #folder: string
  readonly #lock: FolderLock
  readonly #turns = new Turns()
  #lite: PGlite | undefined

  static async open(folder: string, lock: FolderLock): Promise<Reopened> {
    const opened = new Reopened(folder, lock)
    await opened.#opened()
    return opened
  }

  private constructor(folder: string, lock: FolderLock) {
    this.#folder = folder
    this.#lock = lock
  }

  /** A pool with the one connection of PGlite: each user has it alone until it is released. */
  readonly pool: PostgresPool = {
    connect: () =>
      new Promise((taken, failed) => {
        void this.#turns.take('connection', async () => {
          try {
            const lite = await this.#opened()
            const query = (sql: string, parameters: readonly unknown[]) => this.#query(lite, sql, parameters)
            await new Promise<void>((release) => taken({ query, release } as PostgresPoolClient))
          } catch (error) {
            failed(await this.#unavailable(error))
          }
        })
      }),
    end: async () => {
      await this.#turns.idle()
      // Closing writes: a folder that another process has is left alone.
      if (this.#lock.holds()) await this.#lite?.close()
    },
  }

  async check(): Promise<void> {
    try {
      if (!this.#lock.holds()) throw new FolderLost()
      await tryToWrite(this.#folder, TO_WRITE)
    } catch (error) {
      throw await this.#unavailable(error)
    }
  }

  async #opened(): Promise<PGlite> {
    if (!this.#lock.holds()) throw new FolderLost()
    if (this.#lite) return this.#lite
    await tryToWrite(this.#folder, TO_OPEN)
    return (this.#lite = await PGlite.create(this.#folder, { startParams: START }))
  }

  async #query(lite: PGlite, sql: string, parameters: readonly unknown[]) {
    // Any query may write: PostgreSQL writes even when it reads.
    if (!this.#lock.holds()) throw folderUnavailable(new FolderLost())
    try {
      if (lite !== this.#lite) throw new Error('the database has to be opened again')
      return await queryOn(lite, sql, parameters)
    } catch (error) {
      const { severity, code } = error as { severity?: unknown; code?: unknown }
      if (severity === GOES_ON && !OF_THE_DISK.test(String(code))) throw error
      // Not closed: closing would write its memory, which may be wrong by now.
      if (severity !== GOES_ON && lite === this.#lite) this.#lite = undefined
      throw await this.#unavailable(error)
    }
  }

  /** The error for the operator. PGlite seldom says that the disk failed, so the disk is tried. */
  async #unavailable(error: unknown) {
    if (error instanceof FolderLost || diskProblem(error)) return folderUnavailable(error)
    const cause = await tryToWrite(this.#folder, TO_OPEN).catch((reason: unknown) => reason)
    return folderUnavailable(cause === undefined ? error : cause)
  }
}

/** SQLSTATEs of missing resources and system errors (PostgreSQL's documentation, Appendix A). */
const OF_THE_DISK = /^(53|58)...$/

/** The folder was moved away or replaced, or another proxy has locked it. */
class FolderLost extends Error {
  override name = 'FolderLost'

  constructor() {
    super("its folder was moved away or replaced, or is another Portside's by now")
  }
}

function commandOf(sql: string): string {
  return (/^\s*(\w+)/.exec(sql)?.[1] ?? 'select').toUpperCase()
}
