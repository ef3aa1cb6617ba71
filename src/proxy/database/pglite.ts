import {
  existsSync,
  mkdirSync,
  openAsBlob,
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
import { FolderInUse, lockFolder, type FolderLock } from './folder-lock.ts'
import { Turns } from './turns.ts'
import { folderUnavailable } from './unavailable.ts'
import { messageOf } from './words.ts'

/**
 * PostgreSQL's own 128 MB of buffers would all be this process's; with these it takes 150 MB less.
 */
const START = [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB']

/** The name of the file with an empty PGlite, beside the built proxy. */
export const EMPTY_JOURNAL = 'empty-journal.tar.gz'

/** By this file, PostgreSQL knows a folder for its own. */
const PG_VERSION = 'PG_VERSION'

/** What must be free on the disk to open a journal, and to count as able to write, in bytes. */
const TO_OPEN = 1024 * 1024
const TO_WRITE = 64 * 1024

/** An empty PGlite, to be written to that file. */
export async function makeEmptyJournal(): Promise<Uint8Array> {
  const lite = await PGlite.create({ startParams: START })
  const file = await lite.dumpDataDir('gzip')
  await lite.close()
  return new Uint8Array(await file.arrayBuffer())
}

/** PGlite in a folder that this process has to itself. */
export type OpenedFolder = {
  /** Its name in messages. */
  name: string
  /** Its one connection. */
  pool: PostgresPool
  /** True while the folder is still the one that was opened, and nobody else has had it. */
  holds(): boolean
  /**
   * Comes back when the folder can be written to. @throws ProxyError Portside.DatabaseUnavailable,
   * with the reason
   */
  check(): Promise<void>
  /** Gives the folder free again, after the pool has ended. */
  release(): void
}

/** True when a folder is there and something is in it: a journal, whole or not. */
export function hasJournal(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0
  } catch (error) {
    // What can't be looked into, opening it will tell.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/**
 * Opens PGlite, a PostgreSQL inside this process, in a folder, for this process alone; makes it
 * when it is not there.
 * @param empty an empty one as a file (EMPTY_JOURNAL): unpacked, it is there in a third of the time
 *   that making one takes, and in half the memory. Without it, or when it is not there, one is
 *   made.
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

/**
 * What is known of why a journal can't be opened. Whatever it is: what is in the folder stays
 * there.
 */
function whyNot(error: unknown, folder: string): string {
  if (error instanceof FolderInUse)
    return `is in use by ${error.holder}: stop that one, or set another folder.`
  if (error instanceof Incomplete)
    return `is not whole (${PG_VERSION} is missing, other files are there): restore all of it from a backup. Portside has changed nothing in it.`
  const problem = diskProblem(error) ?? spaceProblem(dirname(folder))
  if (problem)
    return `can't be written to: ${problem.cause}. To mend it, ${problem.advice}, then start again. Leave the folder as it is.`
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

/**
 * Makes the journal when there is none, and comes back with its true path. Whatever is there
 * already is never written over.
 */
async function readyFolder(folder: string, empty: string | undefined): Promise<string> {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 })
  const place = existsSync(folder) ? realpathSync(folder) : folder
  if (!hasJournal(place)) await makeJournal(place, empty)
  if (!existsSync(join(place, PG_VERSION))) throw new Incomplete()
  await tryToWrite(place, TO_OPEN)
  return place
}

/**
 * Makes a journal beside its place and puts it there when it is whole: a start that breaks off
 * leaves no half one.
 */
async function makeJournal(place: string, empty: string | undefined): Promise<void> {
  const making = `${place}.new`
  await tryToWrite(dirname(place), TO_OPEN)
  const lock = await makeAndLock(making)
  try {
    // Another proxy may have been faster.
    if (hasJournal(place)) return
    const made = join(making, 'journal')
    // What an earlier start broke off.
    rmSync(made, { recursive: true, force: true })
    mkdirSync(made, { mode: 0o700 })
    const loadDataDir = empty && existsSync(empty) ? await openAsBlob(empty) : undefined
    const lite = await PGlite.create(made, { startParams: START, ...(loadDataDir && { loadDataDir }) })
    await lite.close()
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
      // Another proxy that was done removed it in between.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
}

/**
 * The severity of an error after which PostgreSQL goes on; after FATAL and PANIC it has to be
 * started again.
 */
const GOES_ON = 'ERROR'

/**
 * PGlite in its folder, opened again after it broke: when it could not write what it must, as on a
 * full disk.
 */
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

  /**
   * PGlite as the pool of its one connection: whoever takes it has it alone until it is released,
   * transactions above all.
   */
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
      // Closing writes: what is another's by now is left as it is.
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
    // Whatever is asked may write: PostgreSQL itself writes when it reads.
    if (!this.#lock.holds()) throw folderUnavailable(new FolderLost())
    try {
      if (lite !== this.#lite) throw new Error('the database has to be opened again')
      const { rows, affectedRows = 0 } = await lite.query(sql, [...parameters])
      return { command: commandOf(sql), rowCount: affectedRows, rows }
    } catch (error) {
      const { severity, code } = error as { severity?: unknown; code?: unknown }
      if (severity === GOES_ON && !OF_THE_DISK.test(String(code))) throw error
      // Not closed: it would write what is in its memory, which nothing is known of any more.
      if (severity !== GOES_ON && lite === this.#lite) this.#lite = undefined
      throw await this.#unavailable(error)
    }
  }

  /**
   * What the operator is to see: PGlite's own words seldom say that it is the disk, so the disk is
   * asked.
   */
  async #unavailable(error: unknown) {
    if (error instanceof FolderLost || diskProblem(error)) return folderUnavailable(error)
    const cause = await tryToWrite(this.#folder, TO_OPEN).catch((reason: unknown) => reason)
    return folderUnavailable(cause === undefined ? error : cause)
  }
}

/**
 * SQLSTATEs of a server that wants for something, or whose system fails (PostgreSQL's
 * documentation, Appendix A).
 */
const OF_THE_DISK = /^(53|58)...$/

/** The folder was moved away or replaced, or another proxy has had it. */
class FolderLost extends Error {
  override name = 'FolderLost'

  constructor() {
    super("its folder was moved away or replaced, or is another Portside's by now")
  }
}

function commandOf(sql: string): string {
  return (/^\s*(\w+)/.exec(sql)?.[1] ?? 'select').toUpperCase()
}
