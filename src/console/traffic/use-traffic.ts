import { useQuery, useQueryClient } from '@tanstack/react-query'
import { startTransition, useEffect, useMemo, useRef, useState } from 'react'
import type { Port } from '../../vpc/port.ts'
import { remoteGroupIds } from '../../vpc/traffic/members.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import {
  groupsByIdQuery,
  membersOfGroupsQuery,
  rereadMembers,
  type MembersRead,
} from '../proxy-client/queries.ts'
import type { TrafficResult, TrafficQuestion } from './compare-traffic.ts'
import { TrafficClient } from './traffic-client.ts'

/**
 * What is known of a plan's traffic. Only `compared` has a result; the other states say why there
 * is none.
 */
export type TrafficState =
  | { state: 'reading' }
  | { state: 'unread'; error: unknown; retry: () => void }
  | { state: 'failed'; message: string; retry: () => void }
  | { state: 'compared'; question: TrafficQuestion; result: TrafficResult; remotes?: RemoteGroups }

/** The groups that rules have as remote, and what is known of their members. */
export type RemoteGroups = {
  groups: readonly (MembersRead & { id: string; name: string | null | undefined })[]
  /** False while nothing needs them: nothing is arranged, and nobody has asked. */
  read: boolean
  reread: () => void
}

/**
 * Compares a port's traffic with each of `lists`: now, then after each step. Compares again when
 * the lists or the rules change; a result for another question is never shown.
 * @param now false while the page has something more urgent to read
 */
export function useTraffic(
  project: string,
  port: Port,
  lists: readonly (readonly string[])[],
  facts: Pick<GroupFacts, 'groups' | 'rules' | 'error' | 'retry'>,
  now: boolean,
): TrafficState {
  const client = useRef<TrafficClient | undefined>(undefined)
  const [tried, setTried] = useState(0)
  const [found, setFound] = useState<{ question: TrafficQuestion; end: TrafficResult | Error }>()
  const { groups, rules, error, retry } = facts
  const portSecurity = port.port_security_enabled

  const ids = [...new Set(lists.flat())]
  const rulesRead = now && ids.every((id) => rules.has(id) && groups.has(id))
  const remoteIds =
    rulesRead && portSecurity !== false ? remoteGroupIds(ids.flatMap((id) => rules.get(id)!)) : []
  // The list alone is shown without them: who only looks at a port costs no calls for others.
  const [wanted, setWanted] = useState(false)
  const bare = lists.length === 1
  const asked = { enabled: remoteIds.length > 0 && (!bare || wanted) }
  const { data: members, dataUpdatedAt } = useQuery({ ...membersOfGroupsQuery(project, remoteIds), ...asked })
  // Those on the lists are known by name already.
  const unnamed = remoteIds.filter((id) => !groups.has(id))
  const { data: named } = useQuery({
    ...groupsByIdQuery(project, unnamed),
    enabled: asked.enabled && unnamed.length > 0,
  })
  const remoteKey = remoteIds.join(' ')
  const queryClient = useQueryClient()
  const ready =
    (now && portSecurity === false) ||
    (rulesRead && (remoteIds.length === 0 || bare || members !== undefined))
  // Facts are new objects with every rendering: their contents count.
  const key = JSON.stringify([portSecurity, lists, ready, tried, dataUpdatedAt])
  const question = useMemo<TrafficQuestion | undefined>(
    () =>
      ready
        ? {
            portSecurity,
            lists,
            // A group that the platform does not show may have rules all the same.
            rules: Object.fromEntries(
              ids.map((id) => [id, groups.get(id) === null ? null : (rules.get(id) ?? null)]),
            ),
            members: Object.fromEntries(
              [...(members ?? [])].flatMap(([id, read]) =>
                'addresses' in read ? [[id, read.addresses]] : [],
              ),
            ),
          }
        : undefined,
    // oxlint-disable-next-line react/exhaustive-deps -- see above
    [key],
  )

  useEffect(() => () => client.current?.close(), [])
  useEffect(() => {
    if (!question) return
    const gone = new AbortController()
    client.current ??= new TrafficClient()
    // The result takes long to draw.
    const show = (end: TrafficResult | Error) => startTransition(() => setFound({ question, end }))
    client.current.ask(question, gone.signal).then(show, (reason: unknown) => {
      if (gone.signal.aborted || (reason instanceof DOMException && reason.name === 'AbortError')) return
      show(reason instanceof Error ? reason : new Error(String(reason)))
    })
    return () => gone.abort()
  }, [question])

  return useMemo<TrafficState>(() => {
    if (!question) return error == null ? { state: 'reading' } : { state: 'unread', error, retry }
    const isOf = found?.question === question
    if (!found || (!isOf && !knowsMoreMembers(question, found.question))) return { state: 'reading' }
    if (found.end instanceof Error)
      return { state: 'failed', message: found.end.message, retry: () => setTried((times) => times + 1) }
    const remotes: RemoteGroups = {
      groups:
        remoteKey === ''
          ? []
          : remoteKey.split(' ').map((id) => ({
              id,
              name: groups.get(id)?.name ?? named?.[id]?.name,
              ...(members?.get(id) ?? NOT_READ),
            })),
      read: members !== undefined,
      reread: () => {
        setWanted(true)
        if (members !== undefined) void rereadMembers(queryClient, project)
      },
    }
    return { state: 'compared', question, result: found.end, remotes }
  }, [question, found, error, retry, members, groups, named, queryClient, project, remoteKey])
}

const NOT_READ = { unresolved: 'its ports were not read' } as const

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
