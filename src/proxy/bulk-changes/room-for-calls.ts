import { keptForPeople } from '../../vpc/endpoint-calls.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import { ownError } from '../errors.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** The calls of a port's change, about: read, one or two steps, read again. */
const CALLS_EACH = 4

/** How much of a budget of calls there is for bulk changes. */
export type Room = {
  /** How many ports of all bulk changes may be under way at once; Infinity without a budget. */
  ports: number
  /** When there is more, and why there is none now: where `ports` is limited. */
  until: Date
  error: PortsideError
}

/** As long as it is asked again when a budget doesn't say when it begins anew. */
const ASK_AGAIN_MS = 1000

/**
 * How many ports may be under way at an endpoint. They leave people what background work leaves
 * them; a change that has begun may use the reserve, so that it comes to its end.
 */
export async function roomForPorts(
  upstream: Pick<Upstream, 'calls'>,
  endpoint: string | undefined,
): Promise<Room> {
  const known = (await upstream.calls()).find((one) => one.endpoint === endpoint)
  const { limit = null, reserve = null, left = null, next_at = null, throttled_until = null } = known ?? {}
  const until = new Date(throttled_until ?? next_at ?? Date.now() + ASK_AGAIN_MS)
  const why = throttled_until
    ? 'The platform has said that it is asked too often (429)'
    : 'The calls of PORTSIDE_CALLS are used up, but for those that are kept for people'
  const { error } = ownError('Portside.NoCallsLeft', `${why}. The bulk change goes on by itself.`, {
    retry_after: Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1000)),
    advice: 'Wait, or end the bulk change.',
  })
  if (throttled_until) return { ports: 0, until, error }
  if (limit === null || left === null) return { ports: Infinity, until, error }
  const free = Math.max(0, left - keptForPeople(limit, reserve ?? 0))
  // Of the smallest budget, a fresh window is enough for one port.
  const atLeast = left === limit ? 1 : 0
  return { ports: Math.max(atLeast, Math.floor(free / CALLS_EACH)), until, error }
}
