import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { abortedWithin } from '../aborts.ts'
import { Turns } from '../turns.ts'
import type { JudgeResult } from './guard-worker.ts'
import type { GuardQuestion, Judged } from './judge.ts'

/** The longest time for one question, in milliseconds. */
const JUDGING_MS = 20_000

/**
 * Judges on one thread, so that the proxy serves other requests meanwhile. The first question
 * starts it, and it takes one question after the other. When it dies, its question fails, and the
 * next question starts another thread.
 */
export class JudgingThread {
  readonly #start: () => Worker
  readonly #turns = new Turns()
  #worker: Worker | undefined

  constructor(start: () => Worker = startWorker) {
    this.#start = start
  }

  /**
   * What is broken.
   * @throws Error when the thread fails, takes too long, or `signal` is aborted
   */
  judge(question: GuardQuestion, signal?: AbortSignal): Promise<Judged> {
    return this.#turns.take('judge', () => this.#ask(question, signal))
  }

  /** Ends the thread, after the questions that were asked. */
  async close(): Promise<void> {
    await this.#turns.idle()
    await this.#worker?.terminate()
  }

  async #ask(question: GuardQuestion, until?: AbortSignal): Promise<Judged> {
    until?.throwIfAborted()
    const worker = (this.#worker ??= this.#watched(this.#start()))
    const limit = abortedWithin(JUDGING_MS, until)
    const { signal } = limit
    try {
      const ended = once(worker, 'exit', { signal }).then((): never => {
        throw new Error('the thread that compares ended')
      })
      const posted = once(worker, 'message', { signal }) as Promise<[JudgeResult]>
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
      worker.postMessage(question)
      const [result] = await Promise.race([posted, ended])
      if ('failure' in result) throw new Error(result.failure)
      return result
    } catch (error) {
      // It may still be at work: it is never used again.
      this.#worker = undefined
      void worker.terminate()
      throw error
    } finally {
      limit.abort()
    }
  }

  /**
   * An idle thread does not keep the process alive. When it dies, the next question replaces it.
   */
  #watched(worker: Worker): Worker {
    worker.unref()
    worker.on('error', () => {})
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
    })
    return worker
  }
}

/** Starts the thread, without the proxy's environment, which holds credentials. */
export function startWorker(): Worker {
  // The build puts the thread's code beside this file. In the source it is TypeScript, which has to
  // be compiled first.
  const file = import.meta.url.endsWith('.ts') ? 'guard-worker.from-source.mjs' : 'guard-worker.js'
  return new Worker(new URL(file, import.meta.url), {
    name: 'guards',
    env: {},
    // More than any comparison needs. At more memory the thread ends, not the proxy.
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  })
}
