import { randomUUID } from 'node:crypto'
import { applyStep, stepRequest, StepRefused, type StepRequest } from '../../vpc/change-step.ts'
import type { CheckRequest, StepCheck } from '../../vpc/checks.ts'
import { refusedFields } from '../../vpc/errors.ts'
import { sameList } from '../../vpc/list-difference.ts'
import { plannedSteps, type PlannedStep } from '../../vpc/plan-change.ts'
import type { AuditEntry, AuditOutcome } from '../../vpc/audit-log.ts'
import { insertSecurityGroupsRequest, removeSecurityGroupsRequest } from '../../vpc/requests.ts'
import type { DatabaseAccess } from '../database/database.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { SignedIn } from '../session/session.ts'
import { responseStatus } from '../upstream/connection.ts'
import type { Asker, SendOutcome, Upstream } from '../upstream/upstream.ts'
import { responseEntry, endEntry, readEntry, requestEntry, unreadEntry } from './entries.ts'
import { whileRecording } from './not-recorded.ts'
import { addAuditEntries, beginAuditRecord, writeAtLeast, type NewAuditRecord } from './write.ts'

/** What dry runs need: the database, opened when it is needed, and the platform. */
export type DryRuns = { database: Pick<DatabaseAccess, 'opened'>; upstream: Upstream }

/** The port that a dry run is for, and who asked for it. */
export type Asked = SignedIn & { project_id: string; port_id: string }

/**
 * Dry-runs a plan, as one record: each step that says the same to the list as it stands as in its
 * turn by the platform, the others by Portside itself. Nothing is sent before it is recorded.
 * Nothing is changed.
 * @param asker its signal is aborted when nobody waits for the answer any more: then no more is
 *   sent
 * @throws ProxyError Portside.ListChanged when the port's list is not `planned_from`;
 *   Portside.NotRecorded when the database can't be written; UpstreamError when the port can't be
 *   read
 */
export async function checkPlan(
  { database, upstream }: DryRuns,
  { planned_from, desired, steps }: CheckRequest,
  asked: Asked,
  asker: Asker,
): Promise<{ record_id: string; checks: StepCheck[] }> {
  const plan = plannedSteps(planned_from, desired, steps)
  const record = new DryRunAuditRecord(database, {
    ...asked,
    before: planned_from,
    planned: desired,
    plan: steps,
  })
  const { project_id, port_id } = asked
  let list: string[]
  try {
    const { port, request_id } = await upstream.readPort(project_id, port_id, asker)
    record.note(readEntry(port, request_id))
    list = port.security_groups
  } catch (failure) {
    if (!(failure instanceof ProxyError)) throw failure
    record.note(unreadEntry(failure.error))
    await record.end('incomplete', null, failure.error)
    throw failure
  }
  if (!sameList(list, planned_from)) {
    const changed = ownError(
      'Portside.ListChanged',
      "The port's list is not the one that was planned from.",
      {
        outcome: 'not_sent',
        advice: 'Look at what changed before anything else is sent.',
      },
    )
    await record.end('list_changed', list, changed.error)
    throw changed
  }

  const checks: StepCheck[] = []
  let down = false
  for (const [index, planned] of plan.entries()) {
    let check: StepCheck
    if (!planned.standsAlone) {
      check = checkHere(asked, planned)
      const problem = check.kind === 'portside_refused' ? check.problem : null
      record.note({ kind: 'portside_check', at: new Date().toISOString(), step: index, problem })
    } else if (down || asker.signal?.aborted) {
      check = { kind: 'skipped' }
      record.note({ kind: 'not_asked', at: new Date().toISOString(), step: index })
    } else {
      const request = stepRequest(planned.step, project_id, port_id, true)
      const outcome = await record.send(index, request, () => upstream.send(request, asker))
      if (outcome.kind === 'port') list = outcome.port.security_groups
      check = checkOf(outcome)
      down = check.kind === 'failed'
    }
    checks.push(check)
  }
  await record.end(dryRunOutcome(checks), list, firstError(checks))
  return { record_id: record.record_id, checks }
}

