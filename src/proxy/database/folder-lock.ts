import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** The file that is locked, in the folder itself. */
export const LOCK_FILE = 'portside.lock'

/** Beyond the text in the file: on Windows a locked byte can't be read, and the text must be. */
const LOCKED_BYTE = 1 << 30

/** A folder that this process has for itself. */
export type FolderLock = {
  /**
   * True while the folder at this path is the locked one, and no other process has locked it since.
   * Checked before each write: a folder can be moved away, and a network disk can lose a lock.
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

/** The lock is a symbolic link: whoever made it chose a file that Portside would write over. */
export class LockIsLink extends Error {
  override name = 'LockIsLink'
}

/** This system can't lock files: there is no build of the package for it. */
export class NoLocks extends Error {
  override name = 'NoLocks'
}

/**
 * Read and write, made where it is missing, and never through a symbolic link; Windows has no flag
 * for that, and gives the right to make links to administrators only.
 */
const OPEN = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0)

/**
 * Locks a folder for this process: PGlite would let two processes write to one database, and ruin
 * it. The operating system locks a file in the folder. This works between containers, which don't
 * see each other's process IDs, and on network disks that lock files. The lock ends with its
 * process, even after kill -9, so no process has to judge whether another is dead. The file stays,
 * as a process that removed it could remove another's.
 * @throws FolderInUse when another process has it; LockIsLink; NoLocks; the system's error when the
 *   file can't be written or locked
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  // Loaded only here: it doesn't exist for every system that Node runs on, and PostgreSQL needs no
  // lock.
  const { tryLock } = await import('fs-native-extensions').catch((cause: unknown) => {
    throw new NoLocks('', { cause })
  })
  const path = join(folder, LOCK_FILE)
  for (;;) {
    const file = openLock(path)
    try {
      if (!tryLock(file, LOCKED_BYTE, 1)) throw new FolderInUse(holderOf(path))
      // A file that was removed between opening and locking is no lock: the next process locks
      // another.
      if (isAt(file, path)) return heldBy(file, path)
      if (isLink(path)) throw new LockIsLink()
    } catch (error) {
      closeSync(file)
      throw error
    }
    closeSync(file)
  }
}

function openLock(path: string): number {
  try {
    return openSync(path, OPEN, 0o600)
  } catch (error) {
    throw isLink(path) ? new LockIsLink() : error
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
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
    const found = lstatSync(path, { bigint: true })
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

/** The process that wrote the file last. While it starts, the text may be incomplete. */
function holderOf(path: string): string {
  try {
    const { host, process: id, since } = JSON.parse(readText(path) ?? '') as Record<string, unknown>
    const named = [host, id, since].every((one) => /^[\w.:-]{1,100}$/.test(String(one)))
    return named ? `another Portside (process ${id} on ${host}, since ${since})` : 'another Portside'
  } catch {
    return 'another Portside'
  }
}
