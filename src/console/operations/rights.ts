import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { PlanWay } from '../../vpc/plan-change.ts'
import type { PlanPolicy } from '../../vpc/plan-policies.ts'
import { DEFAULT_GROUPS_PER_PORT } from '../../vpc/port.ts'
import { portCallsOf, waysOffered, type PortCalls } from '../../vpc/port-calls.ts'
import { offersQuery, sessionQuery } from '../proxy-client/queries.ts'

/** What the signed-in user may do in a project. */
type Rights = {
  /** How many groups a port takes. */
  limit: number
  /** How this team wants changes made. */
  policy: PlanPolicy
  /** Why this user may not check or apply; undefined for operators. */
  forbidden: string | undefined
}

/** What the signed-in user may do in this project. */
export function useRights(project: string): Rights {
  const session = useQuery(sessionQuery()).data
  return {
    limit:
      session?.projects.find(({ project_id }) => project_id === project)?.groups_per_port ??
      DEFAULT_GROUPS_PER_PORT,
    policy: session?.changes ?? 'choose',
    forbidden: session?.role === 'viewer' ? 'Viewers can arrange, but not check or apply' : undefined,
  }
}

type Offered = { offered: readonly PlanWay[]; calls: PortCalls }

/**
 * What changes ports here. Until it is known, and where nothing is to be changed, all calls count
 * as offered: the proxy refuses what is not. Where nothing is missing it stays the same object, so
 * that no plan is made and drawn again once it is known.
 */
export function useOffers(project: string, matters: boolean): Offered {
  const known = useQuery({ ...offersQuery(project), enabled: matters }).data?.offers ?? {}
  const text = JSON.stringify({ offered: waysOffered(known), calls: portCallsOf(known) })
  return useMemo(() => JSON.parse(text) as Offered, [text])
}
