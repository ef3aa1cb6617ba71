import { RateLimiterMemory, RateLimiterPostgres, type RateLimiterAbstract } from 'rate-limiter-flexible'
import { keptForPeople, type EndpointCalls } from '../../vpc/endpoint-calls.ts'
import { ownError } from '../errors.ts'
import type { Metrics } from '../monitoring/metrics.ts'
import { UpstreamError, type Work } from './upstream.ts'

/** At most `count` calls of an endpoint in a window of `seconds`, which begins with its first. */
export type CallBudget = { count: number; seconds: number }

/** The table of a budget that several proxies share, as the migrations make it. */
const TABLE = 'calls'

/** Queries the database that the proxies share. */
export type SharedQuery = (text: string, values: readonly unknown[]) => Promise<{ rows: unknown[] }>

type CallsConfig = {
  budget: CallBudget | undefined
  endpoints: readonly string[]
  /** The first wait after a 429 without Retry-After, in milliseconds. */
  retryMs: number
  /** The longest Retry-After that is believed, in milliseconds; an hour. */
  longestRetryAfterMs?: number | undefined
}

/**
 * A quota window of the platform where no budget says another, in seconds: docs/platform.md,
 * Limits.
 */
const QUOTA_WINDOW_SECONDS = 300
const LONGEST_RETRY_AFTER_MS = 3_600_000

/** An endpoint that responded with 429: until when nothing is sent, and since when. */
type Throttled = { until: number; since: number; times: number }

/**
 * What may be sent to each endpoint now. After a 429 nothing is, before its time. With a budget,
 * the calls of a window are counted: reads for people may use all but the reserve, which changes
 * under way need to finish; background work stops while there is still something left for people.
 */
export class Calls {
  readonly #budget: CallBudget | undefined
  readonly #endpoints: readonly string[]
  readonly #retryMs: number
  readonly #longestRetryAfterMs: number
  readonly #limiter: RateLimiterAbstract | undefined
  readonly #metrics: Metrics | undefined
  readonly #throttled = new Map<string, Throttled>()
  /** Until when (as of Date.now()) a kind of work has no calls left: `endpoint work`. */
  readonly #usedUp = new Map<string, number>()

  /** @param query where proxies share a database: then they share the budget */
  constructor(
    { budget, endpoints, retryMs, longestRetryAfterMs = LONGEST_RETRY_AFTER_MS }: CallsConfig,
    metrics?: Metrics,
    query?: SharedQuery,
  ) {
    this.#budget = budget
    this.#endpoints = [...new Set(endpoints)]
    this.#retryMs = retryMs
    this.#longestRetryAfterMs = longestRetryAfterMs
    this.#metrics = metrics
    this.#limiter = budget && limiterOf(budget, query)
    metrics?.showCalls(async () =>
      (await this.shown()).flatMap(({ endpoint, left }) => (left === null ? [] : [{ endpoint, left }])),
    )
  }

