import { applyStep, StepRefused, type ChangeStep } from '../../vpc/change-step.ts'
import { dryRunRequest, stepRequest, type StepRequest } from '../../vpc/step-request.ts'
import type { StepCheck } from '../../vpc/checks.ts'
import type { CheckRequest } from '../../vpc/portside-requests.ts'
import { refusedFields } from '../../vpc/errors.ts'
import { sameList } from '../../vpc/list-difference.ts'
import { plannedSteps, type PlannedStep } from '../../vpc/plan-change.ts'
import type { AuditOutcome } from '../../vpc/audit-log.ts'
import { insertSecurityGroupsRequest, removeSecurityGroupsRequest } from '../../vpc/requests.ts'
import type { DatabaseAccess } from '../database/database.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { Planning } from '../planning.ts'
import type { SignedIn } from '../session/session.ts'
import { responseStatus } from '../upstream/connection.ts'
import type { Asker, SendOutcome, Upstream } from '../upstream/upstream.ts'
import { failedReadEntry, readEntry } from '../audit-log/entries.ts'
import { DryRunRecord } from './dry-run-record.ts'

/** What dry runs need: the database, opened with the first one, and the platform. */
export type DryRuns = { database: Pick<DatabaseAccess, 'opened'>; upstream: Upstream }

/** The port that a dry run is for, and who wants it. */
export type DryRunRequester = SignedIn & { project_id: string; port_id: string }

/**
 * Dry-runs a plan, and writes one audit record of it. The platform checks a step that means the
 * same on today's list as in its turn (docs/platform.md, Insert, `dry_run`), and of a replacement
 * what can be checked by inserting its new groups; the model of the list checks the others. Each
 * request is recorded before it is sent, and nothing is changed.
 * @param asker aborts its signal when nobody waits for the result any more: then no more is sent
 * @throws ProxyError Portside.ListChanged when the port's list is not `planned_from`;
 *   Portside.NotRecorded when the database can't be written; UpstreamError when the port can't be
 *   read
 */
export async function checkPlan(
  { database, upstream }: DryRuns,
  { planned_from, desired, steps, limit, calls }: CheckRequest & Pick<Planning, 'limit' | 'calls'>,
  requester: DryRunRequester,
  asker: Asker,
): Promise<{ record_id: string; checks: StepCheck[] }> {
  const plan = plannedSteps(planned_from, desired, steps)
  const record = new DryRunRecord(database, {
    ...requester,
    before: planned_from,
    planned: desired,
    plan: steps,
  })
  const { project_id, port_id } = requester
  let list: string[]
  try {
    const { port, request_id } = await upstream.readPort(project_id, port_id, {
      ...asker,
      onCall: record.count,
    })
    record.note(readEntry(port, request_id))
    list = port.security_groups
  } catch (failure) {
    if (!(failure instanceof ProxyError)) throw failure
    record.note(failedReadEntry(failure.error))
    await record.end('incomplete', null, failure.error)
    throw failure
  }
  if (!sameList(list, planned_from)) {
    const changed = ownError(
      'Portside.ListChanged',
      "The port's list is not the one that was planned from.",
      {
        outcome: 'not_sent',
        advice: 'Look at what changed first.',
      },
    )
    await record.end('list_changed', list, changed.error)
    throw changed
  }

  const checks: StepCheck[] = []
  let failed = false
  for (const [stepNumber, planned] of plan.entries()) {
    let check: StepCheck
    const request = planned.independent
      ? dryRunRequest(planned.step, planned_from, project_id, port_id, limit, calls)
      : undefined
    if (request === undefined) {
      check = checkByModel(requester, planned)
      const problem = check.kind === 'portside_refused' ? check.problem : null
      record.note({ kind: 'portside_check', at: new Date().toISOString(), step: stepNumber, problem })
    } else if (failed || asker.signal?.aborted) {
      check = { kind: 'skipped' }
      record.note({ kind: 'not_asked', at: new Date().toISOString(), step: stepNumber })
    } else {
      const outcome = await record.send(stepNumber, request, () =>
        upstream.send(request, { ...asker, onCall: record.count }),
      )
      if (outcome.kind === 'port') list = outcome.port.security_groups
      check = stepCheckOf(outcome, planned.step, request)
      failed = check.kind === 'failed'
    }
    checks.push(check)
  }
  await record.end(dryRunOutcome(checks), list, firstError(checks))
  return { record_id: record.record_id, checks }
}

