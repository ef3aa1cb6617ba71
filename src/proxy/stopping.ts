import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { ownError } from './errors.ts'

/**
 * Makes `app.close()` finish the requests under way, and wait for nothing else: requests that come on open connections are
 * answered with Portside.Stopping, and connections that browsers opened ahead, without a request, are ended. Node's
 * server.close() ends only those that had a request before.
 */
export function stopGracefully(app: FastifyInstance): void {
  let stopping = false
  const unused = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  app.server.on('request', ({ socket }) => unused.delete(socket))
  app.addHook('preClose', async () => {
    stopping = true
    for (const socket of unused) socket.destroy()
  })
  // An answer under way ends its connection too: kept alive, it would be waited for.
  app.addHook('onSend', (_, reply, _payload, done) => {
    if (stopping) reply.header('connection', 'close')
    done()
  })
  app.addHook('onRequest', (_, _reply, done) => {
    if (stopping)
      throw ownError('Portside.Stopping', 'Portside is stopping.', {
        advice: 'Start it again, then reload this page.',
      })
    done()
  })
}
