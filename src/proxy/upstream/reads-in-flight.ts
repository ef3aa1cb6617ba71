/**
 * A read is joined to an equal one that began this long ago at most, in milliseconds. Somebody
 * else's change, which this proxy does not know of, may have been made since then: nobody is shown
 * a list that was older than this when they asked.
 */
const LONGEST_JOINED_MS = 100

/** `answer` and `gone` are there while it is under way. */
type Shared = { begun: number; askers: number; answer?: Promise<unknown>; gone?: AbortController }

/**
 * Reads that are under way, so that equal ones are one call to the platform: many consoles ask for
 * the same at the same time.
 */
export class ReadsInFlight {
  readonly #reads = new Map<string, Shared>()
  readonly #now: () => number

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /**
   * The answer to the read `key`: that of one under way, else of `call`. Askers who go away are
   * told so at once and harm nobody; when the last one has gone, the call is given up.
   * @throws what `call` throws; the reason of `asker` when it is aborted
   */
  join<T>(key: string, asker: AbortSignal | undefined, call: (gone: AbortSignal) => Promise<T>): Promise<T> {
    if (asker?.aborted) return Promise.reject(asker.reason as Error)
    const known = this.#reads.get(key)
    const shared = known && this.#now() - known.begun <= LONGEST_JOINED_MS ? known : this.#begin(key, call)
    shared.askers++
    const answer = shared.answer as Promise<T>
    if (!asker) return answer
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(asker.reason as Error)
        if (--shared.askers > 0) return
        this.#end(key, shared)
        shared.gone?.abort(asker.reason)
      }
      asker.addEventListener('abort', leave)
      const stay = () => asker.removeEventListener('abort', leave)
      answer.then(
        (came) => {
          stay()
          resolve(came)
        },
        (error: unknown) => {
          stay()
          reject(error as Error)
        },
      )
    })
  }

  /** Something was changed: reads that begin from now on are joined to none that began before. */
  changed(): void {
    this.#reads.clear()
  }

  #begin(key: string, call: (gone: AbortSignal) => Promise<unknown>): Shared {
    const gone = new AbortController()
    const answer = call(gone.signal)
    const shared: Shared = { begun: this.#now(), askers: 0, answer, gone }
    this.#reads.set(key, shared)
    const end = () => {
      this.#end(key, shared)
      // A Map that shrinks and grows leaves its entries to the next full garbage collection: the
      // answer must not be in one.
      shared.answer = undefined
      shared.gone = undefined
    }
    answer.then(end, end)
    return shared
  }

  /** Nobody joins it any more. A later read may stand in its place by now. */
  #end(key: string, shared: Shared): void {
    if (this.#reads.get(key) === shared) this.#reads.delete(key)
  }
}
