import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Turns } from '../database/turns.ts'
import type { JudgeMessage } from './guard-worker.ts'
import type { BrokenGuard, GuardQuestion } from './judge.ts'

/** The longest that one question may take. */
const JUDGING_MS = 20_000

/**
 * Judges on a thread of its own, so that the proxy answers others meanwhile: one thread, started
 * with the first question, which takes one question after the other. When it dies, the question
 * that it had fails, and the next starts another.
 */
export class JudgingThread {
  readonly #start: () => Worker
  readonly #turns = new Turns()
  #worker: Worker | undefined

  constructor(start: () => Worker = startWorker) {
    this.#start = start
  }

  /** The guards that are broken. @throws Error when the thread fails, or takes too long */
  judge(question: GuardQuestion): Promise<BrokenGuard[]> {
    return this.#turns.take('judge', () => this.#ask(question))
  }

  /** Ends the thread, after the questions that were asked. */
  async close(): Promise<void> {
    await this.#turns.idle()
    await this.#worker?.terminate()
  }

  async #ask(question: GuardQuestion): Promise<BrokenGuard[]> {
    const worker = (this.#worker ??= this.#watched(this.#start()))
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(JUDGING_MS)])
    try {
      const ended = once(worker, 'exit', { signal }).then((): never => {
        throw new Error('the thread that compares ended')
      })
      const answered = once(worker, 'message', { signal }) as Promise<[JudgeMessage]>
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
      worker.postMessage(question)
      const [reply] = await Promise.race([answered, ended])
      if ('failure' in reply) throw new Error(reply.failure)
      return reply.broken
    } catch (error) {
      // What it is at, or in what state, nobody knows.
      this.#worker = undefined
      void worker.terminate()
      throw error
    } finally {
      over.abort()
    }
  }

  /**
   * An idle thread that dies is replaced at the next question; it does not keep the process alive.
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

/** Starts the thread. It needs none of the proxy's environment, which holds secrets. */
export function startWorker(): Worker {
  // Built, the thread's code lies beside this; from source it is TypeScript, which has to be made
  // JavaScript first.
  const file = import.meta.url.endsWith('.ts') ? 'guard-worker.from-source.mjs' : 'guard-worker.js'
  return new Worker(new URL(file, import.meta.url), {
    name: 'guards',
    env: {},
    // More than any comparison needs: one that takes more ends the thread, not the proxy.
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  })
}
