import type { AddressRange } from './addresses.ts'
import { DIRECTIONS, FAMILIES } from './directions.ts'
import type { Extent } from './rules.ts'

/**
 * The extents of many rules, as numbers: those of 5,000 rules are handed from thread to thread in
 * less than a millisecond, as objects they take 35. `extentsAt` reads them.
 */
export type PackedExtents = {
  /** For each rule where its extents begin; then the end. */
  firsts: Int32Array
  /** For each extent the indexes of its direction and family: direction * 2 + family. */
  kinds: Uint8Array
  /** For each extent where its services begin in `services`; then the end. */
  serviceFirsts: Int32Array
  services: Int32Array
  /** For each extent which of the lists of addresses; -1 is every address. */
  lists: Int32Array
  /** For each list where it begins in `ranges4` or `ranges6`, and its end there. */
  listBounds: Int32Array
  /** IPv4: from, end, from, end, ... */
  ranges4: Float64Array
  /** IPv6: from and last address, each as its upper and lower half. */
  ranges6: BigUint64Array
}

const LOWER = (1n << 64n) - 1n

/** Packs the extents of rules. */
export function packExtents(rules: readonly (readonly Extent[])[]): PackedExtents {
  const firsts = [0]
  const kinds: number[] = []
  const serviceFirsts = [0]
  const services: number[] = []
  const lists: number[] = []
  const listBounds: number[] = []
  const ranges4: number[] = []
  const ranges6: bigint[] = []
  const known = new Map<readonly AddressRange[], number>()
  const listOf = (addresses: readonly AddressRange[], isV6: boolean) => {
    const number = known.get(addresses)
    if (number !== undefined) return number
    const ranges = isV6 ? ranges6 : ranges4
    listBounds.push(ranges.length)
    for (const { from, end } of addresses)
      if (!isV6) ranges4.push(Number(from), Number(end))
      else
        for (const address of [BigInt(from), BigInt(end) - 1n]) ranges6.push(address >> 64n, address & LOWER)
    listBounds.push(ranges.length)
    known.set(addresses, known.size)
    return known.size - 1
  }
  for (const extents of rules) {
    for (const { direction, family, services: spans, addresses } of extents) {
      const familyAt = FAMILIES.indexOf(family)
      kinds.push(DIRECTIONS.indexOf(direction) * FAMILIES.length + familyAt)
      for (const place of spans) services.push(place)
      serviceFirsts.push(services.length)
      lists.push(addresses ? listOf(addresses, family === 'IPv6') : -1)
    }
    firsts.push(kinds.length)
  }
  return {
    firsts: Int32Array.from(firsts),
    kinds: Uint8Array.from(kinds),
    serviceFirsts: Int32Array.from(serviceFirsts),
    services: Int32Array.from(services),
    lists: Int32Array.from(lists),
    listBounds: Int32Array.from(listBounds),
    ranges4: Float64Array.from(ranges4),
    ranges6: BigUint64Array.from(ranges6),
  }
}

/** The extents of the nth rule. */
export function extentsAt(packed: PackedExtents, n: number): Extent[] {
  return Array.from({ length: packed.firsts[n + 1]! - packed.firsts[n]! }, (_, of) => {
    const at = packed.firsts[n]! + of
    const services = [...servicesAt(packed, at)]
    return { ...kindAt(packed, at), services, addresses: addressesAt(packed, at) }
  })
}

/** What one of the extents is for. `at` is its index among those of all rules, as below. */
export function kindAt({ kinds }: PackedExtents, at: number): Pick<Extent, 'direction' | 'family'> {
  return KINDS[kinds[at]!]!
}

/** The services of one of the extents, as spans. */
export function servicesAt({ services, serviceFirsts }: PackedExtents, at: number): Int32Array {
  return services.subarray(serviceFirsts[at], serviceFirsts[at + 1])
}

/** The addresses of one of the extents. */
export function addressesAt(packed: PackedExtents, at: number): Extent['addresses'] {
  const list = packed.lists[at]!
  return list < 0 ? undefined : rangesOf(packed, list, kindAt(packed, at).family === 'IPv6')
}

const KINDS = DIRECTIONS.flatMap((direction) => FAMILIES.map((family) => ({ direction, family })))

function rangesOf(
  { listBounds, ranges4, ranges6 }: PackedExtents,
  list: number,
  isV6: boolean,
): AddressRange[] {
  const found: AddressRange[] = []
  const address = (at: number) => (ranges6[at]! << 64n) | ranges6[at + 1]!
  for (let at = listBounds[2 * list]!; at < listBounds[2 * list + 1]!; at += isV6 ? 4 : 2)
    found.push(
      isV6 ? { from: address(at), end: address(at + 2) + 1n } : { from: ranges4[at]!, end: ranges4[at + 1]! },
    )
  return found
}
