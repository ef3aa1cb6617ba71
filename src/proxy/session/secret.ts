import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../config-variables.ts'
import { diskProblem, syncFolder, writeSynced } from '../disk.ts'

/** At least one. */
export type Secrets = [string, ...string[]]

/**
 * The secrets that seal cookies: the configured ones, or one of 32 random bytes. That one is made
 * at the first start and kept in the data folder, so that a restart signs nobody out. Only its
 * owner may read the file.
 * @returns first the one that seals, then others that open
 * @throws ConfigError when the data folder can't be used
 */
export async function sessionSecrets({
  sessionSecrets: configured,
  dataFolder,
}: {
  sessionSecrets: Secrets | undefined
  dataFolder: string
}): Promise<Secrets> {
  return configured ?? [await ownSecret(dataFolder)]
}

async function ownSecret(dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'session-secret')
  try {
    let kept = await readSecret(file)
    // An earlier Portside left an empty file on a full disk, and then refused to start: no cookie
    // was ever sealed with it.
    if (!kept) {
      await makeSecret(dataFolder, file, kept === '')
      // Read again: another proxy that starts at this moment may have been faster.
      kept = (await readSecret(file)) ?? ''
    }
    if (kept.length >= 32) return kept
  } catch (error) {
    throw new ConfigError(`PORTSIDE_DATA is ${dataFolder}: ${whyNot(file, error)}`)
  }
  throw new ConfigError(
    `PORTSIDE_DATA is ${dataFolder}: ${file} is damaged. Delete it; then everyone has to sign in again.`,
  )
}

async function readSecret(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * Makes the file only when the whole secret is on the disk: a start that breaks off leaves none.
 */
async function makeSecret(dataFolder: string, file: string, replace: boolean): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const made = `${file}.${randomUUID()}.new`
  try {
    await writeSynced(made, randomBytes(32).toString('base64url'))
    if (replace) await rename(made, file)
    else await linkOrRename(made, file)
  } finally {
    await rm(made, { force: true })
  }
  await syncFolder(dataFolder)
}

/**
 * A link, unlike a rename, never replaces what another proxy made meanwhile. Some disks have no
 * links.
 */
async function linkOrRename(made: string, file: string): Promise<void> {
  try {
    await link(made, file)
  } catch (error) {
    if (isCode(error, 'EEXIST')) return
    await rename(made, file)
  }
}

function whyNot(file: string, error: unknown): string {
  const problem = diskProblem(error)
  if (problem) return `it can't be used: ${problem.cause}. To repair it, ${problem.advice}, then start again.`
  const message = error instanceof Error ? error.message : String(error)
  return `${file} can't be read or written (${message}).`
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
