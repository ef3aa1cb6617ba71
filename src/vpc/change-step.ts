import { insertPosition } from './insert-index.ts'
import { DEFAULT_GROUPS_PER_PORT } from './port.ts'

/**
 * One call of a plan. `insert`: `index` undefined is the end of the list (docs/platform.md, Insert,
 * Table 3). `replace`: the port's list becomes `security_groups` (docs/platform.md, Replace).
 */
export type ChangeStep =
  | { kind: 'insert'; security_groups: string[]; index?: number }
  | { kind: 'remove'; security_groups: string[] }
  | { kind: 'replace'; security_groups: string[] }

/** Why a step cannot be carried out on a list. */
export class StepRefused extends Error {
  override name = 'StepRefused'
}

/**
 * What one call does to a list: the list after it, from the list when it arrives, as the platform
 * says (docs/platform.md, Insert, Remove and Replace).
 * @throws StepRefused when a group is inserted twice or removed while absent, the index is not in
 *   the list, or the list would be replaced by an empty one.
 */
export function applyStep(list: readonly string[], step: ChangeStep): string[] {
  const named = new Set(step.security_groups)
  if (named.size !== step.security_groups.length)
    throw new StepRefused('a security group is named twice in the step')
  if (step.kind === 'replace') {
    if (step.security_groups.length === 0)
      throw new StepRefused('a list can’t be replaced by an empty one: remove the groups')
    return [...step.security_groups]
  }
  if (step.kind === 'remove') {
    const missing = step.security_groups.find((id) => !list.includes(id))
    if (missing !== undefined) throw new StepRefused(`security group ${missing} is not on the port`)
    return list.filter((id) => !named.has(id))
  }
  const twice = list.find((id) => named.has(id))
  if (twice !== undefined) throw new StepRefused(`security group ${twice} is already on the port`)
  const position = insertPosition(step.index, list.length)
  if (!Number.isInteger(position) || position < 0 || position > list.length)
    throw new StepRefused(`index ${position} is not in 0..${list.length}`)
  return list.toSpliced(position, 0, ...step.security_groups)
}

/** The list after each step, in order. @throws StepRefused as applyStep. */
export function listsAfter(list: readonly string[], steps: readonly ChangeStep[]): string[][] {
  const lists: string[][] = []
  let now = list
  for (const step of steps) lists.push((now = applyStep(now, step)) as string[])
  return lists
}

/** What is wrong with one step of a plan, or with its end when `step` is the number of steps. */
export type StepProblem = { step: number; message: string }

/**
 * Checks that `steps` lead from one list to the other: each can be carried out, none takes the list
 * above `limit` groups (docs/platform.md, Limits), none leaves a port without groups on the way, a
 * replacement is the only one, and the last gives exactly `to`.
 * @returns the first problem; undefined when all is well
 */
export function stepsLead(
  from: readonly string[],
  steps: readonly ChangeStep[],
  to: readonly string[],
  limit: number = DEFAULT_GROUPS_PER_PORT,
): StepProblem | undefined {
  let now = [...from]
  for (const [stepNumber, step] of steps.entries()) {
    // Before it the port is read, and only a list that nobody has touched is replaced.
    if (step.kind === 'replace' && steps.length > 1)
      return { step: stepNumber, message: 'a replacement must be the only step of its plan' }
    if (step.security_groups.length === 0)
      return { step: stepNumber, message: 'the step names no security group' }
    try {
      now = applyStep(now, step)
    } catch (error) {
      if (error instanceof StepRefused) return { step: stepNumber, message: error.message }
      throw error
    }
    if (step.kind !== 'remove' && now.length > limit)
      return {
        step: stepNumber,
        message: `the port would have ${now.length} security groups, of at most ${limit}`,
      }
    if (now.length === 0 && stepNumber < steps.length - 1)
      return { step: stepNumber, message: 'the port would be without any security group on the way' }
  }
  if (now.length !== to.length || now.some((id, position) => id !== to[position]))
    return { step: steps.length, message: 'the steps do not end in the desired list' }
  return undefined
}
