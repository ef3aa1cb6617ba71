import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'

/** Who can sign in, with any password, and what the provider says of them. */
const ACCOUNTS: Readonly<Record<string, object>> = {
  olga: { preferred_username: 'olga', email: 'olga@example.com', groups: ['staff', 'net-operators'] },
  vera: { preferred_username: 'vera', email: 'vera@example.com', groups: ['net-viewers'] },
  both: { preferred_username: 'both', groups: ['net-viewers', 'net-operators'] },
  nora: { preferred_username: '<b>nora</b>', groups: ['net-operators-of-old'] },
  nobody: {},
}

/** A real OpenID Connect provider, with its own login page. */
export type TestedProvider = {
  issuer: string
  /** Variables with which a proxy uses it. */
  environment: Record<string, string>
  /** The requests that it was sent, as `GET /path`. */
  requests: string[]
  /** Called when one of them has its response. */
  responded: (request: string) => void
  /** Stops listening, as a provider that is down; starts again on the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

/**
 * Starts a provider for every Portside on this machine. It is called localhost, and they 127.0.0.1:
 * to a browser these are two sites, as provider and Portside are.
 */
export async function startProvider(configuration: Configuration = {}): Promise<TestedProvider> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const asked = `${request.method} ${request.url}`
    requests.push(asked)
    response.once('finish', () => started.responded(asked))
  })
  const start = (port = 0) => new Promise<void>((resolve) => server.listen(port, 'localhost', resolve))
  await start()
  const { port } = server.address() as AddressInfo
  const issuer = `http://localhost:${port}`
  const { Provider } = await import('oidc-provider')
  const provider = new Provider(issuer, await settings(configuration))
  // Their ports are not known yet.
  provider.Client.prototype.redirectUriAllowed = (uri) =>
    /^http:\/\/127\.0\.0\.1:\d+\/sign-in\/callback$/.test(uri)
  provider.Client.prototype.postLogoutRedirectUriAllowed = (uri) => /^http:\/\/127\.0\.0\.1:\d+\/$/.test(uri)
  const respond = provider.callback()
  server.on('request', (request, response) => void respond(request, response))
  const started: TestedProvider = {
    issuer,
    environment: {
      PORTSIDE_OIDC_ISSUER: issuer,
      PORTSIDE_OIDC_CLIENT_ID: 'portside',
      PORTSIDE_OIDC_CLIENT_SECRET: SECRET,
      PORTSIDE_OIDC_SCOPE: 'openid profile groups',
      PORTSIDE_OIDC_ROLE_CLAIM: 'groups',
      PORTSIDE_OIDC_OPERATOR: 'net-operators',
      PORTSIDE_OIDC_VIEWER: 'net-viewers',
    },
    requests,
    responded: () => {},
    async stop() {
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
    start: () => start(port),
  }
  return started
}

/** The provider needs one; any port is allowed, see above. */
const CALLBACKS = ['http://127.0.0.1/sign-in/callback']
/** The secret of the client `portside`. */
export const SECRET = 'secret-of-the-client:%+&=/portside'

async function settings(more: Configuration): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return {
    clients: [
      { client_id: 'portside', client_secret: SECRET, redirect_uris: CALLBACKS },
      { client_id: 'public', token_endpoint_auth_method: 'none', redirect_uris: CALLBACKS },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['cookies of the provider'] },
    claims: { openid: ['sub'], profile: ['preferred_username', 'email'], groups: ['groups'] },
    findAccount: (_, accountId) =>
      ACCOUNTS[accountId] && {
        accountId,
        claims: () => ({ sub: accountId, ...ACCOUNTS[accountId] }),
      },
    loadExistingGrant,
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    ...more,
  }
}

/** Grants every scope without asking: the page that would ask is not part of Portside. */
async function loadExistingGrant({ oidc }: KoaContextWithOIDC) {
  const grant = new oidc.provider.Grant({
    clientId: oidc.client!.clientId,
    accountId: oidc.session!.accountId!,
  })
  grant.addOIDCScope('openid profile groups')
  await grant.save()
  return grant
}

/**
 * oidc-provider warns that it is set up for tests, and of Node 20, when it is loaded and when it is
 * first used.
 */
for (const level of ['info', 'warn'] as const) {
  // oxlint-disable-next-line no-console -- it prints nowhere else
  const print = console[level]
  console[level] = (...words: unknown[]) => {
    if (!String(words[0]).startsWith('oidc-provider ')) print(...words)
  }
}
