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
  return new ProxyError(
    PORTSIDE_CODES[code],
    { error_code: code, error_msg: message, request_id: null, ...more },
    options,
  )
}
