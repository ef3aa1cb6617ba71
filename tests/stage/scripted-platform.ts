import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startProxy, type TestedProxy } from './proxy.ts'

/** What a platform does with one call. */
export type ScriptedResponse = (response: ServerResponse, request: IncomingMessage) => void

/** A platform that does what a test says, call by call: for what the emulator does not play. */
export type ScriptedPlatform = {
  proxy: TestedProxy
  /** Its origin. */
  address: string
  /** The calls that it got, oldest first. */
  calls: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[]
  /** The responses to the next calls; the last one is for all calls after it. */
  responses: ScriptedResponse[]
  /** Stops listening, as a platform that is down. */
  stop(): Promise<void>
  close(): Promise<void>
}

/** Starts such a platform, and a proxy for it that waits 400 ms for a response. */
export async function startScriptedPlatform(
  environment: Record<string, string> = {},
): Promise<ScriptedPlatform> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      // Looked for before a change that brings or takes groups: no rule has one of them as remote.
      if (method === 'GET' && url.includes('remote_group_id='))
        return json(200, { security_group_rules: [], request_id: 'r' })(response, request)
      platform.calls.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      const respond = platform.responses.length > 1 ? platform.responses.shift() : platform.responses[0]
      respond?.(response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const proxy = await startProxy({
    PORTSIDE_UPSTREAM: address,
    PORTSIDE_UPSTREAM_TIMEOUT_MS: '400',
    ...environment,
  })
  async function stop() {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  const platform: ScriptedPlatform = {
    proxy,
    address,
    calls: [],
    responses: [],
    stop,
    async close() {
      await proxy.close()
      await stop()
    },
  }
  return platform
}

/** A response with a JSON body, or with `body` as it is when it is text or bytes. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): ScriptedResponse {
  const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(sent)
}

/** No response: the connection breaks. */
export const reset: ScriptedResponse = (_, request) => request.socket.destroy()
/** No response, ever. */
export const silence: ScriptedResponse = () => {}
