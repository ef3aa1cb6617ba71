import { randomUUID } from 'node:crypto'
import { sameList } from '../../vpc/list-difference.ts'
import { planChange, PlanRefused } from '../../vpc/plan-change.ts'
import { SETTLED, type OperationAnswer, type OperationRequest } from '../../vpc/portside-api.ts'
import { Turns } from '../database/turns.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { GuardCheck } from '../guards/guard-check.ts'
import { confirmedEntries } from '../records/entries.ts'
import { recorded } from '../records/not-recorded.ts'
import type { SignedIn } from '../session/session.ts'
import { refuseWrongPlan } from './plan-check.ts'
import { isOpen, readBack, readBackUntilKnown } from './read-back.ts'
import { end, forgetList, newRecord, type OperationRecord } from './record.ts'
import { interrupted, run, type RunContext } from './run.ts'

/** The port that an operation is for, and who asked for it. */
export type Asked = { project_id: string; port_id: string; by: SignedIn }

const PURPOSE = { 'go-on': 'go_on', 'go-back': 'go_back' } as const

/** All operations of this proxy: on each port one at a time, in the order in which they were asked for. */
export class Operations {
  readonly #context: RunContext
  readonly #guards: GuardCheck
  readonly #turns = new Turns()
  readonly #answers = new Turns()
  readonly #background = new Set<Promise<void>>()

  constructor(context: RunContext, guards: GuardCheck) {
    this.#context = context
    this.#guards = guards
  }

  /**
   * Finds the operations that an earlier run of the proxy left behind, and marks them `interrupted`: none goes on by itself, as
   * the operator may have done something else meanwhile. Their ports are read back in the background, as soon as the
   * platform can be reached.
   */
  async recover(): Promise<void> {
    for (const record of await this.#context.records.journal.allOpen()) {
      if (!SETTLED.has(record.status)) {
        end(record, 'interrupted', interrupted())
        forgetList(record)
        await this.#context.records.keep(record)
      }
      if (isOpen(record)) this.#readBackLater(record)
    }
  }

  /**
   * Takes a plan on, and carries it out when it is its turn. The same request again finds the operation that it made.
   * @throws ProxyError Portside.InvalidRequest when the steps do not lead where they should; Portside.OperationConflict when the ID is
   *   taken, or an operation with groups off the port waits for its answer; Portside.GuardBroken when it breaks a guard and
   *   `confirmed_by` does not name the port; Portside.NotRecorded
   */
  async submit(
    { confirmed_by, ...request }: OperationRequest,
    asked: Asked,
  ): Promise<{ record: OperationRecord; isNew: boolean }> {
    const { journal } = this.#context.records
    const earlier = await journal.find(request.operation_id)
    if (earlier) return { record: sameOperation(earlier, request, asked), isNew: false }
    refuseWrongPlan(request)
    await this.#refuseUnanswered(asked)
    const { by, ...port } = asked
    const planned = { ...request, ...port, user: by.user }
    const guards = await this.#guards.hold({ ...planned, confirmed_by })
    const record = newRecord({ ...planned, purpose: 'change' })
    const entries = confirmedEntries(confirmed_by, guards)
    if (!(await recorded('before', () => journal.add(record, by, entries))))
      return this.submit({ ...request, confirmed_by }, asked)
    this.#start(record)
    return { record, isNew: true }
  }

