// `npm start`: installs what is missing, builds what is old, serves, prints the address.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { buildIfOld } from './built.mjs'
import { checkNode, installPackages, root } from './installed.mjs'

checkNode()
installPackages()
buildIfOld()

const DATA = process.env.PORTSIDE_DATA_FOLDER ?? `${root}.data`
mkdirSync(DATA, { recursive: true, mode: 0o700 })

const children = new Set()
let stopping = false

/** Starts one of the built servers; when it ends first, the other is stopped and so is this. */
function serve(name, args, env) {
  const child = spawn(process.execPath, [`${root}dist/server/${name}.js`, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  children.add(child)
  child.on('exit', (code) => {
    children.delete(child)
    stop(code ?? 1)
  })
  return child
}

function stop(code) {
  if (!stopping) {
    stopping = true
    process.exitCode = code
    for (const child of children) child.kill('SIGTERM')
  }
}
process.on('SIGINT', () => stop(0))
process.on('SIGTERM', () => stop(0))

/** The first line that the child prints with `text` in it. */
function lineWith(child, text) {
  return new Promise((resolve) => {
    let printed = ''
    child.stdout.on('data', function read(chunk) {
      printed += chunk
      const line = printed.split('\n').find((one) => one.includes(text))
      if (!line || !printed.includes('\n', printed.indexOf(line))) return
      child.stdout.off('data', read)
      child.stdout.resume()
      resolve(line)
    })
  })
}

/** True when every project has an endpoint or a region of its own. */
function projectsHaveEndpoints(projects) {
  try {
    const list = JSON.parse(projects ?? '')
    return Array.isArray(list) && list.every((one) => one?.endpoint ?? one?.region)
  } catch {
    // The proxy says what is wrong with it.
    return false
  }
}

// With a configured upstream, the emulator is not started. Requests to the emulator are signed like
// those to the real platform, by an access key that is made anew at every start.
let upstream = process.env.PORTSIDE_UPSTREAM
let credentials = {}
if (!upstream && !projectsHaveEndpoints(process.env.PORTSIDE_PROJECTS)) {
  const estate = process.argv.slice(2)
  const [accessKey, secretKey] = [
    randomBytes(10).toString('hex').toUpperCase(),
    randomBytes(20).toString('hex'),
  ]
  credentials = {
    HUAWEICLOUD_SDK_AK: accessKey,
    HUAWEICLOUD_SDK_SK: secretKey,
    HUAWEICLOUD_SDK_SECURITY_TOKEN: '',
    PORTSIDE_AUTH_TOKEN: '',
    PORTSIDE_CREDENTIALS_FILE: '',
  }
  const emulator = serve('emulator', ['--data', `${DATA}/emulator`, ...estate], {
    EMULATOR_ACCESS_KEY: accessKey,
    EMULATOR_SECRET_KEY: secretKey,
  })
  const line = await lineWith(emulator, 'listening on')
  upstream = line.slice(line.indexOf('http'))
}

const proxy = serve('proxy', [], {
  ...credentials,
  ...(upstream && { PORTSIDE_UPSTREAM: upstream.trim() }),
  PORTSIDE_DATA: process.env.PORTSIDE_DATA ?? `${DATA}/proxy`,
})
proxy.stdout.pipe(process.stdout)
