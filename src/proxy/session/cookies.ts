import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import type { ProxyConfig } from '../config.ts'

/** How Portside's cookies are named and set. */
export type Cookies = {
  /** The whole name of `portside_` + `what` for the origin that the request was made to. */
  name(request: FastifyRequest, what: string): string
  /** Out of reach for scripts and other origins; SameSite is the caller's. */
  options: CookieSerializeOptions
}

/**
 * Cookies know no ports: without the port in their name, two Portsides on one machine would sign each other out. Behind a
 * public origin they are `__Host-` cookies: a sibling domain can't plant one.
 */
export function cookiesOf({ publicOrigin }: Pick<ProxyConfig, 'publicOrigin'>): Cookies {
  const secure = publicOrigin?.startsWith('https:') ?? false
  return {
    name(request, what) {
      if (publicOrigin) return `${secure ? '__Host-' : ''}portside_${what}`
      return `portside_${what}_${request.socket.localPort}`
    },
    options: { httpOnly: true, secure, path: '/' },
  }
}
