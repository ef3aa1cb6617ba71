import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { checkResponse } from '../../vpc/checks.ts'
import { checkRequest } from '../../vpc/portside-requests.ts'
import { api } from '../../vpc/portside-api.ts'
import type { ProxyConfig } from '../config.ts'
import { askerOf, portParams } from '../request-checks.ts'
import { planningOf } from '../planning.ts'
import { refuseWrongPlan } from '../wrong-plan.ts'
import { checkPlan, type DryRuns } from './dry-run.ts'

/** The route that dry-runs a plan (src/vpc/checks.ts). */
export async function dryRunPlugin(
  app: FastifyInstance,
  { dryRuns, config }: { dryRuns: DryRuns; config: Pick<ProxyConfig, 'projects' | 'changes'> },
): Promise<void> {
  app.withTypeProvider<ZodTypeProvider>().post(
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
      const planning = planningOf(config, params.project_id, dryRuns.upstream.offersOf(params.project_id))
      refuseWrongPlan(plan, planning)
      const port = { project_id: params.project_id, port_id: params.port_id.toLowerCase() }
      const result = await checkPlan(
        dryRuns,
        { ...plan, ...planning },
        { ...session, ...port },
        askerOf(request),
      )
      return reply.header('cache-control', 'no-store').send(result)
    },
  )
}
