// `npm run test:nodes`: runs README's two commands on the newest of each Node that Portside is
// tested on, each on a clean clone of what is committed. `-- 26` takes only Node 26, `-- --start`
// runs only `npm start`.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { root } from './installed.mjs'

const MAJORS = ['20', '22', '24', '26']
/** How many lines of a command's output are shown when it failed. */
const SHOWN = 60

const args = process.argv.slice(2)
const chosen = args.filter((arg) => arg !== '--start')
const unknown = chosen.filter((arg) => !MAJORS.includes(arg))
if (unknown.length > 0) {
  console.error(
    `${unknown.join(', ')}: give one or more of ${MAJORS.join(', ')}, and --start for npm start only.`,
  )
  process.exit(2)
}

/** Runs a command to its end. @returns its output; throws with it when it fails */
function run(command, commandArgs, options) {
  const done = spawnSync(command, commandArgs, { encoding: 'utf8', ...options })
  if (done.status === 0) return done.stdout
  throw new Error(`${command} ${commandArgs.join(' ')} failed:\n${done.error?.message ?? done.stderr}`)
}

/** Installs the newest Node of this version into a folder. @returns the path of its program */
function installNode(major, folder) {
  mkdirSync(folder)
  run('npm', [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--ignore-scripts',
    '--loglevel=error',
    `node@${major}`,
  ])
  // The package downloads the program by a script, and npm may be set to run no scripts.
  const node = join(folder, 'node_modules/node')
  run(process.execPath, ['installArchSpecificPackage'], { cwd: node })
  return join(node, 'bin/node')
}

/** `npm test`. @returns its last line */
function test(clone, env, log) {
  const output = openSync(log, 'w')
  const done = spawnSync('npm', ['test'], { cwd: clone, env, stdio: ['ignore', output, output] })
  closeSync(output)
  if (done.status !== 0) throw new Error(`npm test failed:\n${lastLines(readFileSync(log, 'utf8'))}`)
  return readFileSync(log, 'utf8').trimEnd().split('\n').at(-1)
}

/** `npm start`, until it has printed its address and responds there. @returns what it responded */
async function start(clone, env) {
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...env, PORTSIDE_LISTEN_PORT: '0', PORTSIDE_EMULATOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: npm does not pass a signal on to all that it started.
    detached: true,
  })
  started = child
  let printed = ''
  const ended = new Promise((resolve) => child.on('exit', resolve))
  try {
    const address = await new Promise((resolve, reject) => {
      const read = (chunk) => {
        printed += chunk
        const match = /(http:\/\/\S+)\/sign-in\/\S+/.exec(printed)
        if (match) resolve(match[1])
      }
      child.stdout.on('data', read)
      child.stderr.on('data', read)
      child.on('error', reject)
      child.on('exit', () => reject(new Error(`npm start ended:\n${lastLines(printed)}`)))
    })
    const { status } = await fetch(`${address}/healthz`)
    if (status !== 200) throw new Error(`${address}/healthz responded with ${status}:\n${lastLines(printed)}`)
    return `/healthz responded with ${status}`
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM')
    await ended
    started = undefined
  }
}

const lastLines = (text) => text.trimEnd().split('\n').slice(-SHOWN).join('\n')

if (run('git', ['status', '--porcelain'], { cwd: root }) !== '')
  console.log('What is not committed is not tested: each Node gets a clone of the last commit.')
const folder = mkdtempSync(join(tmpdir(), 'portside-nodes-'))
/** The `npm start` that runs now: in a group of its own it would outlive this process. */
let started
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    if (started) process.kill(-started.pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
    process.exit(1)
  })
try {
  for (const major of chosen.length > 0 ? chosen : MAJORS) {
    const clone = join(folder, `portside-${major}`)
    let version = major
    try {
      const node = installNode(major, join(folder, major))
      const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
      version = run('node', ['--version'], { env }).trim().slice(1)
      run('git', ['clone', '--quiet', root, clone])
      // oxlint-disable-next-line no-await-in-loop -- one after the other: each takes the whole machine
      console.log(`Node ${version}, npm start: ${await start(clone, env)}`)
      if (!args.includes('--start'))
        console.log(`Node ${version}, npm test: ${test(clone, env, join(folder, `${major}.log`))}`)
    } catch (error) {
      process.exitCode = 1
      console.error(`Node ${version}: ${error.message}`)
    }
    rmSync(clone, { recursive: true, force: true })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
