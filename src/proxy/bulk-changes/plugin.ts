import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import * as z from 'zod/mini'
import {
  bulkApi,
  bulkChangeRequest,
  bulkChangeResponse,
  bulkChangesQuery,
  bulkChangesResponse,
  bulkChoiceRequest,
  bulkChoices,
  bulkEntriesResponse,
  bulkPortsQuery,
  bulkPortsResponse,
  bulkUndoRequest,
  LARGEST_BULK_BODY,
  MOST_KINDS,
  openOnPortsRequest,
  openOnPortsResponse,
  type BulkChange,
} from '../../vpc/bulk-changes-api.ts'
import { uuid } from '../../vpc/ids.ts'
import { orNotRecorded } from '../audit-log/not-recorded.ts'
import type { ProxyConfig } from '../config.ts'
import type { DatabaseAccess } from '../database/database.ts'
import { Jobs } from '../jobs.ts'
import { knownRow } from '../known-row.ts'
import type { Metrics } from '../monitoring/metrics.ts'
import type { OperationsAccess } from '../operations/access.ts'
import { openedOnce } from '../opened-once.ts'
import { planningOf } from '../planning.ts'
import { goneSignal, idParams, pollQuery, projectParams } from '../request-checks.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { BulkChanges } from './bulk-changes.ts'
import { BulkRunner } from './bulk-runner.ts'
import { BulkStore } from './bulk-store.ts'

/** Bulk changes, and ports, on a page, when the request doesn't say how many. */
const PAGE = 50
const PORTS_PAGE = 100

/** No step of a bulk change takes as long as 12 seconds (bulk-runner.ts, STEP_MS). */
const JOBS = { queue: 'bulk-changes', what: 'bulk changes', expiresSeconds: 12 } as const

const choiceParams = z.object({ id: uuid, choice: z.enum(bulkChoices) })

/** What is known of the first kinds, their lists and steps, never changes: it is left out. */
const oneQuery = z.extend(pollQuery, {
  kinds_from: z.optional(z.coerce.number().check(z.int(), z.gte(0), z.lte(MOST_KINDS))),
})

/** What the bulk changes need of the proxy. */
export type BulkChangesOptions = {
  upstream: Upstream
  config: ProxyConfig
  database: DatabaseAccess
  operations: OperationsAccess
  metrics?: Metrics | undefined
}

/**
 * The routes of bulk changes (src/vpc/bulk-changes-api.ts): one change on many ports, in waves,
 * each port's part an operation.
 * @throws ConfigError when the database can't be opened
 */
