import { whenAborted } from '../aborts.ts'

/**
 * A read is joined to an equal one that began at most this long ago, in milliseconds. Since then
 * somebody else may have changed the port, without this proxy: nobody is shown a list that was
 * older than this when they asked.
 */
const LONGEST_JOINED_MS = 100

/** `response` and `gone` are set while the read is under way. */
type Shared = { begun: number; askers: number; response?: Promise<unknown>; gone?: AbortController }

/**
 * Reads that are under way, so that equal ones are one call of the platform: many consoles ask for
 * the same at the same time.
 */
export class ReadsInFlight {
  readonly #reads = new Map<string, Shared>()
  /**
   * Of reads that ended, for those to come, as many as were under way at one time. A new one for
   * each read would cost more than all else here: it outlives the collection of young garbage.
   */
  readonly #unused: AbortController[] = []
  readonly #now: () => number

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /**
   * The response of the read `key`: of one under way, else of `call`. For a caller who goes away it
   * fails at once, and for nobody else; when the last one has gone, the call is aborted.
   * @throws what `call` throws; the reason of `asker` when it is aborted
   */
  join<T>(key: string, asker: AbortSignal | undefined, call: (gone: AbortSignal) => Promise<T>): Promise<T> {
    if (asker?.aborted) return Promise.reject(asker.reason as Error)
    const known = this.#reads.get(key)
    const shared = known && this.#now() - known.begun <= LONGEST_JOINED_MS ? known : this.#begin(key, call)
    shared.askers++
    const response = shared.response as Promise<T>
    if (!asker) return response
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(asker.reason as Error)
        if (--shared.askers > 0) return
        this.#end(key, shared)
        shared.gone?.abort(asker.reason)
      }
      const stay = whenAborted(asker, leave)
      response.then(
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

  /** After a change: reads that begin from now on are joined to none that began before. */
  changed(): void {
    this.#reads.clear()
  }

  #begin(key: string, call: (gone: AbortSignal) => Promise<unknown>): Shared {
    const gone = this.#unused.pop() ?? new AbortController()
    const response = call(gone.signal)
    const shared: Shared = { begun: this.#now(), askers: 0, response, gone }
    this.#reads.set(key, shared)
    const end = () => {
      this.#end(key, shared)
      // A Map that shrinks and grows keeps its entries until the next full garbage collection: none
      // may hold the response.
      shared.response = undefined
      shared.gone = undefined
      if (!gone.signal.aborted) this.#unused.push(gone)
    }
    response.then(end, end)
    return shared
  }

  /** Nobody joins it any more. A later read may have replaced it already. */
  #end(key: string, shared: Shared): void {
    if (this.#reads.get(key) === shared) this.#reads.delete(key)
  }
}
