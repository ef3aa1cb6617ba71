import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PORTSIDE_CODES, type PortsideCode, type PortsideError } from '../vpc/errors.ts'

/** An error that is answered as it is: an HTTP status and a body in the one error form of Portside's API. */
export class ProxyError extends Error {
  override name = 'ProxyError'
  /** The HTTP status of the answer. */
  readonly status: number
  /** The body of the answer. */
  readonly error: PortsideError

  constructor(status: number, error: PortsideError, options?: ErrorOptions) {
    super(`${error.error_code}: ${error.error_msg}`, options)
    this.status = status
    this.error = error
  }
}

/** An error of Portside's own, with the status that belongs to its code (src/vpc/errors.ts, PORTSIDE_CODES). */
export function ownError(
  code: PortsideCode,
  message: string,
  more: Partial<Omit<PortsideError, 'error_code' | 'error_msg'>> = {},
  options?: ErrorOptions,
): ProxyError {
  const error = { error_code: code, error_msg: message, request_id: null, ...more }
  return new ProxyError(PORTSIDE_CODES[code], error, options)
}

/** Answers with an error: its status, its body, and Retry-After where it says when to try again. */
export function answerError(reply: FastifyReply, { status, error }: Pick<ProxyError, 'status' | 'error'>) {
  if (error.retry_after !== undefined) reply.header('retry-after', error.retry_after)
  reply.errorCode = error.error_code
  return reply.code(status).header('cache-control', 'no-store').send(error)
}

/**
 * Every error of `app` is answered in the one error form; only what nobody foresaw is Portside.Internal and logged, and why a
 * record could not be written.
 */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler(async (error: FastifyError | ProxyError, request, reply) => {
    const answered = foreseen(error) ?? unforeseen(error, request)
    if (answered.error.error_code === 'Portside.NotRecorded')
      request.log.error({ err: answered.cause }, 'records can not be written')
    return answerError(reply, answered)
  })
}

/** Fastify's own refusals of a request, in Portside's form. */
export function foreseen(error: FastifyError | ProxyError): ProxyError | undefined {
  if (error instanceof ProxyError) return error
  const advice = FASTIFY_ADVICE[error.code]
  if (advice) return ownError('Portside.InvalidRequest', `${error.message}.`.replace('..', '.'), { advice })
  if (error.statusCode !== undefined && error.statusCode < 500)
    return ownError('Portside.InvalidRequest', error.message)
  return undefined
}

const FASTIFY_ADVICE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send the body as JSON, with Content-Type: application/json.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'Send a body that is JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'Send a JSON body, or none and no Content-Type.',
  FST_ERR_CTP_BODY_TOO_LARGE: 'Send less than 1 MiB.',
  FST_ERR_BAD_URL: 'Percent-encode the address.',
}

function unforeseen(error: Error, request: FastifyRequest): ProxyError {
  request.log.error({ err: error }, 'unforeseen error')
  return ownError('Portside.Internal', 'Something in Portside went wrong.', {
    request_id: request.id,
    advice: "Try again. If it stays, look for this request ID in the proxy's log and report it.",
  })
}
