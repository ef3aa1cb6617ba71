/** How long operations wait, and how often they try. */
export type OperationWaits = {
  /** How often one step is sent at most. */
  tries: number
  /** The first wait, in milliseconds, after the platform asked to wait without saying how long; then twice as long each time. */
  retryMs: number
  /** The longest wait in milliseconds, unless the platform asked for longer. */
  longestRetryMs: number
  /**
   * After a lost answer: how long, in milliseconds, a request may still be on its way to the platform. Only when the port read
   * back after that has the list from before is the step sent again.
   */
  lateMs: number
  /** The longest Retry-After, in seconds, that an operation waits out; it stops at a longer one. */
  longestRetryAfter: number
}

/** The waits where the configuration names none. */
export const DEFAULT_WAITS: OperationWaits = {
  tries: 8,
  retryMs: 1000,
  longestRetryMs: 30_000,
  lateMs: 3000,
  longestRetryAfter: 300,
}

/**
 * Milliseconds to wait after try number `tried`: what the platform asked for in seconds, at least; else twice as long each time, with
 * jitter so that many operations do not come back at once. Undefined when the platform asks for longer than `longestRetryAfter`.
 */
export function waitAfter(
  tried: number,
  retryAfter: number | undefined,
  waits: OperationWaits,
): number | undefined {
  if (retryAfter !== undefined && retryAfter > waits.longestRetryAfter) return undefined
  const backoff = Math.min(waits.retryMs * 2 ** (tried - 1), waits.longestRetryMs)
  if (retryAfter !== undefined) return retryAfter * 1000 + (Math.random() * Math.min(backoff, 1000)) / 2
  return backoff / 2 + (Math.random() * backoff) / 2
}

/** Waits. Comes back true after the time, false at once when `signal` is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const end = (passed: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(passed)
    }
    const onAbort = () => end(false)
    const timer = setTimeout(() => end(true), milliseconds)
    signal.addEventListener('abort', onAbort)
  })
}
