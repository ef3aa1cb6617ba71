import * as z from 'zod/mini'
import { MOST_FIELDS_NAMED } from './limits.ts'
import { isObject, textOf } from './shown.ts'

/**
 * How one signs in: by the address that a proxy on this machine printed, or at the team's OpenID
 * Connect provider.
 */
export const signInWays = ['printed_address', 'openid_connect'] as const
/** How one signs in. */
export type SignInWay = (typeof signInWays)[number]

/**
 * The one error form of Portside's API: the platform's own form (docs/platform.md, Errors), with
 * what Portside adds. `error_code` is the platform's (`VPC.xxxx`, `APIGW.xxxx`), `HTTP.` and the
 * status where the platform gave words and no code, or Portside's own (`Portside.Word`).
 */
export const portsideError = z.looseObject({
  error_code: z.string(),
  error_msg: z.string(),
  request_id: z.nullish(z.string()),
  /** What to do about it, in a sentence; only where Portside knows. */
  advice: z.optional(z.string()),
  /**
   * Fields of a refused request: the path in the body or query (`port.index`) and what is wrong
   * with it.
   */
  fields: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
  /** Seconds to wait before another try, as the platform's Retry-After said. */
  retry_after: z.optional(z.number()),
  /** `unknown`: the request may have been carried out. Read the port back before anything else. */
  outcome: z.optional(z.enum(['refused', 'not_sent', 'unknown'])),
  /** Of Portside.NoSession: how to sign in. */
  sign_in: z.optional(z.enum(signInWays)),
})
/** An error as Portside's API returns it. */
export type PortsideError = z.infer<typeof portsideError>

/** Portside's own error codes, with the HTTP status of each. */
export const PORTSIDE_CODES = {
  'Portside.InvalidRequest': 400,
  'Portside.NoSession': 401,
  'Portside.Forbidden': 403,
  'Portside.NotFound': 404,
  'Portside.OperationConflict': 409,
  'Portside.ListChanged': 409,
  'Portside.AnotherList': 409,
  'Portside.GuardBroken': 409,
  'Portside.OpenBulkChange': 409,
  'Portside.StandingOrderConflict': 409,
  'Portside.Interrupted': 409,
  'Portside.TooManyRequests': 429,
  'Portside.NoCallsLeft': 429,
  'Portside.Internal': 500,
  'Portside.UnreadableAnswer': 502,
  'Portside.Unreachable': 502,
  'Portside.NotRecorded': 503,
  'Portside.Stopping': 503,
  'Portside.NotReady': 503,
  'Portside.DatabaseUnavailable': 503,
  'Portside.Timeout': 504,
} as const
/** One of Portside's own codes. */
export type PortsideCode = keyof typeof PORTSIDE_CODES

/** The most characters of a request ID that are kept. */
export const MAX_REQUEST_ID = 128
const MAX_CODE = 128
const MAX_MESSAGE = 2000

/** A text of at most `most` characters. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

/** Codes that only Portside's own proxy and console give. */
const OWN_CODE = /^(portside|console)\./i

/** A refusal as a response has it: code and request ID where it names them. */
export type Refusal = {
  code?: string | undefined
  words?: string | undefined
  requestId?: string | undefined
}

/**
 * A refusal in Portside's error form. Long texts are cut. Undefined where nothing is said, or the
 * code would pass for one of Portside's own.
 * @param uncoded the code where the refusal has none
 */
export function errorOfRefusal(
  { code, words, requestId }: Refusal,
  uncoded: string,
): PortsideError | undefined {
  if (code === undefined && words === undefined) return undefined
  const error_code = shortened(code ?? uncoded, MAX_CODE)
  if (OWN_CODE.test(error_code)) return undefined
  return {
    error_code,
    error_msg:
      words === undefined ? 'The platform gave this code and no words.' : shortened(words, MAX_MESSAGE),
    request_id: requestId === undefined ? null : shortened(requestId, MAX_REQUEST_ID),
  }
}

/** What refusals call their code, and their words. */
const CODES = ['error_code', 'code', 'errorCode'] as const
const WORDS = ['error_msg', 'message', 'error_message', 'msg', 'detail', 'error_description'] as const

/**
 * Reads an error body of the platform in any of its forms (docs/platform.md, Errors): `error_code`,
 * `error_msg` and `request_id`, IAM's `{error: {code, message}}`, a flat `{code, message}`
 * or `{message}`, `{NeutronError: {type, message, detail}}`, nova's `{itemNotFound: {...}}`, and a
 * list of these or of texts, as in `{errors: [...]}`.
 * Returns undefined when the body is none of them, or its code would pass for one of Portside's
 * own.
 * @param uncoded the code where the body has none
 */
