import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import * as z from 'zod/mini'
import {
  exportQuery,
  auditLogApi,
  auditLogQuery,
  auditLogResponse,
  auditRecordResponse,
} from '../../vpc/audit-log.ts'
import type { ProxyConfig } from '../config.ts'
import type { DatabaseAccess } from '../database/database.ts'
import { ownError } from '../errors.ts'
import { idParams } from '../request-checks.ts'
import { csvOf, jsonLinesOf } from './export.ts'
import { sendExport } from '../send-export.ts'
import { findAuditRecord, findAuditRecords } from './read.ts'

/** Audit records on a page, when the request doesn't say how many. */
const PAGE = 50

/** The routes that read the audit log (src/vpc/audit-log.ts). */
export async function auditLogPlugin(
  app: FastifyInstance,
  { database, config }: { database: Pick<DatabaseAccess, 'opened'>; config: Pick<ProxyConfig, 'projects'> },
): Promise<void> {
  const projects = config.projects.map(({ project_id }) => project_id)
  const routes = app.withTypeProvider<ZodTypeProvider>()
  const opened = async () => (await database.opened()).db

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
      const db = await opened()
      const streamOf = format === 'csv' ? csvOf : jsonLinesOf
      // A stream, which the schema of a text has no type for.
      const file: FastifyReply = reply
      return sendExport(file, 'records', format, streamOf(db, projects, filters))
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
        throw ownError('Portside.NotFound', `There is no audit record ${id}.`, {
          advice: 'Look for it in History.',
        })
      return reply.header('cache-control', 'no-store').send({ record })
    },
  )
}