  /**
   * The operator's answer to an operation that ended early. `go-on` and `go-back` plan from the list as it stands, and come
   * back with the operation that carries it out; with the answered one when the list is already as wanted, and for `leave`.
   * @throws ProxyError Portside.OperationConflict when there is nothing to answer; Portside.GuardBroken as for a plan, compared with
   *   the list as it stands; UpstreamError when the port can't be read
   */
  answer(
    operationId: string,
    answer: OperationAnswer,
    by: SignedIn,
    confirmed_by?: string,
  ): Promise<OperationRecord> {
    return this.#answers.take(operationId, async () => {
      const { records } = this.#context
      const record = await records.journal.find(operationId)
      if (!record) throw ownError('Portside.NotFound', `There is no operation ${operationId}.`)
      const given = await this.#answeredBefore(record, answer)
      if (given) return given
      if (await records.journal.busy(record.project_id, record.port_id))
        throw ownError('Portside.OperationConflict', 'Another operation on this port is under way.', {
          advice: 'Wait for its end, then answer.',
        })

      const noteAnswer = () =>
        records.note(record, { kind: 'answered', at: new Date().toISOString(), answer, user: by.user })
      if (answer === 'leave') {
        // The list as it is left is worth knowing, but not knowing it must not keep anybody from leaving it.
        await readBack(record, this.#context).catch(ignoreUnread)
        if (record.status !== 'done') record.status = 'left'
        noteAnswer()
        await records.keep(record)
        return record
      }
      await readBack(record, this.#context)
      const list = record.list_now!
      const desired = answer === 'go-on' ? record.desired : record.before
      if (sameList(list, desired)) {
        record.status = answer === 'go-on' ? 'done' : 'left'
        noteAnswer()
        await records.keep(record)
        return record
      }
      const { project_id, port_id, port } = record
      const steps = planSteps(list, desired)
      const planned = { project_id, port_id, user: by.user, planned_from: list, steps }
      const guards = await this.#guards.hold({ ...planned, before: record.before, confirmed_by }, port)
      const following = newRecord({
        ...planned,
        operation_id: randomUUID(),
        purpose: PURPOSE[answer],
        desired,
        after: record,
      })
      record.status = 'superseded'
      record.followed_by = following.operation_id
      noteAnswer()
      const entries = confirmedEntries(confirmed_by, guards)
      await recorded('before', () => records.keepFollowed(record, following, by, entries))
      this.#start(following)
      return following
    })
  }

