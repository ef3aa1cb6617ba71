import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { AddressCells } from './address-cells.ts'
import { addressBefore, mergeRanges, SPACE, type Address, type AddressRange } from './addresses.ts'

/**
 * Networks, single addresses and ranges that are neither, all near each other, and both ends of the
 * space.
 */
const someRange = (top: number) =>
  fc.oneof(
    fc.tuple(fc.nat(63), fc.nat(6)).map(([at, bits]) => {
      const size = 2 ** bits
      return [at - (at % size), at - (at % size) + size] as const
    }),
    fc.tuple(fc.nat(63), fc.integer({ min: 1, max: 9 })).map(([at, size]) => [at, at + size] as const),
    fc.constantFrom([0, top] as const, [top - 1, top] as const, [0, 1] as const),
  )

it.each(['IPv4', 'IPv6'] as const)('cells of %s are what the lists tell apart', (family) => {
  // The last address has a number of its own here, as IPv6 numbers are too large to count with.
  const top = 200
  const { from: start, end } = SPACE[family]
  const address = (n: number): Address =>
    n === top ? end : n === top - 1 ? addressBefore(end) : typeof start === 'number' ? n : BigInt(n)
  const list = fc.array(someRange(top), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(fc.array(list, { maxLength: 8 }), (all) => {
      const lists = all.map((one) =>
        mergeRanges(one.map(([from, to]): AddressRange => ({ from: address(from), end: address(to) }))),
      )
      const cells = new AddressCells(new Set(lists), family)
      const places = Array.from({ length: top }, (_, n) => address(n))

      // Every address is in one cell, and no cell is empty.
      const ranges = Array.from({ length: cells.count }, (_, cell) => cells.ranges([cell, cell + 1]))
      const cellOf = places.map((at) => ranges.findIndex((one) => inside(one, at)))
      expect(mergeRanges(ranges.flat())).toEqual([{ from: start, end }])
      expect(cellOf).toEqual(places.map((at) => ranges.findLastIndex((one) => inside(one, at))))
      expect(ranges.every((one) => one.length > 0)).toBe(true)

      const memberships = places.map((at) => lists.map((one) => inside(one, at)).join())
      for (const [n, one] of lists.entries()) {
        const spans = cells.of(one)
        expect(cells.ranges([...spans]), `list ${n}`).toEqual(one)
        for (const [at, cell] of cellOf.entries()) expect(has(spans, cell)).toBe(inside(one, places[at]!))
      }
      // Addresses that are in the same lists are in the same cell, however far apart.
      expect(new Set(cellOf).size).toBe(new Set(memberships).size)
    }),
    { numRuns: 80 },
  )
})

function inside(ranges: readonly AddressRange[], at: Address): boolean {
  return ranges.some((range) => range.from <= at && at < range.end)
}

function has(spans: Int32Array, cell: number): boolean {
  for (let at = 0; at < spans.length; at += 2) if (spans[at]! <= cell && cell < spans[at + 1]!) return true
  return false
}

it('knows only the lists that it was made of', () => {
  const cells = new AddressCells(new Set(), 'IPv4')
  expect(() => cells.of([{ from: 1, end: 2 }])).toThrow(RangeError)
})
