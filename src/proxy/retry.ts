import { setTimeout as wait } from 'node:timers/promises'

/** How long to wait before a request is tried again. */
export type RetryWaits = {
  /**
   * The first wait, in milliseconds, when the platform doesn't say how long. Each later one is
   * twice as long.
   */
  retryMs: number
  /** The longest wait in milliseconds, unless the platform asks for longer. */
  longestRetryMs: number
  /** The longest Retry-After, in seconds, that is waited out. */
  longestRetryAfter: number
}

/** The waits of a read, for which somebody waits. A longer Retry-After goes to the caller. */
export const READ_WAITS: RetryWaits = { retryMs: 200, longestRetryMs: 10_000, longestRetryAfter: 10 }

/** Statuses after which a read is tried again: throttled, or the server is unavailable for now. */
export const RETRIED_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * Milliseconds to wait after try number `tried`: at least the seconds that the platform asked for,
 * else twice as long each time. With jitter, so that many requests are not sent again at once.
 * Undefined when the platform asks for more than `longestRetryAfter`.
 */
export function waitAfter(
  tried: number,
  retryAfter: number | undefined,
  { retryMs, longestRetryMs, longestRetryAfter }: RetryWaits,
): number | undefined {
  if (retryAfter !== undefined && retryAfter > longestRetryAfter) return undefined
  const backoff = Math.min(retryMs * 2 ** (tried - 1), longestRetryMs)
  // The platform knows how long it needs, so only a little is added.
  const spread = retryAfter === undefined ? backoff : Math.min(backoff, 1000)
  return Math.max((retryAfter ?? 0) * 1000, spread / 2) + (Math.random() * spread) / 2
}

/** Waits. @returns true after that time, false as soon as `signal` is aborted */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
  return wait(milliseconds, true, signal && { signal }).catch(() => false)
}

/**
 * Retry-After as whole seconds from `now`, from either of its forms (RFC 9110, 10.2.3): seconds or
 * an HTTP date. Undefined when there is none or it can't be read; a date in the past is 0.
 */
export function readRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const trimmed = text.trim()
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed)
  // Date.parse takes much more than HTTP dates, such as numbers.
  if (!/^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/.test(trimmed)) return undefined
  const date = Date.parse(trimmed)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}
