import { queryOptions } from '@tanstack/react-query'
import { portsResponse } from '../../vpc/responses.ts'
import { UNREADABLE } from '../../vpc/unreadable-marks.ts'
import { call } from './client.ts'
import { portsRead } from './first-reads.ts'
import type { PortFilters } from './queries.ts'

/**
 * The ports that one of several exact searches finds, asked one after the other until one finds
 * something.
 * @param tries filters of each search, on top of `filters`
 */
export const exactPortsQuery = (project: string, filters: PortFilters, tries: readonly PortFilters[]) =>
  queryOptions({
    queryKey: ['exact-ports', project, filters, tries],
    queryFn: async ({ signal }) => {
      for (const one of tries) {
        const page = await call(portsResponse, portsRead(project, { ...filters, ...one }), { signal })
        const unreadable = page[UNREADABLE]
        // What can't be read may be what is looked for.
        if (page.ports.length > 0 || unreadable) return { ports: page.ports, unreadable }
      }
      return { ports: [], unreadable: undefined }
    },
    staleTime: 5_000,
  })
