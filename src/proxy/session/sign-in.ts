import cookie from '@fastify/cookie'
import type { FastifyInstance } from 'fastify'
import { api, type SignedOut, type SignInWay } from '../../vpc/portside-api.ts'
import type { ProxyConfig } from '../config.ts'
import { cookiesOf } from './cookies.ts'
import { signInByPrintedAddress } from './printed-address.ts'
import { sessionSecrets } from './secret.ts'
import { addSessions, type Sessions } from './session.ts'

/** How one signs in to this proxy, and what keeps everyone else out. */
export type SignIn = Pick<Sessions, 'requireSession'> & {
  way: SignInWay
  /** The path to open in a browser to sign in. */
  path: string
}

/**
 * Adds sign-in, sessions and sign-out to `app`.
 * @throws ConfigError when the data folder can't be used
 */
export async function addSignIn(app: FastifyInstance, config: ProxyConfig): Promise<SignIn> {
  await app.register(cookie)
  const secrets = await sessionSecrets(config)
  const cookies = cookiesOf(config)
  const way = 'printed_address'
  const sessions = addSessions(app, { secrets, cookies, by: way, longestSeconds: undefined })
  const path = signInByPrintedAddress(app, sessions)

  // Without a session too: whoever signs out twice is signed out.
  app.post(api.signOut(), async (request, reply): Promise<SignedOut> => {
    sessions.end(request, reply)
    reply.header('cache-control', 'no-store')
    return { go_to: null }
  })
  return { way, path, requireSession: sessions.requireSession }
}
