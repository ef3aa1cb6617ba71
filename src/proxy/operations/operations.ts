import { randomUUID } from 'node:crypto'
import { sameList } from '../../vpc/list-difference.ts'
import type { OperationAnswer, OperationRequest } from '../../vpc/portside-api.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { GuardCheck } from '../guards/guard-check.ts'
import { confirmedEntries } from '../records/entries.ts'
import { recorded } from '../records/not-recorded.ts'
import type { SignedIn } from '../session/session.ts'
import { UNANSWERED } from './journal.ts'
import { planSteps, refuseWrongPlan, sameOperation, type Asked } from './plan-check.ts'
import { readBack } from './read-back.ts'
import { isOpen, newRecord, type OperationRecord } from './record.ts'
import type { RunContext } from './run.ts'
import { Work } from './work.ts'

const PURPOSE = { 'go-on': 'go_on', 'go-back': 'go_back' } as const

/** What operators ask for: changes, and answers to operations that ended early. */
export class Operations {
  readonly #context: RunContext
  readonly #guards: GuardCheck
  readonly #work: Work
  readonly #limitOf: (project: string) => number

  /** @param limitOf how many security groups a port of a project takes */
  constructor(context: RunContext, guards: GuardCheck, limitOf: (project: string) => number) {
    this.#context = context
    this.#limitOf = limitOf
    this.#guards = guards
    this.#work = new Work(context)
  }

  /**
   * Finds the operations that an earlier run of the proxy left behind, and from now on those of
   * other proxies that die.
   */
  recover(): Promise<void> {
    return this.#work.takeOverFromNowOn()
  }

  /**
   * Takes a plan on, and carries it out when it is its turn. The same request again finds the
   * operation that it made.
   * @throws ProxyError Portside.InvalidRequest when the steps do not lead where they should;
   *   Portside.OperationConflict when the ID is taken, or an operation with groups off the port
   *   waits for its answer; Portside.GuardBroken when it breaks a guard and `confirmed_by` does not
   *   name the port; Portside.NotRecorded
   */
  async submit(
    { confirmed_by, ...request }: OperationRequest,
    asked: Asked,
  ): Promise<{ record: OperationRecord; isNew: boolean }> {
    const { journal } = this.#context.records
    const earlier = await journal.find(request.operation_id)
    if (earlier) return { record: sameOperation(earlier, request, asked), isNew: false }
    refuseWrongPlan(request, this.#limitOf(asked.project_id))
    await this.#refuseUnanswered(asked)
    const { by, ...port } = asked
    const planned = { ...request, ...port, user: by.user }
    const guards = await this.#guards.hold({ ...planned, confirmed_by })
    const record = newRecord({ ...planned, purpose: 'change' })
    const entries = confirmedEntries(confirmed_by, guards)
    const write = () => recorded('before', () => journal.add(record, by, entries))
    if (!(await this.#work.start(record, write))) return this.submit({ ...request, confirmed_by }, asked)
    return { record, isNew: true }
  }

  /**
   * The operator's answer to an operation that ended early. `go-on` and `go-back` plan from the
   * list as it stands, and come back with the operation that carries it out; with the answered one
   * when the list is already as wanted, and for `leave`.
   * @throws ProxyError Portside.OperationConflict when there is nothing to answer;
   *   Portside.GuardBroken as for a plan, compared with the list as it stands; UpstreamError when
   *   the port can't be read
   */
  answer(
    operationId: string,
    answer: OperationAnswer,
    by: SignedIn,
    confirmed_by?: string,
  ): Promise<OperationRecord> {
    const { records } = this.#context
    return records.onLatest(operationId, async (record) => {
      const given = await this.#answeredBefore(record, answer)
      if (given) return given
      if (record.too_large && answer !== 'leave')
        throw ownError('Portside.OperationConflict', 'The operation is too large: its plan is not read.', {
          advice: 'Leave the list as it is, and arrange it anew.',
        })
      if (await records.journal.busy(record.project_id, record.port_id))
        throw ownError('Portside.OperationConflict', 'Another operation on this port is under way.', {
          advice: 'Wait for its end, then answer.',
        })

      const noteAnswer = () =>
        records.note(record, { kind: 'answered', at: new Date().toISOString(), answer, user: by.user })
      if (answer === 'leave') {
        // The list as it is left is worth knowing, but not knowing it must not keep anybody from
        // leaving it.
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
      const steps = planSteps(list, desired, this.#limitOf(project_id))
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
      await this.#work.start(following, async () => {
        await recorded('before', () => records.keepFollowed(record, following, by, entries))
        return true
      })
      return following
    })
  }

  /**
   * Finishes the requests under way and sends no more; what is not at its end is `interrupted`, or
   * left to other proxies.
   */
  async close(): Promise<void> {
    await this.#work.close()
    await this.#guards.close()
  }

  /**
   * What an answer given before came to, when the same is given again: its own answer may have been
   * lost.
   */
  async #answeredBefore(
    record: OperationRecord,
    answer: OperationAnswer,
  ): Promise<OperationRecord | undefined> {
    const { status, followed_by } = record
    if (UNANSWERED.includes(status)) return undefined
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
   * An operator who meets a port with groups off it by an operation that ended early has to answer
   * that one first: a new arrangement, made from the list as it is, would leave them off for good
   * without anybody having said so. One that left no group off does not stand in the way.
   */
  async #refuseUnanswered({ project_id, port_id }: Asked): Promise<void> {
    const { records } = this.#context
    for (const found of await records.journal.unanswered(project_id, port_id)) {
      let record = found
      // What it says may be old: perhaps somebody put it right elsewhere.
      if (record.off_the_port.length > 0 || isOpen(record))
        record = await records.onLatest(found.operation_id, async (latest) => {
          await readBack(latest, this.#context).catch(ignoreUnread)
          return latest
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
}

function ignoreUnread(error: unknown): void {
  if (!(error instanceof ProxyError)) throw error
}
