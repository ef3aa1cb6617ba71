import { stepsLead } from '../vpc/change-step.ts'
import type { OperationRequest } from '../vpc/portside-api.ts'
import { ownError } from './errors.ts'

/**
 * Refuses a plan that can't be carried out, for a dry run as for a change.
 * @param limit how many security groups a port takes
 * @throws ProxyError Portside.InvalidRequest when a list names a group twice, or a group is spelled
 *   in two ways, or the steps do not lead where they should
 */
export function refuseWrongPlan(
  { planned_from, desired, steps }: Pick<OperationRequest, 'planned_from' | 'desired' | 'steps'>,
  limit: number,
): void {
  const twice = planned_from.findIndex((id, position) => planned_from.indexOf(id) !== position)
  const respelled = respelledGroup({ planned_from, desired, steps })
  const fault = stepsLead(planned_from, steps, desired, limit)
  if (twice < 0 && respelled === undefined && !fault) return
  const field =
    twice >= 0
      ? { path: `planned_from.${twice}`, message: 'names a security group twice' }
      : respelled !== undefined
        ? {
            path: respelled,
            message:
              'spells an ID with other letters, small or capital, than before: spell it as the port does',
          }
        : { path: fault!.step < steps.length ? `steps.${fault!.step}` : 'desired', message: fault!.message }
  throw ownError(
    'Portside.InvalidRequest',
    `The plan can't be carried out: ${field.path}: ${field.message}.`,
    {
      fields: [field],
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
