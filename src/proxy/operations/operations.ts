import { randomUUID } from 'node:crypto'
import { sameList } from '../../vpc/list-difference.ts'
import type { OperationChoice } from '../../vpc/portside-api.ts'
import type { OperationRequest } from '../../vpc/portside-requests.ts'
import { wayOf } from '../../vpc/plan-ways.ts'
import { updatedAt } from '../../vpc/updated-at.ts'
import { ownError, ProxyError } from '../errors.ts'
import { comingAndGoing } from '../../vpc/traffic/index.ts'
import type { GuardCheck } from '../guards/guard-check.ts'
import { comparedEntries, notComparedEntry, otherPortsEntry } from '../audit-log/entries.ts'
import { orNotRecorded } from '../audit-log/not-recorded.ts'
import type { SignedIn } from '../session/session.ts'
import type { Planning } from '../planning.ts'
import { AWAITING_CHOICE, type WriteTogether } from './journal.ts'
import { refuseWrongPlan } from '../wrong-plan.ts'
import { planSteps } from './plan-steps.ts'
import { sameOperation, type OperationRequester } from './same-operation.ts'
import { readBack } from './read-back.ts'
import type { Asker, Work } from '../upstream/upstream.ts'
import { countCall, needsReadBack, newOperation, type JournaledOperation } from './journaled-operation.ts'
import type { OperationContext } from './carry-out.ts'
import { OperationRunner } from './operation-runner.ts'

const PURPOSE = { 'go-on': 'go_on', 'go-back': 'go_back' } as const

/** How one of many operations of a bulk change differs from one that a person asks for alone. */
export type PartOfMany = {
  bulk_change_id: string
  /** Whether what was typed for all of them confirms that guards are broken. */
  confirmed: boolean
  together: WriteTogether
  /**
   * The bulk change that it takes back: an operation of that one which stopped is no obstacle, as
   * this one is the choice about it.
   */
  undoes: string | null
}

/** What operators request: plans to carry out, and choices about operations that stopped. */
export class Operations {
  readonly #context: OperationContext
  readonly #guards: GuardCheck
  readonly #runner: OperationRunner
  readonly #planningOf: (project: string) => Planning

