import { SETTLED } from '../../vpc/portside-api.ts'
import { ownError, ProxyError } from '../errors.ts'
import { pause } from '../retry.ts'
import { RevisionConflict } from '../database/revision-conflict.ts'
import { AWAITING_CHOICE } from './journal.ts'
import { readBackUntilKnown } from './read-back.ts'
import { endEarly, forgetList, needsReadBack, type JournaledOperation } from './journaled-operation.ts'
import { interruptedError, carryOut, type OperationContext } from './carry-out.ts'

/** A record that could not be written is tried again after so many milliseconds. */
const WRITE_AGAIN_MS = 500

/**
 * The operations that this proxy carries out or reads back: its own, and those of proxies that
 * died. On each port one at a time, in the order in which they were asked for, whichever proxy was
 * asked.
 */
export class OperationRunner {
  readonly #context: OperationContext
  /** What is done about each operation, by its ID. */
  readonly #atWork = new Map<string, Promise<void>>()
  /** Operations that are being written for the first time. */
  readonly #beginning = new Set<string>()
  #watching: Promise<void> | undefined

  constructor(context: OperationContext) {
    this.#context = context
  }

  /**
   * Carries an operation out when it is its turn.
   * @param write writes it to the journal, where nobody takes it for left behind; nothing is begun
   *   when this is false
   */
  async start(operation: JournaledOperation, write: () => Promise<boolean>): Promise<boolean> {
    this.#beginning.add(operation.operation_id)
    try {
      if (!(await write())) return false
      this.#do(operation, () => this.#carryOut(operation))
      return true
    } finally {
      this.#beginning.delete(operation.operation_id)
    }
  }

