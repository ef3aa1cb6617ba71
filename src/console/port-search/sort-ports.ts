import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'

/** What the table of ports can be sorted by. */
export type SortKey = 'name' | 'status' | 'updated' | 'groups'
/** What it is sorted by; with a minus, from the end. */
export type PortSort = SortKey | `-${SortKey}`

type Key = string | number | undefined

const KEYS: Record<SortKey, (port: Port) => Key> = {
  name: nameKey,
  status: ({ status }) => textOf(status),
  updated: ({ updated_at }) => timeKey(textOf(updated_at)),
  groups: ({ security_groups }) => security_groups.length,
}

/** Each way to sort, the first that a click chooses before the other, in words. */
export const SORT_WORDS: Record<PortSort, string> = {
  name: 'name',
  '-name': 'name, last first',
  status: 'status',
  '-status': 'status, last first',
  '-updated': 'updated, newest first',
  updated: 'updated, oldest first',
  '-groups': 'number of groups, most first',
  groups: 'number of groups, fewest first',
}

const WAYS = Object.keys(SORT_WORDS) as PortSort[]

/** What a way to sort sorts by. */
export function sortKeyOf(sort: PortSort): SortKey {
  return sort.replace('-', '') as SortKey
}

/** What a click on a column's head chooses: one way, then the other, then none. */
export function nextSort(sort: PortSort | undefined, key: SortKey): PortSort | undefined {
  const ways = WAYS.filter((way) => sortKeyOf(way) === key)
  return ways[(sort === undefined ? -1 : ways.indexOf(sort)) + 1]
}

/**
 * The ports in another order. Equal ones keep theirs, and those that have nothing to sort by come
 * last either way.
 */
export function sortedPorts(ports: readonly Port[], sort: PortSort | undefined): readonly Port[] {
  if (sort === undefined) return ports
  const keyOf = KEYS[sortKeyOf(sort)]
  const sign = sort.startsWith('-') ? -1 : 1
  const rows = ports.map((port) => ({ port, key: keyOf(port) }))
  rows.sort((a, b) => {
    if (a.key === b.key) return 0
    if (a.key === undefined || b.key === undefined) return a.key === undefined ? 1 : -1
    return a.key < b.key ? -sign : sign
  })
  return rows.map(({ port }) => port)
}

const nameKeys = new WeakMap<Port, string>()

/** A name so that web-2 comes before web-10. Kept: the rows are sorted anew with each page read. */
function nameKey(port: Port): string | undefined {
  const name = textOf(port.name)
  if (name === undefined) return undefined
  let key = nameKeys.get(port)
  if (key === undefined) {
    key = name.toLowerCase().replaceAll(/\d+/g, (digits) => digits.padStart(12, '0'))
    nameKeys.set(port, key)
  }
  return key
}

function timeKey(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}