  /** @param planningOf what plans for a project's ports must keep to */
  constructor(context: OperationContext, guards: GuardCheck, planningOf: (project: string) => Planning) {
    this.#context = context
    this.#planningOf = planningOf
    this.#guards = guards
    this.#runner = new OperationRunner({
      ...context,
      ...(!guards.any && { otherPorts: comparedBy(guards) }),
      sent: ({ planned_from, steps }) =>
        guards.portChanged([planned_from, ...steps.map(({ expected }) => expected)].flat()),
    })
  }

  /** Takes over abandoned operations: of an earlier run of this proxy, and of proxies that die. */
  recover(): Promise<void> {
    return this.#runner.takeOverAbandoned()
  }

  /**
   * Makes an operation of a plan, which is carried out when it is its turn. The same request again
   * finds the same operation.
   * @throws ProxyError Portside.InvalidRequest when the steps don't lead to `desired`;
   *   Portside.OperationConflict when the ID is taken, or an operation with groups off the port
   *   waits for a choice; Portside.GuardBroken when it breaks a guard and `confirmed_by` is not the
   *   port's name or ID; Portside.NotRecorded. RevisionConflict when `part.together` says that it
   *   is no longer wanted
   */
  async submit(
    { confirmed_by, ...request }: OperationRequest,
    requester: OperationRequester,
    part?: PartOfMany,
  ): Promise<{ operation: JournaledOperation; isNew: boolean }> {
    const { journal } = this.#context.store
    const earlier = await journal.find(request.operation_id)
    if (earlier) return { operation: sameOperation(earlier, request, requester), isNew: false }
    refuseWrongPlan(request, this.#planningOf(requester.project_id))
    await this.#refuseWithoutChoice(requester, part?.undoes)
    const { by, ...port } = requester
    const planned = { ...request, ...port, user: by.user }
    const bulk = part && { bulk_change_id: part.bulk_change_id }
    const operation = newOperation({ ...planned, ...bulk, purpose: 'change' })
    const asker = askedFor(operation, part ? 'background' : 'person')
    const guarded = {
      ...planned,
      confirmed_by,
      confirmed_for_all: part?.confirmed,
      one_of_many: part !== undefined,
    }
    const compared = await this.#guards.check(guarded, asker)
    const entries = comparedEntries(confirmed_by, compared)
    const write = () => orNotRecorded('before', () => journal.add(operation, by, entries, part?.together))
    if (!(await this.#runner.start(operation, write)))
      return this.submit({ ...request, confirmed_by }, requester, part)
    return { operation, isNew: true }
  }

  /**
   * Carries out the operator's choice about an operation that stopped. `go-on` and `go-back` plan
   * from the list as it is now.
   * @returns the operation that carries the choice out; the stopped one for `leave`, and when the
   *   list is already as wanted
   * @throws ProxyError Portside.OperationConflict when the operation waits for no choice;
   *   Portside.GuardBroken as for a plan, compared with the list as it is now; UpstreamError when
   *   the port can't be read
   */
  choose(
    operationId: string,
    choice: OperationChoice,
    by: SignedIn,
    confirmed_by?: string,
  ): Promise<JournaledOperation> {
    const { store } = this.#context
    return store.onLatest(operationId, async (operation) => {
      const earlier = await this.#resultOfSameChoice(operation, choice)
      if (earlier) return earlier
      if (operation.too_large && choice !== 'leave')
        throw ownError('Portside.OperationConflict', 'The operation is too large: its plan is not read.', {
          advice: 'Leave the list as it is, and arrange it anew.',
        })
      if (await store.journal.busy(operation.project_id, operation.port_id))
        throw ownError('Portside.OperationConflict', 'Another operation on this port is under way.', {
          advice: 'Wait for its end, then choose.',
        })

      const noteChoice = () =>
        store.note(operation, {
          kind: 'answered',
          at: new Date().toISOString(),
          answer: choice,
          user: by.user,
        })
      if (choice === 'leave') {
        // The audit log should have the list as it is left, but an unreadable port can be left too.
        await readBack(operation, this.#context).catch(ignoreUnread)
        if (operation.status !== 'done') operation.status = 'left'
        noteChoice()
        await store.save(operation)
        return operation
      }
      await readBack(operation, this.#context)
      const list = operation.list_now!
      const desired = choice === 'go-on' ? operation.desired : operation.before
      if (sameList(list, desired)) {
        operation.status = choice === 'go-on' ? 'done' : 'left'
        noteChoice()
        await store.save(operation)
        return operation
      }
      const { project_id, port_id, port } = operation
      const way = wayOf(operation.steps.map(({ step }) => step))
      const steps = planSteps(list, desired, this.#planningOf(project_id), way)
      const planned = { project_id, port_id, user: by.user, planned_from: list, steps }
      const following = newOperation({
        ...planned,
        operation_id: randomUUID(),
        purpose: PURPOSE[choice],
        desired,
        port_updated_at: port && updatedAt(port),
        after: operation,
      })
      const guarded = { ...planned, before: operation.before, confirmed_by }
      const compared = await this.#guards.check(guarded, askedFor(following, 'change'), port)
      operation.status = 'superseded'
      operation.followed_by = following.operation_id
      noteChoice()
      const entries = comparedEntries(confirmed_by, compared)
      await this.#runner.start(following, async () => {
        await orNotRecorded('before', () => store.saveWithFollowing(operation, following, by, entries))
        return true
      })
      return following
    })
  }

  /**
   * Finishes the requests under way and sends no more. Unfinished operations become `interrupted`,
   * or are left to other proxies.
   */
  async close(): Promise<void> {
    await this.#runner.close()
    await this.#guards.close()
  }

  /**
   * The result of a choice that is sent again, as its response may have been lost; undefined for a
   * first choice.
   * @throws ProxyError Portside.OperationConflict when another choice was made
   */
  async #resultOfSameChoice(
    operation: JournaledOperation,
    choice: OperationChoice,
  ): Promise<JournaledOperation | undefined> {
    const { status, followed_by } = operation
    if (AWAITING_CHOICE.includes(status)) return undefined
    if (choice === 'leave' && status === 'left') return operation
    if (choice !== 'leave' && status === 'superseded' && followed_by) {
      const following = await this.#context.store.journal.find(followed_by)
      if (following?.follows === operation.operation_id && following.purpose === PURPOSE[choice])
        return following
    }
    throw ownError('Portside.OperationConflict', `The operation is ${status}: it waits for no choice.`, {
      advice: 'Reload the port to see the operation as it is now.',
    })
  }

  /**
   * Refuses a plan while a stopped operation has groups off the port: a new arrangement, made from
   * the list as it is, would leave them off without anybody's decision. A stopped operation with no
   * group off the port is no obstacle.
   */
  async #refuseWithoutChoice(
    { project_id, port_id }: OperationRequester,
    undoes?: string | null,
  ): Promise<void> {
    const { store } = this.#context
    for (const found of await store.journal.awaitingChoice(project_id, port_id)) {
      let operation = found
      // The journal may be old: perhaps somebody has corrected the list elsewhere.
      if (operation.off_the_port.length > 0 || needsReadBack(operation))
        operation = await store.onLatest(found.operation_id, async (latest) => {
          await readBack(latest, this.#context).catch(ignoreUnread)
          return latest
        })
      const chosen = undoes && operation.bulk_change_id === undoes
      if ((operation.off_the_port.length > 0 && !chosen) || operation.list_now === null)
        throw ownError(
          'Portside.OperationConflict',
          operation.list_now === null
            ? `Operation ${operation.operation_id} ended early, and Portside could not read the port's list since.`
            : `Operation ${operation.operation_id} ended early and left groups off the port: ${operation.off_the_port.join(', ')}.`,
          {
            advice:
              'Choose first what becomes of that operation: finish the change, roll it back, or leave the list as it is.',
          },
        )
    }
  }
}

/** What is read before an operation is written counts as its own, too. */
function askedFor(operation: JournaledOperation, work: Work): Asker {
  return { operation_id: operation.operation_id, work, onCall: () => countCall(operation) }
}

/** What operations have changed on other ports, where no guard had to know it before. */
function comparedBy(guards: GuardCheck): OperationContext['otherPorts'] {
  return async (operation, signal) => {
    const { operation_id, project_id, port, planned_from, steps, off_the_port } = operation
    const lists = [planned_from, ...steps.map(({ expected }) => expected)]
    if (comingAndGoing(lists).length === 0) return []
    // No read in the background may bring a 429 now: somebody has to put the groups back.
    if (off_the_port.length > 0) return [notComparedEntry('the change left groups off the port')]
    if (!port) return [notComparedEntry('the port could not be read')]
    let calls = 0
    const asker: Asker = { operation_id, work: 'background', onCall: () => calls++ }
    const oneOfMany = operation.bulk_change_id !== undefined
    const found = await guards.otherPorts(project_id, port, lists, { ...asker, signal }, oneOfMany)
    return found ? [{ ...otherPortsEntry(found), calls }] : []
  }
}

function ignoreUnread(error: unknown): void {
  if (!(error instanceof ProxyError)) throw error
}
