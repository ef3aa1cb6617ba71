import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useDeferredValue, type JSX, type ReactNode } from 'react'
import type { Port } from '../../vpc/port.ts'
import type { PortCalls } from '../../vpc/port-calls.ts'
import type { PlanWay } from '../../vpc/plan-change.ts'
import type { PlanPolicy } from '../../vpc/plan-policies.ts'
import type { Operation } from '../../vpc/portside-api.ts'
import type { PortResponse } from '../../vpc/responses.ts'
import { isChanged } from '../arrangement/arrangement.ts'
import { useArrangementStore } from '../arrangement/arrangement-store.ts'
import { useGroupFacts, type GroupFacts } from '../facts/group-facts.ts'
import { usePortOperations, type PortOperations } from '../operations/follow-operations.ts'
import { textOf } from '../../vpc/shown.ts'
import { useOffers, useRights } from '../operations/rights.ts'
import { useChecking, type Checking } from '../plan/use-checking.ts'
import { usePlan, type PlanShown } from '../plan/use-plan.ts'
import { portQuery } from '../proxy-client/queries.ts'
import { useTraffic, type TrafficState } from '../traffic/use-traffic.ts'
import { useListDrawn } from './list-drawn.ts'
import { usePortArrangement, type PortArrangement } from './port-arrangement.ts'
import { lastChange, useWatchedChange, type WatchedChange } from './watched-change.ts'

/** All that the port's page knows and more than one of its parts needs. */
export type PortState = {
  project: string
  /** The port as it was read last, with the response that carried it. */
  port: Port
  response: PortResponse
  /** How many groups a port takes. */
  limit: number
  /** How this team wants changes made. */
  policy: PlanPolicy
  /** The ways of a plan that the platform offers here, and the calls they use. */
  offered: readonly PlanWay[]
  calls: PortCalls
  /** Why this user may not check or apply; undefined for operators. */
  forbidden: string | undefined
  arranged: PortArrangement
  operations: PortOperations
  watched: WatchedChange
  /** The change that was carried out last. */
  last: Operation | undefined
  /** What is known of every group that the page names. */
  facts: GroupFacts
  /** The same for what is drawn after the list, as `plan.shown` is. */
  shownFacts: GroupFacts
  plan: PlanShown
  checking: Checking
  traffic: TrafficState
  /** The list is on the screen: the code of the other parts may be loaded. */
  listDrawn: boolean
}

const PortStateContext = createContext<PortState | undefined>(undefined)

/** Makes the state of one port's page known to its parts. */
export function PortStateProvider(props: {
  project: string
  response: PortResponse
  children: ReactNode
}): JSX.Element {
  const state = usePortStateOf(props.project, props.response)
  return <PortStateContext value={state}>{props.children}</PortStateContext>
}

/**
 * The state of the port's page. A part takes what it needs of it and hands that on: what is long to
 * draw (the list, the catalogue, the plan, traffic, details) is drawn only when its own properties
 * change.
 */
export function usePortState(): PortState {
  const state = useContext(PortStateContext)
  if (state === undefined) throw new Error('There is no PortStateProvider around this part')
  return state
}

function usePortStateOf(project: string, given: PortResponse): PortState {
  // Looked up where the operations are: handed down, the port would at times be older than what
  // they say.
  const latest = useQuery({ ...portQuery(project, given.port.id), enabled: false })
  const response = latest.data ?? given
  const { port } = response
  const { limit, policy, forbidden } = useRights(project)
  const store = useArrangementStore(project, port.id, textOf(port.name))
  const operations = usePortOperations(project, port.id, store.kept)
  const arranged = usePortArrangement(store, port.security_groups, operations)
  const matters = isChanged(arranged.arrangement) || operations.awaitingChoice.length > 0
  const { offered, calls } = useOffers(project, matters)
  const watched = useWatchedChange(port, operations.underWay)
  const last = lastChange(operations.all)
  const facts = useGroupFacts(project, groupsNamed(port, arranged, operations, last))
  const shownFacts = useDeferredValue(facts)
  const listDrawn = useListDrawn(arranged.arrangement.desired, facts)
  const plan = usePlan(arranged.arrangement, { limit, policy, offered })
  const checking = useChecking(project, port.id, plan.shown, plan.isCurrent)
  const { madeFor: list, moved } = plan.shown.arrangement
  const { equal, pick } = plan
  const traffic = useTraffic(project, port, { list, moved, equal, pick }, shownFacts, listDrawn)
  return {
    project,
    port,
    response,
    limit,
    policy,
    offered,
    calls,
    forbidden,
    arranged,
    operations,
    watched,
    last,
    facts,
    shownFacts,
    plan,
    checking,
    traffic,
    listDrawn,
  }
}

/** The groups that anything on the page names, on the port or not. */
function groupsNamed(
  port: Port,
  { arrangement, conflict }: PortArrangement,
  { awaitingChoice, underWay }: PortOperations,
  last: Operation | undefined,
): string[] {
  const operations = [...awaitingChoice, ...underWay, ...(last === undefined ? [] : [last])]
  return [
    ...port.security_groups,
    ...arrangement.desired,
    ...arrangement.madeFor,
    ...(conflict === null ? [] : [...conflict.madeFor, ...conflict.desired]),
    ...operations.flatMap(({ planned_from, before, desired, list_now }) => [
      ...planned_from,
      ...before,
      ...desired,
      ...(list_now ?? []),
    ]),
  ]
}
