import { rangesOfText, readAddress, type Address, type Family } from '../traffic/addresses.ts'
import type { Flow } from '../traffic/flow.ts'
import type { PlannedPort } from './kinds.ts'

/** Which of several sets of ports have addresses in flows. */
export class PlacesOfAddresses {
  readonly #sorted: Record<Family, { address: Address; place: number }[]> = { IPv4: [], IPv6: [] }
  readonly #count: number

  constructor(sets: readonly { ports: readonly Pick<PlannedPort, 'addresses'>[] }[]) {
    this.#count = sets.length
    for (const [place, { ports }] of sets.entries())
      for (const { addresses } of ports)
        for (const text of addresses) {
          const read = readAddress(text)
          if (read) this.#sorted[read.family].push({ address: read.value, place })
        }
    for (const list of Object.values(this.#sorted))
      list.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
  }

  /** The places of the sets that have an address among the flows' remotes, in order. */
  of(flows: readonly Pick<Flow, 'family' | 'remote'>[]): number[] {
    const found = new Set<number>()
    for (const { family, remote } of flows) {
      if (found.size === this.#count) break
      const list = this.#sorted[family]
      for (const { from, end } of rangesOfText(remote.ranges))
        for (let at = firstFrom(list, from); at < list.length && list[at]!.address < end; at++)
          found.add(list[at]!.place)
    }
    return [...found].toSorted((a, b) => a - b)
  }
}

/** The place of the first address that is `from` or later. */
function firstFrom(list: readonly { address: Address }[], from: Address): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]!.address < from) low = middle + 1
    else high = middle
  }
  return low
}
