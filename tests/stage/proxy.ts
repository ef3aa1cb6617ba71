import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig, type ProxyConfig } from '../../src/proxy/config.ts'
import { EMPTY_JOURNAL } from '../../src/proxy/database/pglite.ts'
import { inject } from 'vitest'
import { POSTGRES, takeDatabase, type Records } from './postgres.ts'
import { createProxy, type Proxy } from '../../src/proxy/server.ts'

/**
 * An empty journal, as the built proxy has it: making one takes seconds, and most tests need one.
 */
export const BUILT_EMPTY_JOURNAL = fileURLToPath(
  new URL(`../../dist/server/${EMPTY_JOURNAL}`, import.meta.url),
)

/** A proxy for one test, and a browser's way to call it. */
export type TestedProxy = Proxy & {
  dataFolder: string
  /** The cookie of a new session, as a browser sends it. */
  signIn(): Promise<string>
  /** Calls a path with a session, as a page of Portside would. `json` is the body. */
  call(path: string, init?: RequestInit & { json?: unknown }): Promise<Response>
}

/**
 * Starts a proxy on any free port, with a data folder of its own that is removed with it; `more` is
 * the configuration that no variable sets.
 *
 * Where there is PostgreSQL, the records are in a database of their own there: to start the
 * embedded one takes a second of CPU. Tests of records, and those that run the proxy as a process,
 * use that.
 */
export async function startProxy(
  environment: Record<string, string> = {},
  more: Partial<ProxyConfig> = {},
  records: Records = 'postgresql',
): Promise<TestedProxy> {
  const settled = records === 'embedded' || 'PORTSIDE_DATA' in environment || 'DATABASE_URL' in environment
  let database = settled || !POSTGRES ? undefined : await takeDatabase(inject('postgresFolder'))
  const dataFolder = environment.PORTSIDE_DATA ?? (await mkdtemp(join(tmpdir(), 'portside-proxy-')))
  const config = readConfig({
    PORTSIDE_LISTEN_PORT: '0',
    PORTSIDE_LOG_LEVEL: 'silent',
    PORTSIDE_RATE_LIMIT: '0',
    PORTSIDE_DATA: dataFolder,
    ...(database && { DATABASE_URL: database.url }),
    ...environment,
  })
  const proxy = await createProxy({ ...config, emptyJournal: BUILT_EMPTY_JOURNAL, ...more })
  async function signIn(): Promise<string> {
    const response = await fetch(proxy.signInAddress, { redirect: 'manual' })
    return response.headers.getSetCookie()[0]!.split(';')[0]!
  }
  let cookie: Promise<string> | undefined
  return {
    ...proxy,
    dataFolder,
    signIn,
    async call(path, { json, headers, ...init } = {}) {
      const sent = new Headers(headers)
      sent.set('cookie', await (cookie ??= signIn()))
      if (!sent.has('origin')) sent.set('origin', proxy.address)
      if (json !== undefined) sent.set('content-type', 'application/json')
      const body = json === undefined ? init.body : JSON.stringify(json)
      return fetch(proxy.address + path, { ...init, headers: sent, body, redirect: 'manual' })
    },
    async close() {
      await proxy.close()
      const unused = database
      database = undefined
      await unused?.remove()
      if (!environment.PORTSIDE_DATA) await rm(dataFolder, { recursive: true, force: true })
    },
  }
}
