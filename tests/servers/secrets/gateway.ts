import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What the gateway does with the next calls: passes them on to the platform; passes them on with
 * another date or token, so that they are refused; responds with all that they had, as gateways do
 * that help too much; responds with a page; or breaks the connection.
 */
type Manner = 'hand on' | 'spoil' | { echo: number } | 'page' | 'break'

/** A gateway between a proxy and the platform. */
export type TestedGateway = {
  address: string
  /** By method, so that a test can fail PUTs only. */
  manner: Record<'GET' | 'PUT', Manner>
  /** Every header value that it got and that authenticates. */
  seen: Set<string>
  close(): Promise<void>
}

/** Starts a gateway in front of `platform`. */
export async function startGateway(platform: string): Promise<TestedGateway> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => meet(request, response, Buffer.concat(chunks)))
  })

  function meet(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const { method, url, headers } = request
    const signature = /Signature=(\w+)/.exec(headers.authorization ?? '')?.[1]
    if (signature) gateway.seen.add(signature)
    const manner = gateway.manner[method as 'GET' | 'PUT']
    if (manner === 'break') return void request.socket.destroy()
    if (manner === 'page')
      return void response.end(`<html>${JSON.stringify(headers)}${body.toString()}</html>`)
    if (typeof manner === 'object')
      return void response
        .writeHead(manner.echo, {
          'content-type': 'application/json',
          'x-request-id': headers['x-security-token'] ?? headers['x-auth-token'],
        })
        .end(
          JSON.stringify({
            error_code: 'APIGW.0301',
            error_msg: `${JSON.stringify(headers)} ${encodeURIComponent(JSON.stringify(headers))}`,
          }),
        )
    const sent = { ...headers }
    if (manner === 'spoil') {
      if (sent.authorization) sent['x-sdk-date'] = '20200101T000000Z'
      if (sent['x-auth-token']) sent['x-auth-token'] = `${String(sent['x-auth-token'])}x`
    }
    httpRequest(platform + url, { method, headers: sent }, (received) => {
      response.writeHead(received.statusCode!, received.headers)
      received.pipe(response)
    }).end(body)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const gateway: TestedGateway = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    manner: { GET: 'hand on', PUT: 'hand on' },
    seen: new Set(),
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return gateway
}
