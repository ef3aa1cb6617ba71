import * as z from 'zod/mini'

/**
 * What requests are authenticated with (docs/platform.md, Calls): an access key, or a token of IAM.
 */
export type Credentials =
  | { kind: 'access_key'; accessKey: string; secretKey: string; securityToken?: string | undefined }
  | { kind: 'auth_token'; authToken: string }

/** The entry of a credentials file for projects that name none. */
export const DEFAULT_CREDENTIALS = 'default'

// A header takes neither spaces nor line breaks, which a copied secret easily has.
const secret = z.string().check(z.regex(/^[\x21-\x7e]+$/))
const entry = z.union([
  z.strictObject({ access_key: secret, secret_key: secret, security_token: z.optional(secret) }),
  z.strictObject({ auth_token: secret }),
])

/**
 * What is wrong with a credentials file, in words that end a sentence and repeat nothing that may
 * be a secret.
 */
export class CredentialsFileError extends Error {
  override name = 'CredentialsFileError'
}

/**
 * Reads the text of a credentials file: a JSON object of named credentials, each `{"access_key",
 * "secret_key", "security_token"}` (the last one for temporary keys only) or `{"auth_token"}`.
 * @param wanted the names that must be there
 * @throws CredentialsFileError
 */
export function parseCredentials(text: string, wanted: Iterable<string>): Map<string, Credentials> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The parser's own message repeats a part of the text.
    throw new CredentialsFileError(text.trim() === '' ? 'it is empty' : 'it is not JSON')
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new CredentialsFileError('it is not an object of named credentials')
  const names = new Set(wanted)
  const found = new Map<string, Credentials>()
  for (const [name, value] of Object.entries(json)) {
    const read = entry.safeParse(value)
    if (!read.success) {
      // A name that nobody asked for may be a secret in the wrong place.
      const which = names.has(name) ? `its entry ${JSON.stringify(name)}` : 'an entry that no project names'
      throw new CredentialsFileError(
        `${which} has neither access_key and secret_key (and security_token for a temporary key) nor auth_token alone, each a text without spaces`,
      )
    }
    found.set(name, asCredentials(read.data))
  }
  for (const name of names)
    if (!found.has(name))
      throw new CredentialsFileError(
        name === DEFAULT_CREDENTIALS
          ? `it has no entry "${name}", which projects use that name no credentials of their own`
          : `it has no entry ${JSON.stringify(name)}, which PORTSIDE_PROJECTS names`,
      )
  return found
}

function asCredentials(read: z.infer<typeof entry>): Credentials {
  if ('auth_token' in read) return { kind: 'auth_token', authToken: read.auth_token }
  const { access_key: accessKey, secret_key: secretKey, security_token: securityToken } = read
  return { kind: 'access_key', accessKey, secretKey, securityToken }
}

/** True when requests have a token in a header as it is: who reads the request has the token. */
export function carriesToken(credentials: Credentials | undefined): boolean {
  return credentials?.kind === 'auth_token' || credentials?.securityToken !== undefined
}
