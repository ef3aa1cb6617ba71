import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod/mini'
import { paths } from '../vpc/paths.ts'
import {
  insertSecurityGroupsRequest,
  portsQuery,
  queryString,
  readQuery,
  removeSecurityGroupsRequest,
  rulesQuery,
  securityGroupsQuery,
} from '../vpc/requests.ts'
import type { ProxyConfig } from './config.ts'
import { answerError, ownError } from './errors.ts'
import { sendDryRun, type DryRuns } from './records/dry-run.ts'
import { askerOf, checkParams, checked, type Params } from './request-checks.ts'
import {
  portAnswerOf,
  portsAnswer,
  rulesAnswer,
  securityGroupAnswer,
  securityGroupsAnswer,
} from './upstream/answer-schemas.ts'
import { answerStatus } from './upstream/connection.ts'
import type { AnswerSchema, SendOutcome } from './upstream/upstream.ts'

const noQuery = z.strictObject({})

/**
 * The platform's own calls (src/vpc/paths.ts) under `/api`: all reads, and insert and remove as dry runs. Requests are
 * checked here, strictly; answers are checked tolerantly and passed on in the platform's own words. Each dry run is recorded.
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

  function read(
    path: (params: Params) => string,
    query: z.ZodMiniObject,
    schema: (params: Params) => AnswerSchema<unknown>,
  ): void {
    app.get<{ Params: Params }>(route(path), async (request, reply) => {
      const { status, body } = await upstream.readShared(
        path(request.params),
        queryOf(request.url, query),
        schema(request.params),
        askerOf(request),
      )
      return answerJson(reply, status, body)
    })
  }
  read(
    ({ project_id }) => paths.ports(project_id),
    portsQuery,
    () => portsAnswer,
  )
  read(
    ({ project_id, port_id }) => paths.port(project_id, port_id),
    noQuery,
    ({ port_id }) => portAnswerOf(port_id),
  )
  read(
    ({ project_id }) => paths.securityGroups(project_id),
    securityGroupsQuery,
    () => securityGroupsAnswer,
  )
  read(
    ({ project_id, security_group_id }) => paths.securityGroup(project_id, security_group_id),
    noQuery,
    () => securityGroupAnswer,
  )
  read(
    ({ project_id }) => paths.rules(project_id),
    rulesQuery,
    () => rulesAnswer,
  )

  function dryRun(
    path: (params: Params) => string,
    schema: typeof insertSecurityGroupsRequest | typeof removeSecurityGroupsRequest,
  ): void {
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
  dryRun(({ project_id, port_id }) => paths.insert(project_id, port_id), insertSecurityGroupsRequest)
  dryRun(({ project_id, port_id }) => paths.remove(project_id, port_id), removeSecurityGroupsRequest)
}

/** The pattern of a path of src/vpc/paths.ts, as Fastify takes it. */
function route(path: (params: Params) => string): string {
  const names = { project_id: ':project_id', port_id: ':port_id', security_group_id: ':security_group_id' }
  return `/api${decodeURIComponent(path(names))}`
}

/** The query of `url` as it goes to the platform. @throws ProxyError when it does not fit `schema` */
function queryOf(url: string, schema: z.ZodMiniObject): string {
  const start = url.indexOf('?')
  if (start < 0) return ''
  const asked = checked(schema, readQuery(schema, new URLSearchParams(url.slice(start + 1))), 'query')
  return queryString(asked as Parameters<typeof queryString>[0])
}

function answerJson(reply: FastifyReply, status: number, body: Buffer) {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(body)
}

function answerOutcome(reply: FastifyReply, outcome: SendOutcome) {
  if ('body' in outcome) return answerJson(reply, outcome.status, outcome.body)
  return answerError(reply, { status: answerStatus(outcome.status, outcome.error), error: outcome.error })
}
