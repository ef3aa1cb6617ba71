import type { Dispatcher } from 'undici'
import { whenAborted } from '../aborts.ts'

/** One request to `origin`, as it is sent. `path` has the query. */
export type ExchangeRequest = {
  origin: string
  method: 'GET' | 'PUT'
  path: string
  headers: Record<string, string>
  body: string | null
}

/** A response as it was received: headers with lower-case names, the body as bytes. */
export type ExchangeResponse = { status: number; headers: Record<string, string>; body: Buffer }

/** A request without a complete response. */
export class ExchangeError extends Error {
  override name = 'ExchangeError'
  readonly reason: 'timeout' | 'aborted' | 'connection' | 'too_large'
  /**
   * False only when it is certain that no byte of the request was sent: then nothing can have been
   * carried out.
   */
  readonly sent: boolean

  constructor(reason: ExchangeError['reason'], sent: boolean, cause?: unknown) {
    super(cause instanceof Error ? cause.message : reason, { cause })
    this.reason = reason
    this.sent = sent
  }

  /** The system's word for it (`ECONNREFUSED`), where there is one. */
  get code(): string | undefined {
    const { cause } = this
    return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
      ? cause.code
      : undefined
  }
}

const NOTHING = Buffer.alloc(0)

/**
 * Sends one request once and reads the whole response. undici's own `request` does not say whether
 * a request that failed was written. Whether a change may have been made depends on that, so this
 * listens to the dispatcher itself.
 * @param limits `timeoutMs`: from now to the last byte of the response; `bytes`: the largest body
 * @throws ExchangeError
 */
export function exchange(
  pool: Dispatcher,
  request: ExchangeRequest,
  { timeoutMs, bytes }: { timeoutMs: number; bytes: number },
  signal?: AbortSignal,
): Promise<ExchangeResponse> {
  return new Promise((resolve, reject) => {
    let open = true
    let sent = false
    let controller: Dispatcher.DispatchController | undefined
    let stay: (() => void) | undefined
    let size = 0
    const chunks: Buffer[] = []
    const response: ExchangeResponse = { status: 0, headers: {}, body: NOTHING }

    function settle(): boolean {
      if (!open) return false
      open = false
      clearTimeout(timer)
      stay?.()
      return true
    }
    function fail(reason: ExchangeError['reason'], cause?: unknown): void {
      if (!settle()) return
      reject(new ExchangeError(reason, sent, cause))
      controller?.abort(new Error(reason))
    }
    const onAbort = () => fail('aborted', signal?.reason)
    const timer = setTimeout(() => fail('timeout'), timeoutMs)
    if (signal?.aborted) return onAbort()
    stay = signal && whenAborted(signal, onAbort)

    pool.dispatch(request, {
      onRequestStart(started) {
        controller = started
        // It failed while it waited for a connection: aborted here, before the first byte is
        // written.
        if (open) sent = true
        else started.abort(new Error('given up'))
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return
        response.status = status
        // undici has made their names lower case.
        for (const name of Object.keys(headers)) response.headers[name] = String(headers[name])
      },
      onResponseData(_, chunk) {
        size += chunk.length
        if (size > bytes) fail('too_large')
        else chunks.push(chunk)
      },
      onResponseEnd() {
        if (!settle()) return
        response.body = Buffer.concat(chunks)
        resolve(response)
      },
      onResponseError(_, error) {
        fail('connection', error)
      },
    })
  })
}
