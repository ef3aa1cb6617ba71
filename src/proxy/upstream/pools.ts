import tls from 'node:tls'
import { Pool, ProxyAgent, type Dispatcher } from 'undici'
import type { ProxyConfig } from '../config.ts'

/** What the pools need of the configuration. */
export type PoolsConfig = Pick<
  ProxyConfig,
  'projects' | 'upstreamTimeoutMs' | 'authorities' | 'outboundProxies'
>

/** The connections to all endpoints of the configured projects. */
export type Pools = {
  /** The pool of an endpoint; requests to it name their origin. */
  of(endpoint: string): Dispatcher
  /** The HTTP proxy that an endpoint is reached through, without its name and password. */
  proxyOf(endpoint: string): string | undefined
  /** Closes the connections, after the requests under way. */
  close(): Promise<void>
}

const CONNECTIONS = 32

/**
 * Opens one pool of connections for each endpoint. Through an HTTP proxy every connection is a
 * tunnel (CONNECT), for plain http too: so only the endpoint gets the request, and what fails
 * before the tunnel is open was not sent.
 */
export function openPools({ projects, upstreamTimeoutMs, authorities, outboundProxies }: PoolsConfig): Pools {
  // Made once: with `ca`, each connection would read all certificates anew.
  const secureContext = authorities && tls.createSecureContext({ ca: [...trustedByNode(), ...authorities] })
  // exchange() limits the whole request. A connection that can't be made must fail much sooner.
  const timeout = Math.min(upstreamTimeoutMs, 5000)
  const connect = { timeout, ...(secureContext && { secureContext }) }
  const unbounded = { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 }

  function open(endpoint: string): Dispatcher {
    const proxy = outboundProxies?.get(endpoint)
    if (!proxy) return new Pool(endpoint, { ...unbounded, connect })
    const { username, password, origin } = proxy
    const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return new ProxyAgent({
      ...unbounded,
      uri: origin,
      ...(username && { token: `Basic ${Buffer.from(plain).toString('base64')}` }),
      proxyTunnel: true,
      requestTls: connect,
      proxyTls: connect,
      // A proxy that never responds to CONNECT fails as soon as one that can't be reached.
      clientFactory: (address, options) =>
        endingTunnels(new Pool(address, { ...options, headersTimeout: timeout })),
    })
  }

  const pools = new Map<string, Dispatcher>()
  for (const { endpoint } of projects) if (!pools.has(endpoint)) pools.set(endpoint, open(endpoint))
  return {
    of: (endpoint) => pools.get(endpoint)!,
    proxyOf: (endpoint) => outboundProxies?.get(endpoint)?.origin,
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}

/**
 * Connections to an HTTP proxy. When the proxy closes the connection on CONNECT, undici believes
 * that it lost a connection of its own, and tries again at once, without end. With another error
 * code the request fails, and nothing was sent.
 */
function endingTunnels(pool: Pool): Pool {
  const connect = pool.connect.bind(pool) as (
    options: Dispatcher.ConnectOptions,
  ) => Promise<Dispatcher.ConnectData>
  const ending = (options: Dispatcher.ConnectOptions) =>
    connect(options).catch((error: unknown) => {
      throw Object.assign(new Error('no tunnel', { cause: error }), { code: codeOf(error) })
    })
  return Object.assign(pool, { connect: ending })
}

function codeOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'UND_ERR_SOCKET' ? 'ECONNRESET' : code
}

/** Node's own roots, and those of NODE_EXTRA_CA_CERTS where this version of Node lists them. */
function trustedByNode(): readonly string[] {
  const newer = tls as typeof tls & { getCACertificates?: (type: 'default') => string[] }
  return newer.getCACertificates?.('default') ?? tls.rootCertificates
}
