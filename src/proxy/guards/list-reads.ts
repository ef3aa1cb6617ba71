import { RecentReads } from '../upstream/recent-reads.ts'
import type { Asker, ReadResponse, Reads, Upstream } from '../upstream/upstream.ts'

type ListName = 'readRules' | 'readGroups' | 'readPorts' | 'readAddressGroups'

/** The reads of lists that a comparison needs: a page each. */
export type ListReads = {
  [K in ListName]: (
    projectId: string,
    query: Parameters<Reads[K]>[1],
    asker?: Asker,
  ) => Promise<Pick<Awaited<ReturnType<Reads[K]>>, 'data'>>
}

/**
 * The oldest read, in milliseconds, that the ports of bulk changes share. What is compared may take
 * three times as long to be read (guard-check.ts): so nothing is older than for a port alone.
 */
export const SHARED_MS = 5000

/** Reads that the ports of bulk changes share. */
export class SharedLists {
  readonly #recent = new RecentReads(SHARED_MS)
  /** Reads that may be some seconds old, from another port. */
  readonly shared: ListReads
  /** Reads of now, which later ones may share. */
  readonly anew: ListReads

  constructor(upstream: Upstream) {
    this.shared = readsOf(upstream, this.#recent, false)
    this.anew = readsOf(upstream, this.#recent, true)
  }

  /** A port's list was changed, from and to these groups: lists of ports with them are old. */
  portChanged(groups: readonly string[]): void {
    this.#recent.changed(groups)
  }
}

function readsOf(upstream: Upstream, recent: RecentReads, anew: boolean): ListReads {
  const read = <T>(
    name: ListName,
    projectId: string,
    query: object,
    asker: Asker | undefined,
    call: () => Promise<ReadResponse<T>>,
    groups?: readonly string[],
  ) => recent.read(keyOf(name, projectId, query), asker?.signal, call, { groups, anew })
  return {
    readRules: (project, query, asker) =>
      read('readRules', project, query, asker, () => upstream.readRules(project, query, asker)),
    readGroups: (project, query, asker) =>
      read('readGroups', project, query, asker, () => upstream.readGroups(project, query, asker)),
    readPorts: (project, query, asker) => {
      const call = () => upstream.readPorts(project, query, asker)
      return read('readPorts', project, query, asker, call, query.security_groups)
    },
    readAddressGroups: (project, query, asker) =>
      read('readAddressGroups', project, query, asker, () =>
        upstream.readAddressGroups(project, query, asker),
      ),
  }
}

/** The same for the same filters, in whatever order they come. */
function keyOf(name: string, projectId: string, query: object): string {
  const filters = Object.entries(query).map(([filter, value]: [string, unknown]) => [
    filter,
    Array.isArray(value) ? value.toSorted() : value,
  ])
  return JSON.stringify([name, projectId, filters])
}
