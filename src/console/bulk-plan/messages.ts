import type { BulkTraffic, KindTraffic } from '../../vpc/bulk/kinds-traffic.ts'
import type { Intent } from '../../vpc/bulk/intent.ts'
import type { PlannedPort, Planning } from '../../vpc/bulk/kinds.ts'
import type { PlanWay } from '../../vpc/plan-change.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import type { Guard } from '../../vpc/traffic/guards.ts'
import type { OtherPortsRead } from '../../vpc/traffic/read-other-ports.ts'
import type { TrafficProgress } from '../../vpc/bulk/kinds-traffic.ts'
import type { KindsFound, PlannedKind } from './bulk-plan.ts'

/** What is asked of many ports: an intent, and how changes may be made. */
export type Wanted = { intent: Intent; way?: PlanWay | undefined; planning: Planning }

/** What traffic is compared by, apart from the rules. */
export type TrafficFacts = {
  /** Addresses of remote groups, and entries of address groups, where all are known. */
  members: Readonly<Record<string, readonly string[]>>
  others: OtherPortsRead
  guards: readonly Guard[]
}

/**
 * To the worker. Large things come in parts, so that neither side is held up: ports (`first`: in
 * place of those before) and rules, which are kept; then what is asked of them.
 */
export type PlannerRequest =
  | { kind: 'ports'; ports: readonly PlannedPort[]; first: boolean }
  | { kind: 'rules'; rules: Readonly<Record<string, readonly SecurityGroupRule[] | null>> }
  | { kind: 'find'; id: number; wanted: Wanted }
  | { kind: 'compare'; id: number; facts: TrafficFacts }
  | { kind: 'in-full'; id: number; place: number }
  | { kind: 'stop' }

/** What has to be read for the kinds that were found. */
export type ToRead = {
  /** The groups whose rules decide. */
  groups: readonly string[]
  /** The groups that ports come into, or leave, for good or for a while. */
  changing: readonly string[]
}

/** What was compared, but for the kinds, which come in parts. */
export type Compared = Omit<BulkTraffic, 'kinds'>

/** From the worker. A failure is passed on, never taken for 'nothing changes'. */
export type PlannerMessage = { id: number } & (
  | { kind: 'found'; found: KindsFound; toRead: ToRead }
  | { kind: 'progress'; progress: TrafficProgress }
  | { kind: 'kinds'; kinds: readonly PlannedKind[] }
  | { kind: 'compared'; compared: Compared }
  | { kind: 'in-full'; traffic: KindTraffic | null }
  | { kind: 'failure'; failure: string }
)
