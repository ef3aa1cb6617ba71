import type { RetryWaits } from '../retry.ts'

/** How long operations wait, and how often they try. */
export type OperationWaits = RetryWaits & {
  /** How often a step is sent at most. */
  tries: number
  /**
   * How long, in milliseconds, a request without a response may still arrive at the platform. A
   * step is sent again only when the port has the list before it even after that.
   */
  lateMs: number
}

/** The waits where no setting says otherwise. */
export const DEFAULT_WAITS: OperationWaits = {
  tries: 8,
  retryMs: 1000,
  longestRetryMs: 30_000,
  lateMs: 3000,
  longestRetryAfter: 300,
}
