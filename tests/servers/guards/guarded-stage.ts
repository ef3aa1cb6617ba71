import { paths } from '../../../src/vpc/paths.ts'
import type { SecurityGroupRule } from '../../../src/vpc/security-group.ts'
import {
  effectiveRules,
  guardViolations,
  RuleBook,
  trafficDifference,
} from '../../../src/vpc/traffic/index.ts'
import { PROJECT, startStage } from '../operations/ask-operations.ts'

/** The guard of a guarded stage. */
export const GUARD = { name: 'web ports', protocol: 'tcp', ports: '22,80,443,3389', remote: 'anywhere' }

/**
 * A stage with one guard: `opening` is a group that, put on top, newly allows guarded traffic to a
 * port with only `quiet`, which does not.
 */
export async function startGuardedStage() {
  const stage = await startStage({ PORTSIDE_GUARDS: JSON.stringify([GUARD]) })
  const response = await fetch(`${stage.emulator}/_emulator${paths.rules(PROJECT)}?limit=2000`)
  const rules: SecurityGroupRule[] = (await response.json()).security_group_rules
  const byGroup: Record<string, SecurityGroupRule[]> = {}
  for (const rule of rules) (byGroup[rule.security_group_id] ??= []).push(rule)
  const book = new RuleBook(byGroup)
  const broken = (id: string) =>
    guardViolations(trafficDifference(effectiveRules([], book), effectiveRules([id], book)), [GUARD])[0]
  const groups = Object.keys(byGroup)
  return {
    stage,
    opening: groups.find((id) => broken(id)?.certain)!,
    quiet: groups.find((id) => broken(id) === undefined)!,
  }
}

/** A stage with one guard. */
export type GuardedStage = Awaited<ReturnType<typeof startGuardedStage>>
