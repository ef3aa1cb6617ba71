// Runs before anything is installed: Node's own modules only.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'

/** The project's folder, where package.json is. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What ends a process from outside: Ctrl+C, a stop, a terminal that is closed. */
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP']

const STAMP = `${root}node_modules/.portside-installed`

/** Ends the process with one clear line when this Node is too old. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`Portside needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node.`)
  process.exit(2)
}

/**
 * Runs a command in the project's folder and shows its output.
 * @returns its exit code; not 0 when it did not start or was killed
 */
export function statusOf(command, args, options = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  })
  if (done.error) console.error(`${command} could not be started: ${done.error.message}`)
  return done.status ?? 1
}

/**
 * Runs scripts of package.json at the same time; what each one prints is shown in whole.
 * @returns whether all ended with 0
 */
export async function allPass(scripts) {
  const ends = scripts.map(async (script) => {
    const child = spawn('npm', ['run', '--silent', script], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    const printed = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => printed.push(chunk))
    const [status] = await once(child, 'close')
    process.stdout.write(Buffer.concat(printed))
    return status
  })
  return (await Promise.all(ends)).every((status) => status === 0)
}

/**
 * Starts a command in the project's folder and shows its output.
 * @returns `ended`: its exit code, as of `statusOf`; `stop`: ends it and all that it has started,
 *   as Ctrl+C does
 */
export function start(command, args, options = {}) {
  const windows = process.platform === 'win32'
  // A group of its own, which can be stopped without this process.
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: !windows,
    shell: windows,
    ...options,
  })
  function stop() {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    if (windows) child.kill()
    else process.kill(-child.pid, 'SIGINT')
  }
  function stopBoth() {
    stop()
    process.exit(1)
  }
  for (const signal of ENDINGS) process.on(signal, stopBoth)
  const ended = once(child, 'close')
    .then(
      ([status]) => status ?? 1,
      (error) => {
        console.error(`${command} could not be started: ${error.message}`)
        return 1
      },
    )
    .finally(() => {
      for (const signal of ENDINGS) process.off(signal, stopBoth)
    })
  return { ended, stop }
}

/** Runs a command as statusOf does; ends this process with its code when it fails. */
export function run(command, args, options = {}) {
  const status = statusOf(command, args, options)
  if (status !== 0) process.exit(status)
}

/**
 * Installs the packages of package-lock.json when they are missing or the lock has changed since.
 */
export function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex')
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return
  console.log('Installing packages (npm ci)…')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(STAMP, lock)
}
