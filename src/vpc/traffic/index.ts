/**
 * What traffic an ordered list of security groups lets pass, and what passes differently with
 * another list. Exact and pure; what can't be known is named as such. Start with a `RuleBook`, then
 * `trafficOfPlan`, `effectiveRules` and `verdict`.
 */
export {
  trafficDifference,
  trafficOfPlan,
  type NoEffect,
  type PlanDifferences,
  type TrafficDifference,
} from './difference.ts'
export { effectiveRules, RuleBook } from './effective-rules.ts'
export { decisionText, explain, remoteCidrs, remoteText, ruleText, setText, type Names } from './explain.ts'
export {
  confirmsGuards,
  guard,
  guardedChange,
  guards,
  guardText,
  guardViolations,
  type Guard,
} from './guards.ts'
export { isFromAnywhere } from './importance.ts'
export { onlyInBetween } from './in-between.ts'
export { readMembers, remoteGroupIds } from './members.ts'
export type { Flow } from './flow.ts'
export type { Direction, RuleRef } from './rules.ts'
export { servicesText, wellKnownPorts, type ServiceRange } from './service-ranges.ts'
export { shadowedRules, type NeverMatching } from './shadowed.ts'
export { PacketUnreadable, verdict, type Packet, type PacketVerdict } from './verdict.ts'
