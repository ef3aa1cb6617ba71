import { readFileSync, statSync, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FastifyBaseLogger } from 'fastify'
import { openEndpoint } from '../config-upstream.ts'
import { ConfigError, type ProxyConfig, type ProxyProject } from '../config.ts'
import {
  carriesToken,
  CredentialsFileError,
  DEFAULT_CREDENTIALS,
  parseCredentials,
  type Credentials,
} from './credentials.ts'

/** Where the credentials of each project come from. */
export interface CredentialSource {
  /** What the project's requests are authenticated with now. The same object until they change. */
  of(project: ProxyProject): Credentials | undefined
  /** Looks whether there are new ones. Never fails: what can't be read leaves the ones before. */
  reread(): Promise<void>
  /** Stops looking. */
  close(): void
}

/**
 * How often the file is read. It is not watched: mounted secrets and network folders report no
 * change.
 */
const READ_EVERY_MS = 1000
const MAX_BYTES = 1024 * 1024
/** Others than owner and group may read or change it. */
const OTHERS = 0o006

/**
 * The credentials of the environment, which stay; or those of PORTSIDE_CREDENTIALS_FILE, which is
 * read again and again. A file that can't be used keeps the last good credentials and is logged
 * once, without anything out of it.
 * @throws ConfigError when the file can't be used at the start
 */
export function openCredentials(
  config: Pick<ProxyConfig, 'projects' | 'credentials' | 'credentialsFile'>,
  log: FastifyBaseLogger,
): CredentialSource {
  const { projects, credentials, credentialsFile: file } = config
  if (file === undefined) return { of: () => credentials, reread: async () => {}, close() {} }

  let text: string | undefined
  let named = new Map<string, Credentials>()
  let problem = ''
  let mode = 0

  function take(read: string, stats: Stats): void {
    if (stats.mode !== mode && (stats.mode & OTHERS) !== 0 && process.platform !== 'win32')
      log.warn({ file }, 'the credentials file can be read or changed by other users: chmod 600 it')
    mode = stats.mode
    if (read === text && problem === '') return
    const found = parseCredentials(read, projects.map(nameOf))
    refuseOpenTokens(projects, found)
    for (const [name, one] of found) {
      const before = named.get(name)
      // Unchanged credentials stay the same object, by which a refused read sees whether there are
      // new ones.
      if (before && JSON.stringify(before) === JSON.stringify(one)) found.set(name, before)
    }
    if (text !== undefined) log.info({ file }, 'credentials read anew')
    text = read
    named = found
    problem = ''
  }

  try {
    const stats = statSync(file)
    refuseSize(stats)
    take(readFileSync(file, 'utf8'), stats)
  } catch (error) {
    throw new ConfigError(
      `PORTSIDE_CREDENTIALS_FILE ${file} can't be used: ${reason(error)}. It must be a file such as {"default": {"access_key": "...", "secret_key": "..."}}.`,
    )
  }

  async function readNow(): Promise<void> {
    try {
      const handle = await open(file!)
      try {
        const stats = await handle.stat()
        refuseSize(stats)
        take(await handle.readFile('utf8'), stats)
      } finally {
        await handle.close()
      }
    } catch (error) {
      const now = reason(error)
      if (now !== problem)
        log.warn({ file }, `the credentials file can't be used, the last good ones stay: ${now}`)
      problem = now
    }
  }
  // One after the other, so that `reread` waits for a reading that began after the call.
  let reading = Promise.resolve()
  const reread = () => (reading = reading.then(readNow))
  const timer = setInterval(() => void reread(), READ_EVERY_MS).unref()

  return {
    of: (project) => named.get(nameOf(project)),
    reread,
    close: () => clearInterval(timer),
  }
}

function nameOf({ credentials = DEFAULT_CREDENTIALS }: ProxyProject): string {
  return credentials
}

function refuseSize(stats: Stats): void {
  if (!stats.isFile()) throw new CredentialsFileError('it is not a file')
  if (stats.size > MAX_BYTES) throw new CredentialsFileError('it is larger than 1 MiB')
}

function refuseOpenTokens(projects: readonly ProxyProject[], found: ReadonlyMap<string, Credentials>): void {
  for (const project of projects) {
    const name = nameOf(project)
    if (openEndpoint(project) && carriesToken(found.get(name)))
      throw new CredentialsFileError(
        `its entry ${JSON.stringify(name)} has a token, which ${project.endpoint} would carry over the network unencrypted`,
      )
  }
}

/** Why the file can't be used; of the system's errors only the code, of others nothing. */
function reason(error: unknown): string {
  if (error instanceof CredentialsFileError) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read by this user'
  return `it can't be read${code && ` (${code})`}`
}
