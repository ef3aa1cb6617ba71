import { useQuery, useQueryClient } from '@tanstack/react-query'
import { startTransition, useEffect, useMemo, useRef, useState } from 'react'
import { portSecurityOf, type Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
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
  facts: Pick<GroupFacts, 'groups' | 'rules' | 'unnamed' | 'error' | 'retry'>,
  now: boolean,
): TrafficState {
  const client = useRef<TrafficClient | undefined>(undefined)
  const [tried, setTried] = useState(0)
  const [found, setFound] = useState<{ question: TrafficQuestion; end: TrafficResult | Error }>()
  const { groups, rules, unnamed, error, retry } = facts
  const portSecurity = portSecurityOf(port)

  const ids = [...new Set(lists.flat())]
  // Without names traffic is compared all the same.
  const rulesRead = now && ids.every((id) => rules.has(id) && (groups.has(id) || unnamed.has(id)))
  const remoteIds =
    rulesRead && portSecurity !== false ? remoteGroupIds(ids.flatMap((id) => rules.get(id)!)) : []
  const isShown = (id: string) => Boolean(groups.get(id)) || (unnamed.has(id) && rules.get(id)?.length !== 0)
  const asked = { enabled: remoteIds.length > 0 }
  const { data: members, dataUpdatedAt } = useQuery({ ...membersOfGroupsQuery(project, remoteIds), ...asked })
  // Those on the lists are known by name already.
  const others = remoteIds.filter((id) => !groups.has(id))
  const { data: named } = useQuery({ ...groupsByIdQuery(project, others), enabled: others.length > 0 })
  const queryClient = useQueryClient()
  const ready =
    (now && portSecurity === false) || (rulesRead && (remoteIds.length === 0 || members !== undefined))
  // Facts are new objects with every rendering: their contents count.
  const key = JSON.stringify([portSecurity, lists, ready, tried, dataUpdatedAt])
  const question = useMemo<TrafficQuestion | undefined>(
    () =>
      ready
        ? {
            portSecurity,
            lists,
            // A group that the platform does not show, or that was not read, may have rules that
            // the platform does not show.
            rules: Object.fromEntries(ids.map((id) => [id, isShown(id) ? (rules.get(id) ?? null) : null])),
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
    if (found?.question !== question) return { state: 'reading' }
    if (found.end instanceof Error)
      return { state: 'failed', message: found.end.message, retry: () => setTried((times) => times + 1) }
    const remotes = {
      groups: [...(members ?? [])].map(([id, read]) => ({
        id,
        name: textOf(groups.get(id)?.name ?? named?.[id]?.name),
        ...read,
      })),
      reread: () => void rereadMembers(queryClient, project),
    }
    return { state: 'compared', question, result: found.end, remotes }
  }, [question, found, error, retry, members, groups, named, queryClient, project])
}
