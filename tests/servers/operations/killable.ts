import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestedProxy } from '../../stage/proxy.ts'
import { COMPILED_ONCE } from '../../../src/run/compiled-once.ts'
import { ACCESS, newFolder } from '../../stage/servers.ts'
import { QUICK } from './ask-operations.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * What the processes of one test share: the proxy as `npm test` has built it, and a data folder.
 */
export type Built = { program: string; dataFolder: string; remove(): Promise<void> }

/** The built proxy, with a data folder of its own that does not exist yet. */
export async function builtProxy(): Promise<Built> {
  const { path, remove } = await newFolder()
  return { program: join(root, 'dist/server/proxy.js'), dataFolder: join(path, 'data'), remove }
}

/**
 * A proxy that is a process: it can be killed at any time, and started again on the same data.
 */
export class KillableProxy {
  readonly #built: Built
  readonly #environment: Record<string, string>
  #process: ChildProcess | undefined
  #address = ''
  /** The cookie of its session, as a browser sends it. */
  cookie = ''
  /** The address that it printed; without a token where one signs in at a provider. */
  signInAddress = ''
  /** What the processes wrote on stderr: the log. */
  log = ''

  constructor(built: Built, upstream: string, environment: Record<string, string> = {}) {
    this.#built = built
    this.#environment = {
      ...QUICK,
      ...ACCESS,
      PORTSIDE_UPSTREAM: upstream,
      PORTSIDE_DATA: built.dataFolder,
      PORTSIDE_LOG_LEVEL: 'error',
      PORTSIDE_RATE_LIMIT: '0',
      PORTSIDE_LISTEN_PORT: '0',
      ...environment,
    }
  }

  /** Starts the process, and signs in. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [...COMPILED_ONCE, this.#built.program], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...this.#environment },
    })
    this.#process = child
    let printed = ''
    this.signInAddress = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        printed += chunk
        const found = /http:\/\/127\.0\.0\.1:\d+\/sign-in\S*(?=\n)/.exec(printed)
        if (found) resolve(found[0])
      }
      child.stdout.on('data', read)
      child.stderr.on('data', (chunk: Buffer) => {
        this.log += chunk
        read(chunk)
      })
      child.once('exit', (code) => reject(new Error(`the proxy ended with ${code}: ${printed}`)))
    })
    const response = await fetch(this.signInAddress, { redirect: 'manual' })
    this.cookie = response.headers.getSetCookie()[0]!.split(';')[0]!
    this.#address = new URL(this.signInAddress).origin
  }

  /**
   * Ends the process, and resolves with its exit code. With SIGKILL it can't tidy up, and the code
   * is null.
   */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#process!
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'close')
      child.kill(signal)
      await ended
    }
    return child.exitCode
  }

  /** Starts the process when it is not running. */
  async startAgain(): Promise<void> {
    if (this.#process?.exitCode !== null || this.#process.signalCode !== null) await this.start()
  }

  /** Pauses the process, as a busy machine may, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process!.kill(signal)
  }

  /**
   * Calls a path with a session, as a page of Portside would.
   * @throws TypeError while the process is not running
   */
  call: TestedProxy['call'] = (path, { json, headers, ...init } = {}) => {
    const sent = new Headers(headers)
    if (!sent.has('cookie')) sent.set('cookie', this.cookie)
    sent.set('origin', this.#address)
    // Compressing takes longer than all else that the proxy does.
    sent.set('accept-encoding', 'identity')
    if (json !== undefined) sent.set('content-type', 'application/json')
    return fetch(this.#address + path, {
      ...init,
      headers: sent,
      body: json === undefined ? init.body : JSON.stringify(json),
    })
  }
}
