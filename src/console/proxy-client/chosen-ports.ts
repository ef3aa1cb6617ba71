import { paths } from '../../vpc/paths.ts'
import type { Port } from '../../vpc/port.ts'
import { portsResponse } from '../../vpc/responses.ts'
import { unreadableIn } from '../../vpc/unreadable-pages.ts'
import type { UnreadableEntries } from '../../vpc/unreadable.ts'
import { call } from './client.ts'
import { platform } from './first-reads.ts'
import type { PortFilters } from './queries.ts'

/** A page that is read without holding up what is drawn. */
const PAGE = 500
/** More ports are not looked through. */
const MOST_READ = 100_000

/** What is kept of the ports that were read. */
export type PortsRead<P> = {
  ports: readonly P[]
  unreadable: UnreadableEntries | undefined
  /** There are more than are looked through. */
  more: boolean
  readAt: number
}

/**
 * Reads all ports that any of the filters leaves, page by page; each port once.
 * @param keep what is kept of a port, undefined for nothing: a port as it was read takes more
 *   than a kilobyte, and browsers stop the page to look through what is kept
 * @param onRead gets how many have been read so far
 */
export async function readPorts<P>(
  project: string,
  filters: readonly PortFilters[],
  keep: (port: Port) => P | undefined,
  onRead: (count: number) => void,
  signal: AbortSignal,
): Promise<PortsRead<P>> {
  const found = new Map<string, P | undefined>()
  const pages: Parameters<typeof unreadableIn>[0][number][] = []
  const readAt = Date.now()
  for (const one of filters) {
    const used = new Set<string>()
    let marker: string | undefined
    do {
      const page = await call(portsResponse, platform(paths.ports(project)), {
        query: { ...one, limit: PAGE, marker },
        signal,
      })
      for (const port of page.ports) found.set(port.id, keep(port))
      if (unreadableIn([page])) pages.push(page)
      onRead(found.size)
      if (found.size > MOST_READ)
        return { ports: kept(found), unreadable: unreadableIn(pages), more: true, readAt }
      const next = page.page_info?.next_marker
      // A marker that was used before ends the list: a wrong response can't loop us.
      marker = next && !used.has(next) ? next : undefined
      if (marker !== undefined) used.add(marker)
    } while (marker !== undefined)
  }
  return { ports: kept(found), unreadable: unreadableIn(pages), more: false, readAt }
}

function kept<P>(found: ReadonlyMap<string, P | undefined>): P[] {
  return [...found.values()].filter((one) => one !== undefined)
}
