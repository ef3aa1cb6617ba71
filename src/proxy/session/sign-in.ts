import cookie from '@fastify/cookie'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { api, type SignInWay } from '../../vpc/portside-api.ts'
import { signedOut as signOutResponse } from '../../vpc/signed-out.ts'
import type { ProxyConfig } from '../config.ts'
import { ProxyError } from '../errors.ts'
import { plainPage, sendPage } from '../plain-page.ts'
import { addRateLimits, type SignInLimits } from '../rate-limits.ts'
import { cookiesOf } from './cookies.ts'
import { signInByOpenIdConnect } from './openid-connect/routes.ts'
import { signInByPrintedAddress } from './printed-address.ts'
import { sessionSecrets } from './secret.ts'
import { addSessions, type Sessions } from './session.ts'

/** How users sign in to this proxy, and what keeps everyone else out. */
export type SignIn = Pick<Sessions, 'requireSession'> & {
  way: SignInWay
  /** The path to open in a browser to sign in. */
  path: string
}

/** What each way of signing in works with. */
export type SignInParts = { sessions: Sessions; limits: SignInLimits }

/**
 * Adds sign-in, sessions and sign-out to `app`: at the team's provider where one is configured, by
 * a printed address elsewhere; never both.
 * @throws ConfigError when the data folder can't be used
 */
export async function addSignIn(app: FastifyInstance, config: ProxyConfig): Promise<SignIn> {
  const { openIdConnect } = config
  const way = openIdConnect ? 'openid_connect' : 'printed_address'
  await app.register(cookie)
  const limits = await addRateLimits(app, config)
  const secrets = await sessionSecrets(config)
  const cookies = cookiesOf(config)
  const longestSeconds = openIdConnect && openIdConnect.hours * 60 * 60
  const sessions = addSessions(app, { secrets, cookies, by: way, longestSeconds, limit: limits.ofUser })

  let path = ''
  await app.register(async (signedOut) => {
    // Who signs in by a browser gets the refusal of a limit as a page.
    signedOut.setErrorHandler(async (error, request, reply) => {
      if (request.method !== 'GET' || !(error instanceof ProxyError)) throw error
      const { status, error: limited } = error
      if (limited.error_code !== 'Portside.TooManyRequests') throw error
      reply.header('retry-after', limited.retry_after)
      return sendPage(reply, status, plainPage('Too many sign-ins', limited.error_msg, limited.advice ?? ''))
    })
    const end = openIdConnect
      ? signInByOpenIdConnect(signedOut, openIdConnect, { secrets, cookies, sessions, limits })
      : undefined
    path = openIdConnect ? '/sign-in' : signInByPrintedAddress(signedOut, { sessions, limits })

    // Without a session too: one may sign out twice. Never limited: everyone can sign out.
    signedOut.withTypeProvider<ZodTypeProvider>().post(
      api.signOut(),
      {
        schema: {
          summary: 'Sign out. `go_to` is where the session at the provider ends, if it has such a place.',
          security: [],
          response: { 200: signOutResponse },
        },
      },
      async (request, reply) => {
        sessions.end(request, reply)
        reply.header('cache-control', 'no-store')
        return { go_to: (await end?.(request, reply)) ?? null }
      },
    )
  })
  return { way, path, requireSession: sessions.requireSession }
}
