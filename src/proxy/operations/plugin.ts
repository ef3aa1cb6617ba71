import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import * as z from 'zod/mini'
import { uuid } from '../../vpc/ids.ts'
import { awaitingChoiceResponse, MOST_AWAITING_CHOICE } from '../../vpc/awaiting-choice.ts'
import { api, operationChoices, operationResponse, operationsResponse } from '../../vpc/portside-api.ts'
import { choiceRequest, operationRequest, operationsQuery } from '../../vpc/portside-requests.ts'
import type { ProxyConfig } from '../config.ts'
import { ownError } from '../errors.ts'
import { orNotRecorded } from '../audit-log/not-recorded.ts'
import { goneSignal, idParams, pollQuery, portParams, projectParams } from '../request-checks.ts'
import type { OperationsAccess } from './access.ts'
import { withoutJournalFields, type JournaledOperation } from './journaled-operation.ts'

/** Operations on a page, when the request doesn't say how many. */
const PAGE = 50

const choiceParams = z.object({ id: uuid, answer: z.enum(operationChoices) })

/** What the routes need of the proxy. */
export type OperationsOptions = { operations: OperationsAccess; config: Pick<ProxyConfig, 'projects'> }

/**
 * The routes that carry plans out (src/vpc/portside-api.ts): each plan becomes an operation, which
 * is carried out step by step.
 * @throws ConfigError when the database can't be opened
 */
export async function operationsPlugin(
  app: FastifyInstance,
  { operations: access, config }: OperationsOptions,
): Promise<void> {
  const projects = new Set(config.projects.map(({ project_id }) => project_id))
  const { opened, stopping } = access
  await access.openAtStart()

  function existing(id: string, operation: JournaledOperation | undefined): JournaledOperation {
    if (operation && projects.has(operation.project_id)) return operation
    throw ownError('Portside.NotFound', `There is no operation ${id}.`, {
      advice: "Look for it in the port's list of operations.",
    })
  }

  const routes = app.withTypeProvider<ZodTypeProvider>()
  const ofPort = decodeURIComponent(api.portOperations(':project_id', ':port_id'))

  routes.post(
    ofPort,
    {
      schema: {
        summary: 'Carry out a plan on a port. Sent again with the same ID, it is the same operation.',
        params: portParams,
        body: operationRequest,
        response: { 200: operationResponse, 202: operationResponse },
      },
    },
    async ({ params, body: request, session }, reply) => {
      const { operations } = await orNotRecorded('before', opened)
      const plan = { ...request, operation_id: request.operation_id.toLowerCase() }
      const { operation, isNew } = await operations.submit(plan, {
        project_id: params.project_id,
        port_id: params.port_id.toLowerCase(),
        by: session,
      })
      return send(reply, isNew ? 202 : 200, operation)
    },
  )

  routes.get(
    ofPort,
    {
      schema: {
        summary: 'A page of the operations of a port, newest first.',
        params: portParams,
        querystring: operationsQuery,
        response: { 200: operationsResponse },
      },
    },
    async ({ params, query }, reply) => {
      const { limit = PAGE, after } = query
      const { store } = await opened()
      const page = await store.journal.ofPort(params.project_id, params.port_id.toLowerCase(), {
        limit,
        after,
      })
      return reply
        .header('cache-control', 'no-store')
        .send({ operations: page.operations, next: page.next ?? null })
    },
  )

  routes.get(
    decodeURIComponent(api.awaitingChoice(':project_id')),
    {
      schema: {
        summary: 'The operations of a project that wait for a choice, newest first.',
        params: projectParams,
        response: { 200: awaitingChoiceResponse },
      },
    },
    async ({ params }, reply) => {
      const { store } = await opened()
      const found = await store.journal.awaitingChoiceOfProject(params.project_id, MOST_AWAITING_CHOICE + 1)
      return reply.header('cache-control', 'no-store').send({
        operations: found.slice(0, MOST_AWAITING_CHOICE),
        more: found.length > MOST_AWAITING_CHOICE,
      })
    },
  )

  routes.get(
    decodeURIComponent(api.operation(':id')),
    {
      schema: {
        summary:
          'One operation. With `after` and `wait`: as soon as its revision is newer, or after `wait` seconds.',
        params: idParams,
        querystring: pollQuery,
        response: { 200: operationResponse },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { after, wait = 0 } = request.query
      const { store } = await opened()
      const operation = await store.newerThan(id.toLowerCase(), after ?? -1, wait * 1000, [
        stopping,
        goneSignal(request),
      ])
      return send(reply, 200, existing(id, operation))
    },
  )

  routes.post(
    '/api/operations/:id/:answer',
    {
      schema: {
        summary:
          'Choose how a stopped operation ends: finish the change, roll it back, or leave the list as it is.',
        params: choiceParams,
        // The body may be left out.
        body: z._default(choiceRequest, {}),
        response: { 200: operationResponse, 202: operationResponse },
      },
    },
    async ({ params, body, session }, reply) => {
      const { operations, store } = await opened()
      const operation = existing(params.id, await store.journal.find(params.id.toLowerCase()))
      const result = await operations.choose(
        operation.operation_id,
        params.answer,
        session,
        body.confirmed_by,
      )
      return send(reply, result.operation_id === operation.operation_id ? 200 : 202, result)
    },
  )
}

function send(reply: FastifyReply, status: 200 | 202, operation: JournaledOperation) {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send({ operation: withoutJournalFields(operation) })
}
