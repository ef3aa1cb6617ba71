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
     * A page that any site may open, by a link or a redirect: it shows nothing to the site that
     * opened it.
     */
    page?: boolean
  }
}

/** The headers of every response, which limit what Portside's own pages may do in a browser. */
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
    // Only behind https: over http it would be ignored, and on localhost it would lock out other
    // local servers.
    strictTransportSecurity: publicOrigin?.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  })

  headers['permissions-policy'] =
    'camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-read=(), clipboard-write=(self)'
  return headers
}

/**
 * Guards every route of `app`: the names it may be called by, the pages that may call it. Every
 * response gets `headers`.
 */
export function guardBrowsers(
  app: FastifyInstance,
  config: ProxyConfig,
  headers: Readonly<Record<string, string>>,
): void {
  const { publicOrigin, listenHost } = config
  const publicHost = publicOrigin && new URL(publicOrigin).host
  /** The hosts of its own origins, once it listens. */
  let ownHosts: ReadonlySet<string> | undefined

  /**
   * The origin that the request was made to, by its Host header; undefined when it is none of this
   * proxy's.
   */
  function calledOrigin(request: FastifyRequest): string | undefined {
    const host = request.headers.host?.toLowerCase()
    if (host === undefined) return undefined
    if (publicHost && host === publicHost) return publicOrigin
    // URL drops the port where it is the scheme's own, as browsers do.
    ownHosts ??= new Set(
      [addressName(listenHost), 'localhost'].map(
        (name) => new URL(`http://${name}:${request.socket.localPort}`).host,
      ),
    )
    return ownHosts.has(host) ? `http://${host}` : undefined
  }

  function check(request: FastifyRequest): void {
    // `GET http://host/path` is for proxies: it names a second host, beside the one of the header.
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

  // Hooks of every request call `done`: an async one costs each request another turn of the event
  // loop's queue.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    if (!request.routeOptions.config.probe) check(request)
    done()
  })
}

/** The headers that helmet sets. They are the same for every response, so they are made once. */
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
 * Whether a request comes from a page of `origin`. This, with the
 * session's SameSite=Strict cookie, is the whole defence against forged requests. It needs no token
 * in the page:
 * - Origin and Sec-Fetch-Site are set by browsers, and no page can set them. A change must say by
 *   them where it comes from; every browser that runs the console sends Origin with a POST, PUT or
 *   DELETE. So a foreign page's change is refused by what it says, and one that says nothing is
 *   refused too.
 * - Bodies are JSON only (server.ts): a foreign page can't send one without asking first (CORS),
 *   and is never let.
 * - The cookie does not come with requests of other sites at all. It would with those of another
 *   port on this machine, or of a sibling domain, which are the same site: for them the check of
 *   the whole origin counts.
 * - A GET changes nothing. A read may leave out where it comes from, as browsers do for an address
 *   typed by hand; a foreign page can't read its response. Whether it may come from one is a
 *   matter of the route that the router found (`page`), never of how the address is spelled:
 *   `/%61pi/` is /api/ to the router. The pages below /sign-in are opened from other sites by
 *   nature: they have their own cookies and `state` (session/openid-connect/routes.ts).
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
