import type { SignedIn } from '../session.ts'
import type { OpenIdConnectSettings } from './settings.ts'

/** What a provider says of a user: an ID token's claims, or its user info. */
export type Claims = Readonly<Record<string, unknown>>

/** The claims in which providers usually name a user, the most readable first. */
const USUAL_NAMES = ['preferred_username', 'email', 'name', 'sub']
/** Longer names would not fit a cookie, nor a line. */
const LONGEST_NAME = 200

/**
 * Who has signed in, and in which role. There is no role by default: it is undefined when the role
 * claim gives none. An operator is a viewer too, so with both values the user is an operator.
 */
export function whoIs(
  claims: Claims,
  settings: Pick<OpenIdConnectSettings, 'roleClaim' | 'operators' | 'viewers' | 'userClaim'>,
): Omit<SignedIn, 'role'> & { role: SignedIn['role'] | undefined } {
  const values = claimValues(claims, settings.roleClaim)
  const has = (wanted: readonly string[]) => wanted.some((one) => values.includes(one))
  // A configured claim is one that users can't change. Where it is missing, no other claim that
  // they can change may replace it.
  const names = settings.userClaim ? [settings.userClaim, 'sub'] : USUAL_NAMES
  const [user = ''] = names.flatMap((name) => claimValues(claims, name)).filter(Boolean)
  return {
    user: user.slice(0, LONGEST_NAME),
    subject: String(claims.sub),
    role: has(settings.operators) ? 'operator' : has(settings.viewers) ? 'viewer' : undefined,
  }
}

/**
 * The values of a claim: its own, or those that it lists, as text. `path` is the claim's name, or
 * leads into it: dots part its steps, unless a claim's name has them itself
 * (`https://example.com/roles`, `resource_access.portside.eu.roles`).
 */
export function claimValues(claims: unknown, path: string): string[] {
  if (typeof claims !== 'object' || claims === null) return []
  if (Object.hasOwn(claims, path)) return texts((claims as Claims)[path])
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const step = path.slice(0, dot)
    if (!Object.hasOwn(claims, step)) continue
    const found = claimValues((claims as Claims)[step], path.slice(dot + 1))
    if (found.length > 0) return found
  }
  return []
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
    typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean' ? [String(one)] : [],
  )
}
