import type { PortsideError } from '../../vpc/errors.ts'

/**
 * A call to the proxy that did not end well: what the proxy or the platform said, or what the
 * console found out itself. The console's own codes: `Console.Unreachable` (no response),
 * `Console.Timeout`, `Console.UnreadableAnswer`.
 */
export class CallError extends Error {
  override name = 'CallError'
  /** HTTP status; 0 when there was no response. */
  readonly status: number
  readonly error_code: string
  readonly error_msg: string
  readonly request_id: string | null
  readonly advice: string | undefined
  readonly fields: readonly { path: string; message: string }[]
  /** Seconds to wait before another try. */
  readonly retry_after: number | undefined
  /** `unknown`: the request may have been carried out. */
  readonly outcome: PortsideError['outcome']
  /** How to sign in, when the session is gone. */
  readonly sign_in: PortsideError['sign_in']

  constructor(status: number, error: PortsideError) {
    super(`${error.error_code}: ${error.error_msg}`)
    this.status = status
    this.error_code = error.error_code
    this.error_msg = error.error_msg
    this.request_id = error.request_id ?? null
    this.advice = error.advice
    this.fields = error.fields ?? []
    this.retry_after = error.retry_after
    this.outcome = error.outcome
    this.sign_in = error.sign_in
  }
}

/** True when the session is gone: the operator has to sign in again. */
export function isSessionLost(error: unknown): error is CallError {
  return error instanceof CallError && error.error_code === 'Portside.NoSession'
}

/** True when this user has asked for too much, and the proxy says when to go on. */
export function isTooMany(error: unknown): error is CallError {
  return error instanceof CallError && error.error_code === 'Portside.TooManyRequests'
}