/**
 * Sends one dry run that came as the platform's own call, and writes an audit record of it.
 * @throws ProxyError Portside.NotRecorded
 */
export async function sendDryRun(
  { database, upstream }: DryRuns,
  request: StepRequest,
  requester: DryRunRequester,
  asker: Asker,
): Promise<SendOutcome> {
  const { security_groups, index } = { index: undefined, ...request.body.port }
  const step = request.path.endsWith('/insert-security-groups')
    ? { kind: 'insert' as const, security_groups, ...(index !== undefined && { index }) }
    : { kind: 'remove' as const, security_groups }
  const record = new DryRunRecord(database, { ...requester, before: null, planned: null, plan: [step] })
  const outcome = await record.send(0, request, () =>
    upstream.send(request, { ...asker, onCall: record.count }),
  )
  const check = stepCheckOf(outcome, step, request)
  await record.end(dryRunOutcome([check]), null, firstError([check]))
  return outcome
}

/** What the response to `request`, a dry run, says of a step. */
function stepCheckOf(outcome: SendOutcome, step: ChangeStep, request: StepRequest): StepCheck {
  // A dry run gets 202. After 200, the platform may have carried the step out.
  if (outcome.kind === 'port')
    return {
      kind: 'failed',
      status: 502,
      error: ownError(
        'Portside.UnreadableAnswer',
        'The platform responded to a dry run with 200, as to a change.',
        {
          request_id: outcome.request_id,
          outcome: 'unknown',
          advice: 'Read the port again: the platform may have carried the step out.',
        },
      ).error,
    }
  if (outcome.kind === 'checked')
    return step.kind === 'replace'
      ? {
          kind: 'platform_partly',
          request_id: outcome.request_id,
          groups: request.body.port.security_groups,
        }
      : { kind: 'platform', request_id: outcome.request_id }
  const status = responseStatus(outcome.status, outcome.error)
  return { kind: isRefusal(outcome) ? 'refused' : 'failed', status, error: outcome.error }
}

/** True when the platform refused the step. 401, 403 and 429 say nothing about the step. */
function isRefusal({ kind, status }: SendOutcome): boolean {
  return kind === 'refused' && status >= 400 && status < 500 && ![401, 403, 429].includes(status)
}

/** Checks a step by the schema of its request and by the model of the list. */
function checkByModel(
  { project_id, port_id }: DryRunRequester,
  { step, before, after }: PlannedStep,
): StepCheck {
  // A replacement names groups as a remove does.
  const schema = step.kind === 'insert' ? insertSecurityGroupsRequest : removeSecurityGroupsRequest
  const { body } = stepRequest(step, project_id, port_id)
  const request = schema.safeParse(body)
  if (!request.success) {
    const field = refusedFields(request.error, body)[0]
    return { kind: 'portside_refused', problem: `${field?.path} ${field?.message}` }
  }
  try {
    if (sameList(applyStep(before, step), after)) return { kind: 'portside' }
    return { kind: 'portside_refused', problem: 'the list after the step would not be the planned one' }
  } catch (error) {
    if (!(error instanceof StepRefused)) throw error
    return { kind: 'portside_refused', problem: error.message }
  }
}

function dryRunOutcome(checks: readonly StepCheck[]): AuditOutcome {
  if (checks.some(({ kind }) => kind === 'refused' || kind === 'portside_refused')) return 'refused'
  return checks.some(({ kind }) => kind === 'failed' || kind === 'skipped') ? 'incomplete' : 'passed'
}

function firstError(checks: readonly StepCheck[]) {
  for (const check of checks) if ('error' in check) return check.error
  return null
}
