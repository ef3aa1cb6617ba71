import { insertPosition } from './insert-index.ts'
import { paths } from './paths.ts'
import { DEFAULT_GROUPS_PER_PORT } from './port.ts'
import type { InsertSecurityGroupsRequest, RemoveSecurityGroupsRequest } from './requests.ts'

/**
 * One call of a plan. `index` undefined is the end of the list (docs/platform.md, Insert, Table 3).
 */
export type ChangeStep =
  | { kind: 'insert'; security_groups: string[]; index?: number }
  | { kind: 'remove'; security_groups: string[] }

/** A request exactly as it is sent: the preview shows this, and this is sent. */
export type StepRequest = {
  method: 'PUT'
  path: string
  body: InsertSecurityGroupsRequest | RemoveSecurityGroupsRequest
}

/**
 * The request of a step, to the port `portId` of `projectId`. `dry_run` is in the body only when
 * true: false is the platform's default (docs/platform.md, Insert, Table 2).
 */
export function stepRequest(
  step: ChangeStep,
  projectId: string,
  portId: string,
  dryRun: boolean,
): StepRequest {
  const { kind, security_groups } = step
  const port =
    step.kind === 'insert' && step.index !== undefined
      ? { security_groups, index: step.index }
      : { security_groups }
  return {
    method: 'PUT',
    path: kind === 'insert' ? paths.insert(projectId, portId) : paths.remove(projectId, portId),
    body: dryRun ? { port, dry_run: true } : { port },
  }
}

/** Why a step cannot be carried out on a list. */
export class StepRefused extends Error {
  override name = 'StepRefused'
}

/**
 * What one call does to a list: the list after it, from the list when it arrives, as the platform
 * says (docs/platform.md, Insert and Remove).
 * @throws StepRefused when a group is inserted twice or removed while absent, or the index is not
 *   in the list.
 */
export function applyStep(list: readonly string[], step: ChangeStep): string[] {
  const named = new Set(step.security_groups)
  if (named.size !== step.security_groups.length)
    throw new StepRefused('a security group is named twice in the step')
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
export type StepFault = { step: number; message: string }

/**
 * Checks that `steps` lead from one list to the other: each can be carried out, none takes the list
 * above `limit` groups (docs/platform.md, Limits), none leaves a port without groups on the way,
 * and the last gives exactly `to`.
 * @returns the first fault; undefined when all is well
 */
export function stepsLead(
  from: readonly string[],
  steps: readonly ChangeStep[],
  to: readonly string[],
  limit: number = DEFAULT_GROUPS_PER_PORT,
): StepFault | undefined {
  let now = [...from]
  for (const [index, step] of steps.entries()) {
    if (step.security_groups.length === 0) return { step: index, message: 'the step names no security group' }
    try {
      now = applyStep(now, step)
    } catch (error) {
      if (error instanceof StepRefused) return { step: index, message: error.message }
      throw error
    }
    if (step.kind === 'insert' && now.length > limit)
      return {
        step: index,
        message: `the port would have ${now.length} security groups, of at most ${limit}`,
      }
    if (now.length === 0 && index < steps.length - 1)
      return { step: index, message: 'the port would be without any security group on the way' }
  }
  if (now.length !== to.length || now.some((id, position) => id !== to[position]))
    return { step: steps.length, message: 'the steps do not end in the desired list' }
  return undefined
}
