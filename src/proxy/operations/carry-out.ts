import type { FastifyBaseLogger } from 'fastify'
import { stepRequest, type StepRequest } from '../../vpc/step-request.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import { sameList } from '../../vpc/list-difference.ts'
import { portCallsOf } from '../../vpc/port-calls.ts'
import type { Port } from '../../vpc/port.ts'
import { updatedAt } from '../../vpc/updated-at.ts'
import { ownError, ProxyError } from '../errors.ts'
import { callOf, type Metrics } from '../monitoring/metrics.ts'
import type { AuditEntry } from '../../vpc/audit-log.ts'
import { responseEntry, readEntry, requestEntry, failedReadEntry } from '../audit-log/entries.ts'
import { notRecorded } from '../audit-log/not-recorded.ts'
import { pause, waitAfter } from '../retry.ts'
import type { SendOutcome, Upstream } from '../upstream/upstream.ts'
import {
  countCall,
  endEarly,
  forgetList,
  listBefore,
  markDone,
  markFailed,
  notePort,
  type JournaledOperation,
} from './journaled-operation.ts'
import type { OperationStore } from './operation-store.ts'
import type { OperationWaits } from './waits.ts'

/** What it takes to carry an operation out. */
export type OperationContext = {
  store: OperationStore
  upstream: Upstream
  waits: OperationWaits
  /** Aborted when the proxy stops: it finishes the request under way and sends no other. */
  stopping: AbortSignal
  log: FastifyBaseLogger
  metrics?: Metrics | undefined
  /**
   * What an operation has changed on other ports, for the audit log; missing where that was
   * compared before it was sent.
   */
  otherPorts?: (operation: JournaledOperation, signal: AbortSignal) => Promise<AuditEntry[]>
  /** Called when a request to change the port has its outcome, whatever that is. */
  sent?: (operation: JournaledOperation) => void
}

/** Thrown when an operation has ended before its last step, and its end is written. */
class EndedEarly extends Error {
  override name = 'EndedEarly'
}

/**
 * Carries out an operation whose turn it is, step by step, from reading the port to its end. Each
 * step is written to the journal before it is sent, and after. Sends nothing when the port's list
 * is not the planned one; stops at the first response that it did not expect.
 * @throws RevisionConflict when another proxy has taken the operation over: nothing was sent since
 */
export async function carryOut(operation: JournaledOperation, context: OperationContext): Promise<void> {
  try {
    await new OperationRun(operation, context).carryOut()
  } catch (error) {
    if (!(error instanceof EndedEarly)) throw error
  }
}

/** One run of an operation: its turn, from the first reading of the port to its end. */
class OperationRun {
  readonly #operation: JournaledOperation
  readonly #context: OperationContext
  /** A step was sent again after a lost response: the first request may still arrive. */
  #sentAgain = false
  /** Since when (as of Date.now()) the platform takes no calls; undefined while it does. */
  #throttledSince: number | undefined

  constructor(operation: JournaledOperation, context: OperationContext) {
    this.#operation = operation
    this.#context = context
  }

