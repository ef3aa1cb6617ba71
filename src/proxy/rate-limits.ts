import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ProxyConfig } from './config.ts'
import { ownError } from './errors.ts'

/**
 * Sign-ins from one address a minute. Where all come from a load balancer's address, it must be
 * enough for a team.
 */
const SIGN_INS = 120
/**
 * How often a browser may come back from the provider with one sign-in in a minute: each is a
 * request to the provider.
 */
const RETURNS = 10

/** Throws Portside.TooManyRequests when the user or address of a request has made too many. */
export type RateLimit = (request: FastifyRequest) => Promise<void>

/** What sign-ins are limited by; what is counted for one counts for no other. */
export type SignInLimits = {
  /** Sign-ins that an address begins at the provider. */
  ofSignIn: RateLimit
  /** Wrong sign-in links from an address. They keep nobody from signing in. */
  ofWrongSignIn: RateLimit
  /** Returns from the provider with a sign-in that this browser began, by their `state`. */
  ofReturn: RateLimit
}

/**
 * How many requests a minute are taken from a user, and from an address that signs in. Each proxy
 * counts alone: n proxies behind a load balancer take n times as many.
 */
export async function addRateLimits(
  app: FastifyInstance,
  { rateLimit: most }: Pick<ProxyConfig, 'rateLimit'>,
): Promise<SignInLimits & { ofUser: RateLimit }> {
  await app.register(rateLimit, { global: false })

  function limit(max: number, what: string, of?: (request: FastifyRequest) => string): RateLimit {
    if (most === 0) return async () => {}
    const count = app.createRateLimit({ max, timeWindow: 60_000, ...(of && { keyGenerator: of }) })
    return async (request) => {
      const counted = await count(request)
      if (counted.isAllowed || !counted.isExceeded) return
      const seconds = Math.max(1, counted.ttlInSeconds)
      throw ownError(
        'Portside.TooManyRequests',
        `Portside takes ${max} ${what} a minute, and these were more.`,
        {
          retry_after: seconds,
          advice: `Wait ${seconds} seconds, then try again.`,
        },
      )
    }
  }
  return {
    ofUser: limit(most, 'requests of a user', ({ session }) => session.subject),
    ofSignIn: limit(Math.min(most, SIGN_INS), 'sign-ins from an address'),
    ofWrongSignIn: limit(Math.min(most, SIGN_INS), 'wrong sign-in links from an address'),
    ofReturn: limit(Math.min(most, RETURNS), 'returns of one sign-in', ({ query }) =>
      String((query as { state?: unknown }).state),
    ),
  }
}
