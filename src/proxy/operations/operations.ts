import { randomUUID } from 'node:crypto'
import { sameList } from '../../vpc/list-difference.ts'
import type { OperationChoice, OperationRequest } from '../../vpc/portside-api.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { GuardCheck } from '../guards/guard-check.ts'
import { confirmedEntries } from '../audit-log/entries.ts'
import { orNotRecorded } from '../audit-log/not-recorded.ts'
import type { SignedIn } from '../session/session.ts'
import { AWAITING_CHOICE } from './journal.ts'
import { refuseWrongPlan } from '../wrong-plan.ts'
import { planSteps } from './plan-steps.ts'
import { sameOperation, type OperationRequester } from './same-operation.ts'
import { readBack } from './read-back.ts'
import { needsReadBack, newOperation, type JournaledOperation } from './journaled-operation.ts'
import type { OperationContext } from './carry-out.ts'
import { OperationRunner } from './operation-runner.ts'

const PURPOSE = { 'go-on': 'go_on', 'go-back': 'go_back' } as const

/** What operators ask for: changes, and answers to operations that ended early. */
export class Operations {
  readonly #context: OperationContext
  readonly #guards: GuardCheck
  readonly #work: OperationRunner
  readonly #limitOf: (project: string) => number

  /** @param limitOf how many security groups a port of a project takes */
  constructor(context: OperationContext, guards: GuardCheck, limitOf: (project: string) => number) {
    this.#context = context
    this.#limitOf = limitOf
    this.#guards = guards
    this.#work = new OperationRunner(context)
  }

  /**
   * Finds the operations that an earlier run of the proxy left behind, and from now on those of
   * other proxies that die.
   */
  recover(): Promise<void> {
    return this.#work.takeOverAbandoned()
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
    requester: OperationRequester,
  ): Promise<{ operation: JournaledOperation; isNew: boolean }> {
    const { journal } = this.#context.store
    const earlier = await journal.find(request.operation_id)
    if (earlier) return { operation: sameOperation(earlier, request, requester), isNew: false }
    refuseWrongPlan(request, this.#limitOf(requester.project_id))
    await this.#refuseUnanswered(requester)
    const { by, ...port } = requester
    const planned = { ...request, ...port, user: by.user }
    const guards = await this.#guards.check({ ...planned, confirmed_by })
    const operation = newOperation({ ...planned, purpose: 'change' })
    const entries = confirmedEntries(confirmed_by, guards)
    const write = () => orNotRecorded('before', () => journal.add(operation, by, entries))
    if (!(await this.#work.start(operation, write))) return this.submit({ ...request, confirmed_by }, requester)
    return { operation: operation, isNew: true }
  }

  /**
   * The operator's answer to an operation that ended early. `go-on` and `go-back` plan from the
   * list as it stands, and come back with the operation that carries it out; with the answered one
   * when the list is already as wanted, and for `leave`.
   * @throws ProxyError Portside.OperationConflict when there is nothing to answer;
   *   Portside.GuardBroken as for a plan, compared with the list as it stands; UpstreamError when
   *   the port can't be read
   */
  choose(
    operationId: string,
    answer: OperationChoice,
    by: SignedIn,
    confirmed_by?: string,
  ): Promise<JournaledOperation> {
    const { store } = this.#context
    return store.onLatest(operationId, async (operation) => {
      const given = await this.#answeredBefore(operation, answer)
      if (given) return given
      if (operation.too_large && answer !== 'leave')
        throw ownError('Portside.OperationConflict', 'The operation is too large: its plan is not read.', {
          advice: 'Leave the list as it is, and arrange it anew.',
        })
      if (await store.journal.busy(operation.project_id, operation.port_id))
        throw ownError('Portside.OperationConflict', 'Another operation on this port is under way.', {
          advice: 'Wait for its end, then answer.',
        })

      const noteAnswer = () =>
        store.note(operation, { kind: 'answered', at: new Date().toISOString(), answer, user: by.user })
      if (answer === 'leave') {
        // The list as it is left is worth knowing, but not knowing it must not keep anybody from
        // leaving it.
        await readBack(operation, this.#context).catch(ignoreUnread)
        if (operation.status !== 'done') operation.status = 'left'
        noteAnswer()
        await store.save(operation)
        return operation
      }
      await readBack(operation, this.#context)
      const list = operation.list_now!
      const desired = answer === 'go-on' ? operation.desired : operation.before
      if (sameList(list, desired)) {
        operation.status = answer === 'go-on' ? 'done' : 'left'
        noteAnswer()
        await store.save(operation)
        return operation
      }
      const { project_id, port_id, port } = operation
      const steps = planSteps(list, desired, this.#limitOf(project_id))
      const planned = { project_id, port_id, user: by.user, planned_from: list, steps }
      const guards = await this.#guards.check({ ...planned, before: operation.before, confirmed_by }, port)
      const following = newOperation({
        ...planned,
        operation_id: randomUUID(),
        purpose: PURPOSE[answer],
        desired,
        after: operation,
      })
      operation.status = 'superseded'
      operation.followed_by = following.operation_id
      noteAnswer()
      const entries = confirmedEntries(confirmed_by, guards)
      await this.#work.start(following, async () => {
        await orNotRecorded('before', () => store.saveWithFollowing(operation, following, by, entries))
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
    operation: JournaledOperation,
    answer: OperationChoice,
  ): Promise<JournaledOperation | undefined> {
    const { status, followed_by } = operation
    if (AWAITING_CHOICE.includes(status)) return undefined
    if (answer === 'leave' && status === 'left') return operation
    if (answer !== 'leave' && status === 'superseded' && followed_by) {
      const following = await this.#context.store.journal.find(followed_by)
      if (following?.follows === operation.operation_id && following.purpose === PURPOSE[answer])
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
  async #refuseUnanswered({ project_id, port_id }: OperationRequester): Promise<void> {
    const { store } = this.#context
    for (const found of await store.journal.awaitingChoice(project_id, port_id)) {
      let operation = found
      // What it says may be old: perhaps somebody put it right elsewhere.
      if (operation.off_the_port.length > 0 || needsReadBack(operation))
        operation = await store.onLatest(found.operation_id, async (latest) => {
          await readBack(latest, this.#context).catch(ignoreUnread)
          return latest
        })
      if (operation.off_the_port.length > 0 || operation.list_now === null)
        throw ownError(
          'Portside.OperationConflict',
          operation.list_now === null
            ? `Operation ${operation.operation_id} ended early, and the port's list could not be read since.`
            : `Operation ${operation.operation_id} ended early and left ${operation.off_the_port.length} security groups off the port: ${operation.off_the_port.join(', ')}.`,
          { advice: 'Answer that operation first: go on, go back to the list before, or leave it as it is.' },
        )
    }
  }
}

function ignoreUnread(error: unknown): void {
  if (!(error instanceof ProxyError)) throw error
}
