import { LRUCache } from 'lru-cache'

/** The most bytes of all responses together, as they came. */
const MOST_BYTES = 16 * 1024 * 1024

/** Which read may be taken. */
export type SharedHow = {
  /** The groups that a list of ports was filtered by: a port that gets or loses one changes it. */
  groups?: readonly string[] | undefined
  /** Only one that began at this time (as of Date.now()) or later. */
  since?: number
  /** True to read all the same; those who come later may share that. */
  anew?: boolean
}

/** `began` is of a clock that only goes forward, `at` of Date.now(). */
type Recent = Pick<SharedHow, 'groups'> & {
  began: number
  at: number
  response: Promise<{ data: unknown }>
}

/**
 * Reads of lists that began at most some seconds ago, or are under way, for things that are done on
 * many ports in a row: equal ones are one call of the platform. Failures are not shared.
 */
export class RecentReads {
  readonly #longestMs: number
  readonly #recent: LRUCache<string, Recent>

  /** @param longestMs a read that began longer ago, in milliseconds, is not shared any more */
  constructor(longestMs: number) {
    this.#longestMs = longestMs
    this.#recent = new LRUCache({ maxSize: MOST_BYTES, ttl: longestMs, ttlAutopurge: true })
  }

  /**
   * What the read `key` found: a recent one where there is one, else `call`.
   * @throws what `call` throws; the reason of `signal` when it is aborted
   */
  async read<T>(
    key: string,
    signal: AbortSignal | undefined,
    call: () => Promise<{ data: T; body: Buffer }>,
    { groups, since = -Infinity, anew = false }: SharedHow = {},
  ): Promise<{ data: T }> {
    for (let failed: Recent | undefined; ;) {
      signal?.throwIfAborted()
      const known = anew ? undefined : this.#recent.get(key)
      if (!known || known === failed || !this.#isRecent(known, since)) return this.#begin(key, groups, call)
      try {
        return (await unlessAborted(known.response, signal)) as { data: T }
      } catch {
        // It may have failed for its first asker only, whose time was over.
        failed = known
      }
    }
  }

  /** Whether `read` would take a recent one. */
  has(key: string, since: number): boolean {
    const known = this.#recent.get(key)
    return known !== undefined && this.#isRecent(known, since)
  }

  /** After a change of a port: lists of ports that are filtered by one of these groups are old. */
  changed(groups: readonly string[]): void {
    const changed = new Set(groups)
    for (const [key, recent] of this.#recent.entries())
      if (recent.groups?.some((id) => changed.has(id))) this.#recent.delete(key)
  }

  #isRecent({ began, at }: Recent, since: number): boolean {
    return performance.now() - began <= this.#longestMs && at >= since
  }

  #begin<T>(
    key: string,
    groups: readonly string[] | undefined,
    call: () => Promise<{ data: T; body: Buffer }>,
  ): Promise<{ data: T }> {
    const response = call().then(({ data, body }) => {
      if (this.#recent.peek(key) === recent) this.#keep(key, recent, body.length)
      return { data }
    })
    const recent: Recent = { groups, began: performance.now(), at: Date.now(), response }
    this.#recent.delete(key)
    this.#keep(key, recent, 1)
    response.catch(() => {
      if (this.#recent.peek(key) === recent) this.#recent.delete(key)
    })
    return response
  }

  #keep(key: string, recent: Recent, bytes: number): void {
    this.#recent.set(key, recent, { size: Math.max(1, bytes), noUpdateTTL: true })
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason as Error)
    signal.addEventListener('abort', leave)
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