  async carryOut(): Promise<void> {
    const operation = this.#operation
    if (this.#context.stopping.aborted) return this.#interrupt()
    const list = await this.#read()
    if (!sameList(list, operation.planned_from)) return this.#changedBefore(listChangedError())
    const replaces = operation.steps.some(({ step }) => step.kind === 'replace')
    if (replaces && this.#portUpdated()) return this.#changedBefore(portUpdatedError())

    for (const stepNumber of operation.steps.keys()) await this.#carryOutStep(stepNumber)

    if (this.#sentAgain) await this.#readOnceMore()
    operation.status = 'done'
    await this.#save()
  }

  /**
   * Sends one step until it is done.
   * @param stepNumber counts from 0, as in the audit entries
   * @throws EndedEarly when it can't be done
   */
  async #carryOutStep(stepNumber: number): Promise<void> {
    const operation = this.#operation
    const step = operation.steps[stepNumber]!
    const calls = portCallsOf(this.#context.upstream.offersOf(operation.project_id))
    const request = stepRequest(step.step, operation.project_id, operation.port_id, calls)
    let lost = false
    for (;;) {
      if (this.#context.stopping.aborted) return this.#interrupt()
      if ((await this.#waitWhileClosed()) && (await this.#foundDone(stepNumber, { lost }))) return
      operation.status = 'running'
      operation.next_try_at = null
      step.status = 'sending'
      step.attempts++
      step.sent_at = new Date().toISOString()
      await this.#saveBeforeSending(stepNumber, request)
      if (lost) this.#sentAgain = true

      if (step.attempts > 1) this.#context.metrics?.retried(callOf(request.method, request.path))
      const outcome = await this.#context.upstream.send(request, {
        operation_id: operation.operation_id,
        step: stepNumber + 1,
        onCall: () => countCall(operation),
      })
      this.#context.sent?.(operation)
      this.#context.store.note(operation, responseEntry(stepNumber, outcome))
      if (outcome.kind === 'port') {
        this.#throttledSince = undefined
        notePort(operation, outcome.port, outcome.request_id)
        markDone(step, { requestId: outcome.request_id })
        if (!sameList(outcome.port.security_groups, step.expected)) return this.#stop(anotherListError())
        if (step.step.kind === 'replace') await this.#confirmReplaced(stepNumber)
        // The last step is written together with the end.
        return stepNumber < operation.steps.length - 1 || this.#sentAgain ? this.#save() : undefined
      }

      const error = errorOf(outcome)
      step.error = error
      step.request_id = error.request_id ?? null
      if (mayBeDone(outcome)) {
        lost = true
        step.status = 'unknown'
        forgetList(operation)
        await this.#save()
        if (await this.#foundDone(stepNumber, { lost, late: true })) return
        if (step.attempts >= this.#context.waits.tries) return this.#fail(stepNumber, error)
        continue
      }
      const wait = mayBeSentAgain(outcome) ? this.#waitAfter(step.attempts, outcome.status, error) : undefined
      if (wait === undefined) {
        // An earlier request without a response may have been carried out: then this one is
        // refused.
        if (lost && (await this.#foundDone(stepNumber, { lost }))) return
        return this.#fail(stepNumber, error)
      }
      step.status = 'pending'
      await this.#wait(wait)
      // The list may have changed during the wait, and `index` counts in the list of that moment
      // (docs/platform.md, Insert).
      if (await this.#foundDone(stepNumber, { lost })) return
    }
  }

  /**
   * Reads the port back. True, and written, when it has the list after the step; false when it has
   * the list before it.
   * @param how `lost`: a request of this step has no response, so that another list may be its
   *   work; `late`: it may still arrive, so the list before it is read a second time, later
   * @throws EndedEarly when it has another list, or can't be read
   */
  async #foundDone(stepNumber: number, how: { lost: boolean; late?: boolean }): Promise<boolean> {
    const operation = this.#operation
    const step = operation.steps[stepNumber]!
    for (let reading = 1; ; reading++) {
      const list = await this.#read()
      if (sameList(list, step.expected)) {
        markDone(step, 'by reading')
        await this.#save()
        return true
      }
      const otherList = !sameList(list, listBefore(operation, stepNumber))
      if (otherList || (step.step.kind === 'replace' && this.#portUpdated())) {
        if (step.status === 'sending') step.status = 'unknown'
        if (!otherList) await this.#stop(updatedMeanwhileError(how.lost))
        await this.#stop(how.lost ? anotherListError() : listChangedError())
      }
      await this.#save()
      if (!how.late || reading === 2) return false
      if (!(await pause(this.#context.waits.lateMs, this.#context.stopping))) return this.#interrupt()
    }
  }

  /**
   * Reads the port after its list was replaced: the response is in the old form, and a change that
   * somebody else made at the same moment may have won (docs/platform.md, Replace). A read that
   * still has the list before is read again, later: it may be of a copy that is behind.
   */
  async #confirmReplaced(stepNumber: number): Promise<void> {
    const operation = this.#operation
    const { expected } = operation.steps[stepNumber]!
    for (let reading = 1; ; reading++) {
      try {
        const { port, request_id } = await this.#readPort()
        this.#noteRead(port, request_id)
      } catch (error) {
        if (!(error instanceof ProxyError)) throw error
        // The response has said that it is done.
        this.#context.store.note(operation, failedReadEntry(error.error))
        return
      }
      const list = operation.list_now!
      if (sameList(list, expected)) return
      if (reading === 2 || !sameList(list, listBefore(operation, stepNumber)))
        return this.#stop(anotherListError())
      await this.#save()
      if (!(await pause(this.#context.waits.lateMs, this.#context.stopping))) return this.#interrupt()
    }
  }

  /** True when the port, as read just now, was changed since the plan was made. */
  #portUpdated(): boolean {
    const { port, port_updated_at } = this.#operation
    return !port || !sameMoment(updatedAt(port), port_updated_at)
  }

  /**
   * Reads the port after the last step, as the first request of a step sent again may arrive late.
   */
  async #readOnceMore(): Promise<void> {
    if (!(await pause(this.#context.waits.lateMs, this.#context.stopping))) return
    const list = await this.#read()
    if (!sameList(list, this.#operation.desired)) return this.#stop(anotherListError())
  }

  /** Reads the port's list, and notes it. @throws EndedEarly when that fails for too long */
  async #read(): Promise<string[]> {
    const operation = this.#operation
    for (let tried = 1; ; tried++) {
      try {
        const { port, request_id } = await this.#readPort()
        this.#noteRead(port, request_id)
        this.#throttledSince = undefined
        return port.security_groups
      } catch (error) {
        if (!(error instanceof ProxyError)) throw error
        this.#context.store.note(operation, failedReadEntry(error.error))
        const begun = operation.steps.some(({ attempts }) => attempts > 0)
        const wait = this.#waitAfter(tried, error.status, error.error)
        // While nothing was sent, the operation can end at once; but a busy platform is waited for.
        if ((!begun && error.status !== 429) || !mayBeReadLater(error.status) || wait === undefined) {
          forgetList(operation)
          endEarly(operation, 'stopped', error.error)
          return this.#ended()
        }
        await this.#wait(wait)
      }
    }
  }

  #readPort() {
    const { project_id, port_id, operation_id } = this.#operation
    const onCall = () => countCall(this.#operation)
    return this.#context.upstream.readPort(project_id, port_id, { operation_id, onCall })
  }

  /**
   * Milliseconds to wait after try number `tried`; undefined when no further one is made. When the
   * platform takes no calls, tries are not counted before a whole window has passed: then at the
   * latest it takes some again (docs/platform.md, Limits).
   */
  #waitAfter(tried: number, status: number, { retry_after }: PortsideError): number | undefined {
    const { waits, upstream } = this.#context
    if (status !== 429) this.#throttledSince = undefined
    else this.#throttledSince ??= Date.now()
    const wait = waitAfter(tried, retry_after, waits)
    const since = this.#throttledSince
    const inWindow = since !== undefined && Date.now() - since < waits.longestRetryAfter * 1000
    if (wait === undefined || (tried >= waits.tries && !inWindow)) return undefined
    return status === 429 ? Math.max(wait, upstream.closedFor(this.#operation.project_id)) : wait
  }

  /** Waits while the endpoint takes no calls, up to a window. @returns true when it did wait */
  async #waitWhileClosed(): Promise<boolean> {
    const { waits, upstream } = this.#context
    let waited = false
    for (;;) {
      const closed = upstream.closedFor(this.#operation.project_id)
      if (closed === 0 || closed > waits.longestRetryAfter * 1000) return waited
      await this.#wait(closed)
      waited = true
    }
  }

  async #wait(milliseconds: number): Promise<void> {
    this.#operation.status = 'waiting'
    this.#operation.next_try_at = new Date(Date.now() + milliseconds).toISOString()
    await this.#save()
    if (!(await pause(milliseconds, this.#context.stopping))) return this.#interrupt()
  }

  async #fail(stepNumber: number, error: PortsideError): Promise<never> {
    markFailed(this.#operation.steps[stepNumber]!, error)
    return this.#stop(error)
  }

  /** Stops the operation with the list as it is now, or without one when it can't be read. */
  async #stop(error: PortsideError): Promise<never> {
    const operation = this.#operation
    // It becomes `stopped` only with its list read: nobody should choose by an old one.
    await this.#save()
    try {
      const { port, request_id } = await this.#readPort()
      this.#noteRead(port, request_id)
    } catch (failure) {
      if (!(failure instanceof ProxyError)) throw failure
      this.#context.store.note(operation, failedReadEntry(failure.error))
      forgetList(operation)
    }
    endEarly(operation, 'stopped', error)
    return this.#ended()
  }

  /**
   * The list changed before the first step. What goes on or back after another operation stops, so
   * that the operator can choose again.
   */
  async #changedBefore(error: PortsideError): Promise<never> {
    endEarly(this.#operation, this.#operation.purpose === 'change' ? 'list_changed' : 'stopped', error)
    return this.#ended()
  }

  async #interrupt(): Promise<never> {
    endEarly(this.#operation, 'interrupted', interruptedError())
    return this.#ended()
  }

  async #ended(): Promise<never> {
    await this.#save()
    const { operation_id, status, error } = this.#operation
    this.#context.log.warn({ operation_id, status, error_code: error?.error_code }, 'operation ended early')
    throw new EndedEarly()
  }

  /** Writes the step before its request. @throws the database's error: then nothing is sent */
  async #saveBeforeSending(stepNumber: number, request: StepRequest): Promise<void> {
    const { store } = this.#context
    const step = this.#operation.steps[stepNumber]!
    store.note(this.#operation, requestEntry(stepNumber, request))
    try {
      await store.saveBeforeSending(this.#operation)
    } catch (cause) {
      // The request may be written all the same, or is later: so its entry gets an outcome.
      const { status, error } = notRecorded('before', cause)
      store.note(this.#operation, responseEntry(stepNumber, { kind: 'not_sent', status, error }))
      step.status = 'pending'
      step.attempts--
      throw cause
    }
  }

  #noteRead(port: Port, requestId: string | null): void {
    notePort(this.#operation, port, requestId)
    this.#context.store.note(this.#operation, readEntry(port, requestId))
  }

  #save(): Promise<void> {
    return this.#context.store.save(this.#operation)
  }
}

/** The error of an operation that ended early because its proxy did. */
export function interruptedError(): PortsideError {
  return ownError('Portside.Interrupted', 'Portside stopped before this change was done.', {
    advice:
      'Look at the list as it is now; then finish the change, roll it back, or leave the list as it is.',
  }).error
}

function listChangedError(): PortsideError {
  return ownError('Portside.ListChanged', "Somebody changed the port's list meanwhile.", {
    advice: 'Look at what changed first.',
  }).error
}

function portUpdatedError(): PortsideError {
  return ownError(
    'Portside.ListChanged',
    "The port's updated_at is not as when the port was read, though its list is the same. A replacement could overwrite what somebody else is doing, so nothing was sent.",
    { advice: 'Look at the port as it is now, then apply again.' },
  ).error
}

function updatedMeanwhileError(lost: boolean): PortsideError {
  return ownError(
    'Portside.ListChanged',
    lost
      ? 'No response came. The port has the list from before, but was changed since: by that request or by somebody else. The request was not sent again.'
      : 'The port was changed while Portside waited, though its list is the same. A replacement could overwrite what somebody else is doing, so the request was not sent again.',
    { advice: 'Look first at the port as it is now.' },
  ).error
}

function anotherListError(): PortsideError {
  return ownError(
    'Portside.AnotherList',
    'The list after the call is not the one that was asked for: the platform made another, or somebody changed the list at the same moment.',
    { advice: 'Look first at the list as it is now.' },
  ).error
}

/**
 * True when the port's time of change is still the one that the plan was made with. Nothing is
 * compared where the plan names no such field (undefined). The old form has times without a zone; a
 * text that is no time is compared as text.
 */
function sameMoment(now: string | null, planned: string | null | undefined): boolean {
  if (planned === undefined || now === planned) return true
  // Also NaN, where one is missing or no time, is not the same.
  return moment(now ?? '') === moment(planned ?? '')
}

function moment(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  return Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`)
}

/** True when the step may have been carried out: the outcome doesn't say. */
function mayBeDone(outcome: Exclude<SendOutcome, { kind: 'port' }>): boolean {
  if (outcome.kind === 'refused') return outcome.error.outcome === 'unknown'
  return outcome.kind !== 'not_sent'
}

/** True when the same request may succeed later: the platform was too busy or unreachable. */
function mayBeSentAgain(outcome: Exclude<SendOutcome, { kind: 'port' }>): boolean {
  if (outcome.kind === 'refused') return outcome.status === 429 || outcome.status === 503
  return outcome.kind === 'not_sent'
}

/** True when a failed read may succeed later. */
function mayBeReadLater(status: number): boolean {
  return status === 429 || status >= 500
}

function errorOf(outcome: Exclude<SendOutcome, { kind: 'port' }>): PortsideError {
  if (outcome.kind !== 'checked') return outcome.error
  return ownError(
    'Portside.UnreadableAnswer',
    'The platform responded to a request that was no dry run with 202, as to a dry run.',
    { request_id: outcome.request_id, outcome: 'unknown' },
  ).error
}
