import {
  errorOfRefusal,
  MAX_REQUEST_ID,
  readPlatformError,
  refusedFields,
  shortened,
  type PortsideError,
} from '../../vpc/errors.ts'
import { isObject, saysNothing } from '../../vpc/shown.ts'
import { ownError } from '../errors.ts'
import { ONE_PAGE, ONE_THING, outOfBounds, type ResponseBounds } from './response-bounds.ts'
import type { ExchangeResponse } from './exchange.ts'
import { readRetryAfter } from '../retry.ts'
import { refusalText } from './refusal-text.ts'
import type { ResponseSchema } from './upstream.ts'

/** What to do about an error, by status, where the platform's message can't know of Portside. */
const ADVICE: Readonly<Record<number, string>> = {
  401: "The platform refused Portside's key. Ask your Portside administrator to check the access key or token, and the clock of Portside's machine.",
  403: "Portside's key lacks a permission for this in this project. Ask your Portside administrator.",
}
/** The same where there is a message, and no code of the platform's. */
const ADVICE_WITHOUT_CODE: Readonly<Record<number, string>> = {
  401: "This has no code of the platform: Portside's key may be wrong, or something between Portside and the platform asks for a sign-in of its own.",
  403: "This has no code of the platform: a gateway or a web firewall before it may have refused the request, or Portside's key lacks a permission. Ask your Portside administrator.",
}
/** The same where a page or a text came in place of the platform's form. */
const ADVICE_FOR_TEXT: Readonly<Record<number, string>> = {
  401: 'This is not in the form of the platform: something between Portside and the platform may ask for a sign-in of its own.',
  403: 'This is not in the form of the platform: a gateway or a web firewall before it may have refused the request.',
}

/**
 * The error of a response with an error status, in its own words: the platform's code, message and
 * request ID in any of its forms (docs/platform.md, Errors), or the words of a page or a text.
 * Where nothing can be read, Portside.UnreadableAnswer.
 */
export function readErrorResponse(response: ExchangeResponse): PortsideError {
  const { status, headers } = response
  const retryAfter = readRetryAfter(headers['retry-after'], Date.now())
  const body = parseJson(response.body, ONE_THING)
  const uncoded = `HTTP.${status}`
  const known = body.ok ? readPlatformError(body.value, uncoded) : undefined
  const text = known || status < 400 ? undefined : textError(response, body, uncoded)
  const said = known ?? text
  const withoutCode = known?.error_code === uncoded
  const advice = (text ? ADVICE_FOR_TEXT : withoutCode || !known ? ADVICE_WITHOUT_CODE : ADVICE)[status]
  const error: PortsideError = said ?? {
    ...ownError(
      'Portside.UnreadableAnswer',
      `The platform responded with status ${status} and a body that is none of its errors.`,
      {
        advice:
          advice ??
          'Try again. If the error comes again, ask your Portside administrator to check that PORTSIDE_UPSTREAM is the address of the VPC API.',
      },
    ).error,
  }
  return {
    ...error,
    request_id: error.request_id ?? requestIdOf(response, body.value),
    ...(said && advice && { advice }),
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
  }
}

/** The words of a response in no form of the platform's; JSON in another form is shown as text. */
function textError(response: ExchangeResponse, body: Json, uncoded: string): PortsideError | undefined {
  if (body.ok && typeof body.value === 'string') {
    // The words alone, without the quotes and escapes of JSON.
    const words = refusalText({ ...response, body: Buffer.from(body.value) })
    return words && errorOfRefusal(words, uncoded)
  }
  if (body.ok && (typeof body.value !== 'object' || saysNothing(body.value))) return undefined
  // What would pass for Portside's own is not repeated.
  if (body.ok && isObject(body.value) && ('error_code' in body.value || 'code' in body.value))
    return undefined
  const refusal = refusalText(response)
  return refusal && errorOfRefusal(refusal, uncoded)
}

/**
 * The JSON of a success as the platform sent it, and as `schema` reads it; or the error that says
 * what can't be read.
 */
export function readSuccessResponse<T>(
  response: ExchangeResponse,
  schema: ResponseSchema<T>,
): { ok: true; body: Buffer; data: T; request_id: string | null } | { ok: false; error: PortsideError } {
  const body = parseJson(response.body, schema.bounds ?? ONE_PAGE)
  const request_id = requestIdOf(response, body.value)
  if (!body.ok) return unreadable(body.why, request_id)
  const parsed = schema.safeParse(body.value)
  if (parsed.success) {
    const { data, rewritten } = parsed
    const passedOn = rewritten ? Buffer.from(JSON.stringify(data)) : response.body
    return { ok: true, body: passedOn, data, request_id }
  }
  const fields = refusedFields(parsed.error, body.value)
  const [first] = fields
  return unreadable(
    first ? `${first.path || 'the body'} ${first.message}` : 'it has another form',
    request_id,
    fields,
  )
}

function unreadable(why: string, request_id: string | null, fields?: PortsideError['fields']) {
  const { error } = ownError('Portside.UnreadableAnswer', `The platform's response can't be read: ${why}.`, {
    request_id,
    advice:
      'Try again. If the error comes again, report it with the request ID: the platform responds in a form that Portside does not know.',
    ...(fields && { fields }),
  })
  return { ok: false as const, error }
}

type Json = { ok: true; value: unknown } | { ok: false; value: undefined; why: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseJson(body: Buffer, bounds: ResponseBounds): Json {
  const why = outOfBounds(body, bounds)
  if (why) return { ok: false, value: undefined, why }
  try {
    return { ok: true, value: JSON.parse(utf8.decode(body)) }
  } catch {
    return { ok: false, value: undefined, why: 'it is not JSON' }
  }
}

/** The request ID in the body, else the one in the header. */
function requestIdOf(response: ExchangeResponse, body: unknown): string | null {
  const inBody =
    typeof body === 'object' && body !== null && 'request_id' in body ? body.request_id : undefined
  const requestId = typeof inBody === 'string' && inBody ? inBody : headerOf(response)
  return requestId ? shortened(requestId, MAX_REQUEST_ID) : null
}

/**
 * The request ID of a response that is not parsed: the one in the header, else what looks like one
 * in a short body.
 */
export function requestIdIn({ headers, body }: ExchangeResponse): string | undefined {
  const inHeader = headerOf({ headers })
  if (inHeader) return shortened(inHeader, MAX_REQUEST_ID)
  if (body.length > LONGEST_SEARCHED) return undefined
  return /"request_id"\s*:\s*"([\w.:-]{1,128})"/.exec(body.toString('latin1'))?.[1]
}

/** The header of the gateway, or of an OpenStack service behind none. */
function headerOf({ headers }: Pick<ExchangeResponse, 'headers'>): string | undefined {
  return headers['x-request-id'] ?? headers['x-openstack-request-id']
}

const LONGEST_SEARCHED = 64 * 1024
