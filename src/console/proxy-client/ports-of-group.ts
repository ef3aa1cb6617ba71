import { groupMembersKey, portsInfiniteQuery } from './queries.ts'

/**
 * The ports that have a group, page by page; read anew each time they are shown, and when a change
 * puts the group on a port or takes it off.
 */
export const portsOfGroupQuery = (project: string, id: string) => {
  const query = portsInfiniteQuery(project, { security_groups: [id] })
  const queryKey: readonly unknown[] = [...groupMembersKey(project), [id], 'ports']
  return { ...query, queryKey: queryKey as typeof query.queryKey, gcTime: 0 }
}
