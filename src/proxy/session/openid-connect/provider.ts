import * as client from 'openid-client'
import { nowSeconds } from '../seal.ts'
import type { OpenIdConnectSettings } from './settings.ts'
import { claimValues, type Claims } from './who.ts'

/** How long a call of the provider may take, in seconds. */
const TIMEOUT_SECONDS = 10
/** How long the provider's description of itself is used, in seconds. */
const FRESH_SECONDS = 60 * 60

/** What a sign-in remembers until the provider sends the browser back. */
export type Checks = { state: string; nonce: string; verifier: string }

/**
 * The team's OpenID Connect provider, of which this is a client. Every method throws what
 * openid-client throws.
 */
export class Provider {
  readonly #settings: OpenIdConnectSettings
  #known: { configuration: Promise<client.Configuration>; at: number } | undefined

  constructor(settings: OpenIdConnectSettings) {
    this.#settings = settings
  }

  /** Where the provider sends the browser back to. */
  get redirectUri(): string {
    return `${this.#settings.publicOrigin}/sign-in/callback`
  }

  /**
   * Where to send a browser to sign in, and what to remember.
   * @param prompt of OpenID Connect
   */
  async begin(prompt?: 'login'): Promise<{ address: string; checks: Checks }> {
    const configuration = await this.#configuration()
    const checks = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    }
    const address = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope: this.#settings.scope,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
      ...(prompt && { prompt }),
    })
    return { address: address.href, checks }
  }

  /**
   * The claims of the user whom the provider sent back. Its code is exchanged for an ID token,
   * whose signature, issuer, audience, times and nonce are checked. When the token has no role
   * claim, the provider's user info is asked too.
   * @param search the query of the callback
   */
  async finish(search: string, checks: Checks): Promise<{ claims: Claims; idToken: string }> {
    const configuration = await this.#configuration()
    const tokens = await client.authorizationCodeGrant(configuration, new URL(search, this.redirectUri), {
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      pkceCodeVerifier: checks.verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()!
    const idToken = tokens.id_token!
    const { userinfo_endpoint } = configuration.serverMetadata()
    if (claimValues(claims, this.#settings.roleClaim).length > 0 || !userinfo_endpoint)
      return { claims, idToken }
    const more = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
    return { claims: { ...more, ...claims }, idToken }
  }

  /** The address that ends the provider's own session; undefined when it has none. */
  async endSession(idToken: string | undefined): Promise<string | undefined> {
    const configuration = await this.#configuration()
    if (!configuration.serverMetadata().end_session_endpoint) return undefined
    return client.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: `${this.#settings.publicOrigin}/`,
      ...(idToken && { id_token_hint: idToken }),
    }).href
  }

  /**
   * The provider's description of itself. Asked for when it is first needed, so that Portside
   * starts while the provider is down; again after a failure, and when it is old. openid-client
   * looks after the provider's keys.
   */
  #configuration(): Promise<client.Configuration> {
    const known = this.#known
    if (known && nowSeconds() - known.at < FRESH_SECONDS) return known.configuration
    const asked = { configuration: this.#discover(), at: nowSeconds() }
    this.#known = asked
    asked.configuration.catch(() => {
      if (this.#known === asked) this.#known = undefined
    })
    return asked.configuration
  }

  #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings
    return client.discovery(new URL(issuer), clientId, undefined, clientAuthentication(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      execute: [
        client.enableNonRepudiationChecks,
        ...(issuer.startsWith('http:') ? [client.allowInsecureRequests] : []),
      ],
    })
  }
}

/**
 * By HTTP Basic, the method that every provider has unless it says otherwise (OpenID Connect
 * Discovery 1.0, section 3).
 */
function clientAuthentication(secret: string | undefined): client.ClientAuth {
  if (secret === undefined) return client.None()
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)]
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest)
  }
}
