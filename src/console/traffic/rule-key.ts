import type { RuleRef } from '../../vpc/traffic/rules.ts'

/** Tells rules apart. */
export function refKey({ groupId, ruleId }: RuleRef): string {
  return `${groupId} ${ruleId}`
}
