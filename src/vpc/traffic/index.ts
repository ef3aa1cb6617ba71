/**
 * What traffic an ordered list of security groups lets pass, and what passes differently with another list. Exact and pure;
 * what can't be known is named as such. Start with a `RuleBook`, then `trafficOfPlan`, `effectiveRules` and `verdict`.
 */
export type { Family } from './addresses.ts'
export type { Change, Decision, Verdict } from './decisions.ts'
export {
  trafficDifference,
  trafficOfPlan,
  type NoEffect,
  type PlanDifferences,
  type PlanTraffic,
  type TrafficDifference,
} from './difference.ts'
export {
  effectiveRules,
  RuleBook,
  type EffectiveRules,
  type RulesByGroup,
  type UnreadableRule,
} from './effective-rules.ts'
export {
  decisionText,
  explain,
  remoteCidrs,
  remoteText,
  ruleText,
  ruleWords,
  setText,
  type Names,
} from './explain.ts'
export {
  confirmsGuards,
  guard,
  guards,
  guardsAnswer,
  guardText,
  guardViolations,
  type Guard,
  type GuardViolation,
} from './guards.ts'
export { byImportance, isFromAnywhere } from './importance.ts'
export { onlyInBetween } from './in-between.ts'
export { membersOfGroups, readMembers, remoteGroupIds, type Members } from './members.ts'
export type { Region, Remote } from './region.ts'
export type { Direction, ReadOptions, RemoteSet, RuleRef } from './rules.ts'
export {
  protocolName,
  serviceCount,
  servicesText,
  wellKnownPorts,
  type ServiceRange,
} from './service-ranges.ts'
export { shadowedRules, type NeverMatching } from './shadowed.ts'
export { PacketUnreadable, verdict, type Packet, type PacketVerdict } from './verdict.ts'
