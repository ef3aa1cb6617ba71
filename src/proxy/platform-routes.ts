import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod/mini'
import { paths } from '../vpc/paths.ts'
import {
  insertSecurityGroupsRequest,
  portsQuery,
  queryString,
  removeSecurityGroupsRequest,
  rulesQuery,
  securityGroupsQuery,
} from '../vpc/requests.ts'
import type { ProxyConfig } from './config.ts'
import { sendError, ownError } from './errors.ts'
import { sendDryRun, type DryRuns } from './audit-log/dry-run.ts'
import {
  askerOf,
  bounded,
  checkParams,
  checked,
  checkedQuery,
  type Bounded,
  type Params,
} from './request-checks.ts'
import { rulesResponse, securityGroupResponse, securityGroupsResponse } from './upstream/response-schemas.ts'
import { responseStatus } from './upstream/connection.ts'
import type { ResponseSchema, ReadResponse, SendOutcome } from './upstream/upstream.ts'

const NO_QUERY = bounded(z.strictObject({}))
const PORTS_QUERY = bounded(portsQuery)
const GROUPS_QUERY = bounded(securityGroupsQuery)
const RULES_QUERY = bounded(rulesQuery)
const INSERT_BODY = bounded(insertSecurityGroupsRequest)
const REMOVE_BODY = bounded(removeSecurityGroupsRequest)

/**
 * The platform's own calls (src/vpc/paths.ts) under `/api`: all reads, and insert and remove as dry
 * runs. Requests are checked here, strictly; answers are checked tolerantly and passed on in the
 * platform's own words. Each dry run is recorded.
 */
export async function platformRoutes(
  app: FastifyInstance,
  { dryRuns, config }: { dryRuns: DryRuns; config: Pick<ProxyConfig, 'projects'> },
): Promise<void> {
  const { upstream } = dryRuns
  const projects = new Set(config.projects.map(({ project_id }) => project_id))

  app.addHook<{ Params: Params }>('preValidation', ({ params }, _, done) => {
    checkParams(params, projects)
    done()
  })

  app.get<{ Params: Params }>(
    route(({ project_id }) => paths.ports(project_id)),
    async (request, reply) => {
      const query = checkedQuery(PORTS_QUERY, request.url)
      return answerRead(
        reply,
        await upstream.shared.readPorts(request.params.project_id, query, askerOf(request)),
      )
    },
  )
  app.get<{ Params: Params }>(
    route(({ project_id, port_id }) => paths.port(project_id, port_id)),
    async (request, reply) => {
      checkedQuery(NO_QUERY, request.url)
      const { project_id, port_id } = request.params
      return answerRead(reply, await upstream.shared.readPort(project_id, port_id, askerOf(request)))
    },
  )

  function read(
    path: (params: Params) => string,
    query: Bounded<z.ZodMiniObject>,
    schema: ResponseSchema<unknown>,
  ): void {
    app.get<{ Params: Params }>(route(path), async (request, reply) => {
      const asked = queryString(checkedQuery(query, request.url) as Parameters<typeof queryString>[0])
      return answerRead(
        reply,
        await upstream.shared.read(path(request.params), asked, schema, askerOf(request)),
      )
    })
  }
  read(({ project_id }) => paths.securityGroups(project_id), GROUPS_QUERY, securityGroupsResponse)
  read(
    ({ project_id, security_group_id }) => paths.securityGroup(project_id, security_group_id),
    NO_QUERY,
    securityGroupResponse,
  )
  read(({ project_id }) => paths.rules(project_id), RULES_QUERY, rulesResponse)

  function dryRun(path: (params: Params) => string, schema: typeof INSERT_BODY | typeof REMOVE_BODY): void {
    app.put<{ Params: Params }>(route(path), async (request, reply) => {
      const body = checked(schema, request.body ?? undefined, 'body')
      if (body.dry_run !== true)
        throw ownError('Portside.InvalidRequest', 'Only dry runs go straight to the platform.', {
          fields: [{ path: 'dry_run', message: 'must be true' }],
          advice: `Send a change as an operation: POST ${route(({ project_id, port_id }) => paths.port(project_id, port_id))}/operations. So each of its steps is recorded before it is sent.`,
        })
      const sent = { method: 'PUT' as const, path: path(request.params), body }
      const { project_id, port_id } = request.params
      const asked = { ...request.session, project_id, port_id: port_id.toLowerCase() }
      return answerOutcome(reply, await sendDryRun(dryRuns, sent, asked, askerOf(request)))
    })
  }
  dryRun(({ project_id, port_id }) => paths.insert(project_id, port_id), INSERT_BODY)
  dryRun(({ project_id, port_id }) => paths.remove(project_id, port_id), REMOVE_BODY)
}

/** The pattern of a path of src/vpc/paths.ts, as Fastify takes it. */
function route(path: (params: Params) => string): string {
  const names = { project_id: ':project_id', port_id: ':port_id', security_group_id: ':security_group_id' }
  return `/api${decodeURIComponent(path(names))}`
}

function answerRead(reply: FastifyReply, { status, body }: ReadResponse<unknown>) {
  return answerJson(reply, status, body)
}

/**
 * Up to this many bytes, an answer goes out as text: Node writes its headers and it in one go then.
 */
const LARGEST_AS_TEXT = 16 * 1024

/** @param body JSON that was read, and so is UTF-8: as text it is the same */
function answerJson(reply: FastifyReply, status: number, body: Buffer) {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(body.length > LARGEST_AS_TEXT ? body : body.toString())
}

function answerOutcome(reply: FastifyReply, outcome: SendOutcome) {
  if ('body' in outcome) return answerJson(reply, outcome.status, outcome.body)
  return sendError(reply, { status: responseStatus(outcome.status, outcome.error), error: outcome.error })
}
