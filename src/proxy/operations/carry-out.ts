import type { FastifyBaseLogger } from 'fastify'
import { stepRequest, type StepRequest } from '../../vpc/change-step.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import { sameList } from '../../vpc/list-difference.ts'
import type { Port } from '../../vpc/port.ts'
import { ownError, ProxyError } from '../errors.ts'
import { callOf, type Metrics } from '../monitoring/metrics.ts'
import { responseEntry, readEntry, requestEntry, failedReadEntry } from '../audit-log/entries.ts'
import { notRecorded } from '../audit-log/not-recorded.ts'
import { pause, waitAfter } from '../retry.ts'
import type { SendOutcome, Upstream } from '../upstream/upstream.ts'
import {
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

/** What carrying out an operation needs. */
export type OperationContext = {
  store: OperationStore
  upstream: Upstream
  waits: OperationWaits
  /** Aborted when the proxy stops: the request under way is finished, no other is sent. */
  stopping: AbortSignal
  log: FastifyBaseLogger
  metrics?: Metrics | undefined
}

/** Thrown when an operation has ended on the way, after its end was recorded. */
class EndedEarly extends Error {
  override name = 'Ended'
}

/**
 * Carries an operation out whose turn it is, step by step, from reading the port to its end. Each
 * step is recorded before it is sent, and after. Sends nothing when the list is not the one that it
 * was planned from; stops at the first answer that it did not expect.
 * @throws RecordChanged when another proxy has taken the operation over: nothing was sent since
 */
export async function carryOut(operation: JournaledOperation, context: OperationContext): Promise<void> {
  try {
    await new OperationRun(operation, context).carryOut()
  } catch (error) {
    if (!(error instanceof EndedEarly)) throw error
  }
}

class OperationRun {
  readonly #record: JournaledOperation
  readonly #context: OperationContext
  /** A step was sent again after a lost answer: the first request may still arrive. */
  #sentAgain = false

  constructor(operation: JournaledOperation, context: OperationContext) {
    this.#record = operation
    this.#context = context
  }

  async carryOut(): Promise<void> {
    const operation = this.#record
    if (this.#context.stopping.aborted) return this.#interrupt()
    const list = await this.#read()
    if (!sameList(list, operation.planned_from)) return this.#changedBefore()

    for (const index of operation.steps.keys()) await this.#carryOutStep(index)

    if (this.#sentAgain) await this.#lookAgain()
    operation.status = 'done'
    await this.#keep()
  }

  /** Sends one step until it is done. @throws Ended when it can't be */
  async #carryOutStep(index: number): Promise<void> {
    const operation = this.#record
    const step = operation.steps[index]!
    const request = stepRequest(step.step, operation.project_id, operation.port_id, false)
    let lost = false
    for (;;) {
      if (this.#context.stopping.aborted) return this.#interrupt()
      operation.status = 'running'
      operation.next_try_at = null
      step.status = 'sending'
      step.attempts++
      step.sent_at = new Date().toISOString()
      await this.#keepBeforeSending(index, request)
      if (lost) this.#sentAgain = true

      if (step.attempts > 1) this.#context.metrics?.retried(callOf(request.method, request.path))
      const outcome = await this.#context.upstream.send(request, {
        operation_id: operation.operation_id,
        step: index + 1,
      })
      this.#context.store.note(operation, responseEntry(index, outcome))
      if (outcome.kind === 'port') {
        notePort(operation, outcome.port, outcome.request_id)
        markDone(step, { requestId: outcome.request_id })
        // The platform did the step, on a list that somebody else had changed since it was last
        // read.
        if (!sameList(outcome.port.security_groups, step.expected)) return this.#stop(listChangedError())
        // The last one is recorded together with the end.
        return index < operation.steps.length - 1 || this.#sentAgain ? this.#keep() : undefined
      }

      const error = errorOf(outcome)
      step.error = error
      step.request_id = error.request_id ?? null
      if (mayBeDone(outcome)) {
        lost = true
        step.status = 'unknown'
        forgetList(operation)
        await this.#keep()
        if (await this.#foundDone(index, true)) return
        if (step.attempts >= this.#context.waits.tries) return this.#fail(index, error)
        continue
      }
      const wait = mayBeSentAgain(outcome)
        ? waitAfter(step.attempts, error.retry_after, this.#context.waits)
        : undefined
      if (wait === undefined || step.attempts >= this.#context.waits.tries) {
        // Refused because an earlier try, given up as lost, was carried out after all?
        if (lost && (await this.#foundDone(index, false))) return
        return this.#fail(index, error)
      }
      step.status = 'pending'
      await this.#wait(wait)
      // The list may have changed during the wait, and an index counts in the list as it stands.
      if (await this.#foundDone(index, false)) return
    }
  }

  /**
   * Whether a step was done, by the port read back: true and recorded when the list is the one
   * after it, false when it is the one before. @throws Ended when it is neither, or can't be read
   * @param late whether the request may still be on its way: then the list from before is read a
   *   second time, later
   */
  async #foundDone(index: number, late: boolean): Promise<boolean> {
    const operation = this.#record
    const step = operation.steps[index]!
    for (let reading = 1; ; reading++) {
      const list = await this.#read()
      if (sameList(list, step.expected)) {
        markDone(step, 'by reading')
        await this.#keep()
        return true
      }
      if (!sameList(list, listBefore(operation, index))) {
        if (step.status === 'sending') step.status = 'unknown'
        await this.#stop(listChangedError())
      }
      await this.#keep()
      if (!late || reading === 2) return false
      if (!(await pause(this.#context.waits.lateMs, this.#context.stopping))) return this.#interrupt()
    }
  }

  /** A request that was given up as lost may have arrived since, after the same step sent again. */
  async #lookAgain(): Promise<void> {
    if (!(await pause(this.#context.waits.lateMs, this.#context.stopping))) return
    const list = await this.#read()
    if (!sameList(list, this.#record.desired)) return this.#stop(listChangedError())
  }

  /** The port's list, read and noted. @throws Ended when it can't be read in a reasonable time */
  async #read(): Promise<string[]> {
    const operation = this.#record
    for (let tried = 1; ; tried++) {
      try {
        const { port, request_id } = await this.#readPort()
        this.#noteRead(port, request_id)
        return port.security_groups
      } catch (error) {
        if (!(error instanceof ProxyError)) throw error
        this.#context.store.note(operation, failedReadEntry(error.error))
        const begun = operation.steps.some(({ attempts }) => attempts > 0)
        const wait = waitAfter(tried, error.error.retry_after, this.#context.waits)
        // A port of which nothing was sent yet can simply be left.
        if (!begun || !mayBeReadLater(error.status) || wait === undefined || tried >= this.#context.waits.tries) {
          forgetList(operation)
          endEarly(operation, 'stopped', error.error)
          return this.#ended()
        }
        await this.#wait(wait)
      }
    }
  }

  #readPort() {
    const { project_id, port_id, operation_id } = this.#record
    return this.#context.upstream.readPort(project_id, port_id, { operation_id })
  }

  async #wait(milliseconds: number): Promise<void> {
    this.#record.status = 'waiting'
    this.#record.next_try_at = new Date(Date.now() + milliseconds).toISOString()
    await this.#keep()
    if (!(await pause(milliseconds, this.#context.stopping))) return this.#interrupt()
  }

  async #fail(index: number, error: PortsideError): Promise<never> {
    markFailed(this.#record.steps[index]!, error)
    return this.#stop(error)
  }

  /** Stops, with the list as it is now: read back, or said to be unknown. */
  async #stop(error: PortsideError): Promise<never> {
    const operation = this.#record
    // Not called stopped before its list is known: nobody should decide by an old one.
    await this.#keep()
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
   * Before the first step; an answer to an earlier operation stops, so that it can be answered
   * again.
   */
  async #changedBefore(): Promise<never> {
    endEarly(this.#record, this.#record.purpose === 'change' ? 'list_changed' : 'stopped', listChangedError())
    return this.#ended()
  }

  async #interrupt(): Promise<never> {
    endEarly(this.#record, 'interrupted', interruptedError())
    return this.#ended()
  }

  async #ended(): Promise<never> {
    await this.#keep()
    const { operation_id, status, error } = this.#record
    this.#context.log.warn({ operation_id, status, error_code: error?.error_code }, 'operation ended early')
    throw new EndedEarly()
  }

  /** No request leaves without a record. @throws what the journal can't be written with */
  async #keepBeforeSending(index: number, request: StepRequest): Promise<void> {
    const { store } = this.#context
    const step = this.#record.steps[index]!
    store.note(this.#record, requestEntry(index, request))
    try {
      await store.saveBeforeSending(this.#record)
    } catch (cause) {
      // Should the request be in the record all the same, now or later, then with what became of
      // it.
      const { status, error } = notRecorded('before', cause)
      store.note(this.#record, responseEntry(index, { kind: 'not_sent', status, error }))
      step.status = 'pending'
      step.attempts--
      throw cause
    }
  }

  #noteRead(port: Port, requestId: string | null): void {
    notePort(this.#record, port, requestId)
    this.#context.store.note(this.#record, readEntry(port, requestId))
  }

  #keep(): Promise<void> {
    return this.#context.store.save(this.#record)
  }
}

/** The error of an operation that the proxy's end cut short. */
export function interruptedError(): PortsideError {
  return ownError('Portside.Interrupted', 'The proxy stopped before this operation was at its end.', {
    advice: 'Look at the list as it is now; then go on, go back to the list before, or leave it as it is.',
  }).error
}

function listChangedError(): PortsideError {
  return ownError('Portside.ListChanged', "The port's list is not as expected: somebody else changed it.", {
    advice: 'Look at what changed before anything else is sent.',
  }).error
}

/** True when the outcome does not say whether the step was carried out. */
function mayBeDone(outcome: Exclude<SendOutcome, { kind: 'port' }>): boolean {
  if (outcome.kind === 'refused') return outcome.error.outcome === 'unknown'
  return outcome.kind !== 'not_sent'
}

/** True when the same request may do later: the platform was too busy, or could not be reached. */
function mayBeSentAgain(outcome: Exclude<SendOutcome, { kind: 'port' }>): boolean {
  if (outcome.kind === 'refused') return outcome.status === 429 || outcome.status === 503
  return outcome.kind === 'not_sent'
}

/** True for a failed read that may do later. */
function mayBeReadLater(status: number): boolean {
  return status === 429 || status >= 500
}

function errorOf(outcome: Exclude<SendOutcome, { kind: 'port' }>): PortsideError {
  if (outcome.kind !== 'checked') return outcome.error
  return ownError(
    'Portside.UnreadableAnswer',
    'The cloud answered 202, as to a dry run, to a request that was none.',
    { request_id: outcome.request_id, outcome: 'unknown' },
  ).error
}
