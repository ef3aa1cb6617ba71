import { ConfigError, type Variables } from '../../config-variables.ts'
import { isLoopback } from '../../listen-names.ts'

/** How a team signs in: its provider, the client there, and the claims that give roles. */
export type OpenIdConnectSettings = {
  issuer: string
  clientId: string
  /** Undefined: a public client, which PKCE alone protects. */
  clientSecret: string | undefined
  scope: string
  /** The claim, or the path to it, whose values give roles. */
  roleClaim: string
  /** Its values that make a user an operator, or a viewer. */
  operators: readonly string[]
  viewers: readonly string[]
  /** The claim that names users; undefined: the first of the usual ones. */
  userClaim: string | undefined
  /** How long a session lasts at most. */
  hours: number
  /** The origin that browsers use: the provider sends them back there. */
  publicOrigin: string
}

const ALL = [
  'PORTSIDE_OIDC_CLIENT_ID',
  'PORTSIDE_OIDC_CLIENT_SECRET',
  'PORTSIDE_OIDC_ROLE_CLAIM',
  'PORTSIDE_OIDC_OPERATOR',
  'PORTSIDE_OIDC_VIEWER',
  'PORTSIDE_OIDC_USER_CLAIM',
] as const

/**
 * The settings of sign-in by OpenID Connect, from the variables `PORTSIDE_OIDC_...`
 * (docs/settings.md); undefined when none is set.
 * @throws ConfigError for the first that is missing, or does not go with the others
 */
export function readOpenIdConnect(env: Variables): OpenIdConnectSettings | undefined {
  const { PORTSIDE_OIDC_ISSUER: issuer, PORTSIDE_PUBLIC_ORIGIN: publicOrigin } = env
  if (!issuer) {
    const lonely = ALL.find((name) => env[name] !== undefined)
    if (!lonely) return undefined
    throw new ConfigError(
      `PORTSIDE_OIDC_ISSUER is not set, and ${lonely} is: set it to the address of the provider, or remove ${lonely}.`,
    )
  }
  const needed = (name: (typeof ALL)[number], meaning: string): string => {
    const value = env[name]
    if (typeof value === 'string') return value
    throw new ConfigError(`${name} is not set: set it to ${meaning}.`)
  }
  if (isOpen(issuer))
    throw new ConfigError(
      `PORTSIDE_OIDC_ISSUER is ${issuer}: set it to an https address; http is for a provider on this machine only.`,
    )
  if (!publicOrigin)
    throw new ConfigError(
      'PORTSIDE_PUBLIC_ORIGIN is not set: set it to the origin that browsers use, such as https://portside.example.com; the provider sends them back to it.',
    )
  if (isOpen(publicOrigin))
    throw new ConfigError(
      `PORTSIDE_PUBLIC_ORIGIN is ${publicOrigin}, over which sessions would travel unencrypted: set it to an https origin.`,
    )
  const { PORTSIDE_OIDC_OPERATOR: operators = [], PORTSIDE_OIDC_VIEWER: viewers = [] } = env
  if (operators.length + viewers.length === 0)
    throw new ConfigError(
      'PORTSIDE_OIDC_OPERATOR is not set, nor is PORTSIDE_OIDC_VIEWER: set it to the value of the role claim that makes a user an operator; nobody could sign in.',
    )
  return {
    issuer,
    clientId: needed('PORTSIDE_OIDC_CLIENT_ID', 'the client ID that the provider knows Portside by'),
    clientSecret: env.PORTSIDE_OIDC_CLIENT_SECRET,
    scope: env.PORTSIDE_OIDC_SCOPE,
    roleClaim: needed(
      'PORTSIDE_OIDC_ROLE_CLAIM',
      'the claim whose values give roles, such as groups or realm_access.roles',
    ),
    operators,
    viewers,
    userClaim: env.PORTSIDE_OIDC_USER_CLAIM,
    hours: env.PORTSIDE_SESSION_HOURS,
    publicOrigin,
  }
}

/** True for an address that secrets would travel to unencrypted. */
function isOpen(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'http:' && !isLoopback(hostname)
}
