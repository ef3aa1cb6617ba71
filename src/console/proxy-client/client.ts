import * as z from 'zod/mini'
import { portsideError, refusedFields } from '../../vpc/errors.ts'
import { ASKED_AT_HEADER } from '../../vpc/portside-api.ts'
import { noteAskedAt } from './order.ts'
import { CallError } from './call-error.ts'
import { addressOf, headersOf, type Read } from './first-reads.ts'
import { takeAhead } from './read-ahead.ts'

/**
 * The proxy retries reads and waits where the platform asks it to: this is longer than
 * that takes.
 */
const DEFAULT_TIMEOUT_MS = 60_000

type CallOptions = {
  method?: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Sent as JSON; a Blob is JSON already. */
  body?: unknown
  query?: Read['query']
  /** Cancels the call; the rejection is then the signal's reason, no CallError. */
  signal?: AbortSignal | undefined
  timeoutMs?: number
  maxAge?: Read['maxAge']
  /**
   * Returns the response as it was sent, once the schema has read it. What the schema returns is a
   * copy, made field by field: of objects with dozens of fields, it takes five times the memory.
   * For schemas that change nothing.
   */
  asSent?: boolean
  /** Gets how many seconds ago the proxy read it: 0 when it was read for this call. */
  onAge?: (seconds: number) => void
}

/**
 * One call to the proxy: the only way out of the console.
 * @param schema what the response must be
 * @param path on the proxy, from src/vpc (`/api/...`), or a read of the first view, in whole
 * @returns the response, read by the schema
 * @throws CallError with the platform's or the proxy's words; or the signal's reason after a
 *   cancel
 */
export async function call<S extends z.ZodMiniType>(
  schema: S,
  path: string | Read,
  {
    method = 'GET',
    body,
    query,
    signal,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    maxAge,
    asSent = false,
    onAge,
  }: CallOptions = {},
): Promise<z.output<S>> {
  // Not AbortSignal.timeout: each of those stays in memory until its time is up, long after the
  // response.
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), timeoutMs)
  const read: Read = typeof path === 'string' ? { path, query, maxAge } : path
  const url = new URL(addressOf(read), location.origin)
  const given = signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal])
  // Nobody knows what became of a request whose response is lost; only a read can't have changed
  // anything.
  const lost = method === 'GET' ? {} : ({ outcome: 'unknown' } as const)
  let status = 0
  let text: string
  let askedAt: string | null
  try {
    const ahead = method === 'GET' ? await takeAhead(read, given) : undefined
    const response =
      ahead ??
      (await fetch(url, {
        method,
        headers: {
          ...headersOf(read),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
        credentials: 'same-origin',
        signal: given,
      }))
    status = response.status
    askedAt = response.headers.get(ASKED_AT_HEADER)
    text = await response.text()
    onAge?.(Number(response.headers.get('age') ?? 0) || 0)
    if (!response.ok) throw readError(status, text, lost)
  } catch (cause) {
    if (cause instanceof CallError || signal?.aborted) throw cause
    if (timeout.signal.aborted)
      throw new CallError(0, {
        error_code: 'Console.Timeout',
        error_msg: `Portside's proxy did not respond within ${timeoutMs / 1000} seconds.`,
        advice: isOnThisMachine()
          ? 'Try again. If the error comes again, look at what npm start prints.'
          : 'Try again. If the error comes again, tell your Portside administrator.',
        ...lost,
      })
    throw new CallError(0, {
      error_code: 'Console.Unreachable',
      ...unreachable(),
      ...lost,
    })
  } finally {
    clearTimeout(timer)
  }
  const result = readBody(schema, status, text, lost, asSent)
  if (askedAt !== null && typeof result === 'object' && result !== null) noteAskedAt(result, askedAt)
  return result
}

/**
 * A failed fetch has no reason: what is known is whether the browser is online, and where the proxy
 * is.
 */
function unreachable(): { error_msg: string; advice: string } {
  const offline = globalThis.navigator?.onLine === false
  const error_msg = offline
    ? "No response from Portside's proxy: this browser is offline."
    : "No response from Portside's proxy."
  if (isOnThisMachine())
    return {
      error_msg,
      advice: offline
        ? 'Connect to the network and try again. If that does not help: does the proxy run? npm start starts it.'
        : 'Does the proxy run? npm start starts it. Then try again.',
    }
  return {
    error_msg,
    advice: offline
      ? 'Connect to the network, then try again.'
      : 'Check the network between this browser and Portside, then try again. If others have no response either, tell your Portside administrator.',
  }
}

/** True when the proxy is on the browser's own machine: then the operator may be who runs it. */
function isOnThisMachine(): boolean {
  const { hostname } = new URL(location.origin)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

type Lost = { outcome?: 'unknown' }

function readBody<S extends z.ZodMiniType>(
  schema: S,
  status: number,
  text: string,
  lost: Lost,
  asSent: boolean,
): z.output<S> {
  const json = parseJson(text)
  if (json === undefined) throw unreadable(status, 'is not JSON', null, lost)
  const read = schema.safeParse(json)
  if (read.success) return asSent ? (json as z.output<S>) : read.data
  const field = refusedFields(read.error, json)[0]
  const what =
    field === undefined
      ? 'has an unexpected shape'
      : `has a field Portside can't read: ${field.path || 'the body'} ${field.message}`
  throw unreadable(status, what, requestIdOf(json), lost)
}

function readError(status: number, text: string, lost: Lost): CallError {
  const json = parseJson(text)
  const error = portsideError.safeParse(json)
  if (error.success) return new CallError(status, error.data)
  return unreadable(status, `(status ${status}) is not in the form of an error`, requestIdOf(json), lost)
}

function unreadable(status: number, what: string, request_id: string | null, lost: Lost): CallError {
  return new CallError(status, {
    error_code: 'Console.UnreadableAnswer',
    error_msg: `The response ${what}.`,
    request_id,
    advice:
      'Reload the page: the console and the proxy may be of different versions. Report it if the error comes again.',
    ...lost,
  })
}

const withRequestId = z.looseObject({ request_id: z.string() })

function requestIdOf(json: unknown): string | null {
  const read = withRequestId.safeParse(json)
  return read.success ? read.data.request_id : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
