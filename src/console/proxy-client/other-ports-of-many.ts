import { queryOptions } from '@tanstack/react-query'
import { sorted } from './first-reads.ts'
import { groupMembersKey } from './queries.ts'

/**
 * The same where they come or go on many ports: those are among the ports that are found.
 */
export const otherPortsOfManyQuery = (project: string, changing: readonly string[]) => {
  const asked = sorted(changing)
  return queryOptions({
    queryKey: [...groupMembersKey(project), asked, 'other-ports-of-many'],
    queryFn: async ({ signal }) =>
      (await import('./read-members.ts')).readOtherPortsOfMany(project, asked, signal),
    staleTime: 60_000,
    // Thousands of ports: to compare them with those before takes longer than to draw them.
    structuralSharing: false,
  })
}
