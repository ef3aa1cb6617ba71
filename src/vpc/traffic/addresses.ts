/** The address families of rules (docs/platform.md, Objects, `ethertype`). */
export type Family = 'IPv4' | 'IPv6'

/**
 * An address as a number: IPv4 a number in 0..2^32, IPv6 a bigint in 0n..2^128, so that IPv4 stays
 * fast.
 */
export type Address = number | bigint

/** Addresses from `from` up to, not including, `end`; both of one family. */
export type AddressRange = { from: Address; end: Address }

/** The whole address space of each family. */
export const SPACE: Record<Family, AddressRange & { bits: number }> = {
  IPv4: { bits: 32, from: 0, end: 2 ** 32 },
  IPv6: { bits: 128, from: 0n, end: 1n << 128n },
}

/**
 * Reads a CIDR (`10.1.2.3/8`, `fd00::/8`) or a single address, which is read as /32 or /128. Host
 * bits are cleared: 10.1.2.3/8 is 10.0.0.0/8. Returns undefined when it can't be read.
 */
export function readCidr(text: string): (AddressRange & { family: Family }) | undefined {
  const single = readIpv4(text)
  if (single !== undefined) return { family: 'IPv4', from: single, end: single + 1 }
  const [address = '', prefix, more] = text.trim().split('/')
  if (more !== undefined || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined
  const family: Family = address.includes(':') ? 'IPv6' : 'IPv4'
  const { bits } = SPACE[family]
  const length = prefix === undefined ? bits : Number(prefix)
  if (length > bits) return undefined
  if (family === 'IPv4') {
    const value = readIpv4(address)
    if (value === undefined) return undefined
    const size = 2 ** (32 - length)
    const from = Math.floor(value / size) * size
    return { family, from, end: from + size }
  }
  const value = readIpv6(address)
  if (value === undefined) return undefined
  const shift = BigInt(128 - length)
  const from = (value >> shift) << shift
  return { family, from, end: from + (1n << shift) }
}

/**
 * Reads an entry of an address group: an address, a network, or a range such as
 * `10.0.0.1-10.0.0.9`; undefined when it is none. A range includes its end.
 */
export function readEntry(text: string): (AddressRange & { family: Family }) | undefined {
  const [first = '', last, more] = text.split('-')
  if (last === undefined) return readCidr(text)
  const [from, to] = [readAddress(first), readAddress(last)]
  if (more !== undefined || !from || !to || from.family !== to.family || from.value > to.value)
    return undefined
  const end = typeof to.value === 'bigint' ? to.value + 1n : to.value + 1
  return { family: from.family, from: from.value, end }
}

/** Reads one address, without a prefix length; undefined when it is none. */
export function readAddress(text: string): { family: Family; value: Address } | undefined {
  if (text.includes('/')) return undefined
  const read = readCidr(text)
  return read && { family: read.family, value: read.from }
}

/** Reads dotted IPv4. By characters: a comparison may read tens of thousands of addresses. */
function readIpv4(text: string): number | undefined {
  const end = text.length
  let value = 0
  let part = 0
  let digits = 0
  let dots = 0
  for (let at = 0; at <= end; at++) {
    const code = at < end ? text.charCodeAt(at) : DOT
    if (code === DOT) {
      if (digits === 0 || part > 255) return undefined
      value = value * 256 + part
      part = 0
      digits = 0
      if (at < end) dots++
      continue
    }
    // A leading zero is octal to some programs and decimal to others: not readable.
    if (code < ZERO || code > ZERO + 9 || digits === 3 || (digits > 0 && part === 0)) return undefined
    part = part * 10 + code - ZERO
    digits++
  }
  return dots === 3 ? value : undefined
}

const DOT = 46
const ZERO = 48

function readIpv6(text: string): bigint | undefined {
  let hex = text
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (dotted) {
    const low = readIpv4(dotted[2]!)
    if (low === undefined) return undefined
    hex = `${dotted[1]}${Math.floor(low / 65536).toString(16)}:${(low % 65536).toString(16)}`
  }
  const halves = hex.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const words = [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  let value = 0n
  for (const word of words) {
    if (!/^[0-9a-f]{1,4}$/i.test(word)) return undefined
    value = (value << 16n) | BigInt(`0x${word}`)
  }
  return value
}

/** Parts of IPv4, with their dots: a comparison may write tens of thousands of addresses. */
const PARTS = Array.from({ length: 256 }, (_, part) => `.${part}`)

/** An address as text: dotted IPv4, IPv6 in the form of RFC 5952. */
export function addressText(address: Address): string {
  if (typeof address === 'number')
    return `${address >>> 24}${PARTS[(address >>> 16) & 255]}${PARTS[(address >>> 8) & 255]}${PARTS[address & 255]}`
  const words = Array.from({ length: 8 }, (_, at) =>
    ((address >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  )
  const zeros = [...words.join(':').matchAll(/\b0(:0)+\b/g)]
  const longest = zeros.toSorted((a, b) => b[0].length - a[0].length)[0]
  if (!longest) return words.join(':')
  const text = words.join(':')
  const head = text.slice(0, longest.index).replace(/:$/, '')
  return `${head}::${text.slice(longest.index + longest[0].length).replace(/^:/, '')}`
}

/** The address before `address`. */
export function addressBefore(address: Address): Address {
  return typeof address === 'number' ? address - 1 : address - 1n
}

/** The same set of addresses, in order, with nothing empty, overlapping or touching. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  if (typeof ranges[0]?.from === 'number') return mergeIpv4(ranges)
  const sorted = ranges
    .filter(({ from, end }) => from < end)
    .toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  const merged: AddressRange[] = []
  for (const { from, end } of sorted) {
    const last = merged.at(-1)
    if (!last || last.end < from) merged.push({ from, end })
    else if (last.end < end) last.end = end
  }
  return merged
}

// Whole numbers are sorted many times faster than objects, and there may be tens of thousands. The
// last address fits in 32 bits, as the first does; the end may not.
function mergeIpv4(ranges: readonly AddressRange[]): AddressRange[] {
  const firsts = new Uint32Array(ranges.length)
  const lasts = new Uint32Array(ranges.length)
  let count = 0
  for (const { from, end } of ranges) {
    if (from >= end) continue
    firsts[count] = from as number
    lasts[count++] = (end as number) - 1
  }
  return mergeSorted(firsts.subarray(0, count).toSorted(), lasts.subarray(0, count).toSorted())
}

/**
 * Merges ranges by their first and their last addresses, each in order. There is a gap where as
 * many have ended as have started.
 */
function mergeSorted(firsts: Uint32Array, lasts: Uint32Array): AddressRange[] {
  const merged: AddressRange[] = []
  for (let at = 0, from = 0; at < firsts.length; at++) {
    if (at + 1 < firsts.length && firsts[at + 1]! <= lasts[at]! + 1) continue
    merged.push({ from: firsts[from]!, end: lasts[at]! + 1 })
    from = at + 1
  }
  return merged
}

/**
 * Reads many addresses, networks or ranges, and merges those of each family; undefined when one of
 * them can't be read.
 */
export function mergeTexts(
  texts: readonly string[],
  readText: typeof readEntry,
): Record<Family, readonly AddressRange[]> | undefined {
  const single = new Uint32Array(texts.length)
  let count = 0
  const others: Record<Family, AddressRange[]> = { IPv4: [], IPv6: [] }
  for (const text of texts) {
    const address = readIpv4(text)
    if (address !== undefined) single[count++] = address
    else {
      const range = readText(text)
      if (!range) return undefined
      others[range.family].push({ from: range.from, end: range.end })
    }
  }
  const inOrder = single.subarray(0, count).toSorted()
  const addresses = mergeSorted(inOrder, inOrder)
  return {
    IPv4: others.IPv4.length === 0 ? addresses : mergeRanges([...addresses, ...others.IPv4]),
    IPv6: mergeRanges(others.IPv6),
  }
}

/**
 * All addresses of the family, or of `within`, that are not in `ranges` (merged, and within it).
 */
export function otherRanges(
  ranges: readonly AddressRange[],
  family: Family,
  within: AddressRange = SPACE[family],
): AddressRange[] {
  const others: AddressRange[] = []
  let { from } = within
  for (const range of ranges) {
    if (from < range.from) others.push({ from, end: range.from })
    from = range.end
  }
  if (from < within.end) others.push({ from, end: within.end })
  return others
}

/** `a` without `b`; both of one family. */
export function minus(a: Address, b: Address): Address {
  return typeof a === 'number' ? a - Number(b) : a - BigInt(b)
}

/** The share of the family's addresses that is in `ranges` (merged): 0..1, rounded. */
export function shareOfSpace(ranges: readonly AddressRange[], family: Family): number {
  let size = 0
  for (const { from, end } of ranges)
    size += typeof from === 'number' ? Number(end) - from : Number(BigInt(end) - from)
  return size / 2 ** SPACE[family].bits
}

/** The first CIDRs, at most `most`, of the fewest that make up `ranges` (merged), in order. */
export function cidrsOf(ranges: readonly AddressRange[], family: Family, most = Infinity): string[] {
  const cidrs: string[] = []
  for (const { from, end } of ranges) {
    if (family === 'IPv4') addIpv4(cidrs, Number(from), Number(end), most)
    else addIpv6(cidrs, BigInt(from), BigInt(end), most)
    if (cidrs.length >= most) break
  }
  return cidrs
}

// Apart from IPv6, as a flow may have tens of thousands of ranges: numbers are many times faster.
function addIpv4(cidrs: string[], from: number, end: number, most: number): void {
  for (let at = from; at < end && cidrs.length < most;) {
    let length = 32
    for (let size = 2; length > 0 && at % size === 0 && at + size <= end; size *= 2) length--
    cidrs.push(`${addressText(at)}/${length}`)
    at += 2 ** (32 - length)
  }
}

function addIpv6(cidrs: string[], from: bigint, end: bigint, most: number): void {
  for (let at = from; at < end && cidrs.length < most;) {
    let shift = 0n
    while (shift < 128n && (at & (1n << shift)) === 0n && at + (2n << shift) <= end) shift++
    cidrs.push(`${addressText(at)}/${128n - shift}`)
    at += 1n << shift
  }
}

/**
 * How many `cidrsOf` are. All addresses but one of IPv6 are 128 CIDRs: to make them takes a hundred
 * times longer than to count them.
 */
export function cidrCount(ranges: readonly AddressRange[]): number {
  return ranges.reduce((count, { from, end }) => count + cidrCountOf(BigInt(from), BigInt(end)), 0)
}

/**
 * Of the addresses between both, CIDRs meet at the one that ends in most zero bits. On each side of
 * it they all have other sizes: one for each bit that is 1 in what is to be covered.
 */
function cidrCountOf(from: bigint, end: bigint): number {
  if (from >= end) return 0
  const size = BigInt((from ^ end).toString(2).length - 1)
  const middle = (end >> size) << size
  return onesIn(middle - from) + onesIn(end - middle)
}

/** How many bits are 1. */
function onesIn(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length
}

/** Reads the ranges of a remote, which are first and last address in text. */
export function rangesOfText(ranges: readonly { from: string; to: string }[]): AddressRange[] {
  return ranges.map(({ from, to }) => {
    const first = readAddress(from)
    const last = readAddress(to)
    if (!first || !last) throw new RangeError(`${from} to ${to} is no range of addresses`)
    return {
      from: first.value,
      end: typeof last.value === 'number' ? last.value + 1 : last.value + 1n,
    }
  })
}
