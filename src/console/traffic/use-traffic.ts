import { useQuery, useQueryClient } from '@tanstack/react-query'
import { startTransition, useEffect, useMemo, useRef, useState } from 'react'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'
import { remoteAddressGroupIds, remoteGroupIds } from '../../vpc/traffic/remote-group-ids.ts'
import type { RemoteSet } from '../../vpc/traffic/rules.ts'
import type { PlanCandidate } from '../../vpc/traffic/pick-plan.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import {
  membersOfGroupsQuery,
  otherPortsQuery,
  rereadMembers,
  type MembersRead,
} from '../proxy-client/members-queries.ts'
import { groupsByIdQuery, rulesOfGroupsQuery } from '../proxy-client/queries.ts'
import type { TrafficResult, TrafficQuestion } from './compare-traffic.ts'
import type { TrafficClient } from './traffic-client.ts'

/**
 * What is known of a plan's traffic. Only `compared` has a result; the other states say why there
 * is none.
 */
export type TrafficState =
  | { state: 'reading' }
  | { state: 'unread'; error: unknown; retry: () => void }
  | { state: 'failed'; message: string; retry: () => void }
  | {
      state: 'compared'
      question: TrafficQuestion
      result: TrafficResult
      remotes?: RemoteGroups
      /** Groups that are on other ports, or are remotes, as far as they are known. */
      named?: ReadonlyMap<string, Pick<SecurityGroup, 'id' | 'name'>>
    }

/** One object: what is shown while reads end one by one is not drawn anew for each. */
export const READING: TrafficState = { state: 'reading' }

/** The groups that rules have as remote, and what is known of their members. */
export type RemoteGroups = {
  groups: readonly (MembersRead & RemoteSet & { name?: string | null | undefined })[]
  /** False while nothing needs them: nothing is arranged, and nobody has asked. */
  read: boolean
  reread: () => void
}

/** Plans of equal calls from a list: one of them is picked by its traffic. */
export type PlansToCompare = {
  list: readonly string[]
  /** The first is shown until one is picked; none where nothing can be planned. */
  equal: readonly ChangePlan[]
  /** What the operator moved, as far as that is known. */
  moved: readonly string[] | undefined
  /** Called with the picked plan, in the same rendering as its traffic. */
  pick: (plan: ChangePlan) => void
}

/**
 * Compares a port's traffic now with that after each step of the plan that opens least in between.
 * Compares again when the plans or the rules change; a result for another question is never shown.
 * @param now false while the page has something more urgent to read
 */
