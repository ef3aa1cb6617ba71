import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { PlatformError } from './error-codes.ts'

/**
 * What the emulator accepts: an access key with its secret, for a temporary key its token, and a
 * token of IAM.
 */
export type AcceptedCredentials = {
  accessKey: string
  secretKey: string
  /** When given, X-Security-Token must be sent, with this value, and be signed. */
  securityToken?: string | undefined
  /** When given, X-Auth-Token with this value is taken in place of a signature. */
  authToken?: string | undefined
}

/**
 * What of a request is signed, as it came over the wire. `url` is path and query, still encoded.
 */
export type SignedRequest = { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer }

const ALGORITHM = 'SDK-HMAC-SHA256'
const AUTHORIZATION =
  /^SDK-HMAC-SHA256 Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/
/** How far X-Sdk-Date may be from now, either way, in milliseconds. */
const MAX_SKEW = 15 * 60 * 1000

/**
 * Checks that a request carries a valid signature, by making it again from what came over the wire
 * (docs/platform.md, Calls: SDK-HMAC-SHA256; what is signed is what the official client's
 * AKSKSigner signs).
 * @throws PlatformError 401 in the gateway's form that says what is wrong, but never what the
 *   signature should be.
 */
export function checkSignature(
  request: SignedRequest,
  accepted: AcceptedCredentials,
  now = Date.now(),
): void {
  const { headers } = request
  const token = one(headers, 'x-auth-token')
  if (token !== undefined && accepted.authToken !== undefined) {
    if (!same(token, accepted.authToken)) refuse('the token is not valid')
    return
  }
  const authorization = one(headers, 'authorization')
  if (authorization === undefined) refuse('neither Authorization nor a valid X-Auth-Token is there')
  const [, access, signedHeaders, signature] = AUTHORIZATION.exec(authorization) ?? []
  if (!access || !signedHeaders || !signature)
    refuse(`Authorization must be "${ALGORITHM} Access=..., SignedHeaders=..., Signature=..."`)
  if (!same(access, accepted.accessKey)) refuse(`access key ${access} does not exist`)

  const names = signedHeaders.split(';')
  for (const name of ['host', 'x-sdk-date'])
    if (!names.includes(name)) refuse(`header ${name} must be among the signed headers`)
  if (accepted.securityToken !== undefined) {
    if (!same(one(headers, 'x-security-token') ?? '', accepted.securityToken))
      refuse('X-Security-Token is not valid')
    if (!names.includes('x-security-token'))
      refuse('header x-security-token must be among the signed headers')
  }
  const date = one(headers, 'x-sdk-date') ?? ''
  const time = timeOf(date)
  if (Number.isNaN(time)) refuse('X-Sdk-Date must be a UTC time such as 20230510T013502Z')
  if (Math.abs(now - time) > MAX_SKEW) refuse('X-Sdk-Date is more than 15 minutes away: signature expired')

  const stringToSign = [ALGORITHM, date, sha256(canonicalRequest(request, names))].join('\n')
  const expected = createHmac('sha256', accepted.secretKey).update(stringToSign).digest('hex')
  if (!same(signature, expected)) refuse('verify aksk signature fail')
}

function canonicalRequest({ method, url, headers, body }: SignedRequest, names: readonly string[]): string {
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  const query = at < 0 ? '' : url.slice(at + 1)
  const canonicalPath = path.split('/').map(encode).join('/')
  return [
    method,
    canonicalPath.endsWith('/') ? canonicalPath : `${canonicalPath}/`,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${one(headers, name) ?? ''}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n')
}

/** Names in order, values of a repeated name in order, each encoded once. */
function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=')
      return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]
    }) as [string, string][]
  return pairs
    .toSorted(([a, x], [b, y]) => inOrder(a, b) || inOrder(x, y))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&')
}

const inOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Everything but letters, digits and `-._~` as %XX, as the official signer does. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('the query is not valid percent-encoding')
  }
}

function timeOf(date: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function one(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

/** Compares in a time that does not depend on where two texts differ. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}

function refuse(reason: string): never {
  throw new PlatformError('notAuthenticated', `Incorrect IAM authentication information: ${reason}`)
}
