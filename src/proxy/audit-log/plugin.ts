import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import * as z from 'zod/mini'
import { checkRequest, checkResponse } from '../../vpc/checks.ts'
import { api } from '../../vpc/portside-api.ts'
import {
  exportQuery,
  auditLogApi,
  auditLogQuery,
  auditLogResponse,
  auditRecordResponse,
} from '../../vpc/audit-log.ts'
import { groupsPerPort, type ProxyConfig } from '../config.ts'
import { ownError } from '../errors.ts'
import { refuseWrongPlan } from '../wrong-plan.ts'
import { askerOf, idParams, portParams } from '../request-checks.ts'
import { checkPlan, type DryRuns } from './dry-run.ts'
import { csvOf, jsonLinesOf } from './export.ts'
import { findAuditRecord, findAuditRecords } from './read.ts'

const PAGE = 50

/**
 * Portside's own calls about records (src/vpc/audit-log.ts): reading them, and dry-running a plan.
 */
export async function auditLogPlugin(
  app: FastifyInstance,
  { dryRuns, config }: { dryRuns: DryRuns; config: Pick<ProxyConfig, 'projects'> },
): Promise<void> {
  const projects = config.projects.map(({ project_id }) => project_id)
  const routes = app.withTypeProvider<ZodTypeProvider>()
  const opened = async () => (await dryRuns.database.opened()).db

  routes.get(
    auditLogApi.records(),
    {
      schema: {
        summary: 'A page of the audit log, newest first.',
        querystring: auditLogQuery,
        response: { 200: auditLogResponse },
      },
    },
    async (request, reply) => {
      const { limit = PAGE, after, ...filters } = request.query
      const page = await findAuditRecords(await opened(), { projects, filters, limit, after })
      return reply
        .header('cache-control', 'no-store')
        .send({ records: page.records, next: page.next ?? null })
    },
  )

  routes.get(
    auditLogApi.exported(),
    {
      schema: {
        summary: 'All audit records that the filters leave, as a file.',
        querystring: exportQuery,
        response: {
          200: {
            description: 'CSV has a line for each audit record, JSON Lines has each in full.',
            content: { 'text/csv': { schema: z.string() }, 'application/jsonl': { schema: z.string() } },
          },
        },
      },
    },
    async (request, reply) => {
      const { format, ...filters } = request.query
      const day = new Date().toISOString().slice(0, 10)
      // A stream, which the schema of a text has no type for.
      const file: FastifyReply = reply
      file
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="portside-records-${day}.${format}"`)
      const db = await opened()
      return format === 'csv'
        ? file.type('text/csv; charset=utf-8').send(csvOf(db, projects, filters))
        : file.type('application/jsonl; charset=utf-8').send(jsonLinesOf(db, projects, filters))
    },
  )

  routes.get(
    decodeURIComponent(auditLogApi.record(':id')),
    {
      schema: {
        summary: 'One audit record with all its entries.',
        params: idParams,
        response: { 200: auditRecordResponse },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const record = await findAuditRecord(await opened(), projects, id.toLowerCase())
      if (!record)
        throw ownError('Portside.NotFound', `There is no record ${id}.`, {
          advice: 'Look for it in the history.',
        })
      return reply.header('cache-control', 'no-store').send({ record })
    },
  )

  routes.post(
    decodeURIComponent(api.portChecks(':project_id', ':port_id')),
    {
      schema: {
        summary: 'Dry-run a plan.',
        params: portParams,
        body: checkRequest,
        response: { 200: checkResponse },
      },
    },
    async (request, reply) => {
      const { params, session, body: plan } = request
      refuseWrongPlan(plan, groupsPerPort(config.projects, params.project_id))
      const port = { project_id: params.project_id, port_id: params.port_id.toLowerCase() }
      const result = await checkPlan(dryRuns, plan, { ...session, ...port }, askerOf(request))
      return reply.header('cache-control', 'no-store').send(result)
    },
  )
}
