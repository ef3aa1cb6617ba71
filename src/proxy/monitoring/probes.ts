import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { ConfigError, type ProxyConfig } from '../config.ts'
import { limitConnections, receivingOptions, type ReceivingLimits } from '../connections.ts'
import { ownError } from '../errors.ts'
import { addressName, hostName, isAddress } from '../listen-names.ts'
import type { Metrics } from './metrics.ts'
import type { Readiness } from './readiness.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * May be called by any name, without a session: kubelets and load balancers call by address.
     */
    probe?: boolean
  }
}

/** Routes that say whether this proxy lives and can serve. They say no more: anyone may ask. */
export function addProbes(app: FastifyInstance, readiness: Readiness): void {
  const config = { probe: true }
  app.get('/healthz', { config }, async (_, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'alive' }),
  )
  app.get('/readyz', { config }, async (_, reply) => {
    const { ready } = await readiness.check()
    if (!ready)
      throw ownError('Portside.NotReady', "Portside can't serve right now.", {
        advice: "Look for the reason in the proxy's log, and at /readyz of PORTSIDE_METRICS_LISTEN.",
      })
    return reply.header('cache-control', 'no-store').send({ status: 'ready' })
  })
}

/** Connections of Prometheus at one time, from all machines. */
const MOST_SCRAPERS = 200

/** Where metrics are served, while it runs. */
export type MetricsServer = { address: string; close(): Promise<void> }

/**
 * Serves /metrics, and the probes with details, on an address of their own, which browsers and
 * strangers should not reach. It serves until it is closed, so also while the proxy stops. Requests
 * are taken only by an IP address, as localhost, by the name that it listens on, or by one of
 * `names`: a browser that follows a name which points to this machine is refused.
 * @throws ConfigError when the address can't be listened on
 */
export async function serveMetrics(
  { host, port, names }: NonNullable<ProxyConfig['metricsListen']>,
  metrics: Metrics,
  readiness: Readiness,
  receiving: ReceivingLimits,
): Promise<MetricsServer> {
  const app = Fastify({
    forceCloseConnections: true,
    connectionTimeout: receiving.stalledMs,
    ...receivingOptions(receiving),
  })
  limitConnections(app.server, { maxConnections: MOST_SCRAPERS, trustedProxies: undefined })
  const own = new Set(['localhost', host.toLowerCase(), ...names])
  app.addHook('onRequest', async ({ headers }, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    const name = hostName(headers.host)
    if (name === undefined || !(own.has(name) || isAddress(name)))
      return reply.code(403).send({
        error: `Call it by its IP address, or add the name ${headers.host ?? '(none)'} to PORTSIDE_METRICS_NAMES.`,
      })
  })
  app.get('/metrics', async (_, reply) => {
    const { type, body } = await metrics.text()
    return reply.type(type).send(body)
  })
  app.get('/healthz', async () => ({ status: 'alive' }))
  app.get('/readyz', async (_, reply) => {
    const { ready, ...details } = await readiness.check()
    const { platformResponds } = metrics
    const cloud =
      platformResponds === undefined ? 'not asked yet' : platformResponds ? 'answers' : 'does not answer'
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', ...details, cloud })
  })
  app.setNotFoundHandler((_, reply) =>
    reply.code(404).send({ error: 'Ask for /metrics, /healthz or /readyz.' }),
  )
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new ConfigError(`PORTSIDE_METRICS_LISTEN can't be listened on (${code}): set another address.`)
  }
  const { port: bound } = app.server.address() as AddressInfo
  return { address: `http://${addressName(host)}:${bound}`, close: () => app.close() }
}
