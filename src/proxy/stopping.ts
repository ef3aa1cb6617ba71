import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { hasBody, type ReceivingLimits } from './connections.ts'
import { ownError } from './errors.ts'

/**
 * A terminal sends its signal to every process at once, and `npm start` passes it on: within this,
 * it is one signal.
 */
const ONE_SIGNAL_MS = 1000

/**
 * What a process does at a signal to stop: finishes with `close` what is under way, and exits with
 * 0. With 1 when that takes longer than `limitMs`, or at a second signal: the next start then finds
 * the operation that was under way, as after a kill.
 */
export function stopOnce(close: () => Promise<void>, limitMs: number): (signal: NodeJS.Signals) => void {
  let signalled: number | undefined
  return (signal) => {
    if (signalled !== undefined) {
      if (performance.now() - signalled > ONE_SIGNAL_MS) giveUp(`stopped at once by a second ${signal}`)
      return
    }
    signalled = performance.now()
    setTimeout(() => giveUp(`not at an end ${limitMs / 1000} s after ${signal}, stopped`), limitMs).unref()
    void close().then(
      () => process.exit(0),
      (error: unknown) => giveUp(`could not stop in good order (${String(error)}), stopped`),
    )
  }
}

function giveUp(why: string): void {
  process.stderr.write(`portside: ${why}; operations under way are looked after at the next start.\n`)
  process.exit(1)
}

/**
 * Makes `app.close()` finish the requests under way, and wait for nothing else: requests that come
 * on open connections get Portside.Stopping, and connections that browsers opened
 * ahead, without a request, are ended. Node's server.close() ends only those that had a request
 * before, and lets a request that is not whole yet take for ever: what has not come within
 * `leftoverMs` is ended too.
 */
export function stopGracefully(
  app: FastifyInstance,
  { leftoverMs }: Pick<ReceivingLimits, 'leftoverMs'>,
): void {
  let stopping = false
  const unused = new Set<Socket>()
  /** Connections without a request whose headers are there, and requests whose body is not. */
  const waiting = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket)
    waiting.add(socket)
    socket.once('close', () => {
      unused.delete(socket)
      waiting.delete(socket)
    })
  })
  app.server.on('request', ({ socket }) => {
    unused.delete(socket)
    waiting.delete(socket)
  })
  app.addHook('preParsing', ({ raw }, _, _payload, done) => {
    if (!raw.complete && hasBody(raw)) {
      waiting.add(raw.socket)
      raw.once('end', () => waiting.delete(raw.socket))
    }
    done()
  })
  app.addHook('onResponse', ({ raw: { socket } }, _, done) => {
    if (!socket.destroyed) waiting.add(socket)
    done()
  })
  app.addHook('preClose', async () => {
    stopping = true
    for (const socket of unused) socket.destroy()
    setTimeout(() => {
      for (const socket of waiting) socket.destroy()
    }, leftoverMs).unref()
  })
  // A response ends its connection too: kept alive, it would be waited for.
  app.addHook('onSend', (_, reply, _payload, done) => {
    if (stopping) reply.header('connection', 'close')
    done()
  })
  app.addHook('onRequest', ({ routeOptions }, _, done) => {
    // /readyz says that it is stopping, and /healthz that it still lives.
    if (stopping && !routeOptions.config.probe)
      throw ownError('Portside.Stopping', 'Portside is stopping.', {
        advice: 'Start it again, then reload this page.',
      })
    done()
  })
}
