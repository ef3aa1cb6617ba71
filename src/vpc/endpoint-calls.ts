import * as z from 'zod/mini'

/**
 * The calls of an endpoint. `limit` in `seconds` is the budget of PORTSIDE_CALLS, of which
 * `reserve` are for changes alone; `left` are left until `next_at`. All null without a budget;
 * `next_at` also before the first call. Before `throttled_until` nothing is sent, as the platform
 * has asked.
 */
const endpointCalls = z.object({
  endpoint: z.string(),
  limit: z.nullable(z.number()),
  seconds: z.nullable(z.number()),
  reserve: z.nullable(z.number()),
  left: z.nullable(z.number()),
  next_at: z.nullable(z.string()),
  throttled_until: z.nullable(z.string()),
})
/** The calls of an endpoint. */
export type EndpointCalls = z.infer<typeof endpointCalls>
/**
 * How many of a budget's calls stay for people and changes: what nobody waits for leaves them.
 * @param reserve the calls that only changes may use
 */
export function keptForPeople(limit: number, reserve: number): number {
  return reserve + Math.ceil((limit - reserve) / 4)
}

/** True when an endpoint has no call left for what nobody waits for. */
export function isBudgetShort({ limit, reserve, left, throttled_until }: EndpointCalls): boolean {
  if (throttled_until !== null) return true
  return left !== null && left <= keptForPeople(limit ?? 0, reserve ?? 0)
}

/** Response of GET calls. */
export const callsResponse = z.object({ endpoints: z.array(endpointCalls) })