  /**
   * Takes one call of an endpoint's budget.
   * @throws UpstreamError Portside.NoCallsLeft, with `retry_after`, while none may be sent
   */
  async take(endpoint: string, work: Work): Promise<void> {
    this.#refuseWhileClosed(endpoint, work)
    if (!this.#budget || !this.#limiter) return
    const used = await this.#limiter.penalty(endpoint, 1)
    if (used.consumedPoints <= mostFor(work, this.#budget)) return
    await this.#limiter.reward(endpoint, 1)
    this.#usedUp.set(`${endpoint} ${work}`, Date.now() + Math.max(used.msBeforeNext, 1))
    this.#refuseWhileClosed(endpoint, work)
  }

  /** Milliseconds until work of this kind may be sent again, as far as this proxy knows. */
  closedFor(endpoint: string, work: Work): number {
    const throttled = (this.#throttled.get(endpoint)?.until ?? 0) - performance.now()
    return Math.max(0, throttled, this.#usedUpFor(endpoint, work))
  }

  /**
   * Notes how a call ended. A 429 closes the endpoint for as long as it says; where it doesn't say,
   * for twice as long each time, up to a window.
   * @param started when the call began, as of performance.now()
   */
  ended(endpoint: string, started: number, status: number, retryAfter: number | undefined): void {
    const known = this.#throttled.get(endpoint)
    if (status !== 429) {
      if (known && started >= known.until) this.#throttled.delete(endpoint)
      return
    }
    this.#metrics?.throttled(endpoint)
    const now = performance.now()
    // Calls that were out together are refused together: that is one 429.
    const again = known !== undefined && started >= known.until
    const times = known ? known.times + (again ? 1 : 0) : 1
    const longest = (this.#budget?.seconds ?? QUOTA_WINDOW_SECONDS) * 1000
    const wait =
      retryAfter === undefined
        ? Math.min(this.#retryMs * 2 ** (times - 1), longest)
        : Math.min(retryAfter * 1000, this.#longestRetryAfterMs)
    const since = known && !again ? known.since : now
    const from = retryAfter === undefined ? since : now
    this.#throttled.set(endpoint, { until: Math.max(known?.until ?? 0, from + wait), since, times })
  }

  /** The budget and the state of each endpoint, as they are shown. */
  shown(): Promise<EndpointCalls[]> {
    return Promise.all(
      this.#endpoints.map(async (endpoint) => {
        const wait = (this.#throttled.get(endpoint)?.until ?? 0) - performance.now()
        const throttled_until = wait > 0 ? new Date(Date.now() + wait).toISOString() : null
        const budget = this.#budget
        if (!budget || !this.#limiter)
          return {
            endpoint,
            limit: null,
            seconds: null,
            reserve: null,
            left: null,
            next_at: null,
            throttled_until,
          }
        const used = await this.#limiter.get(endpoint)
        const left = Math.max(0, budget.count - (used?.consumedPoints ?? 0))
        const next_at = used ? new Date(Date.now() + Math.max(used.msBeforeNext, 0)).toISOString() : null
        return {
          endpoint,
          limit: budget.count,
          seconds: budget.seconds,
          reserve: reserveOf(budget),
          left,
          next_at,
          throttled_until,
        }
      }),
    )
  }

  #usedUpFor(endpoint: string, work: Work): number {
    const key = `${endpoint} ${work}`
    const left = (this.#usedUp.get(key) ?? 0) - Date.now()
    if (left <= 0) this.#usedUp.delete(key)
    return Math.max(0, left)
  }

  #refuseWhileClosed(endpoint: string, work: Work): void {
    const throttled = (this.#throttled.get(endpoint)?.until ?? 0) - performance.now()
    if (throttled > 0) throw noCallsLeft(throttled, 'The platform has said that it is asked too often (429)')
    const usedUp = this.#usedUpFor(endpoint, work)
    if (usedUp > 0) throw noCallsLeft(usedUp, this.#usedUpText(work))
  }

  #usedUpText(work: Work): string {
    const { count, seconds } = this.#budget!
    const kept = work === 'change' ? '' : `, but for ${reserveOf(this.#budget!)} that are kept for changes`
    return `The ${count} calls in ${seconds} seconds that PORTSIDE_CALLS allows are used up${kept}`
  }
}

/** A budget in this proxy's memory, or in the database that proxies share. */
function limiterOf({ count, seconds }: CallBudget, query?: SharedQuery): RateLimiterAbstract {
  const options = { points: count, duration: seconds, keyPrefix: TABLE }
  const memory = new RateLimiterMemory(options)
  if (!query) return memory
  return new RateLimiterPostgres({
    ...options,
    storeClient: { query: ({ text, values }: { text: string; values: unknown[] }) => query(text, values) },
    storeType: 'client',
    tableName: TABLE,
    tableCreated: true,
    // A row for each endpoint: there is nothing to clear.
    clearExpiredByTimeout: false,
    // While the database can't be reached, each proxy counts on its own.
    insuranceLimiter: memory,
  })
}

/** The calls that only changes may use: a fifth, but at least 10, and at most half. */
function reserveOf({ count }: CallBudget): number {
  return Math.min(Math.ceil(count / 2), Math.max(10, Math.ceil(count / 5)))
}

/** How many calls of a window may be used when work of this kind takes one. */
function mostFor(work: Work, budget: CallBudget): number {
  if (work === 'change') return budget.count
  const reserve = reserveOf(budget)
  return budget.count - (work === 'person' ? reserve : keptForPeople(budget.count, reserve))
}

function noCallsLeft(milliseconds: number, why: string): UpstreamError {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000))
  const at = new Date(Date.now() + milliseconds).toISOString().slice(11, 19)
  const { status, error } = ownError(
    'Portside.NoCallsLeft',
    `${why}. Nothing more is sent before ${at} UTC.`,
    { retry_after: seconds, advice: `Try again in ${seconds} seconds.` },
  )
  return new UpstreamError(status, error)
}
