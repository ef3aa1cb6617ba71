import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { hasBody, type ReceivingLimits } from './connections.ts'
import { ownError } from './errors.ts'

/**
 * Signals within this time are one: a terminal sends a signal to every process, and `npm start`
 * passes it on.
 */
const ONE_SIGNAL_MS = 1000

/**
 * What a process does at a signal to stop: finishes what is under way, with `close`, and exits with
 * 0. When that takes longer than `limitMs`, or at a second signal, it exits with 1: the next start
 * then finds the operation that was under way, as after a kill.
 */
export function stopOnce(close: () => Promise<void>, limitMs: number): (signal: NodeJS.Signals) => void {
  let signalled: number | undefined
  return (signal) => {
    if (signalled !== undefined) {
      if (performance.now() - signalled > ONE_SIGNAL_MS) giveUp(`stopped at once by a second ${signal}`)
      return
    }
    signalled = performance.now()
    setTimeout(() => giveUp(`still running ${limitMs / 1000} s after ${signal}, stopped`), limitMs).unref()
    void close().then(
      () => process.exit(0),
      (error: unknown) => giveUp(`could not stop cleanly (${String(error)}), stopped`),
    )
  }
}

function giveUp(why: string): void {
  process.stderr.write(`portside: ${why}; operations under way are looked after at the next start.\n`)
  process.exit(1)
}

/**
 * Makes `app.close()` finish the requests under way, and wait for nothing else. New requests on
 * open connections get Portside.Stopping; connections that browsers opened ahead, without a
 * request, are ended. Node's server.close() ends only those that had a request before, and waits
 * without end for an incomplete request: those not complete within `leftoverMs` are ended too.
 */
export function stopGracefully(
  app: FastifyInstance,
  { leftoverMs }: Pick<ReceivingLimits, 'leftoverMs'>,
): void {
  let stopping = false
  const unused = new Set<Socket>()
  /** Connections that wait for the headers of a request, or for its body. */
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
  // Each response ends its connection: one that is kept alive would be waited for.
  app.addHook('onSend', (_, reply, _payload, done) => {
    if (stopping) reply.header('connection', 'close')
    done()
  })
  app.addHook('onRequest', ({ routeOptions }, _, done) => {
    // /readyz says that this proxy is stopping, /healthz that it still lives.
    if (stopping && !routeOptions.config.probe)
      throw ownError('Portside.Stopping', 'Portside is stopping.', {
        advice: 'Wait until it runs again, then reload this page.',
      })
    done()
  })
}
