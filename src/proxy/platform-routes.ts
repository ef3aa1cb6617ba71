import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import * as z from 'zod/mini'
import { offersQuery, offersResponse } from '../vpc/offers.ts'
import { paths } from '../vpc/paths.ts'
import { api } from '../vpc/portside-api.ts'
import {
  addressGroupsQuery,
  insertSecurityGroupsRequest,
  portsQuery,
  removeSecurityGroupsRequest,
  rulesQuery,
  securityGroupsQuery,
} from '../vpc/requests.ts'
import { ASKED_AT_HEADER } from '../vpc/portside-api.ts'
import * as responses from '../vpc/responses.ts'
import { sendError, ownError } from './errors.ts'
import { sendDryRun, type DryRuns } from './dry-run/dry-run.ts'
import { askerOf, groupParams, portParams, projectParams } from './request-checks.ts'
import { responseStatus } from './upstream/connection.ts'
import type { ShownResponse } from './upstream/kept-responses.ts'
import type { Asker, ReadResponse, SendOutcome } from './upstream/upstream.ts'

const NO_QUERY = z.strictObject({})

/**
 * The platform's own calls (src/vpc/paths.ts) under `/api`: all reads, what the endpoint
 * offers, and insert and remove as dry
 * runs. Requests are checked strictly; responses are checked tolerantly, and passed on in the
 * platform's own words. Each dry run is in the audit log.
 */
export async function platformRoutes(app: FastifyInstance, { dryRuns }: { dryRuns: DryRuns }): Promise<void> {
  const { upstream } = dryRuns
  const routes = app.withTypeProvider<ZodTypeProvider>()

  /** A list that is shown, perhaps as it was read for somebody else. */
  function list<Query extends z.ZodMiniType>(
    path: (project: string) => string,
    summary: string,
    querystring: Query,
    response: z.ZodMiniType,
    read: (
      projectId: string,
      query: z.output<Query>,
      asker: Asker,
      maxAge: number | undefined,
    ) => Promise<ShownResponse>,
  ): void {
    const schema = { summary, params: projectParams, querystring, response: { 200: response } }
    routes.get(
      route(({ project_id }) => path(project_id)),
      { schema },
      async (request, reply) => {
        const { project_id } = request.params
        // As `querystring` has checked it: the types can't say so of any schema.
        const query = request.query as z.output<Query>
        return showOn(reply, await read(project_id, query, askerOf(request), maxAgeOf(request)))
      },
    )
  }
  const { readPorts, readGroups, readRules, readAddressGroups } = upstream.shared
  list(paths.ports, 'A page of the ports of a project.', portsQuery, responses.portsResponse, readPorts)
  list(
    paths.securityGroups,
    'A page of the security groups of a project, without their rules.',
    securityGroupsQuery,
    responses.securityGroupsResponse,
    readGroups,
  )
  list(paths.rules, 'A page of the rules of a project.', rulesQuery, responses.rulesResponse, readRules)
  list(
    paths.addressGroups,
    'A page of the address groups of a project.',
    addressGroupsQuery,
    responses.addressGroupsResponse,
    readAddressGroups,
  )

  routes.get(
    route(({ project_id, port_id }) => paths.port(project_id, port_id)),
    {
      schema: {
        summary: 'One port.',
        params: portParams,
        querystring: NO_QUERY,
        response: { 200: responses.portResponse },
      },
    },
    async (request, reply) => {
      const { project_id, port_id } = request.params
      const read = await upstream.shared.readPort(project_id, port_id, askerOf(request))
      return passOn(reply.header(ASKED_AT_HEADER, read.asked_at), read)
    },
  )
  routes.get(
    route(({ project_id, security_group_id }) => paths.securityGroup(project_id, security_group_id)),
    {
      schema: {
        summary: 'One security group with its rules.',
        params: groupParams,
        querystring: NO_QUERY,
        response: { 200: responses.securityGroupResponse },
      },
    },
    async (request, reply) => {
      const { project_id, security_group_id } = request.params
      const asked = [project_id, security_group_id, askerOf(request), maxAgeOf(request)] as const
      return showOn(reply, await upstream.shared.readGroup(...asked))
    },
  )

  routes.get(
    decodeURIComponent(api.offers(':project_id')),
    {
      schema: {
        summary:
          'What the endpoint of a project offers. What is not known yet is found out; with `anew`, all of it again.',
        params: projectParams,
        querystring: offersQuery,
        response: { 200: offersResponse },
      },
    },
    async ({ params, query }, reply) =>
      reply
        .header('cache-control', 'no-store')
        .send(await upstream.findOffers(params.project_id, query.anew)),
  )

  function dryRun(
    path: typeof paths.insert,
    summary: string,
    body: typeof insertSecurityGroupsRequest | typeof removeSecurityGroupsRequest,
  ): void {
    routes.put(
      route(({ project_id, port_id }) => path(project_id, port_id)),
      {
        schema: {
          summary,
          params: portParams,
          body,
          response: { 200: responses.portResponse, 202: responses.dryRunResponse },
        },
      },
      async (request, reply) => {
        const { body: asked, params, session } = request
        if (asked.dry_run !== true)
          throw ownError('Portside.InvalidRequest', 'Only dry runs go straight to the platform.', {
            fields: [{ path: 'dry_run', message: 'must be true' }],
            advice: `Send a change as an operation: POST ${route(({ project_id, port_id }) => paths.port(project_id, port_id))}/operations. So each of its steps is recorded before it is sent.`,
          })
        const { project_id, port_id } = params
        const sent = { method: 'PUT' as const, path: path(project_id, port_id), body: asked }
        const requester = { ...session, project_id, port_id: port_id.toLowerCase() }
        return sendOutcome(reply, await sendDryRun(dryRuns, sent, requester, askerOf(request)))
      },
    )
  }
  dryRun(paths.insert, 'Dry-run an insert. `dry_run` must be true.', insertSecurityGroupsRequest)
  dryRun(paths.remove, 'Dry-run a remove. `dry_run` must be true.', removeSecurityGroupsRequest)
}

type Params = { project_id: string; port_id: string; security_group_id: string }

/** The pattern of a path of src/vpc/paths.ts, as Fastify takes it. */
function route(path: (params: Params) => string): string {
  const names = { project_id: ':project_id', port_id: ':port_id', security_group_id: ':security_group_id' }
  return `/api${decodeURIComponent(path(names))}`
}

/**
 * How old a response may be, in seconds, as the request's Cache-Control says; undefined where it
 * says nothing, and the platform has to be asked.
 */
function maxAgeOf({ headers }: FastifyRequest): number | undefined {
  const [, seconds] = /^max-age=(\d{1,9})$/.exec(headers['cache-control'] ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

/** Passes a list on. One that was read for somebody else says so by its Age (RFC 9111). */
function showOn(reply: FastifyReply, { age, ...response }: ShownResponse) {
  if (age > 0) reply.header('age', age)
  return sendJson(reply, response.status, response.body)
}

function passOn(reply: FastifyReply, { status, body }: ReadResponse<unknown>) {
  return sendJson(reply, status, body)
}

function sendJson(reply: FastifyReply, status: number, body: Buffer) {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(body)
}

function sendOutcome(reply: FastifyReply, outcome: SendOutcome) {
  if ('body' in outcome) return sendJson(reply, outcome.status, outcome.body)
  return sendError(reply, { status: responseStatus(outcome.status, outcome.error), error: outcome.error })
}
