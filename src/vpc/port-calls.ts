import type { Offers } from './offers.ts'
import type { PlanWay } from './plan-change.ts'

/** Which calls change a port here. */
export type PortCalls = {
  /** There are insert and remove. */
  steps: boolean
  /** The version that updates a port. */
  update: 'v1' | 'v2.0'
}

/** All calls, as the reference has them. */
export const ALL_PORT_CALLS: PortCalls = { steps: true, update: 'v1' }

/**
 * The calls that change a port. Where the update was not tried, it is taken to be of the version
 * that reads ports.
 */
export function portCallsOf({ steps, update, ports }: Offers): PortCalls {
  const native = update === undefined ? ports === 'v2.0' : update === 'v2.0'
  return { steps: steps !== false, update: native ? 'v2.0' : 'v1' }
}

/** The ways of a plan that an endpoint offers. What is not known counts as offered. */
export function waysOffered({ steps, update }: Offers): PlanWay[] {
  return [
    ...(steps === false ? [] : (['steps'] as const)),
    ...(update === 'none' ? [] : (['one-call'] as const)),
  ]
}
