import { planChange, planReplacement, PlanRefused, type ChangePlan, type PlanWay } from './plan-change.ts'
import type { PlanPolicy } from './plan-policies.ts'

/** The plans for one change: the proposed one, and the other way where there is one. */
export type PlanWays = { proposed: ChangePlan; other?: ChangePlan }

type Options = {
  /** How many groups a port takes. */
  limit: number
  policy: PlanPolicy
  /** The ways that the platform offers here; both unless given. */
  offered?: readonly PlanWay[]
}

/**
 * The ways from `current` to `desired`.
 *
 * What one insert or one remove does is done by that: it is one call, and the platform checks it
 * whole. So is detaching every group, which a replacement can't do. Else, where groups move, one
 * call is proposed, as step by step they are off the port for a while; where none moves, step by
 * step is proposed, as it is checked and notices other people's changes.
 * @throws PlanRefused as planChange, and when the platform offers no way
 */
export function planWays(
  current: readonly string[],
  desired: readonly string[],
  { limit, policy, offered = ['steps', 'one-call'] }: Options,
): PlanWays {
  if (!offered.includes('steps')) {
    if (!offered.includes('one-call'))
      throw new PlanRefused('the platform offers no call that changes ports here')
    if (desired.length === 0 && current.length === 0)
      return { proposed: planChange(current, desired, { limit }) }
    if (desired.length === 0)
      throw new PlanRefused(
        'the platform offers no insert and remove here, and the call that replaces a list can’t leave a port without any group: leave at least one',
      )
    return { proposed: planReplacement(current, desired, { limit }) }
  }
  const steps = planChange(current, desired, { limit })
  const only = policy === 'steps' || steps.steps.length <= 1 || desired.length === 0
  if (only || !offered.includes('one-call')) return { proposed: steps }
  const replacement = planReplacement(current, desired, { limit })
  if (policy === 'one-call') return { proposed: replacement }
  return steps.moved.length > 0
    ? { proposed: replacement, other: steps }
    : { proposed: steps, other: replacement }
}

/** The plan that goes this way, where there are two; else the proposed one. */
export function chosenPlan({ proposed, other }: PlanWays, way: PlanWay | undefined): ChangePlan {
  return other?.way === way && other !== undefined ? other : proposed
}

/** The way that these steps go. */
export function wayOf(steps: readonly { kind: string }[]): PlanWay {
  return steps.some(({ kind }) => kind === 'replace') ? 'one-call' : 'steps'
}
