import { LRUCache } from 'lru-cache'

/** How long a response is kept unless the configuration says otherwise, in seconds. */
const KEPT_SECONDS = 60
/** The most bytes of all responses together, and of one. */
const MOST_BYTES = 32 * 1024 * 1024
const MOST_BYTES_OF_ONE = 8 * 1024 * 1024

/** A response as it is passed on, and how many seconds ago it was asked for. */
export type ShownResponse = { status: number; body: Buffer; age: number }

type Kept = { status: number; body: Buffer; asked: number }

/**
 * Responses to reads that are shown and never decide, such as groups, rules and members: users and
 * pages that ask for the same within a minute cost one call of the platform. Only who says how old
 * a response may be gets one from here. A change made by this proxy drops all.
 */
export class KeptResponses {
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: MOST_BYTES,
    maxEntrySize: MOST_BYTES_OF_ONE,
    sizeCalculation: ({ body }, key) => body.length + key.length,
    ttl: KEPT_SECONDS * 1000,
  })
  readonly #seconds: number
  readonly #now: () => number
  /** Counts the changes: what was asked for before one is not kept after it. */
  #changes = 0

  /**
   * @param seconds how long a response is kept, at most 60
   * @param now milliseconds of a clock that only goes forward
   */
  constructor(seconds = KEPT_SECONDS, now = () => performance.now()) {
    this.#seconds = seconds
    this.#now = now
  }

  /**
   * The response to the read `key`: the kept one where it is at most `maxAge` seconds old, else
   * that of `read`, which is kept when `maxAge` says that its asker takes one.
   * @throws what `read` throws; failures are not kept
   */
  async get(
    key: string,
    maxAge: number | undefined,
    read: () => Promise<{ status: number; body: Buffer }>,
  ): Promise<ShownResponse> {
    const asked = this.#now()
    const known = this.#kept.get(key)
    const age = known ? Math.floor((asked - known.asked) / 1000) : Infinity
    if (known && maxAge !== undefined && age < Math.min(maxAge, this.#seconds))
      return { status: known.status, body: known.body, age }
    const changes = this.#changes
    const { status, body } = await read()
    if (this.#seconds > 0 && (known || maxAge !== undefined) && changes === this.#changes)
      this.#kept.set(key, { status, body, asked })
    return { status, body, age: 0 }
  }

  /** After a change nothing from before is shown again. */
  changed(): void {
    this.#changes++
    this.#kept.clear()
  }
}
