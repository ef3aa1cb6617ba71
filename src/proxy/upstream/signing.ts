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
  project_id?: string | undefined
}

/**
 * Makes a request ready to go to `origin`: encodes query and body, and adds the headers that
 * authenticate it for `projectId`. Without credentials it goes unsigned.
 */
export async function signRequest(
  request: UnsignedRequest,
  origin: string,
  projectId: string,
  credentials: Credentials | undefined,
): Promise<ExchangeRequest> {
  const { method, path, query, body } = request
  const headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/json' }
  const encoded = query.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&')
  const ready: ExchangeRequest = {
    origin,
    method,
    path: encoded ? `${path}?${encoded}` : path,
    headers,
    body: body ? JSON.stringify(body) : null,
  }
  if (request.project_id !== undefined) headers['X-Project-Id'] = projectId
  if (credentials?.kind === 'auth_token') {
    headers['X-Auth-Token'] = credentials.authToken
    headers['X-Project-Id'] = projectId
    return ready
  }
  if (!credentials) return ready
  headers['X-Project-Id'] = projectId
  if (credentials.securityToken) headers['X-Security-Token'] = credentials.securityToken
  const { AKSKSigner } = (loaded ??= await signer())
  // The signer reads endpoint, queryParams, headers and data, and sorts the values of a repeated
  // name in place.
  ready.headers = AKSKSigner.sign(
    { endpoint: origin + path, method, queryParams: repeated(query), headers, data: body },
    {
      getAk: () => credentials.accessKey,
      getSk: () => credentials.secretKey,
      processAuthRequest: async (_, unchanged) => unchanged,
      processAuthParams: () => Promise.reject(new Error('the signer asks for keys only')),
    },
  ) as Record<string, string>
  return ready
}

/**
 * Only the official signer: the entry of its package would load an HTTP client and a logger too.
 */
const signer = () => import('@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js')
let loaded: Awaited<ReturnType<typeof signer>> | undefined

function repeated(query: UnsignedRequest['query']): Record<string, string[]> {
  const values: Record<string, string[]> = {}
  for (const [name, value] of query) (values[name] ??= []).push(value)
  return values
}

/**
 * Encodes as the signer does (RFC 3986, unreserved characters stay), so that a gateway that signs
 * the raw query gets the same signature.
 */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
