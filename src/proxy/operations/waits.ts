import type { RetryWaits } from '../retry.ts'

/** How long operations wait, and how often they try. */
export type OperationWaits = RetryWaits & {
  /** How often one step is sent at most. */
  tries: number
  /**
   * After a lost answer: how long, in milliseconds, a request may still be on its way to the
   * platform. Only when the port read back after that has the list from before is the step sent
   * again.
   */
  lateMs: number
}

/** The waits where the configuration names none. */
export const DEFAULT_WAITS: OperationWaits = {
  tries: 8,
  retryMs: 1000,
  longestRetryMs: 30_000,
  lateMs: 3000,
  longestRetryAfter: 300,
}
