import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { api } from '../../../src/vpc/portside-api.ts'
import { startProxy } from '../../stage/proxy.ts'

/** Shorter limits than the usual ones, with the same effect. */
const SHORT = { headersMs: 300, requestMs: 600, leftoverMs: 100, stalledMs: 300 }
const CHECKS = '/api/v3/f5dab68cd75740e68c599e9af5fe0aed/ports/99fd0c77-56b4-4bf6-8365-df352e45d5fc/checks'

async function started(environment: Record<string, string> = {}, receivingLimits = {}) {
  const proxy = await startProxy(environment, { receivingLimits })
  onTestFinished(() => proxy.close())
  const { port } = new URL(proxy.address)
  /**
   * Opens a connection that sends `head`, then a byte again and again until it is ended. Returns
   * the response.
   */
  function drip(head: string) {
    const socket = connect(Number(port), '127.0.0.1')
    const timer = setInterval(() => socket.write('x'), 20)
    const ended = new Promise<string>((resolve) => {
      let read = ''
      socket.setEncoding('utf8').on('data', (text: string) => (read += text))
      socket.on('error', () => {})
      socket.on('close', () => {
        clearInterval(timer)
        resolve(read)
      })
    })
    onTestFinished(() => void socket.destroy())
    socket.write(head)
    return ended
  }
  const lines = (path: string, ...more: string[]) =>
    [`POST ${path} HTTP/1.1`, `host: 127.0.0.1:${port}`, `origin: ${proxy.address}`, ...more, ''].join('\r\n')
  const body = ['content-type: application/json', 'content-length: 100000', '']
  return { proxy, port: Number(port), drip, lines, body }
}

test.each([
  ['no session', CHECKS, '401'],
  ['a sign-out', api.signOut(), '400'],
  ['a path that is none', '/nothing', '400'],
  ['a probe', '/healthz', '400'],
])('%s: responds without waiting for a body, and the connection ends', async (_, path, status) => {
  // The usual time for a whole request: if it were waited for, this test would time out.
  const { drip, lines, body } = await started({}, { leftoverMs: SHORT.leftoverMs })
  expect(await drip(lines(path, ...body))).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\\{[^}]*\\}$`, 's'))
})

test('a body that drips has as long as a whole request may take', async () => {
  const { proxy, drip, lines, body } = await started({}, SHORT)
  const cookie = await proxy.signIn()
  const response = await drip(lines(CHECKS, `cookie: ${cookie}`, ...body))
  expect(response).toMatch(/^HTTP\/1.1 408 .*did not come to its end in time/s)
})

test('headers that drip are not waited for, nor is a connection that sends nothing', async () => {
  const { drip, port } = await started({}, SHORT)
  const silent = connect(port, '127.0.0.1').resume()
  const [response] = await Promise.all([drip('GET / HTTP/1.1\r\nx: '), once(silent, 'close')])
  expect(response).toMatch(/^HTTP\/1.1 408 /)
})

test('a page that is asked for and never read is let go', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portside-large-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'large.txt'), Buffer.alloc(32e6))
  // 2 connections from one address.
  const environment = { PORTSIDE_CONSOLE_FILES: folder, PORTSIDE_MAX_CONNECTIONS: '8' }
  const { port, proxy } = await started(environment, SHORT)
  const unread = [0, 1].map(() => {
    const socket = connect(port, '127.0.0.1')
      .pause()
      .on('error', () => {})
    onTestFinished(() => void socket.destroy())
    socket.write(`GET /large.txt HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
    return socket
  })
  await Promise.all(unread.map((socket) => once(socket, 'connect')))
  await expect(fetch(`${proxy.address}/healthz`)).rejects.toThrow()
  const statusOf = () =>
    fetch(`${proxy.address}/healthz`).then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(statusOf, { timeout: 10_000 }).toBe(200)
})

/** How many of `count` connections the proxy keeps. */
async function kept(count: number, environment: Record<string, string>) {
  const { port } = await started(environment)
  const open = new Set<Socket>()
  await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(port, '127.0.0.1')
      onTestFinished(() => void socket.destroy())
      open.add(socket)
      await new Promise<void>((resolve) => {
        socket.on('data', () => resolve()).on('error', () => {})
        socket.on('close', () => {
          open.delete(socket)
          resolve()
        })
        socket.write(`GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n`)
      })
    }),
  )
  return open.size
}

test('one address has a quarter of all connections, a trusted load balancer all', async () => {
  const most = { PORTSIDE_MAX_CONNECTIONS: '12' }
  expect(await kept(20, most)).toBe(3)
  expect(await kept(20, { ...most, PORTSIDE_TRUSTED_PROXIES: '10.0.0.0/8' })).toBe(3)
  expect(await kept(20, { ...most, PORTSIDE_TRUSTED_PROXIES: '10.0.0.1, 127.0.0.0/8' })).toBe(12)
})

test('a connection that ended makes room for another', async () => {
  const { proxy, port } = await started({ PORTSIDE_MAX_CONNECTIONS: '4' })
  for (let n = 0; n < 3; n++) {
    const socket = connect(port, '127.0.0.1')
    socket.end(`GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    const [text] = (await once(socket, 'data')) as [Buffer]
    expect(text.toString()).toMatch(/^HTTP\/1.1 200/)
    await once(socket, 'close')
  }
  expect((await fetch(`${proxy.address}/healthz`)).status).toBe(200)
})

test('stopping does not wait for a body or headers that drip', async () => {
  const { proxy, drip, lines, body } = await started({}, { leftoverMs: SHORT.leftoverMs })
  const cookie = await proxy.signIn()
  const ended = [
    drip(lines(CHECKS, `cookie: ${cookie}`, ...body)),
    // A second request on a connection that had one.
    drip(`GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /healthz HTTP/1.1\r\nx: `),
  ]
  expect((await fetch(`${proxy.address}/healthz`)).status).toBe(200)
  await proxy.close()
  await Promise.all(ended)
})
