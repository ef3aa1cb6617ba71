import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import * as z from 'zod/mini'
import {
  departingPortsResponse,
  departuresQuery,
  departuresResponse,
  entriesExportQuery,
  orderDeleted,
  orderEntriesResponse,
  ordersApi,
  pageQuery,
  revisionQuery,
  standingOrderChange,
  standingOrderRequest,
  standingOrderResponse,
  standingOrdersResponse,
  type StandingOrder,
} from '../../vpc/standing-orders-api.ts'
import { orNotRecorded } from '../audit-log/not-recorded.ts'
import { groupsPerPort, type ProxyConfig } from '../config.ts'
import type { DatabaseAccess } from '../database/database.ts'
import { Jobs } from '../jobs.ts'
import { knownRow } from '../known-row.ts'
import type { Metrics } from '../monitoring/metrics.ts'
import { openedOnce } from '../opened-once.ts'
import { idParams, projectParams } from '../request-checks.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { OrderChecker } from './check-order.ts'
import { sendExport } from '../send-export.ts'
import { exportEntries } from './export-entries.ts'
import { OrderStore } from './order-store.ts'
import { StandingOrders } from './orders.ts'

/** What users did, and ports that depart, on a page, when the request doesn't say how many. */
const ENTRIES_PAGE = 50
const DEPARTURES_PAGE = 100

/**
 * A step reads one page after it has gone on for its time (check-order.ts, STEP_MS), with retries:
 * less than two minutes.
 */
const JOBS = {
  queue: 'standing-orders',
  what: 'checks of standing orders',
  expiresSeconds: 30,
  longestSeconds: 120,
} as const

/** What the standing orders need of the proxy. */
export type StandingOrdersOptions = {
  upstream: Upstream
  config: ProxyConfig
  database: DatabaseAccess
  /** Aborted when the proxy begins to stop. */
  stopping: AbortSignal
  metrics?: Metrics | undefined
}

/**
 * The routes of standing orders (src/vpc/standing-orders-api.ts), and the checks that come by
 * themselves.
 * @throws ConfigError when the database can't be opened
 */
