import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createServer, type Server as TlsServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { dryRunRequest } from '../../../../src/vpc/step-request.ts'
import { readConfig } from '../../../../src/proxy/config.ts'
import { createUpstream } from '../../../../src/proxy/upstream/connection.ts'
import { UpstreamError, type Upstream } from '../../../../src/proxy/upstream/upstream.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const PORT = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
const GROUP = '8edd3747-ccd4-49a1-82b9-a165eec314b4'
const port = { id: PORT, security_groups: [GROUP] }
const change = dryRunRequest({ kind: 'insert', security_groups: [GROUP] }, [], PROJECT, PORT)!

/** A host that no name server knows: only the HTTP proxy of the test can reach it. */
const HOST = 'vpc.eu-test-1.portside.test'

let folder: string
let authority: string
let platform: TlsServer
/** The requests that reached the platform. */
const reached: string[] = []

const listening = async (server: Server | TlsServer) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
let cloudPort: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-tls-'))
  const ca = await generate([{ name: 'commonName', value: 'Test authority' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: HOST }], {
    keySize: 2048,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: HOST },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  authority = join(folder, 'ca.pem')
  await writeFile(authority, `Our authority\n${ca.cert}`)
  platform = createServer({ key: server.private, cert: server.cert }, (request, response) => {
    reached.push(`${request.method} ${request.headers.host}`)
    request.resume()
    const passed = request.method === 'GET' ? ([200, { port }] as const) : ([202, {}] as const)
    response.writeHead(passed[0], { 'content-type': 'application/json' }).end(JSON.stringify(passed[1]))
  })
  cloudPort = await listening(platform)
})
afterAll(async () => {
  platform.closeAllConnections()
  platform.close()
  await rm(folder, { recursive: true })
})

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  reached.length = 0
  for (const close of open.splice(0).toReversed()) await close()
})

function connected(endpoint: string, environment: Record<string, string> = {}): Upstream {
  const config = readConfig({
    PORTSIDE_UPSTREAM: endpoint,
    PORTSIDE_PROJECTS: PROJECT,
    PORTSIDE_READ_RETRIES: '0',
    ...environment,
  })
  const upstream = createUpstream(config, pino({ level: 'silent' }))
  open.push(() => upstream.close())
  return upstream
}

/** The error of a read that gets no response. */
async function refused(upstream: Upstream) {
  const error: unknown = await upstream.readPort(PROJECT, PORT).catch((thrown: unknown) => thrown)
  if (error instanceof UpstreamError) return error.error
  throw new Error('the read got a response', { cause: error })
}

const direct = () => `https://127.0.0.1:${cloudPort}`
const withAuthority = () => ({ PORTSIDE_UPSTREAM_CA_FILE: authority })

const through = (origin: string, environment: Record<string, string> = {}, scheme = 'https') =>
  connected(`${scheme}://${HOST}:${cloudPort}`, {
    PORTSIDE_UPSTREAM_PROXY: origin,
    ...withAuthority(),
    ...environment,
  })

describe('an authority of one’s own', () => {
  test('is trusted when its file is named', async () => {
    const upstream = connected(direct(), withAuthority())
    expect((await upstream.readPort(PROJECT, PORT)).port).toEqual(port)
    expect((await upstream.send(change)).kind).toBe('checked')
  })

  test('is not trusted otherwise: nothing is sent, and what to do is said', async () => {
    const upstream = connected(direct())
    expect(await refused(upstream)).toMatchObject({
      error_code: 'Portside.Unreachable',
      error_msg: expect.stringMatching(
        /^The certificate of https:\/\/127\.0\.0\.1:\d+ is not trusted \([A-Z_]+\)\.$/,
      ),
      advice: expect.stringContaining('PORTSIDE_UPSTREAM_CA_FILE'),
    })
    expect(await upstream.send(change)).toMatchObject({ kind: 'not_sent' })
    expect(reached).toEqual([])
  })

  test('is trusted for the names in its certificates only', async () => {
    const { error_msg } = await refused(connected(`https://localhost:${cloudPort}`, withAuthority()))
    expect(error_msg).toContain('is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)')
    expect(reached).toEqual([])
  })
})

