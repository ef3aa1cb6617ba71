import { useQueries, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import type { SecurityGroup, SecurityGroupRule } from '../../vpc/security-group.ts'
import { groupsByIdQuery, rulesOfGroupsQuery } from '../proxy-client/queries.ts'

export { groupName, groupNames, knownName } from './group-names.ts'

/** What is known of security groups by now. */
export type GroupFacts = {
  /** By ID. Missing: not read yet. Null: the platform shows no such group. */
  groups: ReadonlyMap<string, SecurityGroup | null>
  /** The rules of each group, by group ID. Missing: not read yet. */
  rules: ReadonlyMap<string, readonly SecurityGroupRule[]>
  /** Groups whose names could not be read. Their rules may be known all the same. */
  unnamed: ReadonlySet<string>
  /** Why some of it could not be read. */
  error: unknown
  retry: () => void
}

/**
 * Reads the named groups and their rules. IDs that come in later are read in a batch of their own:
 * what is known is neither read again nor hidden meanwhile.
 */
export function useGroupFacts(project: string, ids: readonly string[]): GroupFacts {
  const [batches, setBatches] = useState<readonly (readonly string[])[]>([])
  const asked = new Set(batches.flat())
  const fresh = [...new Set(ids)].filter((id) => !asked.has(id))
  if (fresh.length > 0) setBatches([...batches, fresh])

  const groups = useQueries({
    queries: batches.map((batch) => groupsByIdQuery(project, batch)),
    combine: combineGroups,
  })
  const rules = useQueries({
    queries: batches.map((batch) => rulesOfGroupsQuery(project, batch)),
    combine: combineRules,
  })
  return useMemo(() => {
    const known = new Map<string, SecurityGroup | null>(groups.known)
    for (const [n, read] of groups.read.entries())
      if (read) for (const id of batches[n] ?? []) if (!known.has(id)) known.set(id, null)
    return {
      groups: known,
      rules: rules.known,
      unnamed: new Set(
        batches.flatMap((batch, n) => (groups.lost[n] ? batch.filter((id) => !known.has(id)) : [])),
      ),
      error: groups.error ?? rules.error,
      retry: () => [...groups.failed, ...rules.failed].forEach((query) => void query.refetch()),
    }
  }, [batches, groups, rules])
}

/**
 * Lets groups that were read elsewhere (in the catalogue) be known at once when they are asked for
 * together.
 */
export function useRememberGroups(project: string): (groups: readonly SecurityGroup[]) => void {
  const queryClient = useQueryClient()
  return useCallback(
    (groups) => {
      const { queryKey } = groupsByIdQuery(
        project,
        groups.map((group) => group.id),
      )
      queryClient.setQueryData(queryKey, Object.fromEntries(groups.map((group) => [group.id, group])))
    },
    [project, queryClient],
  )
}

type Results<T> = UseQueryResult<Record<string, T>>[]

function combineGroups(results: Results<SecurityGroup>) {
  return {
    ...combine(results),
    read: results.map((result) => result.isSuccess),
    lost: results.map((result) => result.isError),
  }
}

function combineRules(results: Results<SecurityGroupRule[]>) {
  return combine(results)
}

function combine<T>(results: Results<T>) {
  const known = new Map<string, T>()
  for (const { data } of results) for (const id in data) known.set(id, data[id]!)
  const failed = results.filter((result) => result.isError)
  return { known, failed, error: failed[0]?.error }
}
