import { hkdfSync } from 'node:crypto'
import { EncryptJWT, jwtDecrypt } from 'jose'
import * as z from 'zod'
import type { Secrets } from './secret.ts'

/** The most opened texts kept: a browser sends the same cookie with every request. */
const MOST_KEPT = 1000

/** When something was sealed, and when it expires, in seconds since 1970. */
const times = z.object({ iat: z.int(), exp: z.int() })
/** What was sealed, and when. */
export type Opened<T> = T & z.infer<typeof times>

/**
 * Seals what a browser keeps for us, so that it can neither read nor change it, and no proxy has to
 * store it.
 */
export type Seal<T> = {
  /** @param seconds how long it can be opened @returns text that a cookie may have as its value */
  close(content: T, seconds: number): Promise<string>
  /** Undefined when it has expired, was changed, or was sealed for another purpose. */
  open(text: string): Promise<Opened<T> | undefined>
}

/**
 * A seal for one purpose: encrypted and authenticated with A256GCM. Its key is derived from the
 * secret and the purpose, so what was sealed for one purpose opens for no other.
 * @param secrets the first one seals, all open: so a secret can be replaced without signing anyone
 *   out
 */
export function createSeal<T extends Record<string, unknown>>(
  secrets: Secrets,
  purpose: string,
  schema: z.ZodType<T>,
): Seal<T> {
  const keys = secrets.map(
    (secret) => new Uint8Array(hkdfSync('sha256', secret, '', `portside ${purpose}`, 32)),
  )
  const content = z.intersection(schema, times)
  const opened = new Map<string, Opened<T>>()

  async function decrypt(text: string): Promise<Opened<T> | undefined> {
    for (const key of keys) {
      const found = await jwtDecrypt(text, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      }).catch(() => undefined)
      // An earlier Portside may have sealed other fields: then the user has to sign in again.
      if (found) return content.safeParse(found.payload).data
    }
    return undefined
  }

  return {
    close(made, seconds) {
      const now = nowSeconds()
      return new EncryptJWT(made)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setIssuedAt(now)
        .setExpirationTime(now + seconds)
        .encrypt(keys[0]!)
    },
    async open(text) {
      const known = opened.get(text)
      if (known) return known.exp > nowSeconds() ? known : undefined
      const found = await decrypt(text)
      if (!found) return undefined
      opened.set(text, found)
      if (opened.size > MOST_KEPT) opened.delete(opened.keys().next().value!)
      return found
    },
  }
}

/** Seconds since 1970. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
