import type { AddressInfo } from 'node:net'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { version } from '../../package.json'
import { LARGEST_BODY } from '../vpc/limits.ts'
import { callsResponse } from '../vpc/endpoint-calls.ts'
import { api, session as sessionResponse } from '../vpc/portside-api.ts'
import { guardsResponse } from '../vpc/traffic/guards.ts'
import { bulkChangesPlugin } from './bulk-changes/plugin.ts'
import { groupsPerPort, type ProxyConfig } from './config.ts'
import { compressResponses } from './compression.ts'
import { limitConnections, limitExchanges, RECEIVING_LIMITS, receivingOptions } from './connections.ts'
import { serveConsole } from './console-files.ts'
import { accessDatabase, sharedQuery } from './database/database.ts'
import { dryRunPlugin } from './dry-run/plugin.ts'
import { addressName } from './listen-names.ts'
import { refuseBrokenRequest, sendError, handleErrors, foreseen, ownError } from './errors.ts'
import { createLog, requestId, logResponses } from './monitoring/log.ts'
import { Metrics } from './monitoring/metrics.ts'
import { addProbes, serveMetrics, type MetricsServer } from './monitoring/probes.ts'
import { Readiness } from './monitoring/readiness.ts'
import { describeRoutes, serveDescription } from './openapi.ts'
import { accessOperations } from './operations/access.ts'
import { operationsPlugin } from './operations/plugin.ts'
import { platformRoutes } from './platform-routes.ts'
import { auditLogPlugin } from './audit-log/plugin.ts'
import { checkProjects, checkRequests, queryValues } from './request-checks.ts'
import { browserHeaders, refuseForeign } from './security.ts'
import { standingOrdersPlugin } from './standing-orders/plugin.ts'
import { addSignIn } from './session/sign-in.ts'
import { stopGracefully } from './stopping.ts'
import { createUpstream } from './upstream/connection.ts'

/** A proxy that runs. */
export type Proxy = {
  /** The origin on which it listens, such as `http://127.0.0.1:8080`. */
  address: string
  /** The address that signs in a browser which opens it. */
  signInAddress: string
  /** The origin of /metrics; undefined when it is not served. */
  metricsAddress: string | undefined
  /** Takes no more requests, finishes those under way, and ends. */
  close(): Promise<void>
}

/**
 * Starts a proxy: serves the built console and Portside's API, signs and forwards the platform's
 * calls.
 * @throws ConfigError when the data folder or the journal can't be used; the system's error when it
 *   can't listen
 */
export async function createProxy(config: ProxyConfig): Promise<Proxy> {
  const log = createLog(config)
  const readiness = new Readiness(log)
  const metrics = config.metricsListen && new Metrics()
  const headers = browserHeaders(config)
  const receiving = { ...RECEIVING_LIMITS, ...config.receivingLimits }
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    genReqId: requestId,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: LARGEST_BODY,
    ...receivingOptions(receiving),
    trustProxy: config.trustedProxies ?? false,
    // stopping.ts responds then, in the error form.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, querystringParser: queryValues },
    // A plugin makes and opens the journal, which may take long on a slow machine.
    pluginTimeout: 0,
    frameworkErrors(error, _, reply) {
      // No hook has run, so the headers of security.ts are still missing.
      reply.headers(headers)
      sendError(reply, foreseen(error) ?? ownError('Portside.Internal', error.message))
    },
    clientErrorHandler: (error, socket) => refuseBrokenRequest(error, socket, headers),
  })
  app.removeContentTypeParser('text/plain')
  handleErrors(app)
  checkRequests(app)
  await describeRoutes(app)

  limitConnections(app.server, config, log)
  stopGracefully(app, receiving)
  app.addHook('preClose', async () => readiness.stop())
  logResponses(app, metrics)
  addProbes(app, readiness)

  refuseForeign(app, config, headers)
  limitExchanges(app, receiving)
  const signIn = await addSignIn(app, config)
  await serveConsole(app, config.consoleFiles)
  // Closed after the plugins that use it, whose hooks run first.
  const database = accessDatabase(config, log)
  const shared = config.databaseUrl === undefined ? undefined : sharedQuery(database)
  const upstream = createUpstream(config, log, metrics, { shared })
  app.addHook('onClose', () => upstream.close())
  app.addHook('onClose', () => database.close())
  readiness.checkDatabase(() => database.check())

  const projects = config.projects.map(({ project_id, name, region, endpoint }) => ({
    groups_per_port: groupsPerPort(config.projects, project_id),
    project_id,
    name,
    region,
    endpoint,
  }))
  await app.register(async (signedIn) => {
    signIn.requireSession(signedIn)
    await compressResponses(signedIn)
    checkProjects(signedIn, new Set(projects.map(({ project_id }) => project_id)))
    const routes = signedIn.withTypeProvider<ZodTypeProvider>()
    routes.get(
      api.session(),
      {
        schema: {
          summary: 'Who is signed in, and the projects to choose from.',
          response: { 200: sessionResponse },
        },
      },
      async ({ session }, reply) => {
        reply.header('cache-control', 'no-store')
        const { user, role } = session
        const { emulator, changes = 'choose' } = config
        const calls = config.calls !== undefined
        return { user, role, sign_in: signIn.way, projects, emulator, changes, calls, version }
      },
    )
    routes.get(
      api.calls(),
      {
        schema: {
          summary: 'How many calls each endpoint has left, and until when it takes none.',
          response: { 200: callsResponse },
        },
      },
      async (_, reply) => {
        reply.header('cache-control', 'no-store')
        return { endpoints: await upstream.calls() }
      },
    )
    routes.get(
      api.guards(),
      { schema: { summary: 'The guards of this Portside.', response: { 200: guardsResponse } } },
      async (_, reply) =>
        reply.header('cache-control', 'no-store').send({ guards: [...(config.guards ?? [])] }),
    )
    serveDescription(signedIn)
    const dryRuns = { database, upstream }
    await signedIn.register(platformRoutes, { dryRuns })
    await signedIn.register(dryRunPlugin, { dryRuns, config })
    await signedIn.register(auditLogPlugin, { database, config })
    const operations = accessOperations(signedIn, { upstream, config, database, metrics })
    await signedIn.register(operationsPlugin, { operations, config })
    await signedIn.register(bulkChangesPlugin, { upstream, config, database, operations, metrics })
    const { stopping } = operations
    await signedIn.register(standingOrdersPlugin, { upstream, config, database, stopping, metrics })
    for (const others of ['/api', '/api/*'])
      signedIn.all(others, { schema: { hide: true } }, (request) => {
        throw ownError(
          'Portside.NotFound',
          `Portside's API has no ${request.method} ${request.url.split('?')[0]}.`,
          { advice: 'Check the method and the path. If a page of Portside asked for it, reload that page.' },
        )
      })
  })

  let monitoring: MetricsServer | undefined
  try {
    if (metrics) monitoring = await serveMetrics(config.metricsListen!, metrics, readiness, receiving)
    await app.listen({ host: config.listenHost, port: config.listenPort })
  } catch (error) {
    // A journal that stays open would keep other proxies out.
    await app.close()
    await monitoring?.close()
    throw error
  }
  const { port } = app.server.address() as AddressInfo
  const { origin: address } = new URL(`http://${addressName(config.listenHost)}:${port}`)
  return {
    address,
    signInAddress: (config.publicOrigin ?? address) + signIn.path,
    metricsAddress: monitoring?.address,
    async close() {
      await app.close()
      await monitoring?.close()
    },
  }
}