export async function standingOrdersPlugin(
  app: FastifyInstance,
  { upstream, config, database, stopping, metrics }: StandingOrdersOptions,
): Promise<void> {
  const endpoints = new Map(config.projects.map(({ project_id, endpoint }) => [project_id, endpoint]))
  const endpointOf = (project: string) => endpoints.get(project)
  const limitOf = (project: string) => groupsPerPort(config.projects, project)

  async function open() {
    const store = new OrderStore(await database.opened())
    const jobs = new Jobs(JOBS, store, app.log, stopping)
    const checker = new OrderChecker({ store, jobs, upstream, endpointOf, limitOf, stopping, log: app.log })
    jobs.start(checker.carryOn)
    metrics?.showStandingOrders(() => store.figures([...endpoints.keys()]))
    return { store, orders: new StandingOrders(store, jobs), close: () => jobs.close() }
  }
  const { opened, close } = openedOnce(open)
  if (database.atStart) await opened()
  app.addHook('onClose', () => close((known) => known.close()))

  /** Opens, and refuses the ID of an order that this proxy doesn't have. */
  async function openedFor(asked: string) {
    const { store, orders } = await opened()
    return { store, orders, ...(await knownRow(store, endpoints, asked, 'standing order')) }
  }

  const routes = app.withTypeProvider<ZodTypeProvider>()
  const ofProject = decodeURIComponent(ordersApi.ofProject(':project_id'))
  const one = decodeURIComponent(ordersApi.one(':id'))

  routes.get(
    ofProject,
    {
      schema: {
        summary: 'The standing orders of a project by name, each with its last check.',
        params: projectParams,
        response: { 200: standingOrdersResponse },
      },
    },
    async ({ params }, reply) => {
      const { store } = await opened()
      return reply
        .header('cache-control', 'no-store')
        .send({ orders: await store.ofProject(params.project_id) })
    },
  )

  routes.post(
    ofProject,
    {
      schema: {
        summary: 'Make a standing order, which is checked then. Sent again with the same ID, it is the same.',
        params: projectParams,
        body: standingOrderRequest,
        response: { 200: standingOrderResponse, 202: standingOrderResponse },
      },
    },
    async ({ params, body, session }, reply) => {
      const { order, isNew } = await orNotRecorded('before', async () =>
        (await opened()).orders.make(body, params.project_id, session),
      )
      return send(reply, isNew ? 202 : 200, order)
    },
  )

  routes.put(
    one,
    {
      schema: {
        summary: 'Change a standing order. With another intent or for other ports, it is checked anew.',
        params: idParams,
        body: standingOrderChange,
        response: { 200: standingOrderResponse },
      },
    },
    async ({ params, body, session }, reply) => {
      const { orders, id } = await openedFor(params.id)
      return send(reply, 200, await orNotRecorded('before', () => orders.change(id, body, session)))
    },
  )

  routes.delete(
    one,
    {
      schema: {
        summary: 'Delete a standing order, with what its checks found.',
        params: idParams,
        querystring: revisionQuery,
        response: { 200: orderDeleted },
      },
    },
    async ({ params, query, session }, reply) => {
      const { orders, id } = await openedFor(params.id)
      await orNotRecorded('before', () => orders.delete(id, query.revision, session))
      return reply.header('cache-control', 'no-store').send({ order_id: id })
    },
  )

  routes.post(
    decodeURIComponent(ordersApi.check(':id')),
    {
      config: { viewersMay: true },
      schema: {
        summary: 'Have a standing order checked now: its ports are read, within the budget of calls.',
        params: idParams,
        response: { 202: standingOrderResponse },
      },
    },
    async ({ params, session }, reply) => {
      const { orders, id } = await openedFor(params.id)
      return send(reply, 202, await orders.ask(id, session))
    },
  )

  routes.get(
    decodeURIComponent(ordersApi.departures(':id')),
    {
      schema: {
        summary: 'A page of the ports that depart from a standing order, or of which nobody can say.',
        params: idParams,
        querystring: departuresQuery,
        response: { 200: departuresResponse },
      },
    },
    async ({ params, query }, reply) => {
      const { store, row } = await openedFor(params.id)
      const { limit = DEPARTURES_PAGE, after, state } = query
      const page = await store.departures(row, limitOf(row.project_id), { most: limit, after, state })
      return reply.header('cache-control', 'no-store').send(page)
    },
  )

  routes.get(
    decodeURIComponent(ordersApi.departingPorts(':project_id')),
    {
      schema: {
        summary: 'The ports of a project that depart from its standing orders, by their last checks.',
        params: projectParams,
        response: { 200: departingPortsResponse },
      },
    },
    async ({ params }, reply) => {
      const { store } = await opened()
      return reply.header('cache-control', 'no-store').send(await store.departingPorts(params.project_id))
    },
  )

  routes.get(
    decodeURIComponent(ordersApi.entries(':project_id')),
    {
      schema: {
        summary: 'What users did with the standing orders of a project, newest first.',
        params: projectParams,
        querystring: pageQuery,
        response: { 200: orderEntriesResponse },
      },
    },
    async ({ params, query }, reply) => {
      const { store } = await opened()
      const { limit = ENTRIES_PAGE, after } = query
      return reply
        .header('cache-control', 'no-store')
        .send(await store.entries(params.project_id, { limit, after }))
    },
  )

  routes.get(
    decodeURIComponent(ordersApi.exportedEntries(':project_id')),
    {
      schema: {
        summary: 'All that users did with the standing orders of a project, as a file.',
        params: projectParams,
        querystring: entriesExportQuery,
        response: {
          200: {
            description: 'CSV has a line for each, JSON Lines has each in full.',
            content: { 'text/csv': { schema: z.string() }, 'application/jsonl': { schema: z.string() } },
          },
        },
      },
    },
    async ({ params, query: { format } }, reply) => {
      const { store } = await opened()
      // A stream, which the schema of a text has no type for.
      const file: FastifyReply = reply
      return sendExport(file, 'standing-orders', format, exportEntries(store, params.project_id, format))
    },
  )
}

function send(reply: FastifyReply, status: 200 | 202, order: StandingOrder) {
  return reply.code(status).header('cache-control', 'no-store').send({ order })
}
