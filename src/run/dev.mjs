// `npm run dev`: the console with hot reload; the proxy and the emulator from source, restarted
// when it changes; all at one address, which signs in everyone who opens it.
import { spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer as createTcpServer } from 'node:net'
import { relative } from 'node:path'
import { createInterface } from 'node:readline'
import { checkNode, installPackages, root } from './installed.mjs'

checkNode()
installPackages()
// Imported late: it may have to be installed first.
const { createServer } = await import('vite')

const HOST = '127.0.0.1'
const DATA = process.env.PORTSIDE_DATA_FOLDER ?? `${root}.data/dev`
mkdirSync(DATA, { recursive: true, mode: 0o700 })

/**
 * A port that nothing listens on. Not one that the system would choose: it might give that to
 * another program before ours listens.
 */
async function freePort() {
  for (;;) {
    const server = createTcpServer().listen(randomInt(20_000, 32_000), HOST)
    const isFree = await once(server, 'listening').catch((error) => {
      if (error.code !== 'EADDRINUSE') throw error
    })
    if (!isFree) continue
    const { port } = server.address()
    server.close()
    return port
  }
}

const wanted = Number(process.env.PORTSIDE_LISTEN_PORT || 5173)
const [port, proxyPort, emulatorPort] = [wanted || (await freePort()), await freePort(), await freePort()]
const origin = `http://${HOST}:${port}`
const behind = `http://${HOST}:${proxyPort}`
const accessKey = randomBytes(10).toString('hex').toUpperCase()
const secretKey = randomBytes(20).toString('hex')

/**
 * A server from source. `ready` resolves with the first line that it prints with `word` in it; with
 * undefined when the server ends, as after a mistake in the source. What it prints then is shown.
 */
class Server {
  constructor({ name, args = [], env, word, watched }) {
    Object.assign(this, { name, args, env, word, watched })
    this.ready = this.start()
  }

  async start() {
    const file = `${root}src/${this.name}/main.ts`
    this.child = spawn(process.execPath, [`${root}src/run/from-source.mjs`, file, ...this.args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...this.env },
    })
    this.ended = once(this.child, 'exit')
    const isReady = new Promise((resolve) => {
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        if (line.includes(this.word)) resolve(line.trim())
        // Only its log is shown, not what it prints at its start.
        else if (line.startsWith('{')) console.log(line)
      })
    })
    return Promise.race([isReady, this.ended.then(() => undefined)])
  }

  /** Stops it and starts it again, once for all files that change meanwhile. */
  restart() {
    if (this.stopping) return
    this.stopping = true
    this.ready = this.stop().then(() => {
      this.stopping = false
      return this.start()
    })
    void this.ready.then((line) => line && console.log(`Restarted the ${this.name}.`))
  }

  async stop() {
    this.child.kill('SIGTERM')
    await this.ended
  }
}

const emulator = new Server({
  name: 'emulator',
  args: ['--listen-port', `${emulatorPort}`, '--data', `${DATA}/emulator`, ...process.argv.slice(2)],
  env: { EMULATOR_ACCESS_KEY: accessKey, EMULATOR_SECRET_KEY: secretKey },
  word: 'listening on',
  watched: /^src\/(?:emulator|vpc)\//,
})
const proxy = new Server({
  name: 'proxy',
  env: {
    PORTSIDE_LISTEN_HOST: HOST,
    PORTSIDE_LISTEN_PORT: `${proxyPort}`,
    // The address that browsers use, so the proxy must accept it.
    PORTSIDE_PUBLIC_ORIGIN: origin,
    PORTSIDE_DATA: `${DATA}/proxy`,
    PORTSIDE_LOG_LEVEL: process.env.PORTSIDE_LOG_LEVEL ?? 'warn',
    // Never the real platform: any program of this machine can sign in here.
    PORTSIDE_UPSTREAM: `http://${HOST}:${emulatorPort}`,
    PORTSIDE_PROJECTS: '',
    PORTSIDE_CREDENTIALS_FILE: '',
    PORTSIDE_AUTH_TOKEN: '',
    PORTSIDE_OIDC_ISSUER: '',
    HUAWEICLOUD_SDK_AK: accessKey,
    HUAWEICLOUD_SDK_SK: secretKey,
    HUAWEICLOUD_SDK_SECURITY_TOKEN: '',
  },
  word: '/sign-in/',
  watched: /^src\/(?:proxy|vpc)\//,
})
const servers = [emulator, proxy]

/**
 * Gives a session to each browser that opens a page without one, by the proxy's sign-in address.
 */
async function signIn(request, response) {
  const headers = { cookie: request.headers.cookie ?? '' }
  const printed = await proxy.ready
  if (printed === undefined) throw new Error('The proxy has ended: see what it printed, and repair it.')
  const { status } = await fetch(`${behind}/api/session`, { headers })
  if (status !== 401) return
  const { pathname } = new URL(printed)
  const signedIn = await fetch(behind + pathname, { redirect: 'manual' })
  response.setHeader('set-cookie', signedIn.headers.getSetCookie())
}

const signedIn = {
  name: 'portside:signed-in',
  configureServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
      const isApi = request.url.startsWith('/api/')
      if (!isPage && !isApi) return next()
      // While the proxy restarts, its requests wait.
      void proxy.ready.then(() => !isApi && signIn(request, response)).then(() => next(), next)
    })
  },
}

const vite = await createServer({
  root,
  logLevel: 'warn',
  plugins: [signedIn],
  server: {
    host: HOST,
    port,
    strictPort: true,
    proxy: { '/api/': behind, '/sign-in': behind },
  },
})
vite.watcher.on('all', (_, path) => {
  const file = relative(root, path).replaceAll('\\', '/')
  if (/\.test\.tsx?$/.test(file)) return
  for (const server of servers) if (server.watched.test(file)) server.restart()
})
await vite.listen()

async function stop() {
  await Promise.all([vite.close(), ...servers.map((server) => server.stop())])
  process.exit()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop())

await Promise.all(servers.map(({ ready }) => ready))
console.log(`\n  Portside, from source, signed in:\n\n    ${origin}\n`)