  /**
   * Takes over what was left behind, and where proxies share a database looks for more again and
   * again.
   */
  async takeOverAbandoned(): Promise<void> {
    await this.#takeOver()
    const { store, stopping, log } = this.#context
    const { lease } = store
    if (!lease.shared) return
    const watch = async () => {
      while (await store.proxyGone(lease.checkMs, stopping))
        await this.#takeOver().catch((error: unknown) => {
          // That the database can't be reached is logged where the lease is renewed.
          if (!(error instanceof ProxyError))
            log.error({ err: error }, 'could not look for what was left behind')
        })
    }
    this.#watching = watch()
  }

  /** Comes back when nothing is at work any more, which the proxy's stopping brings about soon. */
  async close(): Promise<void> {
    await this.#watching
    await Promise.all(this.#atWork.values())
  }

  /**
   * Operations under way are marked `interrupted`: none goes on by itself, as the operator may have
   * done something else meanwhile. Their ports are read back as soon as the platform can be
   * reached. Those that waited for their turn, and whose proxy was alive a moment ago, keep their
   * place: like any other they are carried out on the list that they were planned from, or not at
   * all.
   */
  async #takeOver(): Promise<void> {
    const { store, log } = this.#context
    const known = [...this.#atWork.keys(), ...this.#beginning]
    for (const { operation, lately } of await store.journal.leftBehind(known)) {
      const { operation_id, status } = operation
      if (this.#atWork.has(operation_id) || this.#beginning.has(operation_id)) continue
      const waits = status === 'queued' && lately && !operation.too_large
      if (!SETTLED.has(status) && !waits) {
        endEarly(operation, 'interrupted', interruptedError())
        forgetList(operation)
        const at = new Date().toISOString()
        operation.taken_over_at = at
        store.note(operation, { kind: 'taken_over', at })
      }
      try {
        await store.save(operation)
      } catch (error) {
        store.forget(operation_id)
        // Another proxy was faster.
        if (error instanceof RevisionConflict) continue
        throw error
      }
      log.warn({ operation_id, status }, 'operation taken over: its proxy is gone')
      this.#do(operation, () => (waits ? this.#carryOut(operation) : this.#readBack(operation)))
    }
  }

  #do({ operation_id }: JournaledOperation, work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => this.#context.log.error({ err: error, operation_id }, 'unforeseen error'))
      .finally(() => {
        if (this.#atWork.get(operation_id) === done) this.#atWork.delete(operation_id)
      })
    this.#atWork.set(operation_id, done)
  }

  async #carryOut(operation: JournaledOperation): Promise<void> {
    const { log, metrics } = this.#context
    if (!(await this.#itsTurn(operation))) return
    metrics?.operationStarted()
    try {
      await carryOut(operation, this.#context)
    } catch (error) {
      if (!(await this.#breakOff(operation, error))) return
    } finally {
      metrics?.operationEnded(operation.status)
    }
    const { operation_id, status, steps } = operation
    if (status !== 'done') return this.#readBack(operation)
    log.info({ operation_id, status, steps: steps.length }, 'operation done')
    await this.#supersedeEarlier(operation)
  }

  /** Waits for the operation's turn; false when the proxy stops before. */
  async #itsTurn(operation: JournaledOperation): Promise<boolean> {
    const { store, stopping } = this.#context
    const begin = () =>
      store.begin(operation).catch((error: unknown) => {
        // Where the database can't be reached, the operation keeps its place until it can.
        if (error instanceof ProxyError) return false
        throw error
      })
    try {
      if (await store.untilTrue(operation, begin, stopping)) return true
    } catch (error) {
      await this.#breakOff(operation, error)
      return false
    }
    // Another proxy carries it out, or else it is found again at the next start.
    if (store.lease.shared) return false
    endEarly(operation, 'interrupted', interruptedError())
    await store.save(operation)
    return false
  }

  /**
   * Ends an operation that can't go on, most likely because the journal can't be written: then
   * nothing more may be sent. What could not be written is told by this proxy, and written as soon
   * as that is possible. False when another proxy has it by then.
   */
  async #breakOff(operation: JournaledOperation, error: unknown): Promise<boolean> {
    const { store, stopping, log } = this.#context
    const { operation_id } = operation
    const takenOver = async () => {
      // As the other one called it, or has called it something else since.
      operation.status = 'interrupted'
      await store.addUnwrittenEntries(operation)
      log.warn({ operation_id }, 'operation was taken over by another proxy: this one sends nothing more')
      return false
    }
    if (error instanceof RevisionConflict) return takenOver()
    log.error({ err: error, operation_id }, 'operation broke off')
    const told =
      error instanceof ProxyError
        ? error
        : ownError('Portside.Internal', 'Portside could not go on.', {
            advice:
              "Look at the list as it is now; then go on, go back to the list before, or leave it as it is. Why is in the proxy's log.",
          })
    endEarly(operation, 'stopped', told.error)
    forgetList(operation)
    store.publishUnwritten(operation)
    for (;;) {
      try {
        await store.saveAgain(operation)
        return true
      } catch (failure) {
        if (failure instanceof RevisionConflict) return takenOver()
        if (stopping.aborted) throw failure
        log.warn({ err: failure, operation_id }, 'and could not be recorded yet')
      }
      await pause(WRITE_AGAIN_MS, stopping)
    }
  }

  async #readBack(operation: JournaledOperation): Promise<void> {
    if (AWAITING_CHOICE.includes(operation.status) && needsReadBack(operation))
      await readBackUntilKnown(operation.operation_id, this.#context)
  }

  /**
   * Once a later operation has brought the port to the list that it was to have, there is nothing
   * left to answer.
   */
  async #supersedeEarlier({ project_id, port_id, operation_id }: JournaledOperation): Promise<void> {
    const { store } = this.#context
    for (const earlier of await store.journal.awaitingChoice(project_id, port_id))
      await store.onLatest(earlier.operation_id, async (latest) => {
        if (!AWAITING_CHOICE.includes(latest.status)) return
        latest.status = 'superseded'
        latest.followed_by = operation_id
        await store.save(latest)
      })
  }
}
