import type { FastifyInstance } from 'fastify'
import * as z from 'zod/mini'
import { checkRequest } from '../../vpc/checks.ts'
import { uuid } from '../../vpc/ids.ts'
import { api } from '../../vpc/portside-api.ts'
import { exportQuery, auditLogApi, auditLogQuery } from '../../vpc/audit-log.ts'
import { groupsPerPort, type ProxyConfig } from '../config.ts'
import { ownError } from '../errors.ts'
import { refuseWrongPlan } from '../operations/plan-check.ts'
import { askerOf, bounded, checked, checkedQuery, checkParams } from '../request-checks.ts'
import { checkPlan, type DryRuns } from './dry-run.ts'
import { csvOf, jsonLinesOf } from './export.ts'
import { findAuditRecord, findAuditRecords } from './read.ts'

const PAGE = 50

const RECORD_PARAMS = bounded(z.object({ id: uuid }))
const RECORDS_QUERY = bounded(auditLogQuery)
const EXPORT_QUERY = bounded(exportQuery)
const CHECK_BODY = bounded(checkRequest)

type PortParams = { project_id: string; port_id: string }

/**
 * Portside's own calls about records (src/vpc/audit-log.ts): reading them, and dry-running a plan.
 */
export async function auditLogPlugin(
  app: FastifyInstance,
  { dryRuns, config }: { dryRuns: DryRuns; config: Pick<ProxyConfig, 'projects'> },
): Promise<void> {
  const projects = config.projects.map(({ project_id }) => project_id)
  const opened = async () => (await dryRuns.database.opened()).db

  app.get(auditLogApi.records(), async (request, reply) => {
    const { limit = PAGE, after, ...filters } = checkedQuery(RECORDS_QUERY, request.url)
    const page = await findAuditRecords(await opened(), { projects, filters, limit, after })
    return reply.header('cache-control', 'no-store').send({ records: page.records, next: page.next ?? null })
  })

  app.get(auditLogApi.exported(), async (request, reply) => {
    const { format, ...filters } = checkedQuery(EXPORT_QUERY, request.url)
    const day = new Date().toISOString().slice(0, 10)
    reply
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="portside-records-${day}.${format}"`)
    const db = await opened()
    return format === 'csv'
      ? reply.type('text/csv; charset=utf-8').send(csvOf(db, projects, filters))
      : reply.type('application/jsonl; charset=utf-8').send(jsonLinesOf(db, projects, filters))
  })

  app.get<{ Params: { id: string } }>(
    decodeURIComponent(auditLogApi.record(':id')),
    async (request, reply) => {
      const { id } = checked(RECORD_PARAMS, request.params, 'path')
      const record = await findAuditRecord(await opened(), projects, id.toLowerCase())
      if (!record)
        throw ownError('Portside.NotFound', `There is no record ${id}.`, {
          advice: 'Look for it in the history.',
        })
      return reply.header('cache-control', 'no-store').send({ record })
    },
  )

  app.post<{ Params: PortParams }>(
    decodeURIComponent(api.portChecks(':project_id', ':port_id')),
    async (request, reply) => {
      const { params, session } = request
      checkParams(params, new Set(projects))
      const plan = checked(CHECK_BODY, request.body ?? undefined, 'body')
      refuseWrongPlan(plan, groupsPerPort(config.projects, params.project_id))
      const port = { project_id: params.project_id, port_id: params.port_id.toLowerCase() }
      const answer = await checkPlan(dryRuns, plan, { ...session, ...port }, askerOf(request))
      return reply.header('cache-control', 'no-store').send(answer)
    },
  )
}
