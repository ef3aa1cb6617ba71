import { checkResponse, type StepCheck } from '../../vpc/checks.ts'
import type { CheckRequest } from '../../vpc/portside-requests.ts'
import { api } from '../../vpc/portside-api.ts'
import { call } from './client.ts'

/** A check is as many calls of the platform as the plan has steps that it can check. */
const CHECK_MS = 180_000

/**
 * Dry-runs a plan; nothing is changed.
 * @returns one result a step
 * @throws CallError; Portside.ListChanged when the port has another list than the plan is made
 *   from
 */
export async function dryRunPlan(project: string, portId: string, plan: CheckRequest): Promise<StepCheck[]> {
  const response = await call(checkResponse, api.portChecks(project, portId), {
    method: 'POST',
    body: plan,
    timeoutMs: CHECK_MS,
  })
  return response.checks
}