  /** Finishes the requests under way and sends no more; what is not at its end is `interrupted`. */
  async close(): Promise<void> {
    await this.#turns.idle()
    await this.#answers.idle()
    await Promise.all(this.#background)
  }

  #start(record: OperationRecord): void {
    void this.#turns.take(portOf(record), async () => {
      const { records, log, metrics } = this.#context
      metrics?.operationStarted()
      try {
        await run(record, this.#context)
        const { operation_id, status, steps } = record
        if (status === 'done') {
          log.info({ operation_id, status, steps: steps.length }, 'operation done')
          await this.#supersedeEarlier(record)
        } else if (isOpen(record)) this.#readBackLater(record)
      } catch (error) {
        // Most likely the journal can't be written: then nothing more may be sent, and no record tells more.
        log.error({ err: error, operation_id: record.operation_id }, 'operation broke off')
        end(record, 'stopped', ownError('Portside.Internal', 'Portside could not go on.').error)
        forgetList(record)
        await records
          .keep(record)
          .catch((failure) => log.error({ err: failure }, 'and could not be recorded'))
      } finally {
        metrics?.operationEnded(record.status)
      }
    })
  }

  /** Once a later operation has brought the port to the list that it was to have, there is nothing left to answer. */
  async #supersedeEarlier({ project_id, port_id, operation_id }: OperationRecord): Promise<void> {
    const { journal } = this.#context.records
    for (const earlier of await journal.unanswered(project_id, port_id))
      await this.#answers.take(earlier.operation_id, async () => {
        const latest = await journal.find(earlier.operation_id)
        if (latest?.status !== 'stopped' && latest?.status !== 'interrupted') return
        latest.status = 'superseded'
        latest.followed_by = operation_id
        await this.#context.records.keep(latest)
      })
  }

  /** What an answer given before came to, when the same is given again: its own answer may have been lost. */
  async #answeredBefore(
    record: OperationRecord,
    answer: OperationAnswer,
  ): Promise<OperationRecord | undefined> {
    const { status, followed_by } = record
    if (status === 'stopped' || status === 'interrupted') return undefined
    if (answer === 'leave' && status === 'left') return record
    if (answer !== 'leave' && status === 'superseded' && followed_by) {
      const following = await this.#context.records.journal.find(followed_by)
      if (following?.follows === record.operation_id && following.purpose === PURPOSE[answer])
        return following
    }
    throw ownError('Portside.OperationConflict', `The operation is ${status}: it asks for no answer.`, {
      advice: 'Reload the port to see how it stands.',
    })
  }

  /**
   * An operator who meets a port with groups off it by an operation that ended early has to answer that one first: a new
   * arrangement, made from the list as it is, would leave them off for good without anybody having said so. One that left no group off
   * does not stand in the way.
   */
  async #refuseUnanswered({ project_id, port_id }: Asked): Promise<void> {
    for (const record of await this.#context.records.journal.unanswered(project_id, port_id)) {
      // What it says may be old: perhaps somebody put it right elsewhere.
      if (record.off_the_port.length > 0 || isOpen(record))
        await this.#answers.take(record.operation_id, async () => {
          const latest = await this.#context.records.journal.find(record.operation_id)
          if (latest) await readBack(Object.assign(record, latest), this.#context).catch(ignoreUnread)
        })
      if (record.off_the_port.length > 0 || record.list_now === null)
        throw ownError(
          'Portside.OperationConflict',
          record.list_now === null
            ? `Operation ${record.operation_id} ended early, and the port's list could not be read since.`
            : `Operation ${record.operation_id} ended early and left ${record.off_the_port.length} security groups off the port: ${record.off_the_port.join(', ')}.`,
          { advice: 'Answer that operation first: go on, go back to the list before, or leave it as it is.' },
        )
    }
  }

  #readBackLater({ operation_id }: OperationRecord): void {
    const { journal } = this.#context.records
    // An answer and a reading at once would write over each other.
    const find = async () => {
      const record = await journal.find(operation_id)
      return record?.status === 'stopped' || record?.status === 'interrupted' ? record : undefined
    }
    const reading = readBackUntilKnown(find, this.#context, (work) => this.#answers.take(operation_id, work))
      .catch((error) => this.#context.log.error({ err: error, operation_id }, 'port not read back'))
      .finally(() => this.#background.delete(reading))
    this.#background.add(reading)
  }
}

function portOf({ project_id, port_id }: Pick<OperationRecord, 'project_id' | 'port_id'>): string {
  return `${project_id}/${port_id.toLowerCase()}`
}

function ignoreUnread(error: unknown): void {
  if (!(error instanceof ProxyError)) throw error
}

function sameOperation(earlier: OperationRecord, request: OperationRequest, asked: Asked): OperationRecord {
  const same =
    earlier.project_id === asked.project_id &&
    earlier.port_id === asked.port_id &&
    sameList(earlier.planned_from, request.planned_from) &&
    sameList(earlier.desired, request.desired) &&
    JSON.stringify(earlier.steps.map(({ step }) => stepText(step))) ===
      JSON.stringify(request.steps.map(stepText))
  if (same) return earlier
  throw ownError(
    'Portside.OperationConflict',
    `Operation ${earlier.operation_id} is another one: its port, lists or steps are not the same.`,
    { advice: 'Send a new plan with a new operation_id.' },
  )
}

function stepText(step: OperationRequest['steps'][number]) {
  return [step.kind, step.security_groups, step.kind === 'insert' ? step.index : undefined]
}

function planSteps(from: readonly string[], to: readonly string[]) {
  try {
    return planChange(from, to).steps.map(({ step }) => step)
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error
    throw ownError('Portside.OperationConflict', `There is no way to that list: ${error.message}.`, {
      advice: 'Leave the list as it is, and arrange it anew.',
    })
  }
}
