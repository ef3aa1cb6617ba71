import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, type ProxyConfig } from '../config.ts'

/** At least one. */
export type Secrets = [string, ...string[]]

/**
 * The secrets that cookies are sealed with: the configured ones, or one of 32 random bytes that is made at the first
 * start and kept in the data folder, so that a restart signs nobody out. Only its owner may read the file.
 * @returns the one that seals, and those that open too
 * @throws ConfigError when the data folder can't be used
 */
export async function sessionSecrets({
  sessionSecrets: configured,
  dataFolder,
}: Pick<ProxyConfig, 'sessionSecrets' | 'dataFolder'>): Promise<Secrets> {
  return configured ?? [await ownSecret(dataFolder)]
}

async function ownSecret(dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'session-secret')
  const made = randomBytes(32).toString('base64url')
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 })
    await writeFile(file, made, { mode: 0o600, flag: 'wx' })
    return made
  } catch (error) {
    if (!isCode(error, 'EEXIST'))
      throw new ConfigError(`PORTSIDE_DATA is ${dataFolder}: it can't be written to (${message(error)}).`)
  }
  const kept = (
    await readFile(file, 'utf8').catch((error: unknown) => {
      throw new ConfigError(`PORTSIDE_DATA is ${dataFolder}: ${file} can't be read (${message(error)}).`)
    })
  ).trim()
  if (kept.length >= 32) return kept
  throw new ConfigError(
    `PORTSIDE_DATA is ${dataFolder}: ${file} is damaged. Delete it; everyone signs in anew then.`,
  )
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
