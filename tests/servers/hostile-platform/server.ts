import { createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * What the platform does with one request: bytes that it sends, and whether it closes the
 * connection after them, breaks it, or leaves the proxy waiting.
 */
export type RawResponse = { bytes: Buffer; ending: 'close' | 'break' | 'keep' }

/** A platform that sends bytes, whether they are HTTP or not. */
export type HostilePlatform = { address: string; close(): Promise<void> }

/** @param respond what to do with a request, by its method, path and body */
export async function startHostilePlatform(
  respond: (method: string, path: string, body: string) => RawResponse,
): Promise<HostilePlatform> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let read = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      read = Buffer.concat([read, chunk])
      const end = read.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = read.toString('latin1', 0, end)
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (read.length < end + 4 + length) return
      const body = read.toString('utf8', end + 4, end + 4 + length)
      read = read.subarray(end + 4 + length)
      const [method = '', path = ''] = head.split(' ', 2)
      const { bytes, ending } = respond(method, path, body)
      if (ending === 'close') socket.end(bytes)
      else if (ending === 'keep') socket.write(bytes)
      else socket.write(bytes, () => socket.resetAndDestroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
