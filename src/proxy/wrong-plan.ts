import { stepsLead } from '../vpc/change-step.ts'
import type { OperationRequest } from '../vpc/portside-requests.ts'
import type { PlanWay } from '../vpc/plan-change.ts'
import type { PlanPolicy } from '../vpc/plan-policies.ts'
import { wayOf } from '../vpc/plan-ways.ts'
import { ownError } from './errors.ts'
import type { Planning } from './planning.ts'

/**
 * Refuses a plan that can't be carried out, for a dry run as for a change.
 * @throws ProxyError Portside.InvalidRequest when a list names a group twice, a group is spelled in
 *   two ways, the steps do not lead where they should, or go another way than PORTSIDE_CHANGES says
 *   or the platform offers
 */
export function refuseWrongPlan(
  { planned_from, desired, steps }: Pick<OperationRequest, 'planned_from' | 'desired' | 'steps'>,
  { limit, policy, offered }: Planning,
): void {
  const twice = planned_from.findIndex((id, position) => planned_from.indexOf(id) !== position)
  const respelled = respelledGroup({ planned_from, desired, steps })
  const problem = stepsLead(planned_from, steps, desired, limit)
  if (twice < 0 && respelled === undefined && !problem)
    return refuseOtherWay({ desired, steps }, policy, offered)
  const field =
    twice >= 0
      ? { path: `planned_from.${twice}`, message: 'names a security group twice' }
      : respelled !== undefined
        ? {
            path: respelled,
            message:
              'spells an ID with other letters, small or capital, than before: spell it as the port does',
          }
        : {
            path: problem!.step < steps.length ? `steps.${problem!.step}` : 'desired',
            message: problem!.message,
          }
  throw ownError(
    'Portside.InvalidRequest',
    `The plan can't be carried out: ${field.path}: ${field.message}.`,
    {
      fields: [field],
    },
  )
}

/** A team that has settled how its changes are made can rely on it. */
function refuseOtherWay(
  { desired, steps }: Pick<OperationRequest, 'desired' | 'steps'>,
  policy: PlanPolicy,
  offered: readonly PlanWay[],
): void {
  const way = wayOf(steps)
  const replaces = way === 'one-call'
  if (!offered.includes(way)) {
    const missing = replaces
      ? 'replaces the list, and the platform offers no such call here'
      : 'inserts or removes, and the platform offers no such call here: it replaces lists only'
    throw ownError('Portside.InvalidRequest', `The plan can't be carried out: its first step ${missing}.`, {
      fields: [{ path: 'steps.0', message: missing }],
      advice: 'Reload the page: it then plans with what this region offers.',
    })
  }
  // Where there is one way, nothing is to be settled.
  if (offered.length === 1) return
  if (policy === 'choose' || (policy === 'steps' && !replaces)) return
  // What one insert or one remove does needs no replacement, and none leads to an empty list.
  if (policy === 'one-call' && (replaces || steps.length === 1 || desired.length === 0)) return
  const message =
    policy === 'steps'
      ? 'replaces the list, and changes are made step by step here'
      : 'is one of several, and changes are made in one call here'
  throw ownError(
    'Portside.InvalidRequest',
    `The plan can't be carried out: its first step ${message} (PORTSIDE_CHANGES).`,
    {
      fields: [{ path: 'steps.0', message }],
      advice: 'Reload the page: it then plans as this Portside is set up.',
    },
  )
}

/**
 * The path of the first ID that differs from an earlier one in small and capital letters only. It
 * is the same group to the platform, but not to a plan: that could insert it and then remove it.
 */
function respelledGroup({
  planned_from,
  desired,
  steps,
}: Pick<OperationRequest, 'planned_from' | 'desired' | 'steps'>): string | undefined {
  const spelled = new Map<string, string>()
  const lists: [path: string, ids: readonly string[]][] = [
    ['planned_from', planned_from],
    ['desired', desired],
    ...steps.map(({ security_groups }, n): [string, readonly string[]] => [
      `steps.${n}.security_groups`,
      security_groups,
    ]),
  ]
  for (const [path, ids] of lists)
    for (const [n, id] of ids.entries()) {
      const known = spelled.get(id.toLowerCase())
      if (known !== undefined && known !== id) return `${path}.${n}`
      spelled.set(id.toLowerCase(), id)
    }
  return undefined
}
