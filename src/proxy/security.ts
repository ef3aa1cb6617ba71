import helmet from '@fastify/helmet'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { addressName, type ProxyConfig } from './config.ts'
import { ownError } from './errors.ts'

/**
 * Guards every route of `app`: the names it may be called by, the pages that may call it, and the headers
 * that tell browsers what its own pages may do.
 */
export async function guardBrowsers(app: FastifyInstance, config: ProxyConfig): Promise<void> {
  const { publicOrigin, listenHost } = config
  const publicHost = publicOrigin && new URL(publicOrigin).host

  /** The origin that the request was made to, by its Host header; undefined when it is none of this proxy's. */
  function calledOrigin(request: FastifyRequest): string | undefined {
    const host = request.headers.host?.toLowerCase()
    if (host === undefined) return undefined
    if (publicHost && host === publicHost) return publicOrigin
    const own = [addressName(listenHost), 'localhost'].map(
      (name) => `http://${name}:${request.socket.localPort}`,
    )
    // URL drops the port where it is the scheme's own, as browsers do.
    return own.find((one) => new URL(one).host === host) && `http://${host}`
  }

  await app.register(helmet, {
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
    // Only behind https: over http it would be ignored, and on localhost it would lock out other local servers.
    strictTransportSecurity: publicOrigin?.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  })

  app.addHook('onRequest', async (request, reply) => {
    reply.header(
      'permissions-policy',
      'camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-read=(), clipboard-write=(self)',
    )
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
  })
}

/**
 * Whether a request comes from a page of `origin`. Origin and Sec-Fetch-Site are set by browsers, and no page can set them.
 * A change must say where it comes from; a read may leave it out, as browsers do for an address typed by hand. Another
 * port on this machine counts as the same site for cookies: SameSite alone would let its pages through.
 */
function isFromOwnPage(request: FastifyRequest, origin: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (request.method === 'GET' || request.method === 'HEAD')
    return !request.url.startsWith('/api/') || site === undefined || site === 'same-origin' || site === 'none'
  const from = request.headers.origin
  return from === undefined ? site === 'same-origin' : from === origin
}
