/**
 * What traffic an ordered list of security groups lets pass, and what passes differently with
 * another list. Exact and pure; what can't be known is named as such. Start with a `RuleBook`, then
 * `trafficOfPlan`, `effectiveRules` and `verdict`.
 */
export { trafficDifference, trafficOfPlan, type TrafficDifference } from './difference.ts'
export { effectiveRules, RuleBook } from './effective-rules.ts'
export { decisionText, explain, remoteCidrs, setText, type Names } from './explain.ts'
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
export { readAddressGroups, type AddressGroupRead } from './address-groups.ts'
export { readMembers } from './members.ts'
export { remoteAddressGroupIds, remoteGroupIds } from './remote-group-ids.ts'
export type { Flow } from './flow.ts'
export type { Direction } from './directions.ts'
export { rulesUnreadable } from './rules-unreadable.ts'
export {
  countOtherPorts,
  othersNotCompared,
  type OtherPortsCompared,
  type OtherPortsCounts,
} from './count-other-ports.ts'
export { comingAndGoing, trafficOfOtherPorts, type OtherPortsTraffic } from './other-ports.ts'
export { exposureOf, pickPlan } from './pick-plan.ts'
export { groupsWithRemote, readOtherPorts, type OtherPortsRead } from './read-other-ports.ts'
export { joinAnd, servicesText, wellKnownPorts, type ServiceRange } from './service-ranges.ts'
export { shadowedRules } from './shadowed.ts'
export { PacketUnreadable, verdict, type Packet, type PacketVerdict } from './verdict.ts'
