import { keptPorts, type NewChangeSearch } from '../facts/new-change-search.ts'
import { idsIn } from '../pickers/intent-draft.ts'
import { isNarrowed, readPortsSearch, type PortsSearch } from '../port-search/ports-search.ts'

/** Which ports a change is for. */
export type Choice =
  /** `key` is what the address has of them: the same for the same IDs. */
  | { by: 'ids'; ids: readonly string[]; key: string; isShared: boolean }
  | { by: 'filter'; search: PortsSearch }
  /** They were kept in another tab, or are no longer kept. */
  | { by: 'lost' }

/** What is in an address comes from outside: what does not fit is dropped, not refused. */
export function choiceOf(search: NewChangeSearch & Record<string, unknown>): Choice | undefined {
  if (typeof search.ports === 'string' && search.ports !== '') {
    const ids = idsIn(search.ports)
    if (ids.length > 0) return { by: 'ids', ids, key: search.ports, isShared: true }
  }
  if (typeof search.kept === 'string' && search.kept !== '') {
    const ids = keptPorts(search.kept)
    return ids === undefined || ids.length === 0
      ? { by: 'lost' }
      : { by: 'ids', ids, key: search.kept, isShared: false }
  }
  const { sort: _, ...filters } = readPortsSearch(search)
  if (isNarrowed(filters) || search.all === 'true') return { by: 'filter', search: filters }
  return undefined
}
