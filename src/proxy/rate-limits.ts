import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ProxyConfig } from './config.ts'
import { ownError } from './errors.ts'

/**
 * Sign-ins from one address a minute. All of a team may come from the load balancer's address, so
 * it must be enough for a team.
 */
const SIGN_INS = 120
/**
 * How often a minute the provider may send a browser back with the same sign-in: each time is a
 * request to the provider.
 */
const RETURNS = 10

/** Throws Portside.TooManyRequests when the user or address of a request has made too many. */
export type RateLimit = (request: FastifyRequest) => Promise<void>

/** The limits of sign-ins. Each counts on its own. */
export type SignInLimits = {
  /** Sign-ins that an address begins at the provider. */
  ofSignIn: RateLimit
  /** Wrong sign-in links from an address. Right ones are not counted, and still work. */
  ofWrongSignIn: RateLimit
  /** Returns from the provider with a sign-in that this browser began, by their `state`. */
  ofReturn: RateLimit
}

/**
 * Limits the requests of a user in a minute, and the sign-ins from an address. Each proxy counts on
 * its own: n proxies behind a load balancer take n times as many.
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
      throw ownError('Portside.TooManyRequests', `Too many ${what}. The limit is ${max} a minute.`, {
        retry_after: seconds,
        advice: `Wait ${seconds} seconds, then try again.`,
      })
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