export function useTraffic(
  project: string,
  port: Port,
  plans: PlansToCompare,
  facts: Pick<GroupFacts, 'groups' | 'rules' | 'unnamed' | 'error' | 'retry'>,
  now: boolean,
): TrafficState {
  const { list, equal, moved, pick } = plans
  const client = useRef<TrafficClient | undefined>(undefined)
  const [tried, setTried] = useState(0)
  const [found, setFound] = useState<{ question: TrafficQuestion; end: TrafficResult | Error }>()
  const { groups, rules, unnamed, error, retry } = facts
  const portSecurity = portSecurityOf(port)

  const { ids, rulesRead, ruled, remoteIds, changing } = useMemo(() => {
    // All plans have the same groups: those of the list, and those that come in.
    const inPlans = [...new Set([...list, ...(equal[0]?.added ?? [])])]
    // Without names traffic is compared all the same.
    const read = now && inPlans.every((id) => rules.has(id) && (groups.has(id) || unnamed.has(id)))
    const known = read && portSecurity !== false ? inPlans.flatMap((id) => rules.get(id)!) : []
    return {
      ids: inPlans,
      rulesRead: read,
      ruled: known,
      remoteIds: remoteGroupIds(known),
      changing: portSecurity === false ? [] : groupsThatChange(equal),
    }
  }, [list, equal, now, rules, groups, unnamed, portSecurity])
  const isShown = (id: string) => Boolean(groups.get(id)) || (unnamed.has(id) && rules.get(id)?.length !== 0)
  const {
    data: otherPorts,
    dataUpdatedAt: othersAt,
    error: portsError,
    refetch: readOthers,
  } = useQuery({
    ...otherPortsQuery(project, port, changing),
    enabled: now && changing.length > 0,
  })
  const otherIds = useMemo(
    () =>
      [...new Set(otherPorts?.ports.flatMap((other) => other.security_groups))].filter(
        (id) => !ids.includes(id),
      ),
    [otherPorts, ids],
  )
  const {
    data: otherRules,
    dataUpdatedAt: rulesAt,
    error: otherError,
  } = useQuery({
    ...rulesOfGroupsQuery(project, otherIds),
    enabled: otherIds.length > 0,
  })
  // Of other ports' rules only the address groups matter: of groups, it is this port that changes.
  const addressGroupIds = useMemo(
    () => remoteAddressGroupIds([...ruled, ...Object.values(otherRules ?? {}).flat()]),
    [ruled, otherRules],
  )
  const resolved = [...remoteIds, ...addressGroupIds]
  // The list alone is shown without them: who only looks at a port costs no calls for others.
  const [wanted, setWanted] = useState(false)
  const bare = (equal[0]?.steps.length ?? 0) === 0
  const asked = { enabled: resolved.length > 0 && (!bare || wanted) }
  const {
    data: members,
    dataUpdatedAt,
    error: membersError,
    refetch: readMembers,
  } = useQuery({
    ...membersOfGroupsQuery(project, remoteIds, addressGroupIds),
    ...asked,
  })
  const othersRead =
    changing.length === 0 ||
    (otherPorts !== undefined && (otherIds.length === 0 || otherRules !== undefined || otherError !== null))
  // Those on the lists are known by name already.
  const toName = [...new Set([...(asked.enabled ? remoteIds : []), ...otherIds])].filter(
    (id) => !groups.has(id),
  )
  const { data: named } = useQuery({ ...groupsByIdQuery(project, toName), enabled: toName.length > 0 })
  const remoteKey = resolved.join(' ')
  const remoteCount = remoteIds.length
  const queryClient = useQueryClient()
  const ready =
    (now && portSecurity === false) ||
    (rulesRead && (resolved.length === 0 || bare || members !== undefined) && othersRead)
  // Facts are new objects with every rendering: their contents count.
  const key = JSON.stringify([portSecurity, list, ready, tried, dataUpdatedAt, othersAt, rulesAt])
  const question = useMemo<TrafficQuestion | undefined>(
    () =>
      ready
        ? {
            portSecurity,
            flavor: port.ecs_flavor,
            lists: listsOf(list, equal[0]),
            ...(equal.length > 1 && { candidates: equal.map((plan) => candidateOf(plan, moved)) }),
            // A group that the platform does not show, or that was not read, may have rules that
            // the platform does not show.
            rules: {
              ...otherRules,
              ...Object.fromEntries(ids.map((id) => [id, isShown(id) ? (rules.get(id) ?? null) : null])),
            },
            ...(otherPorts && {
              others: {
                port: { id: port.id, private_ips: port.private_ips },
                ports: otherRules === undefined && otherIds.length > 0 ? [] : otherPorts.ports,
                unread:
                  otherError === null
                    ? otherPorts.unread
                    : [...otherPorts.unread, 'the rules of other ports could not be read'],
              },
            }),
            members: Object.fromEntries(
              [...(members ?? [])].flatMap(([id, read]) =>
                'addresses' in read ? [[id, read.addresses]] : [],
              ),
            ),
          }
        : undefined,
    // oxlint-disable-next-line react/exhaustive-deps -- see above
    [key, equal],
  )

  useEffect(() => () => client.current?.close(), [])
  useEffect(() => {
    if (!question) return
    const gone = new AbortController()
    // The result takes long to draw.
    const show = (end: TrafficResult | Error) =>
      startTransition(() => {
        setFound({ question, end })
        if ('picked' in end && equal[end.picked] !== undefined) pick(equal[end.picked]!)
      })
    // Not loaded before there is something to compare: the list is drawn without it.
    import('./traffic-client.ts')
      .then((module) => {
        gone.signal.throwIfAborted()
        client.current ??= new module.TrafficClient()
        return client.current.ask(question, gone.signal)
      })
      .then(show, (reason: unknown) => {
        if (gone.signal.aborted || (reason instanceof DOMException && reason.name === 'AbortError')) return
        show(reason instanceof Error ? reason : new Error(String(reason)))
      })
    return () => gone.abort()
    // oxlint-disable-next-line react/exhaustive-deps -- the question is made of them
  }, [question])

  return useMemo<TrafficState>(() => {
    if (!question) {
      if (error != null) return { state: 'unread', error, retry }
      // Only where their code could not be loaded: what can't be read is named in their data.
      if (portsError !== null) return { state: 'unread', error: portsError, retry: () => void readOthers() }
      if (membersError !== null)
        return { state: 'unread', error: membersError, retry: () => void readMembers() }
      return READING
    }
    const isOf = found?.question === question
    if (!found || (!isOf && !knowsMoreMembers(question, found.question))) return READING
    if (found.end instanceof Error)
      return { state: 'failed', message: found.end.message, retry: () => setTried((times) => times + 1) }
    const remotes: RemoteGroups = {
      groups:
        remoteKey === ''
          ? []
          : remoteKey.split(' ').map((id, at) => ({
              id,
              kind: at < remoteCount ? 'security_group' : 'address_group',
              name: textOf(groups.get(id)?.name ?? named?.[id]?.name),
              ...(members?.get(id) ?? NOT_READ),
            })),
      read: members !== undefined,
      reread: () => {
        setWanted(true)
        if (members !== undefined) void rereadMembers(queryClient, project)
      },
    }
    const { end } = found
    const lists = 'picked' in end ? listsOf(list, equal[end.picked]) : question.lists
    const others = new Map(Object.entries(named ?? {}))
    return { state: 'compared', question: { ...question, lists }, result: end, remotes, named: others }
  }, [
    question,
    found,
    error,
    retry,
    portsError,
    membersError,
    readOthers,
    readMembers,
    members,
    groups,
    named,
    queryClient,
    project,
    remoteKey,
    remoteCount,
    list,
    equal,
  ])
}

