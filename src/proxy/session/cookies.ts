import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import type { ProxyConfig } from '../config.ts'

/** How Portside's cookies are named and set. */
export type Cookies = {
  /** The whole name of `portside_` + `what` for the origin that the request was made to. */
  name(request: FastifyRequest, what: string): string
  /**
   * What `read` makes of the first cookie of that name that it can read. Another port or a sibling
   * domain may have set one of the same name, which browsers send before ours.
   */
  find<T>(
    request: FastifyRequest,
    what: string,
    read: (value: string) => Promise<T | undefined>,
  ): Promise<T | undefined>
  /** Scripts and other origins can't read it. The caller adds SameSite. */
  options: CookieSerializeOptions
}

/**
 * Cookies know no ports: without the port in their name, two Portsides on one machine would sign
 * each other out. Behind a public origin they are `__Host-` cookies: a sibling domain can't set
 * one.
 */
export function cookiesOf({ publicOrigin }: Pick<ProxyConfig, 'publicOrigin'>): Cookies {
  const secure = publicOrigin?.startsWith('https:') ?? false
  function name(request: FastifyRequest, what: string): string {
    // It is sent to sign-out only, so its path is not /, which __Host- needs.
    const prefix = !secure ? '' : what === 'sign_out' ? '__Secure-' : '__Host-'
    return publicOrigin ? `${prefix}portside_${what}` : `portside_${what}_${request.socket.localPort}`
  }
  return {
    name,
    async find(request, what, read) {
      const wanted = name(request, what)
      // @fastify/cookie keeps only the first of a name, so it gets one cookie at a time.
      for (const one of (request.headers.cookie ?? '').split(';')) {
        const value = request.server.parseCookie(one)[wanted]
        const found = value ? await read(value) : undefined
        if (found !== undefined) return found
      }
      return undefined
    },
    options: { httpOnly: true, secure, path: '/' },
  }
}
