import type { StepCheck } from '../../vpc/checks.ts'
import type { PlannedStep } from '../../vpc/plan-change.ts'

export { dryRunPlan } from '../proxy-client/dry-run.ts'

/** True when every step passed the check. */
export function isPassed(checks: readonly StepCheck[]): boolean {
  return checks.every(({ kind }) => kind === 'platform' || kind === 'platform_partly' || kind === 'portside')
}

/** The groups that refusals name, by ID or by their index in the request, with the messages. */
export function refusedGroups(
  steps: readonly PlannedStep[],
  checks: readonly StepCheck[],
): ReadonlyMap<string, string> {
  const refused = new Map<string, string>()
  for (const [n, check] of checks.entries()) {
    if (check.kind !== 'refused') continue
    const groups = steps[n]?.step.security_groups ?? []
    for (const id of groups) if (check.error.error_msg.includes(id)) refused.set(id, check.error.error_msg)
    for (const { path, message } of check.error.fields ?? []) {
      const place = /^(?:port\.)?security_groups\.(\d+)$/.exec(path)?.[1]
      const id = place === undefined ? undefined : groups[Number(place)]
      if (id !== undefined) refused.set(id, message)
    }
  }
  return refused
}
