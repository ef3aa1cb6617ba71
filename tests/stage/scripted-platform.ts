import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startProxy, type TestedProxy } from './proxy.ts'

/** What a cloud does with one call. */
export type ScriptedResponse = (response: ServerResponse, request: IncomingMessage) => void

/** A cloud that does what a test says, call by call: for what the emulator does not play. */
export type ScriptedPlatform = {
  proxy: TestedProxy
  /** Its origin. */
  address: string
  /** The calls that came, oldest first. */
  calls: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[]
  /** What the calls to come are answered with; the last answer stands for all after it. */
  answers: ScriptedResponse[]
  /** Stops listening, as a cloud that is down. */
  stop(): Promise<void>
  close(): Promise<void>
}

/** Starts such a cloud, and a proxy for it that waits 400 ms for an answer. */
export async function startScriptedPlatform(
  environment: Record<string, string> = {},
): Promise<ScriptedPlatform> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      cloud.calls.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      const answer = cloud.answers.length > 1 ? cloud.answers.shift() : cloud.answers[0]
      answer?.(response, request)
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
  const cloud: ScriptedPlatform = {
    proxy,
    address,
    calls: [],
    answers: [],
    stop,
    async close() {
      await proxy.close()
      await stop()
    },
  }
  return cloud
}

/** An answer with a JSON body, or with `body` as it is when it is text or bytes. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): ScriptedResponse {
  const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(sent)
}

/** No answer: the connection breaks. */
export const reset: ScriptedResponse = (_, request) => request.socket.destroy()
/** No answer, ever. */
export const silence: ScriptedResponse = () => {}
