import { useQueries, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import type { SecurityGroup, SecurityGroupRule } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'
import { groupsByIdQuery, rulesOfGroupsQuery } from '../proxy-client/queries.ts'
import { shortId } from '../ui/Id.tsx'

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

/** Groups by ID, as far as their names are needed. */
type Named = ReadonlyMap<string, Pick<SecurityGroup, 'id' | 'name'> | null>

/**
 * What a group is called on the screen: its name, with the start of its ID where another known
 * group has the same name (docs/platform.md, Objects); where it has none, or none is known, the
 * start of its ID.
 */
export function groupName(facts: { groups: Named }, id: string): string {
  return knownName(facts.groups, id) ?? shortId(id)
}

/** The same, but undefined where no name is known. */
export function knownName(groups: Named, id: string): string | undefined {
  const name = textOf(groups.get(id)?.name)
  if (name === undefined) return undefined
  return repeatedNames(groups).has(name) ? `${name} (${shortId(id)})` : name
}

const repeated = new WeakMap<Named, ReadonlySet<string>>()

function repeatedNames(groups: Named): ReadonlySet<string> {
  const known = repeated.get(groups)
  if (known) return known
  const once = new Set<string>()
  const twice = new Set<string>()
  for (const group of groups.values()) {
    const name = textOf(group?.name)
    if (name !== undefined) (once.has(name) ? twice : once).add(name)
  }
  repeated.set(groups, twice)
  return twice
}

/**
 * Names of groups as a person would list them: 'a, b and c'. Of many, the first few and how many
 * more.
 */
export function groupNames(facts: { groups: Named }, ids: readonly string[], most = 6): string {
  const names = ids.slice(0, ids.length > most ? most - 1 : most).map((id) => groupName(facts, id))
  const more = ids.length - names.length
  if (more > 0) return `${names.join(', ')} and ${more} more`
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
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
