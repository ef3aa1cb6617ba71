import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Credentials } from './credentials.ts'
import type { ExchangeRequest } from './exchange.ts'

/** A request before it is signed, with query and body apart as the signer takes them. */
export type UnsignedRequest = {
  method: 'GET' | 'PUT'
  path: string
  /** Names and values, not encoded. */
  query: readonly (readonly [string, string])[]
  body?: object | undefined
  /** The project, where the path does not name it. */
  project_id?: string
}

/** A request as it is sent, and the texts in it that nobody else may see. */
type SignedRequest = ExchangeRequest & { secrets: readonly string[] }

const ALGORITHM = 'SDK-HMAC-SHA256'

/**
 * Makes a request ready to go to `origin`: encodes query and body, and adds the headers that
 * authenticate it for `projectId`. Without credentials it goes unsigned. Each request pays for it,
 * and the official signer takes most of its time for dates, addresses and the order of names: so
 * this is our own. The official one judges it (tests/servers/proxy/official-signer.test.ts).
 */
export function signRequest(
  request: UnsignedRequest,
  origin: string,
  projectId: string,
  credentials: Credentials | undefined,
): SignedRequest {
  const { method, path, query, body } = request
  const headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/json' }
  const encoded = query.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&')
  const ready = {
    origin,
    method,
    path: encoded ? `${path}?${encoded}` : path,
    body: body ? JSON.stringify(body) : null,
  }
  if (request.project_id !== undefined) headers['X-Project-Id'] = projectId
  if (credentials?.kind === 'auth_token') {
    headers['X-Auth-Token'] = credentials.authToken
    headers['X-Project-Id'] = projectId
    return { ...ready, headers, secrets: [credentials.authToken] }
  }
  if (!credentials) return { ...ready, headers, secrets: [] }
  headers['X-Project-Id'] = projectId
  if (credentials.securityToken) headers['X-Security-Token'] = credentials.securityToken
  headers.host = origin.slice(origin.indexOf('//') + 2)
  const date = dateOf(Date.now())
  headers['X-Sdk-Date'] = date

  const names = Object.keys(headers).map((name) => [name.toLowerCase(), name] as const)
  names.sort(([one], [other]) => inOrder(one, other))
  const signedHeaders = names.map(([lower]) => lower).join(';')
  const canonicalPath = path.split('/').map(percentEncode).join('/')
  const canonical = `${method}
${canonicalPath.endsWith('/') ? canonicalPath : `${canonicalPath}/`}
${canonicalQuery(query)}
${names.map(([lower, name]) => `${lower}:${headers[name]}\n`).join('')}
${signedHeaders}
${ready.body === null ? OF_NO_BODY : sha256(ready.body)}`
  const signature = createHmac('sha256', keyOf(credentials))
    .update(`${ALGORITHM}\n${date}\n${sha256(canonical)}`)
    .digest('hex')
  headers.Authorization = `${ALGORITHM} Access=${credentials.accessKey}, SignedHeaders=${signedHeaders}, Signature=${signature}`
  const { accessKey, securityToken } = credentials
  const secrets = securityToken ? [accessKey, signature, securityToken] : [accessKey, signature]
  return { ...ready, headers, secrets }
}

const keys = new WeakMap<Credentials, KeyObject>()

/** The secret key as the HMAC takes it, made once. */
function keyOf(credentials: Credentials & { kind: 'access_key' }): KeyObject {
  let key = keys.get(credentials)
  if (!key) keys.set(credentials, (key = createSecretKey(Buffer.from(credentials.secretKey))))
  return key
}

let lastDate = { second: NaN, text: '' }

/** A time as X-Sdk-Date has it: `20261126T183000Z`. */
function dateOf(time: number): string {
  const second = Math.floor(time / 1000)
  if (second !== lastDate.second)
    lastDate = { second, text: `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z` }
  return lastDate.text
}

/** Names in order, the values of a repeated name in order, each encoded once. */
function canonicalQuery(query: UnsignedRequest['query']): string {
  if (query.length === 0) return ''
  return query
    .toSorted(([a, x], [b, y]) => inOrder(a, b) || inOrder(x, y))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&')
}

const inOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const OF_NO_BODY = sha256('')

/**
 * Encodes as the official signer does (RFC 3986, unreserved characters stay), so that a gateway
 * that signs the raw query gets the same signature.
 */
function percentEncode(text: string): string {
  if (UNRESERVED.test(text)) return text
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

const UNRESERVED = /^[\w.~-]*$/