export async function bulkChangesPlugin(
  app: FastifyInstance,
  { upstream, config, database, operations: access, metrics }: BulkChangesOptions,
): Promise<void> {
  const endpoints = new Map(config.projects.map(({ project_id, endpoint }) => [project_id, endpoint]))
  const endpointOf = (project: string) => endpoints.get(project)
  const { stopping } = access
  const planning = (project: string) => planningOf(config, project, upstream.offersOf(project))

  async function open() {
    const { operations, store: operationStore, waits } = await access.opened()
    const store = new BulkStore(await database.opened())
    const jobs = new Jobs(JOBS, store, app.log, stopping)
    const besideIt = (project: string) =>
      [...endpoints.keys()].filter((other) => endpointOf(other) === endpointOf(project))
    const of = { endpointOf, planningOf: planning, besideIt }
    const context = { store, operations, operationStore, upstream, waits, stopping, log: app.log, ...of }
    const runner = new BulkRunner(context)
    jobs.start(runner.carryOn)
    // Not known while the database can't be reached: all other metrics are there.
    metrics?.showBulkChanges(() => store.countOpen().catch(() => ({ open: NaN, waiting: NaN })))
    const close = async () => {
      await jobs.close()
      await runner.close()
    }
    return { store, bulkChanges: new BulkChanges(store, jobs, planning), close }
  }
  const { opened, close } = openedOnce(open)
  if (database.atStart) await opened()
  app.addHook('onClose', () => close((known) => known.close()))

  /** Opens, and refuses the ID of a bulk change that this proxy doesn't have. */
  async function openedFor(asked: string) {
    const { store, bulkChanges } = await opened()
    const { id } = await knownRow(store, endpoints, asked, 'bulk change')
    return { store, bulkChanges, id }
  }

  const routes = app.withTypeProvider<ZodTypeProvider>()
  const ofProject = decodeURIComponent(bulkApi.ofProject(':project_id'))
  const one = decodeURIComponent(bulkApi.one(':id'))

  routes.post(
    ofProject,
    {
      bodyLimit: LARGEST_BULK_BODY,
      schema: {
        summary: 'Carry out one change on many ports, in waves. Sent again with the same ID, it is the same.',
        params: projectParams,
        body: bulkChangeRequest,
        response: { 200: bulkChangeResponse, 202: bulkChangeResponse },
      },
    },
    async ({ params, body, session }, reply) => {
      const { bulk_change, isNew } = await orNotRecorded('before', async () =>
        (await opened()).bulkChanges.begin(body, params.project_id, session),
      )
      return send(reply, isNew ? 202 : 200, bulk_change)
    },
  )

  routes.get(
    ofProject,
    {
      schema: {
        summary: 'A page of the bulk changes of a project, newest first.',
        params: projectParams,
        querystring: bulkChangesQuery,
        response: { 200: bulkChangesResponse },
      },
    },
    async ({ params, query }, reply) => {
      const { limit = PAGE, after, open: onlyOpen } = query
      const { store } = await opened()
      const page = await store.ofProject(params.project_id, { limit, after, open: onlyOpen === 'true' })
      return reply.header('cache-control', 'no-store').send(page)
    },
  )

  routes.post(
    decodeURIComponent(bulkApi.openOnPorts(':project_id')),
    {
      config: { viewersMay: true },
      bodyLimit: LARGEST_BULK_BODY,
      schema: {
        summary: 'The open bulk changes that still have some of these ports. It changes nothing.',
        params: projectParams,
        body: openOnPortsRequest,
        response: { 200: openOnPortsResponse },
      },
    },
    async ({ params, body }, reply) => {
      const { store } = await opened()
      const ports = body.ports.map((id) => id.toLowerCase())
      const bulk_changes = await store.openOnPorts(params.project_id, ports)
      return reply.header('cache-control', 'no-store').send({ bulk_changes })
    },
  )

  routes.get(
    one,
    {
      schema: {
        summary:
          'One bulk change, without its ports. With `after` and `wait`: as soon as its revision is newer.',
        params: idParams,
        querystring: oneQuery,
        response: { 200: bulkChangeResponse },
      },
    },
    async (request, reply) => {
      const { store, bulkChanges, id } = await openedFor(request.params.id)
      const { after, wait = 0, kinds_from } = request.query
      const signals = [stopping, goneSignal(request)]
      const look = () => bulkChanges.lookAtFailed(id)
      const found = await store.newerThan(id, after ?? -1, wait * 1000, signals, look, kinds_from)
      return send(reply, 200, found!)
    },
  )

  routes.get(
    decodeURIComponent(bulkApi.ports(':id')),
    {
      schema: {
        summary: 'A page of the ports of a bulk change, in the order in which they are carried out.',
        params: idParams,
        querystring: bulkPortsQuery,
        response: { 200: bulkPortsResponse },
      },
    },
    async ({ params, query }, reply) => {
      const { store, bulkChanges, id } = await openedFor(params.id)
      const { limit = PORTS_PAGE, after, state } = query
      await bulkChanges.lookAtFailed(id)
      return reply.header('cache-control', 'no-store').send(await store.ports(id, { limit, after, state }))
    },
  )

  routes.get(
    decodeURIComponent(bulkApi.entries(':id')),
    {
      schema: {
        summary: 'What happened to a bulk change, in order.',
        params: idParams,
        response: { 200: bulkEntriesResponse },
      },
    },
    async ({ params }, reply) => {
      const { store, id } = await openedFor(params.id)
      return reply.header('cache-control', 'no-store').send({ entries: await store.entries(id) })
    },
  )

  routes.post(
    `${one}/:choice`,
    {
      schema: {
        summary: 'Pause a bulk change, go on with it, or end it.',
        params: choiceParams,
        // The body may be left out.
        body: z._default(bulkChoiceRequest, {}),
        response: { 200: bulkChangeResponse },
      },
    },
    async ({ params, body, session }, reply) => {
      const { bulkChanges, id } = await openedFor(params.id)
      const chosen = await orNotRecorded('before', () =>
        bulkChanges.choose(id, params.choice, session, body.wave),
      )
      return send(reply, 200, chosen)
    },
  )

  routes.post(
    decodeURIComponent(bulkApi.undo(':id')),
    {
      schema: {
        summary: 'Take a bulk change back: a new one, on the ports that it changed.',
        params: idParams,
        body: bulkUndoRequest,
        response: { 200: bulkChangeResponse, 202: bulkChangeResponse },
      },
    },
    async ({ params, body, session }, reply) => {
      const { bulkChanges, id } = await openedFor(params.id)
      const { bulk_change, isNew } = await orNotRecorded('before', () => bulkChanges.undo(id, body, session))
      return send(reply, isNew ? 202 : 200, bulk_change)
    },
  )
}

function send(reply: FastifyReply, status: 200 | 202, bulk_change: BulkChange) {
  return reply.code(status).header('cache-control', 'no-store').send({ bulk_change })
}
