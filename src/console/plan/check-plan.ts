import { applyStep, stepRequest, type ChangeStep } from '../../vpc/change-plan.ts'
import { refusedFields } from '../../vpc/errors.ts'
import { sameList } from '../../vpc/list-difference.ts'
import type { ChangePlan, PlannedStep } from '../../vpc/plan-change.ts'
import { insertSecurityGroupsRequest, removeSecurityGroupsRequest } from '../../vpc/requests.ts'
import { checkStep } from '../proxy-client/mutations.ts'
import { isSessionLost, ProxyError } from '../proxy-client/proxy-error.ts'

/**
 * What a check found out about one step.
 * - `platform`: the platform's dry run answered 202, with `request_id`; `refused` with its error.
 * - `portside`: it stands on an earlier step, so Portside checked it against the schemas and the model of the list.
 * - `failed`: the platform could not be asked, or did not say yes or no. `skipped`: not asked after such a failure.
 */
export type StepCheck =
  | { kind: 'platform'; request_id: string | null }
  | { kind: 'refused'; error: ProxyError }
  | { kind: 'portside' }
  | { kind: 'portside_refused'; problem: string }
  | { kind: 'failed'; error: unknown }
  | { kind: 'skipped' }

/**
 * Checks a plan without changing anything: each step that says the same to the list as it stands as in its turn by the
 * platform's dry run (insert-security-groups.txt, Table 2, `dry_run`), the others by Portside itself.
 * @returns one result a step
 * @throws ProxyError when the session is lost; the signal's reason after a cancel
 */
export async function checkPlan(
  project: string,
  port: string,
  plan: ChangePlan,
  signal?: AbortSignal,
): Promise<StepCheck[]> {
  const checks: StepCheck[] = []
  let down = false
  for (const step of plan.steps) {
    if (!step.standsAlone) checks.push(checkHere(project, port, step))
    else if (down) checks.push({ kind: 'skipped' })
    else {
      const check = await checkThere(project, port, step.step, signal)
      down = check.kind === 'failed'
      checks.push(check)
    }
  }
  return checks
}

/** True when every step was found right. */
export function isPassed(checks: readonly StepCheck[]): boolean {
  return checks.every(({ kind }) => kind === 'platform' || kind === 'portside')
}

/** The groups that refusals name, by ID or by their place in the request, each with the message. */
export function refusedGroups(
  steps: readonly PlannedStep[],
  checks: readonly StepCheck[],
): ReadonlyMap<string, string> {
  const refused = new Map<string, string>()
  for (const [n, check] of checks.entries()) {
    if (check.kind !== 'refused') continue
    const groups = steps[n]?.step.security_groups ?? []
    for (const id of groups) if (check.error.error_msg.includes(id)) refused.set(id, check.error.error_msg)
    for (const { path, message } of check.error.fields) {
      const place = /^(?:port\.)?security_groups\.(\d+)$/.exec(path)?.[1]
      const id = place === undefined ? undefined : groups[Number(place)]
      if (id !== undefined) refused.set(id, message)
    }
  }
  return refused
}

async function checkThere(
  project: string,
  port: string,
  step: ChangeStep,
  signal: AbortSignal | undefined,
): Promise<StepCheck> {
  try {
    const answer = await checkStep(project, port, step, signal)
    return { kind: 'platform', request_id: answer.request_id ?? null }
  } catch (error) {
    if (signal?.aborted || isSessionLost(error)) throw error
    return error instanceof ProxyError && isRefusal(error.status)
      ? { kind: 'refused', error }
      : { kind: 'failed', error }
  }
}

/** A plain no to this request; being asked too often, or without permission, says nothing about the step. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status)
}

function checkHere(project: string, port: string, { step, before, after }: PlannedStep): StepCheck {
  const schema = step.kind === 'insert' ? insertSecurityGroupsRequest : removeSecurityGroupsRequest
  const { body } = stepRequest(step, project, port, false)
  const request = schema.safeParse(body)
  if (!request.success) {
    const field = refusedFields(request.error, body)[0]
    return { kind: 'portside_refused', problem: `${field?.path} ${field?.message}` }
  }
  try {
    if (sameList(applyStep(before, step), after)) return { kind: 'portside' }
    return { kind: 'portside_refused', problem: 'the list after the step would not be the planned one' }
  } catch (error) {
    return { kind: 'portside_refused', problem: error instanceof Error ? error.message : String(error) }
  }
}
