import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import helmet, { type HelmetOptions } from 'helmet'
import type { ProxyConfig } from './config.ts'
import { ownError } from './errors.ts'
import { addressName } from './listen-names.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * A page that any site may open, by a link or a redirect: the site that opened it can't read
     * it.
     */
    page?: boolean
  }
}

/** The headers of every response. They limit what Portside's own pages may do in a browser. */
export function browserHeaders({ publicOrigin }: Pick<ProxyConfig, 'publicOrigin'>): Record<string, string> {
  const headers = headersOf({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'worker-src': ["'self'"],
        'manifest-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
    // Only behind https: http ignores it, and on localhost it would lock out other local servers.
    strictTransportSecurity: publicOrigin?.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  })

  headers['permissions-policy'] =
    'camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-read=(), clipboard-write=(self)'
  return headers
}

/**
 * Refuses requests to `app` under a name that is not its own, or from a page that is not its own.
 * Every response gets `headers`.
 */
export function refuseForeign(
  app: FastifyInstance,
  config: ProxyConfig,
  headers: Readonly<Record<string, string>>,
): void {
  const { publicOrigin, listenHost } = config
  const publicHost = publicOrigin && new URL(publicOrigin).host
  /** The hosts of its own origins, known once it listens. */
  let ownHosts: ReadonlySet<string> | undefined

  /** This proxy's origin in the Host header of a request; undefined when it names another. */
  function calledOrigin(request: FastifyRequest): string | undefined {
    const host = request.headers.host?.toLowerCase()
    if (host === undefined) return undefined
    if (publicHost && host === publicHost) return publicOrigin
    // URL leaves out the port when it is the scheme's own, as browsers do.
    ownHosts ??= new Set(
      [addressName(listenHost), 'localhost'].map(
        (name) => new URL(`http://${name}:${request.socket.localPort}`).host,
      ),
    )
    return ownHosts.has(host) ? `http://${host}` : undefined
  }

  function check(request: FastifyRequest): void {
    // `GET http://host/path` is for HTTP proxies: it names a second host beside that of the header.
    if (!request.url.startsWith('/'))
      throw ownError('Portside.InvalidRequest', 'The address of the request does not begin with /.', {
        advice: 'Send the path alone, and the name in the Host header.',
      })
    const called = calledOrigin(request)
    if (!called)
      throw ownError(
        'Portside.Forbidden',
        `Portside is not called by the name ${request.headers.host ?? '(none)'}.`,
        {
          advice:
            'Use the address that it printed at start. Behind a load balancer, set PORTSIDE_PUBLIC_ORIGIN to the one that browsers use.',
        },
      )
    if (!isFromOwnPage(request, called))
      throw ownError('Portside.Forbidden', 'This request did not come from a page of Portside.', {
        advice: 'Open Portside itself and try again there.',
      })
  }

  // Calls `done`: an async hook would cost each request another turn of the event loop's queue.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    if (!request.routeOptions.config.probe) check(request)
    done()
  })
}

/** The headers that helmet sets. They are always the same, so they are made once. */
function headersOf(options: HelmetOptions): Record<string, string> {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  helmet(options)(request, response, (error) => {
    if (error) throw error
  })
  return Object.fromEntries(
    Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
  )
}

/**
 * True when a request comes from a page of `origin`. With the session's SameSite=Strict cookie,
 * this is the whole defence against forged requests. It needs no token in the page:
 * - Browsers set Origin and Sec-Fetch-Site, and no page can. A change must have one of them; every
 *   browser that runs the console sends Origin with a POST, PUT or DELETE. So a change from a
 *   foreign page is refused by its origin, and one without origin is refused too.
 * - Bodies are JSON only (server.ts). A foreign page has to ask before it sends one (CORS), and is
 *   always refused.
 * - Browsers don't send the cookie with requests from other sites. But another port of this
 *   machine, or a sibling domain, is the same site: there the check of the whole origin counts.
 * - A GET changes nothing. A read may be without origin, as browsers send it for an address that
 *   was typed; a foreign page can't read its response. Whether it may come from a foreign page
 *   depends on the route that the router found (`page`), never on how the address is spelled:
 *   `/%61pi/` is /api/ to the router. Pages below /sign-in are opened from other sites, so they
 *   have cookies of their own and `state` (session/openid-connect/routes.ts).
 */
function isFromOwnPage(request: FastifyRequest, origin: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (request.method === 'GET' || request.method === 'HEAD')
    return (
      request.is404 ||
      request.routeOptions.config.page === true ||
      site === undefined ||
      site === 'same-origin' ||
      site === 'none'
    )
  const from = request.headers.origin
  return from === undefined ? site === 'same-origin' : from === origin
}
