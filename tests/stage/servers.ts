import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMPILED_ONCE } from '../../src/run/compiled-once.ts'
import { createDatabase, POSTGRES, type Records } from './postgres.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A built server as a process of its own, as `npm start` runs it. */
export type Server = {
  /** The address that it printed. */
  address: string
  process: ChildProcess
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/**
 * Starts a program of this repository, by its path.
 * @param address what it prints when it serves
 */
export async function serve(
  path: string,
  args: string[],
  env: Record<string, string>,
  address: RegExp,
): Promise<Server> {
  const child = spawn(process.execPath, [...COMPILED_ONCE, join(root, path), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let printed = ''
  const found = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk
      const match = address.exec(printed)
      if (match) resolve(match[0])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', (code) => reject(new Error(`${path} ended with ${code}:\n${printed}`)))
  })
  return {
    address: found,
    process: child,
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.on('exit', () => resolve())
        child.kill(signal)
      }),
  }
}

/**
 * The access key that the emulators of the tests accept: every request of a proxy is signed, as for
 * the real platform.
 */
export const KEYS = {
  accessKey: 'TESTACCESSKEY0000001',
  secretKey: 'test-secret-key-0000000000000000000000001',
}

/** The same key, in a proxy's settings. */
export const ACCESS = { HUAWEICLOUD_SDK_AK: KEYS.accessKey, HUAWEICLOUD_SDK_SK: KEYS.secretKey }

/**
 * Starts the built emulator on a free port, with `args` as its flags; with `open` it takes unsigned
 * requests too.
 */
export function startEmulator(
  args: string[] = [],
  open = false,
  env: Record<string, string> = {},
): Promise<Server> {
  const keys = { EMULATOR_ACCESS_KEY: KEYS.accessKey, EMULATOR_SECRET_KEY: KEYS.secretKey }
  return serve(
    'dist/server/emulator.js',
    ['--listen-port', '0', ...args],
    { ...env, ...(open ? {} : keys) },
    /http:\/\/127\.0\.0\.1:\d+/,
  )
}

/**
 * Starts the built proxy on a free port, with these settings (docs/settings.md); `address` is its
 * sign-in address.
 */
export function startProxy(upstream: string, env: Record<string, string>): Promise<Server> {
  return serve(
    'dist/server/proxy.js',
    [],
    {
      PORTSIDE_LISTEN_PORT: '0',
      PORTSIDE_UPSTREAM: upstream,
      PORTSIDE_LOG_LEVEL: 'error',
      ...ACCESS,
      // One user makes the requests of all tests.
      PORTSIDE_RATE_LIMIT: '0',
      ...env,
    },
    /http:\/\/127\.0\.0\.1:\d+\/sign-in(?:\/[\w-]+)?(?=\s)/,
  )
}

/** A new, empty folder, and how to remove it. */
export async function newFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'portside-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** The emulator's controls, which are outside the platform's paths. */
export function controls(emulator: string) {
  const send = async (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => {
    const response = await fetch(`${emulator}/_emulator/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`/_emulator/${path}: ${response.status} ${await response.text()}`)
  }
  const post = (path: string, body?: unknown) => send('POST', path, body)
  return {
    /** Faults that the next matching calls meet, beside those already set. */
    faults: (...faults: object[]) => post('faults', { faults }),
    /** Removes all faults, also those that were not applied yet. */
    noFaults: () => send('DELETE', 'faults'),
    /** What the endpoint offers from now on: `region(['v1-only'], 'bare-404')`; else all. */
    region: (like: string[] = [], no_such_api?: string) =>
      send('PUT', 'region', { like, ...(no_such_api && { no_such_api }) }),
    /** Objects that are shown in odd forms from now on; in place of those before. */
    overlays: (...overlays: object[]) => send('PUT', 'overlays', { overlays }),
    /** At most this many calls of a project in this many seconds; null for no limit. */
    quota: (quota: { count: number; seconds: number; retry_after?: boolean } | null) =>
      send('PUT', 'quota', { quota }),
    /** The calls that came since the start or `forgetCalls`, by kind. */
    async calls(): Promise<Record<string, number>> {
      const response = await fetch(`${emulator}/_emulator/calls`)
      return ((await response.json()) as { calls: Record<string, number> }).calls
    },
    forgetCalls: () => send('DELETE', 'calls'),
    /** Someone else, in another console, sets the port's list. */
    someoneElseSets: (portId: string, security_groups: string[]) =>
      post(`ports/${portId}/security-groups`, { security_groups }),
    /** The practice estate as new, no faults. */
    reset: () => post('reset'),
    /** The port's list, asked of the emulator. */
    async list(portId: string, project = 'f5dab68cd75740e68c599e9af5fe0aed'): Promise<string[]> {
      const response = await fetch(`${emulator}/_emulator/v3/${project}/ports/${portId}`)
      return ((await response.json()) as { port: { security_groups: string[] } }).port.security_groups
    },
  }
}

/** An emulator, and a proxy before it, both as processes. */
export type Portside = {
  origin: string
  /** The sign-in address. */
  signIn: string
  /** The emulator's controls. */
  cloud: ReturnType<typeof controls>
  stop(): Promise<void>
}

/**
 * Starts both, built; `settings` are the proxy's, or made from the emulator's address.
 *
 * For tests in a browser, whose PostgreSQL `postgres.browser.ts` names. To start the embedded
 * records takes two seconds of CPU, so only the tests with the settings of a first start use those.
 */
export async function startPortside(
  settings: Record<string, string> | ((emulator: string) => Record<string, string>) = {},
  emulatorArgs: string[] = [],
  records: Records = 'postgresql',
): Promise<Portside> {
  const folder = process.env.PORTSIDE_TEST_POSTGRES
  const inDatabase = records === 'postgresql' && POSTGRES && folder !== undefined
  const [data, emulator, database] = await Promise.all([
    newFolder(),
    startEmulator(emulatorArgs),
    inDatabase ? createDatabase(folder) : undefined,
  ])
  const proxy = await startProxy(emulator.address, {
    PORTSIDE_DATA: data.path,
    ...(database && { DATABASE_URL: database.url }),
    ...(typeof settings === 'function' ? settings(emulator.address) : settings),
  })
  return {
    origin: new URL(proxy.address).origin,
    signIn: proxy.address,
    cloud: controls(emulator.address),
    async stop() {
      await proxy.stop()
      await Promise.all([emulator.stop(), database?.remove(), data.remove()])
    },
  }
}
