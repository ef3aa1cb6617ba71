import { randomUUID } from 'node:crypto'
import { statfsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Why a disk can't be written, and what to do about it. The data on it is intact. */
export type DiskProblem = { cause: string; advice: string }

const NO_SPACE = { cause: 'no space is left on its disk', advice: 'free space there' }
const QUOTA = { cause: 'the quota of its disk is used up', advice: 'free space there, or raise the quota' }
const READ_ONLY = { cause: 'its file system is read-only', advice: 'make it writable again' }
const NO_RIGHT = {
  cause: 'Portside has no right to write there',
  advice: 'give the right to the user that Portside runs as',
}
const BROKEN = { cause: 'its disk fails', advice: 'look after the disk' }

/**
 * By the code of Node, by the number with which PGlite's files fail (WASI's errno), and by the
 * SQLSTATE of PostgreSQL.
 */
const PROBLEMS: Readonly<Record<string, DiskProblem>> = {
  ENOSPC: NO_SPACE,
  51: NO_SPACE,
  '53100': NO_SPACE,
  EDQUOT: QUOTA,
  19: QUOTA,
  EROFS: READ_ONLY,
  69: READ_ONLY,
  EACCES: NO_RIGHT,
  2: NO_RIGHT,
  EPERM: NO_RIGHT,
  63: NO_RIGHT,
  EIO: BROKEN,
  29: BROKEN,
  '58030': BROKEN,
}

/** With fewer bytes than this, a database that can't be opened most likely lacks space. */
const LITTLE_SPACE = 32 * 1024 * 1024

/** The problem of the disk that made a write fail; undefined when it was not the disk. */
export function diskProblem(error: unknown): DiskProblem | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, errno } = error as { code?: unknown; errno?: unknown }
  return PROBLEMS[String(code)] ?? (code === undefined ? PROBLEMS[String(errno)] : undefined)
}

/** The same for a folder that could not be used for an unknown reason. */
export function spaceProblem(folder: string): DiskProblem | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < LITTLE_SPACE ? NO_SPACE : undefined
  } catch {
    return undefined
  }
}

/**
 * Writes a file to a folder and removes it again.
 * @param bytes the size of the file
 * @throws the system's error when that fails (diskProblem says what it means)
 */
export async function tryToWrite(folder: string, bytes: number): Promise<void> {
  const file = join(folder, `.portside-write-test-${randomUUID()}`)
  try {
    await writeSynced(file, Buffer.alloc(bytes))
  } finally {
    await rm(file, { force: true }).catch(() => {})
  }
}

/**
 * Writes a new file that only its owner may read. Resolves when it is on the disk. When that fails,
 * the file is removed.
 */
export async function writeSynced(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } catch (error) {
    await rm(file, { force: true }).catch(() => {})
    throw error
  } finally {
    await handle.close()
  }
}

/** Resolves when new names in the folder are on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows can't open folders.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
