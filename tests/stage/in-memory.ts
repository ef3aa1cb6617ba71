import { chmodSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm'

const NAME = 'portside-tests-'

/** Bytes that must be free there, and in memory: a run takes at most a quarter. */
const ENOUGH = 4 * 1024 ** 3

/**
 * Lets all temporary files of a test run be in memory, where there is room: databases are a
 * thousand files, and tests make and remove hundreds of them. On a disk that takes half a second
 * of CPU for each embedded one.
 * @returns removes what is left of them
 */
export function keepTemporaryFilesInMemory(): () => void {
  if (!hasRoom()) return () => {}
  removeLeft()
  const folder = join(MEMORY, `${NAME}${process.pid}`)
  mkdirSync(folder, { recursive: true })
  // PostgreSQL, whose user is another one, has its folder in it: whatever the umask says.
  chmodSync(folder, 0o755)
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  return () => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    removeFolder(folder)
  }
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    // A container may take less than the machine has free.
    const most = process.constrainedMemory() || Infinity
    return Math.min(bavail * bsize, freemem(), most) >= ENOUGH
  } catch {
    return false
  }
}

/** Removes what runs that were killed have left: it would take memory until the next boot. */
function removeLeft(): void {
  for (const name of readdirSync(MEMORY)) {
    if (name.startsWith(NAME) && !isRunning(Number(name.slice(NAME.length)))) removeFolder(join(MEMORY, name))
  }
}

/** Removes what it may. */
function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // What is another user's, or in use, is no failure of this run.
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