/** How many ports have a group, where they were read to compare. */
export function portsOf(traffic: TrafficState): (id: string) => number | undefined {
  const remotes = traffic.state === 'compared' ? traffic.remotes?.groups : undefined
  return (id) => {
    const read = remotes?.find((remote) => remote.id === id)
    return read !== undefined && 'addresses' in read ? read.ports : undefined
  }
}

/** The groups that any of the plans puts on the port or takes off it, for a while or for good. */
function groupsThatChange(equal: readonly ChangePlan[]): string[] {
  const changed = equal.flatMap(({ way, added, detached, moved }) => [
    ...added,
    ...detached,
    ...(way === 'steps' ? moved : []),
  ])
  return [...new Set(changed)]
}

/** The list as it is on the port, then as it is after each step. */
function listsOf(list: readonly string[], plan: ChangePlan | undefined): (readonly string[])[] {
  return [list, ...(plan?.steps.map(({ after }) => after) ?? [])]
}

function candidateOf({ steps, moved }: ChangePlan, byOperator: readonly string[] = []): PlanCandidate {
  return {
    lists: steps.map(({ after }) => after),
    unasked: byOperator.length === 0 ? 0 : moved.filter((id) => !byOperator.includes(id)).length,
  }
}

const NOT_READ = { unresolved: 'its addresses were not read' } as const

/**
 * True when a result for `other` is true for `question` too: nothing is arranged, and they differ
 * only in members that were not read for `other`. So what somebody has typed stays on the page.
 */
function knowsMoreMembers(question: TrafficQuestion, other: TrafficQuestion): boolean {
  if (question.lists.length > 1 || Object.keys(other.members ?? {}).length > 0) return false
  const { portSecurity, lists, rules } = question
  return (
    portSecurity === other.portSecurity &&
    JSON.stringify(lists) === JSON.stringify(other.lists) &&
    Object.entries(rules).every(([id, read]) => read === other.rules[id])
  )
}
