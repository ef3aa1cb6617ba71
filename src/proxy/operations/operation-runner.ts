import { SETTLED } from '../../vpc/portside-api.ts'
import { ownError, ProxyError } from '../errors.ts'
import { pause } from '../retry.ts'
import { RevisionConflict } from '../database/revision-conflict.ts'
import { AWAITING_CHOICE } from './journal.ts'
import { readBackUntilKnown } from './read-back.ts'
import { endEarly, forgetList, needsReadBack, type JournaledOperation } from './journaled-operation.ts'
import { interruptedError, carryOut, type OperationContext } from './carry-out.ts'

/** Milliseconds after which a failed write is tried again. */
const WRITE_AGAIN_MS = 500

/**
 * Runs the operations of this proxy, and takes over those of proxies that died. On each port it is
 * one at a time, in the order of the requests, across all proxies.
 */
export class OperationRunner {
  readonly #context: OperationContext
  /** The work on each operation, by its ID. */
  readonly #atWork = new Map<string, Promise<void>>()
  /** The IDs of operations that are being written for the first time. */
  readonly #beginning = new Set<string>()
  #watching: Promise<void> | undefined

  constructor(context: OperationContext) {
    this.#context = context
  }

  /**
   * Writes an operation, and carries it out when it is its turn.
   * @param write writes it to the journal; when this returns false, nothing is started
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

  /** Takes over abandoned operations: now, and where proxies share a database, from now on. */
  async takeOverAbandoned(): Promise<void> {
    await this.#takeOver()
    const { store, stopping, log } = this.#context
    const { lease } = store
    if (!lease.shared) return
    const watch = async () => {
      while (await store.proxyGone(lease.checkMs, stopping))
        await this.#takeOver().catch((error: unknown) => {
          // An unreachable database is logged where the lease is renewed.
          if (!(error instanceof ProxyError)) log.error({ err: error }, 'abandoned operations not found')
        })
    }
    this.#watching = watch()
  }

  /** Resolves when all work has ended, soon after the proxy's signal to stop. */
  async close(): Promise<void> {
    await this.#watching
    await Promise.all(this.#atWork.values())
  }

  /**
   * Marks operations under way as `interrupted` and reads their ports back as soon as the platform
   * can be reached. Portside doesn't go on with them, as the operator may have done something else
   * meanwhile. Queued operations whose proxy was alive within the last minute keep their place:
   * each is carried out on the list that it was planned from, or not at all.
   */
  async #takeOver(): Promise<void> {
    const { store, log } = this.#context
    const known = [...this.#atWork.keys(), ...this.#beginning]
    for (const { operation, lately } of await store.journal.abandoned(known)) {
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
    await this.#compareOtherPorts(operation)
  }

  /**
   * Adds to the audit record what an operation has changed on other ports. It has ended: nobody
   * waits for this, and none of its calls delays it.
   */
  async #compareOtherPorts({ operation_id }: JournaledOperation): Promise<void> {
    const { store, otherPorts, stopping, log } = this.#context
    if (!otherPorts) return
    try {
      const operation = await store.find(operation_id)
      if (!operation || operation.steps.every(({ attempts }) => attempts === 0)) return
      // The next proxy finds it, and compares then.
      if (stopping.aborted || needsReadBack(operation)) return
      const entries = await otherPorts(operation, stopping)
      await store.journal.addEntries(operation_id, entries)
    } catch (err) {
      log.error({ err, operation_id }, 'what an operation changed on other ports was not recorded')
    }
  }

  /** Waits for the operation's turn. Returns false when the proxy stops before. */
  async #itsTurn(operation: JournaledOperation): Promise<boolean> {
    const { store, stopping } = this.#context
    const begin = () =>
      store.begin(operation).catch((error: unknown) => {
        // While the database can't be reached, the operation keeps its place.
        if (error instanceof ProxyError) return false
        throw error
      })
    try {
      if (await store.untilTrue(operation, begin, stopping)) return true
    } catch (error) {
      await this.#breakOff(operation, error)
      return false
    }
    // Another proxy takes it over, or this one after its next start.
    if (store.lease.shared) return false
    endEarly(operation, 'interrupted', interruptedError())
    await store.save(operation)
    return false
  }

  /**
   * Ends an operation that can't go on, most likely because the journal can't be written: then
   * nothing more may be sent. This proxy shows the unwritten state, and writes it as soon as it
   * can. Returns false when another proxy has taken the operation over.
   */
  async #breakOff(operation: JournaledOperation, error: unknown): Promise<boolean> {
    const { store, stopping, log } = this.#context
    const { operation_id } = operation
    const takenOver = async () => {
      // The other proxy has marked it so, if it hasn't changed it since.
      operation.status = 'interrupted'
      await store.addUnwrittenEntries(operation)
      log.warn({ operation_id }, 'operation was taken over by another proxy: this one sends nothing more')
      return false
    }
    if (error instanceof RevisionConflict) return takenOver()
    log.error({ err: error, operation_id }, 'operation broke off')
    const { error: reason } =
      error instanceof ProxyError
        ? error
        : ownError('Portside.Internal', 'Portside could not go on.', {
            advice:
              "Look at the list as it is now; then finish the change, roll it back, or leave the list as it is. Why is in the proxy's log.",
          })
    endEarly(operation, 'stopped', reason)
    forgetList(operation)
    store.publishUnwritten(operation)
    for (;;) {
      try {
        await store.saveAgain(operation)
        return true
      } catch (failure) {
        if (failure instanceof RevisionConflict) return takenOver()
        if (stopping.aborted) throw failure
        log.warn({ err: failure, operation_id }, 'operation could not be written yet')
      }
      await pause(WRITE_AGAIN_MS, stopping)
    }
  }

  async #readBack(operation: JournaledOperation): Promise<void> {
    if (AWAITING_CHOICE.includes(operation.status) && needsReadBack(operation))
      await readBackUntilKnown(operation.operation_id, this.#context)
    await this.#compareOtherPorts(operation)
  }

  /**
   * After a later operation is done, no choice is left for the earlier ones on its port. One that
   * began since, and has stopped already, keeps its choice.
   */
  async #supersedeEarlier({ project_id, port_id, operation_id }: JournaledOperation): Promise<void> {
    const { store } = this.#context
    for (const earlier of await store.journal.awaitingChoice(project_id, port_id, operation_id))
      await store.onLatest(earlier.operation_id, async (latest) => {
        if (!AWAITING_CHOICE.includes(latest.status)) return
        latest.status = 'superseded'
        latest.followed_by = operation_id
        await store.save(latest)
      })
  }
}
