import type { PlanPolicy } from '../vpc/plan-ways.ts'
import { groupsPerPort, type ProxyConfig } from './config.ts'

/** What plans for the ports of one project must keep to. */
export type Planning = {
  /** How many security groups a port takes. */
  limit: number
  /** How the team wants its changes made. */
  policy: PlanPolicy
}

/** What the configuration says of plans for the ports of a project. */
export function planningOf(
  { projects, changes = 'choose' }: Pick<ProxyConfig, 'projects' | 'changes'>,
  project: string,
): Planning {
  return { limit: groupsPerPort(projects, project), policy: changes }
}