/**
 * Sends one dry run, as asked for by the platform's own call, as a record of its own. @throws
 * ProxyError Portside.NotRecorded
 */
export async function sendDryRun(
  { database, upstream }: DryRuns,
  request: StepRequest,
  asked: Asked,
  asker: Asker,
): Promise<SendOutcome> {
  const { security_groups, index } = { index: undefined, ...request.body.port }
  const step = request.path.endsWith('/insert-security-groups')
    ? { kind: 'insert' as const, security_groups, ...(index !== undefined && { index }) }
    : { kind: 'remove' as const, security_groups }
  const record = new DryRunAuditRecord(database, { ...asked, before: null, planned: null, plan: [step] })
  const outcome = await record.send(0, request, () => upstream.send(request, asker))
  const check = checkOf(outcome)
  await record.end(dryRunOutcome([check]), null, firstError([check]))
  return outcome
}

type Noted = Pick<
  NewAuditRecord,
  'project_id' | 'port_id' | 'user' | 'subject' | 'role' | 'before' | 'planned' | 'plan'
>

/**
 * The record of a dry run, as it is written: begun with the first request, which is not sent
 * before.
 */
class DryRunAuditRecord {
  readonly record_id = randomUUID()
  readonly #database: DryRuns['database']
  readonly #noted: Noted
  readonly #at = new Date().toISOString()
  #begun = false
  #pending: AuditEntry[] = []

  constructor(database: DryRuns['database'], noted: Noted) {
    this.#database = database
    this.#noted = noted
  }

  /** Notes what is written with the next request, or the end. */
  note(entry: AuditEntry): void {
    this.#pending.push(entry)
  }

  async send(step: number, request: StepRequest, send: () => Promise<SendOutcome>): Promise<SendOutcome> {
    this.note(requestEntry(step, request))
    await this.#write('before')
    const outcome = await send()
    this.note(responseEntry(step, outcome))
    return outcome
  }

  async end(outcome: AuditOutcome, list: string[] | null, error: ProxyError['error'] | null): Promise<void> {
    this.note(endEntry(outcome, list, error))
    await this.#write('after')
  }

  #write(when: 'before' | 'after'): Promise<void> {
    return whileRecording(when, async () => {
      const { db } = await this.#database.opened()
      const { record_id } = this
      const record = {
        ...this.#noted,
        record_id,
        kind: 'dry_run' as const,
        at: this.#at,
        undo_to: null,
        follows: null,
      }
      await writeAtLeast(this.#pending, (entries) =>
        this.#begun
          ? addAuditEntries(db, record_id, entries)
          : db.transaction().execute((transaction) => beginAuditRecord(transaction, record, entries)),
      )
      this.#begun = true
      this.#pending = []
    })
  }
}

function checkOf(outcome: SendOutcome): StepCheck {
  // A 200 to a dry run: the platform took it for done; nothing says that it was only checked.
  if (outcome.kind === 'port')
    return {
      kind: 'failed',
      status: 502,
      error: ownError('Portside.UnreadableAnswer', 'The cloud answered 200, as to a change, to a dry run.', {
        request_id: outcome.request_id,
        outcome: 'unknown',
        advice: 'Read the port again: the cloud may have carried the step out.',
      }).error,
    }
  if (outcome.kind === 'checked') return { kind: 'platform', request_id: outcome.request_id }
  const status = responseStatus(outcome.status, outcome.error)
  return { kind: isRefusal(outcome) ? 'refused' : 'failed', status, error: outcome.error }
}

/**
 * A plain no to this request; being asked too often, or without permission, says nothing about the
 * step.
 */
function isRefusal({ kind, status }: SendOutcome): boolean {
  return kind === 'refused' && status >= 400 && status < 500 && ![401, 403, 429].includes(status)
}

function checkHere({ project_id, port_id }: Asked, { step, before, after }: PlannedStep): StepCheck {
  const schema = step.kind === 'insert' ? insertSecurityGroupsRequest : removeSecurityGroupsRequest
  const { body } = stepRequest(step, project_id, port_id, false)
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
