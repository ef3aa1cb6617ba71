import type { IncomingMessage, Server } from 'node:http'
import { BlockList, isIPv4, isIPv6, type Socket } from 'node:net'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ProxyConfig } from './config.ts'
import { ownError } from './errors.ts'

/** How long each part of a request may take, in milliseconds. */
export type ReceivingLimits = {
  /** For the headers of a request, from the connection or the request's first byte. */
  headersMs: number
  /** For a whole request: 1 MiB over a slow line. */
  requestMs: number
  /** For the rest of a body that is not read, after the response. */
  leftoverMs: number
  /** How long a browser may read nothing of its response. */
  stalledMs: number
}

export const RECEIVING_LIMITS: Readonly<ReceivingLimits> = {
  headersMs: 20_000,
  requestMs: 60_000,
  leftoverMs: 5000,
  stalledMs: 60_000,
}

/** The options of a Fastify server that ends a connection whose request does not come in time. */
export function receivingOptions({ headersMs, requestMs }: ReceivingLimits) {
  return {
    requestTimeout: requestMs,
    http: {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(5000, headersMs),
    },
  }
}

/**
 * Nobody keeps a connection of `app` open for nothing. A body is read only with a session; one that
 * is not read must end soon after the response; and a response that nobody reads is given up.
 */
export function limitExchanges(app: FastifyInstance, { leftoverMs, stalledMs }: ReceivingLimits): void {
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    const { raw, method } = request
    if (hasBody(raw) && method !== 'GET' && method !== 'HEAD' && !request.session)
      throw ownError('Portside.InvalidRequest', `${method} takes no body here.`, {
        advice: 'Send no body, and check the method and the path.',
      })
    done()
  })
  app.addHook('onSend', ({ raw }, _reply, _payload, done) => {
    raw.socket.setTimeout(stalledMs)
    done()
  })
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    done()
    if (raw.complete || raw.destroyed) return
    // If it were closed at once, while more of the body arrives, the response could be lost.
    const timer = setTimeout(() => raw.socket.destroy(), leftoverMs)
    raw.once('close', () => clearTimeout(timer))
  })
}

/** True when a request has a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** One address may have a quarter of all connections. */
const PART_OF_ONE = 4
/** Refused connections are logged at most once in this long. */
const LOGGED_AFTER_MS = 60_000

/**
 * Limits the connections of `server` at one time: all of them, and those from one address (of IPv6,
 * one network of 64 bits), unless it is a trusted load balancer's, which serves many. More are
 * closed at once.
 */
export function limitConnections(
  server: Server,
  { maxConnections, trustedProxies = [] }: Pick<ProxyConfig, 'maxConnections' | 'trustedProxies'>,
  log?: FastifyBaseLogger,
): void {
  server.maxConnections = maxConnections
  const mostOfOne = Math.ceil(maxConnections / PART_OF_ONE)
  const isTrusted = addressesIn(trustedProxies)
  const open = new Map<string, number>()
  let loggedAt = -Infinity

  function refused(limit: string): void {
    if (performance.now() - loggedAt < LOGGED_AFTER_MS) return
    loggedAt = performance.now()
    log?.warn({ limit }, 'connections are refused: too many at once')
  }

  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket
    if (remoteAddress === undefined || isTrusted(remoteAddress)) return
    const from = networkOf(remoteAddress)
    const count = (open.get(from) ?? 0) + 1
    if (count > mostOfOne) {
      socket.destroy()
      refused(`${mostOfOne} from one address`)
      return
    }
    open.set(from, count)
    socket.once('close', () => {
      const left = open.get(from)! - 1
      if (left === 0) open.delete(from)
      else open.set(from, left)
    })
  })
  server.on('drop', () => refused(`${maxConnections} in all`))
}

/** Tests whether an address is in `networks`: addresses, or networks such as `10.0.0.0/8`. */
function addressesIn(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const one of networks) {
    const [address = '', bits] = one.split('/')
    const type = isIPv4(address) ? 'ipv4' : 'ipv6'
    list.addSubnet(address, bits === undefined ? (type === 'ipv4' ? 32 : 128) : Number(bits), type)
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/**
 * What connections are counted by: an IPv4 address, or the first 64 bits of an IPv6 one, as one
 * machine may have all addresses of such a network.
 */
function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address
  const [before = [], after = []] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}
