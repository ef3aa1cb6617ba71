import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LARGEST_BODY } from '../vpc/limits.ts'
import { PORTSIDE_CODES, type PortsideCode, type PortsideError } from '../vpc/errors.ts'

/** An error that is sent as it is: a status, and a body in the error form of Portside's API. */
export class ProxyError extends Error {
  override name = 'ProxyError'
  /** The HTTP status of the response. */
  readonly status: number
  /** The body of the response. */
  readonly error: PortsideError

  constructor(status: number, error: PortsideError, options?: ErrorOptions) {
    super(`${error.error_code}: ${error.error_msg}`, options)
    this.status = status
    this.error = error
  }
}

/**
 * One of Portside's own errors, with the status of its code (src/vpc/errors.ts, PORTSIDE_CODES).
 */
export function ownError(
  code: PortsideCode,
  message: string,
  more: Partial<Omit<PortsideError, 'error_code' | 'error_msg'>> = {},
  options?: ErrorOptions,
): ProxyError {
  const error = { error_code: code, error_msg: message, request_id: null, ...more }
  return new ProxyError(PORTSIDE_CODES[code], error, options)
}

/** Sends an error: its status, its body, and Retry-After where it says when to try again. */
export function sendError(reply: FastifyReply, { status, error }: Pick<ProxyError, 'status' | 'error'>) {
  if (error.retry_after !== undefined) reply.header('retry-after', error.retry_after)
  reply.errorCode = error.error_code
  return reply.code(status).header('cache-control', 'no-store').send(error)
}

/**
 * Sends every error of `app` in the error form. An unforeseen one is Portside.Internal, and is
 * logged; so is the reason when the audit log can't be written.
 */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(async (error: FastifyError | ProxyError, request, reply) => {
    const refused = foreseen(error, request.routeOptions.bodyLimit) ?? unforeseen(error, request)
    if (refused.error.error_code === 'Portside.NotRecorded')
      request.log.error({ err: refused.cause }, 'the audit log can not be written')
    return sendError(reply, refused)
  })
}

/** Fastify's own refusals of a request, in Portside's form. */
export function foreseen(
  error: FastifyError | ProxyError,
  bodyLimit: number = LARGEST_BODY,
): ProxyError | undefined {
  if (error instanceof ProxyError) return error
  if (error.statusCode === undefined || error.statusCode >= 500) return undefined
  return ownError('Portside.InvalidRequest', `${error.message}.`.replace('..', '.'), {
    advice:
      error.code === 'FST_ERR_CTP_BODY_TOO_LARGE'
        ? `Send at most ${bodyLimit / 1024} KiB.`
        : (FASTIFY_ADVICE[error.code] ?? 'Correct the address or the headers of the request.'),
  })
}

const FASTIFY_ADVICE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send the body as JSON, with Content-Type: application/json.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'Send a body that is JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'Send a JSON body, or none and no Content-Type.',
  FST_ERR_BAD_URL: 'Percent-encode the address.',
}

/**
 * Responds, in the error form, to what Node's HTTP parser refuses before there is a request: bytes
 * that are no HTTP, headers that are too large or too slow. Then the connection ends.
 */
export function refuseBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  headers: Readonly<Record<string, string>>,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  // A second response must not be sent in the middle of the first; Node has no other sign of that.
  if ((socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent) {
    socket.destroy()
    return
  }
  const { status, reason, advice } = BROKEN[error.code ?? ''] ?? BROKEN_OTHERWISE
  const { error: body } = ownError('Portside.InvalidRequest', `The request is no valid HTTP: ${reason}.`, {
    advice,
  })
  const text = JSON.stringify(body)
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${text}`)
  // A client that goes on sending would keep its half of the connection open. Closed at once, the
  // response could be lost.
  const timer = setTimeout(() => socket.destroy(), CLOSED_AFTER_MS)
  socket.once('close', () => clearTimeout(timer))
}

const CLOSED_AFTER_MS = 1000

const BROKEN_OTHERWISE = {
  status: '400 Bad Request',
  reason: "it can't be read",
  advice: 'Send it as RFC 9112 says, and percent-encode the address.',
}
const BROKEN: Readonly<Record<string, typeof BROKEN_OTHERWISE>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    reason: 'its headers are too large',
    advice: 'Send less than 16 KiB of headers: delete the cookies of this address.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    reason: 'it did not come to its end in time',
    advice: 'Send it again.',
  },
}

function unforeseen(error: Error, request: FastifyRequest): ProxyError {
  request.log.error({ err: error }, 'unforeseen error')
  return ownError('Portside.Internal', 'Something in Portside went wrong.', {
    request_id: request.id,
    advice: 'Try again. If the error comes again, give this request ID to your Portside administrator.',
  })
}
