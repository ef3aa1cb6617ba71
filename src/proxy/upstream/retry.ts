/** The longest that a read waits for the platform on its own; a longer Retry-After is given to the caller. */
export const LONGEST_WAIT_SECONDS = 10

const FIRST_WAIT_SECONDS = 0.2

/** Statuses after which a read is tried again: throttled, or a server that is not there right now. */
export const RETRIED_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * Retry-After as whole seconds from `now`, from either of its forms (RFC 9110, 10.2.3): seconds or an HTTP date. Undefined
 * when there is none or it can't be read; a date in the past is 0.
 */
export function readRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const trimmed = text.trim()
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed)
  // Date.parse takes far more than HTTP dates do, numbers among them.
  if (!/^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/.test(trimmed)) return undefined
  const date = Date.parse(trimmed)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}

/**
 * Seconds to wait before try number `tried + 1`: what the platform asked for, else twice as long each time, with jitter so that
 * many waiting readers do not come back at once. Undefined when the platform asks for longer than a reader should wait.
 */
export function waitBefore(tried: number, retryAfter: number | undefined): number | undefined {
  if (retryAfter !== undefined && retryAfter > LONGEST_WAIT_SECONDS) return undefined
  const backoff = Math.min(FIRST_WAIT_SECONDS * 2 ** (tried - 1), LONGEST_WAIT_SECONDS)
  return Math.max(retryAfter ?? 0, backoff / 2) + (Math.random() * backoff) / 2
}