export function readPlatformError(body: unknown, uncoded = 'HTTP'): PortsideError | undefined {
  if (Array.isArray(body)) return readFirstError(body, uncoded)
  if (!isObject(body)) return undefined
  const requestId = textOf(body.request_id)
  const flat = { code: firstText(body, CODES), words: firstText(body, WORDS), requestId }
  if (flat.code !== undefined || flat.words !== undefined) return errorOfRefusal(flat, uncoded)
  for (const [name, inner] of Object.entries(body)) {
    if (!isObject(inner)) continue
    const words = firstText(inner, WORDS)
    // Nova names the refusal by its key; its code is the status once more.
    const code = name === 'error' ? firstText(inner, CODES) : (textOf(inner.type) ?? name)
    if (words === undefined && (name !== 'error' || code === undefined)) continue
    const detail = words === undefined ? undefined : textOf(inner.detail)
    return errorOfRefusal(
      {
        code,
        words: detail === undefined || words!.includes(detail) ? words : `${words} ${detail}`,
        requestId: requestId ?? textOf(inner.request_id),
      },
      uncoded,
    )
  }
  for (const inner of Object.values(body)) {
    const first = Array.isArray(inner) ? readFirstError(inner, uncoded) : undefined
    if (first) return { ...first, request_id: first.request_id ?? requestId ?? null }
  }
  for (const name of ['NeutronError', 'error'])
    if (typeof body[name] === 'string') {
      const code = name === 'error' ? undefined : name
      return errorOfRefusal({ code, words: textOf(body[name]), requestId }, uncoded)
    }
  return undefined
}

/** The first of a list of errors, or of texts, that can be read. */
function readFirstError(list: readonly unknown[], uncoded: string): PortsideError | undefined {
  for (const one of list.slice(0, MOST_FIELDS_NAMED)) {
    const found =
      typeof one === 'string'
        ? errorOfRefusal({ words: textOf(one.trim()) }, uncoded)
        : isObject(one)
          ? readPlatformError(one, uncoded)
          : undefined
    if (found) return found
  }
  return undefined
}

function firstText(of: Record<string, unknown>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = Object.hasOwn(of, name) ? textOf(of[name])?.trim() : undefined
    if (text) return text
  }
  return undefined
}

/**
 * The fields that a schema refused, as `path` (`port.security_groups.0`) and message, in the
 * schema's order: the first ten. `input` is what was parsed: a missing field differs in it from one
 * of a wrong type.
 */
export function refusedFields(error: z.core.$ZodError, input: unknown): { path: string; message: string }[] {
  return error.issues.slice(0, MOST_FIELDS_NAMED).map((issue) => {
    const path = shortened(issue.path.map(String).join('.'), LONGEST_PATH)
    if (issue.code === 'unrecognized_keys')
      return {
        path: shortened([path, issue.keys[0]].filter(Boolean).join('.'), LONGEST_PATH),
        message: 'is not a field of this request',
      }
    if (issue.code === 'invalid_type')
      return {
        path,
        message:
          inputAt(input, issue.path) === undefined ? 'is missing' : `must be ${article(issue.expected)}`,
      }
    return { path, message: inOurWords(issue, input) }
  })
}

/** A refusal in one form, also where a schema leaves its words to zod. */
function inOurWords(issue: z.core.$ZodIssue, input: unknown): string {
  switch (issue.code) {
    case 'invalid_value':
      return oneOf(issue.values, issue, input)
    case 'invalid_union':
      return 'options' in issue && issue.options ? oneOf(issue.options, issue, input) : issue.message
    case 'too_big':
      return isOurs(issue) ? issue.message : `must be at most ${issue.maximum}`
    case 'too_small':
      return isOurs(issue) ? issue.message : `must be ${issue.minimum} or more`
    default:
      return issue.message
  }
}

/** True for a message that a schema of ours gives: zod's own don't follow a path in a sentence. */
function isOurs({ message }: z.core.$ZodIssue): boolean {
  return /^(must|has) /.test(message)
}

function oneOf(values: readonly unknown[], { path }: z.core.$ZodIssue, input: unknown): string {
  return inputAt(input, path) === undefined ? 'is missing' : `must be ${values.map(String).join(' or ')}`
}

/** A field's name, when the sender made it up, may be as long as the request. */
const LONGEST_PATH = 200

function inputAt(input: unknown, path: PropertyKey[]): unknown {
  let value = input
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return value
}

function article(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`
}
