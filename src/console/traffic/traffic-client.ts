import type { ResultOf, TrafficMessage, WorkerQuestion } from './compare-traffic.ts'
import { ListsSent } from './known-lists.ts'

/** The part of a Worker that the client uses. */
export type TrafficWorker = Pick<Worker, 'postMessage' | 'terminate'> & {
  addEventListener(type: 'message', listener: (event: MessageEvent<TrafficMessage>) => void): void
  addEventListener(type: 'error' | 'messageerror', listener: (event: Event) => void): void
}

/** The worker failed: there is no result, and the console says that it doesn't know. */
export class TrafficUnavailable extends Error {
  override name = 'TrafficUnavailable'
}

type Waiting = {
  id: number
  question: WorkerQuestion
  resolve: (result: never) => void
  reject: (reason: unknown) => void
}

/**
 * Asks the worker what traffic changes, or for the rules of lists. The newest question wins: one
 * asked before it is rejected with an AbortError, as is one whose signal is aborted. The worker has
 * one question at a time, and starts with the first. It keeps rules and addresses that it was sent.
 */
export class TrafficClient {
  readonly #start: () => TrafficWorker
  #worker: TrafficWorker | undefined
  /** What that worker has. */
  #sent = new ListsSent()
  #newest: Waiting | undefined
  /** The ID that the worker is busy with. */
  #busyWith: number | undefined
  #asked = 0

  constructor(start: () => TrafficWorker = startWorker) {
    this.#start = start
  }

  /**
   * The result for a question.
   * @throws TrafficUnavailable when the worker fails; AbortError, or the signal's reason, when it
   *   is no longer wanted
   */
  ask<Question extends WorkerQuestion>(
    question: Question,
    signal?: AbortSignal,
  ): Promise<ResultOf<Question>> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      this.#newest?.reject(new DOMException('A newer question about traffic was asked.', 'AbortError'))
      const waiting: Waiting = { id: ++this.#asked, question, resolve, reject }
      this.#newest = waiting
      signal?.addEventListener(
        'abort',
        () => {
          if (this.#newest === waiting) this.#newest = undefined
          reject(signal.reason)
        },
        { once: true },
      )
      this.#send()
    })
  }

  /**
   * Ends the worker; a question that waits is rejected with an AbortError. A new question starts a
   * new worker.
   */
  close(): void {
    this.#newest?.reject(new DOMException('The question about traffic is no longer wanted.', 'AbortError'))
    this.#newest = undefined
    this.#stop()
  }

  #send(): void {
    if (this.#busyWith !== undefined || !this.#newest) return
    const { id, question } = this.#newest
    try {
      this.#worker ??= this.#listen(this.#start())
      this.#busyWith = id
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
      this.#worker.postMessage(this.#sent.request(id, question))
    } catch (cause) {
      this.#fail('The question about traffic could not be asked.', cause)
    }
  }

  #listen(worker: TrafficWorker): TrafficWorker {
    const ours = () => this.#worker === worker
    worker.addEventListener('message', ({ data }) => ours() && this.#take(data))
    worker.addEventListener('error', (event) => ours() && this.#fail('Traffic could not be compared.', event))
    worker.addEventListener(
      'messageerror',
      (event) => ours() && this.#fail('Traffic could not be compared.', event),
    )
    return worker
  }

  #take(message: TrafficMessage): void {
    this.#busyWith = undefined
    const asked = this.#newest
    if (asked?.id === message.id) {
      this.#newest = undefined
      if ('result' in message) asked.resolve(message.result as never)
      else asked.reject(new TrafficUnavailable(`Traffic could not be compared: ${message.failure}`))
    }
    this.#send()
  }

  #fail(message: string, cause: unknown): void {
    const asked = this.#newest
    this.#newest = undefined
    this.#stop()
    asked?.reject(new TrafficUnavailable(message, { cause }))
  }

  #stop(): void {
    this.#worker?.terminate()
    this.#worker = undefined
    this.#sent = new ListsSent()
    this.#busyWith = undefined
  }
}

function startWorker(): TrafficWorker {
  return new Worker(new URL('./traffic.worker.ts', import.meta.url), { type: 'module', name: 'traffic' })
}
