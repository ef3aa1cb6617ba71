import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ProxyConfig } from './config.ts'
import { ownError } from './errors.ts'

/** Sign-ins from one address a minute: two requests each. Where a load balancer's address stands for all, it must do for a team. */
const SIGN_IN_REQUESTS = 120

/** Throws Portside.TooManyRequests when whom a request comes from has made too many. */
export type RateLimit = (request: FastifyRequest) => Promise<void>

/**
 * How much is answered a minute: to a user, and to an address that signs in. They are counted by each proxy for itself: with n
 * proxies behind a load balancer, n times as much.
 */
export async function addRateLimits(
  app: FastifyInstance,
  { rateLimit: most }: Pick<ProxyConfig, 'rateLimit'>,
): Promise<{ ofUser: RateLimit; ofSignIn: RateLimit }> {
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
        `Portside answers ${max} ${what} a minute, and these were more.`,
        {
          retry_after: seconds,
          advice: `Wait ${seconds} seconds, then try again.`,
        },
      )
    }
  }
  return {
    ofUser: limit(most, 'requests of a user', ({ session }) => session.subject),
    ofSignIn: limit(Math.min(most, SIGN_IN_REQUESTS), 'sign-ins from an address'),
  }
}
