import { portCallsOf, waysOffered, type PortCalls } from '../vpc/port-calls.ts'
import type { Offers } from '../vpc/offers.ts'
import type { PlanWay } from '../vpc/plan-change.ts'
import type { PlanPolicy } from '../vpc/plan-policies.ts'
import { groupsPerPort, type ProxyConfig } from './config.ts'

/** What plans for the ports of one project must keep to. */
export type Planning = {
  /** How many security groups a port takes. */
  limit: number
  /** How the team wants its changes made. */
  policy: PlanPolicy
  /** The ways that the platform offers there. */
  offered: readonly PlanWay[]
  /** Which calls change a port there. */
  calls: PortCalls
}

/**
 * What the configuration says of plans for the ports of a project.
 * @param offers what is known of its endpoint
 */
export function planningOf(
  { projects, changes = 'choose' }: Pick<ProxyConfig, 'projects' | 'changes'>,
  project: string,
  offers: Offers,
): Planning {
  return {
    limit: groupsPerPort(projects, project),
    policy: changes,
    offered: waysOffered(offers),
    calls: portCallsOf(offers),
  }
}
