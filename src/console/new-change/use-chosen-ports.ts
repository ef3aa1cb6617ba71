import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { plannedPort, sharingLists, type PlannedPort } from '../../vpc/bulk/kinds.ts'
import { inCalls } from '../../vpc/in-calls.ts'
import type { Port } from '../../vpc/port.ts'
import { filtersOf, type PortsSearch } from '../port-search/ports-search.ts'
import { exactSearch, portMatches } from '../port-search/search-text.ts'
import { readPorts, type PortsRead } from '../proxy-client/chosen-ports.ts'
import type { Choice } from './new-change-state.ts'

type Read = PortsRead<PlannedPort> & {
  /** IDs that the platform knows no port by. */
  unknown: readonly string[]
}

/** The ports of a choice, as they are read. */
export type ChosenPorts = {
  /** Undefined until all are read. */
  read: Read | undefined
  /** How many have been read so far. */
  count: number
  reading: boolean
  /** The operator stopped the reading: of a part nothing is planned. */
  stopped: boolean
  error: unknown
  stop: () => void
  readAnew: () => void
}

/** Reads the ports of a choice, all of them; nothing where there is no choice. */
export function useChosenPorts(project: string, choice: Choice | undefined): ChosenPorts {
  const client = useQueryClient()
  const [count, setCount] = useState(0)
  const key = choice === undefined || choice.by === 'lost' ? undefined : choice
  // To read thousands of IDs with every rendering takes milliseconds.
  const queryKey = ['chosen-ports', project, key?.by === 'ids' ? key.key : key]
  const { data, error, isFetching, isPending, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => readChoice(project, key!, setCount, signal),
    enabled: key !== undefined,
    staleTime: Infinity,
    // The largest choice takes megabytes: it need not outlive its page.
    gcTime: 30_000,
    structuralSharing: false,
  })
  const stop = () => void client.cancelQueries({ queryKey })
  const readAnew = useCallback(() => {
    setCount(0)
    void refetch()
  }, [refetch])
  return {
    read: isFetching ? undefined : data,
    count,
    reading: isFetching,
    stopped: key !== undefined && isPending && !isFetching && error === null,
    error: isFetching ? null : error,
    stop,
    readAnew,
  }
}

async function readChoice(
  project: string,
  choice: Exclude<Choice, { by: 'lost' }>,
  onRead: (count: number) => void,
  signal: AbortSignal,
): Promise<Read> {
  onRead(0)
  if (choice.by === 'filter')
    return { ...(await readFound(project, choice.search, onRead, signal)), unknown: [] }
  const filters = inCalls(choice.ids).map((id) => ({ id }))
  const read = await readPorts(project, filters, planned(), onRead, signal)
  const known = new Map(read.ports.map((port) => [port.port_id, port]))
  // In the order in which they were named.
  const ports = choice.ids.flatMap((id) => known.get(id) ?? [])
  return { ...read, ports, unknown: choice.ids.filter((id) => !known.has(id)) }
}

/** The same ports as the table of ports finds: by its filters, and by what was searched for. */
async function readFound(
  project: string,
  search: PortsSearch,
  onRead: (count: number) => void,
  signal: AbortSignal,
): Promise<PortsRead<PlannedPort>> {
  const filters = filtersOf(search)
  const { q = '' } = search
  const needle = q.trim().toLowerCase()
  for (const one of exactSearch(q)?.tries ?? []) {
    const read = await readPorts(project, [{ ...filters, ...one }], planned(), onRead, signal)
    if (read.ports.length > 0 || read.unreadable) return read
  }
  if (needle === '') return readPorts(project, [filters], planned(), onRead, signal)
  const { networkMatcher } = await import('../port-search/network-search.ts')
  const isIn: (port: Port) => boolean = networkMatcher(needle) ?? (() => false)
  const keep = planned((port) => isIn(port) || portMatches(port, needle))
  return readPorts(project, [filters], keep, onRead, signal)
}

/** Keeps what planning needs; ports with equal lists share one. */
function planned(isWanted: (port: Port) => boolean = () => true) {
  const shared = sharingLists()
  return (port: Port) => (isWanted(port) ? shared(plannedPort(port)) : undefined)
}