describe('an HTTP proxy on the way', () => {
  type OnConnect = (request: IncomingMessage, socket: Socket) => void
  const PASSWORD = 'pass/word@1'

  /**
   * Connects to the platform of the test, whatever host is asked for, when name and password are
   * right.
   */
  const tunnel: OnConnect = (request, socket) => {
    const expected = `Basic ${Buffer.from(`operator:${PASSWORD}`).toString('base64')}`
    if (request.headers['proxy-authorization'] !== expected)
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    const there = connect(cloudPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      there.pipe(socket).pipe(there)
    })
    for (const one of [there, socket]) one.on('error', () => [there, socket].forEach((end) => end.destroy()))
  }

  /** An HTTP proxy, its address without name and password, and the hosts that it had to reach. */
  async function httpProxy(onConnect: OnConnect) {
    const asked: string[] = []
    const sockets = new Set<Socket>()
    const server = createHttpServer((request, response) => {
      asked.push(`plain ${request.url}`)
      response.writeHead(500).end()
    })
    server.on('connection', (socket) => sockets.add(socket))
    server.on('connect', (request, socket: Socket) => {
      asked.push(request.url ?? '')
      onConnect(request, socket)
    })
    const origin = `http://127.0.0.1:${await listening(server)}`
    open.push(async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return { origin, asked }
  }
  const withPassword = (origin: string, password = PASSWORD) =>
    origin.replace('//', `//operator:${encodeURIComponent(password)}@`)

  test('is asked for a tunnel; only the platform gets the request itself', async () => {
    const { origin, asked } = await httpProxy(tunnel)
    const upstream = through(withPassword(origin))
    expect((await upstream.readPort(PROJECT, PORT)).port).toEqual(port)
    expect((await upstream.send(change)).kind).toBe('checked')
    const host = `${HOST}:${cloudPort}`
    expect(new Set(asked)).toEqual(new Set([host]))
    expect(reached).toEqual([`GET ${host}`, `PUT ${host}`])
  })

  test.each<[string, OnConnect | undefined, RegExp, string]>([
    ['wants another password', tunnel, /refused to connect to .* \(status 407\)/, 'name and password'],
    [
      'forbids it',
      (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'),
      /refused to connect to .* \(status 403\)/,
      'lets Portside connect',
    ],
    [
      'hangs up',
      (_, socket) => socket.destroy(),
      /can't be reached through the HTTP proxy .* \(ECONNRESET\)/,
      'is running',
    ],
    ['is not there', undefined, /can't be reached through the HTTP proxy .* \(ECONNREFUSED\)/, 'is running'],
  ])('that %s: nothing was sent, and no password is shown', async (_, onConnect, says, advice) => {
    const { origin, asked } = onConnect
      ? await httpProxy(onConnect)
      : { origin: 'http://127.0.0.1:1', asked: [] }
    const upstream = through(withPassword(origin, 'wrong-secret'), { PORTSIDE_UPSTREAM_TIMEOUT_MS: '2000' })
    const error = await refused(upstream)
    expect(error.error_msg).toMatch(says)
    expect(error.advice).toContain(advice)
    expect(await upstream.send(change)).toMatchObject({ kind: 'not_sent' })
    expect(reached).toEqual([])
    expect(JSON.stringify(error)).not.toMatch(/wrong-secret|operator/)
    // A proxy that refuses is not asked again and again.
    expect(asked.length).toBeLessThanOrEqual(2)
  })

  test('is asked for a tunnel for plain http too', async () => {
    const { origin, asked } = await httpProxy((_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'))
    expect(await through(origin, {}, 'http').send(change)).toMatchObject({ kind: 'not_sent' })
    expect(asked).toEqual([`${HOST}:${cloudPort}`])
  })
})
