import * as z from 'zod/mini'

/**
 * At most `count` calls of a project in a window of `seconds`, which begins with its first call
 * (docs/platform.md, Limits). Further calls are refused with 429; with `retry_after`, the response
 * says when the window ends.
 */
export const quotaSetting = z.strictObject({
  count: z.int().check(z.gte(1, 'must be 1 or more')),
  seconds: z.number().check(z.gt(0, 'must be more than 0'), z.lte(86_400, 'must be at most 86400')),
  retry_after: z.optional(z.boolean()),
})
/** A quota of calls. */
export type Quota = z.infer<typeof quotaSetting>

/** Body of PUT /_emulator/quota; null takes the quota away. */
export const quotaRequest = z.strictObject({ quota: z.nullable(quotaSetting) })

/** How many calls came, by kind (`GET /v3/{project_id}/ports`), and what the quota leaves. */
export class CountedCalls {
  #quota: Quota | null
  #byKind = new Map<string, number>()
  #throttled = 0
  #windows = new Map<string, { ends: number; used: number }>()

  constructor(quota: Quota | null) {
    this.#quota = quota
  }

  /** Sets another quota, or none. Windows begin anew. */
  setQuota(quota: Quota | null): void {
    this.#quota = quota
    this.#windows.clear()
  }

  /** Counts from 0 again. The windows of the quota go on. */
  clear(): void {
    this.#byKind.clear()
    this.#throttled = 0
  }

  /** Counts a call of a kind, whatever becomes of it. */
  count(method: string, path: string): void {
    const kind = `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`
    this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1)
  }

  /**
   * Takes a call of the project from the quota.
   * @returns undefined when it may pass, else after how many seconds the refusal says to try again,
   *   if it says so
   */
  take(projectId: string, now = Date.now()): { retryAfter: number | undefined } | undefined {
    if (!this.#quota) return undefined
    const { count, seconds, retry_after } = this.#quota
    let window = this.#windows.get(projectId)
    if (!window || window.ends <= now) {
      window = { ends: now + seconds * 1000, used: 0 }
      this.#windows.set(projectId, window)
    }
    if (window.used < count) {
      window.used++
      return undefined
    }
    this.#throttled++
    return { retryAfter: retry_after ? Math.ceil((window.ends - now) / 1000) : undefined }
  }

  /** The counts since the last clear: by kind, in all, and how many of them the quota refused. */
  shown() {
    const calls = Object.fromEntries(this.#byKind)
    return {
      calls,
      total: Object.values(calls).reduce((sum, one) => sum + one, 0),
      throttled: this.#throttled,
      quota: this.#quota,
    }
  }
}
