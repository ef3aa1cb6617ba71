import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** The file that is locked, in the folder itself. */
export const LOCK_FILE = 'portside.lock'

/**
 * Behind everything that is written there: where a lock keeps others from reading (Windows), the
 * text can be read.
 */
const LOCKED_BYTE = 1 << 30

/** A folder that this process has to itself. */
export type FolderLock = {
  /**
   * True as long as the folder at this path is the locked one, and nobody else has had it since.
   * Asked before each write: a folder can be moved away, and a network's disk can forget a lock.
   */
  holds(): boolean
  release(): void
}

/** Another process has the folder; `holder` says which, as far as it is known. */
export class FolderInUse extends Error {
  override name = 'FolderInUse'
  readonly holder: string

  constructor(holder: string) {
    super(`in use by ${holder}`)
    this.holder = holder
  }
}

/**
 * Holds a folder for this process: PGlite would let two processes write to one database, and ruin
 * it. The lock is one of the operating system's on a file in the folder. So it holds between
 * containers, whose process IDs and temporary folders say nothing to each other, and on disks of a
 * network that lock files; it ends with its process, even after kill -9; and nobody has to judge
 * whether a holder is dead, which two can do at once. The file stays: who would remove it could
 * remove another's.
 * @throws FolderInUse when another process has it; the system's error when the file can't be
 *   written or locked
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  // When it is needed, not before: there is none for every system that Node runs on, and with
  // PostgreSQL it is not needed.
  const { tryLock } = await import('fs-native-extensions')
  const path = join(folder, LOCK_FILE)
  for (;;) {
    const file = openSync(path, 'a+', 0o600)
    try {
      if (!tryLock(file, LOCKED_BYTE, 1)) throw new FolderInUse(holderOf(path))
      // Removed between opening and locking, it is no lock: another process would lock another
      // file.
      if (isAt(file, path)) return heldBy(file, path)
    } catch (error) {
      closeSync(file)
      throw error
    }
    closeSync(file)
  }
}

function heldBy(file: number, path: string): FolderLock {
  const text = JSON.stringify({
    host: hostname(),
    process: process.pid,
    since: new Date().toISOString(),
    key: randomUUID(),
  })
  ftruncateSync(file)
  writeSync(file, text)
  let released = false
  return {
    holds: () => !released && isAt(file, path) && readText(path) === text,
    release() {
      if (!released) closeSync(file)
      released = true
    },
  }
}

/** True when the open file is the one at this path. */
function isAt(file: number, path: string): boolean {
  try {
    const found = statSync(path, { bigint: true })
    const { dev, ino } = fstatSync(file, { bigint: true })
    return found.dev === dev && found.ino === ino
  } catch {
    return false
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Who wrote the file last; while that one starts, it may not be readable yet. */
function holderOf(path: string): string {
  try {
    const { host, process: id, since } = JSON.parse(readText(path) ?? '') as Record<string, unknown>
    const named = [host, id, since].every((one) => /^[\w.:-]{1,100}$/.test(String(one)))
    return named ? `another Portside (process ${id} on ${host}, since ${since})` : 'another Portside'
  } catch {
    return 'another Portside'
  }
}
