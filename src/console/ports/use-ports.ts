import { queryOptions, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { Port } from '../../vpc/port.ts'
import { unreadableIn } from '../../vpc/unreadable-pages.ts'
import type { UnreadableEntries } from '../../vpc/unreadable.ts'
import { portsInfiniteQuery } from '../proxy-client/queries.ts'
import { exactPortsQuery } from '../proxy-client/exact-ports.ts'
import { filtersOf, type PortsSearch } from '../port-search/ports-search.ts'
import { exactSearch, looksLikeNetwork, portMatches, type ExactSearch } from '../port-search/search-text.ts'
import { sortedPorts } from '../port-search/sort-ports.ts'

/** This many rows are looked for before anyone scrolls. */
const ENOUGH = 100

/** What the ports view shows. */
export type PortsView = {
  /** The ports to show: read so far, and matching the search. */
  rows: readonly Port[]
  /** Ports under the filters that the platform sent in a form that can't be read. */
  unreadable: UnreadableEntries | undefined
  /** Ports read from the platform under the filters. */
  searched: number
  /** Every port under the filters has been read. */
  complete: boolean
  /** Nothing can be shown yet. */
  pending: boolean
  /** The rows are of the filters before: the ones asked for are on their way. */
  outdated: boolean
  /** Pages are being read to find more rows. */
  reading: boolean
  /** Why nothing could be read, or no further page. */
  error: unknown
  /** The platform did the search, as an exact filter. */
  exact: ExactSearch | undefined
  /** No port has exactly the ID or address; rows hold it as a part of something. */
  exactMissed: boolean
  /** The operator stopped the reading. */
  stopped: boolean
  readAt: number
  /** The text means a network, and ports with an address in it are found. */
  inNetwork: boolean
  /** Every page is being read, or was until it was stopped. */
  readingAll: boolean
  readMore: () => void
  readAll: () => void
  stop: () => void
  retry: () => void
  /** Reads the list anew from its first page. */
  refresh: () => void
}

/** Code as data: what fails to load is shown, and tried again, as what fails to be read. */
const networkSearchQuery = queryOptions({
  queryKey: ['code', 'network-search'],
  queryFn: () => import('../port-search/network-search.ts'),
  staleTime: Infinity,
  structuralSharing: false,
})

type Effort = { for: string; wanted: number; stopped: boolean }

/**
 * The ports of a project under a state of the view. The platform applies the filters; a search text
 * is looked for in the ports read so far, and pages are read on until enough is found, unless it is
 * a whole ID or address, which the platform finds.
 * @param asked false while the text is still being typed: then nothing is asked of the platform for
 *   it
 */
export function usePorts(project: string, search: PortsSearch, asked: boolean): PortsView {
  const queryClient = useQueryClient()
  const filters = filtersOf(search)
  const { q = '' } = search
  const exact = asked ? exactSearch(q) : undefined

  const exactQuery = useQuery({
    ...exactPortsQuery(project, filters, exact?.tries ?? []),
    enabled: exact !== undefined,
  })
  const exactMissed =
    exact !== undefined && exactQuery.data?.ports.length === 0 && exactQuery.data.unreadable === undefined
  const byPage = exact === undefined || exactMissed

  const list = useInfiniteQuery({
    ...portsInfiniteQuery(project, filters),
    placeholderData: (earlier, query) => (query?.queryKey[1] === project ? earlier : undefined),
  })
  const byNetwork = looksLikeNetwork(q)
  const code = useQuery({ ...networkSearchQuery, enabled: byNetwork })
  const { all, found, unreadable, inNetwork } = useMemo(() => {
    const ports = list.data?.pages.flatMap((page) => page.ports) ?? []
    const needle = q.trim().toLowerCase()
    const isIn = byNetwork ? code.data?.networkMatcher(needle) : undefined
    return {
      all: ports,
      found:
        needle === '' ? ports : ports.filter((port) => isIn?.(port) === true || portMatches(port, needle)),
      inNetwork: isIn !== undefined,
      unreadable: unreadableIn(list.data?.pages ?? []),
    }
  }, [list.data, q, byNetwork, code.data])

  const rows = useMemo(() => sortedPorts(found, search.sort), [found, search.sort])

  const now = JSON.stringify([project, filters, q])
  const [kept, setEffort] = useState<Effort>({ for: now, wanted: ENOUGH, stopped: false })
  const effort = kept.for === now ? kept : { for: now, wanted: ENOUGH, stopped: false }

  const { hasNextPage, isFetching, isError, isPlaceholderData, fetchNextPage } = list
  // Until it is known which ports are in the network, none is missing.
  const loading = byNetwork && code.data === undefined
  const wantsMore =
    asked && byPage && !loading && found.length < effort.wanted && !effort.stopped && !isPlaceholderData
  useEffect(() => {
    if (wantsMore && hasNextPage && !isFetching && !isError) void fetchNextPage()
  }, [wantsMore, hasNextPage, isFetching, isError, fetchNextPage])

  const shared = {
    searched: all.length,
    complete: !hasNextPage && list.isSuccess && !isPlaceholderData,
    stopped: effort.stopped,
    readMore: () => setEffort({ for: now, wanted: found.length + ENOUGH, stopped: false }),
    readingAll: effort.wanted === Infinity,
    readAll: () => setEffort({ for: now, wanted: Infinity, stopped: false }),
    stop: () => setEffort({ ...effort, stopped: true }),
    exact,
    exactMissed,
  }
  if (!byPage)
    return {
      ...shared,
      inNetwork: false,
      rows: sortedPorts(exactQuery.data?.ports ?? [], search.sort),
      unreadable: exactQuery.data?.unreadable,
      pending: exactQuery.isPending,
      outdated: false,
      reading: exactQuery.isFetching,
      error: exactQuery.error,
      readAt: exactQuery.dataUpdatedAt,
      retry: () => void exactQuery.refetch(),
      refresh: () => void exactQuery.refetch(),
    }
  return {
    ...shared,
    rows,
    unreadable,
    pending: list.isPending,
    outdated: isPlaceholderData,
    inNetwork,
    reading: isFetching || (loading && !code.isError) || (wantsMore && hasNextPage && !isError),
    error: list.error ?? (loading ? code.error : null),
    readAt: list.dataUpdatedAt,
    retry: () => void (loading ? code.refetch() : list.data === undefined ? list.refetch() : fetchNextPage()),
    refresh: () => void queryClient.resetQueries({ queryKey: ['ports', project], type: 'active' }),
  }
}
