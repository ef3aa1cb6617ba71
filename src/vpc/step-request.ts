import type { ChangeStep } from './change-step.ts'
import { nativeUpdatePortPath, paths, updatePortPath } from './paths.ts'
import { ALL_PORT_CALLS, type PortCalls } from './port-calls.ts'
import { DEFAULT_GROUPS_PER_PORT } from './port.ts'
import type { InsertSecurityGroupsRequest, RemoveSecurityGroupsRequest } from './requests.ts'

/** A request exactly as it is sent: the preview shows this, and this is sent. */
export type StepRequest = {
  method: 'PUT'
  path: string
  body: InsertSecurityGroupsRequest | RemoveSecurityGroupsRequest
  /** Where the path does not name the project: it goes in the header `X-Project-Id`. */
  project_id?: string
}

/**
 * The request of a step, to the port `portId` of `projectId`.
 * @param calls which calls change ports there
 */
export function stepRequest(
  step: ChangeStep,
  projectId: string,
  portId: string,
  calls: PortCalls = ALL_PORT_CALLS,
): StepRequest {
  const { security_groups } = step
  const index = step.kind === 'insert' ? step.index : undefined
  const body = { port: { security_groups, ...(index !== undefined && { index }) } }
  if (step.kind === 'replace' && calls.update === 'v2.0')
    return { method: 'PUT', path: nativeUpdatePortPath(portId), body, project_id: projectId }
  const path =
    step.kind === 'replace'
      ? updatePortPath(projectId, portId)
      : step.kind === 'insert'
        ? paths.insert(projectId, portId)
        : paths.remove(projectId, portId)
  return { method: 'PUT', path, body }
}

/**
 * The request by which the platform checks what it can of a step, and changes nothing
 * (docs/platform.md, Insert, Table 2, `dry_run`): the step itself, or for a replacement the insert
 * of the groups that are new to the port.
 * @param list the port's list as it is now
 * @returns undefined where there is nothing that the platform can check: a replacement has no dry
 *   run (docs/platform.md, Replace), and this one has no new group, or no room for them beside the
 *   old, or there is no insert
 */
export function dryRunRequest(
  step: ChangeStep,
  list: readonly string[],
  projectId: string,
  portId: string,
  limit: number = DEFAULT_GROUPS_PER_PORT,
  calls: PortCalls = ALL_PORT_CALLS,
): StepRequest | undefined {
  if (!calls.steps) return undefined
  let checked = step
  if (step.kind === 'replace') {
    const security_groups = step.security_groups.filter((id) => !list.includes(id))
    if (security_groups.length === 0 || list.length + security_groups.length > limit) return undefined
    checked = { kind: 'insert', security_groups }
  }
  const request = stepRequest(checked, projectId, portId)
  return { ...request, body: { ...request.body, dry_run: true } }
}
