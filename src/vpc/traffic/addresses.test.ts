import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressText,
  cidrCount,
  cidrsOf,
  mergeRanges,
  mergeTexts,
  otherRanges,
  rangesOfText,
  readAddress,
  readCidr,
  readEntry,
  type AddressRange,
  type Family,
} from './addresses.ts'

const cidrText = (text: string) => {
  const { family, from, end } = readCidr(text)!
  return cidrsOf([{ from, end }], family).join()
}

/** `cidrCount` and the first `most` of `cidrsOf` are as all of them say. */
function expectCounted(ranges: AddressRange[], family: Family, most: number): void {
  for (const merged of [mergeRanges(ranges), otherRanges(mergeRanges(ranges), family)]) {
    const all = cidrsOf(merged, family)
    expect(cidrCount(merged)).toBe(all.length)
    expect(cidrsOf(merged, family, most)).toEqual(all.slice(0, most))
  }
}

describe('addresses', () => {
  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['2001:DB8::1/32', '2001:db8::/32'],
    ['::ffff:192.0.2.1/128', '::ffff:c000:201/128'],
    ['::1.2.3.4', '::102:304/128'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3/128'],
    ['1:2:3:4:5:6:7::/128', '1:2:3:4:5:6:7:0/128'],
    ['fe80::/10', 'fe80::/10'],
    ['::', '::/128'],
    ['::/0', '::/0'],
  ])('reads %s as %s', (text, canonical) => {
    expect(cidrText(text)).toBe(canonical)
  })

  it.each(
    '10.0.0 10.0.0.0.0 10.0.0.256 10.0.0.01 10.0.0.0/33 10.0.0.0/ 10.0.0.0/8/8 10.0.0.0/-1 1:2:3 1::2::3 1:2:3:4:5:6:7:8:9 1:2:3:4:5:6:7:8:: ::/129 ::g ::1.02.3.4 fe80::1%eth0 a.b.c.d : /8'.split(
      ' ',
    ),
  )('does not read %s', (text) => {
    expect(readCidr(text)).toBe(undefined)
  })

  it('writes every IPv6 address so that it is read the same', () => {
    const word = fc.oneof(fc.constant(0), fc.nat(65535))
    fc.assert(
      fc.property(fc.array(word, { minLength: 8, maxLength: 8 }), (words) => {
        const value = words.reduce((sum, one) => (sum << 16n) | BigInt(one), 0n)
        const text = addressText(value)
        expect(readAddress(text)?.value).toBe(value)
        expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`)
      }),
    )
  })

  it('makes CIDRs that are exactly the ranges, and the others exactly the rest', () => {
    const range = fc
      .tuple(fc.nat(2 ** 31 - 1), fc.nat(70_000))
      .map(([from, size]) => ({ from, end: from + size }))
    fc.assert(
      fc.property(fc.array(range, { maxLength: 6 }), (ranges: AddressRange[]) => {
        const merged = mergeRanges(ranges)
        const read = cidrsOf(merged, 'IPv4').map((cidr) => readCidr(cidr)!)
        expect(mergeRanges(read)).toEqual(merged)
        expect(otherRanges(otherRanges(merged, 'IPv4'), 'IPv4')).toEqual(merged)
      }),
    )
  })

  it('counts the CIDRs without making them, and makes the first ones alone', () => {
    const part = fc.oneof(fc.bigInt(0n, (1n << 128n) - 1n), fc.bigInt(0n, 300n))
    const size = fc.oneof(fc.bigInt(1n, 1n << 128n), fc.bigInt(1n, 70n))
    const six = fc.tuple(part, size).map(([from, length]) => {
      const { end } = readRange('::/0')
      return { from, end: from + length < end ? from + length : BigInt(end) }
    })
    const four = fc
      .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 2 ** 32 }))
      .map(([from, length]) => ({ from, end: Math.min(2 ** 32, from + length) }))
    const few = { maxLength: 4 }
    fc.assert(
      fc.property(fc.array(six, few), fc.nat(9), (ranges, most) => expectCounted(ranges, 'IPv6', most)),
    )
    fc.assert(
      fc.property(fc.array(four, few), fc.nat(9), (ranges, most) => expectCounted(ranges, 'IPv4', most)),
    )
  })

  it('reads ranges back from their text', () => {
    expect(rangesOfText([{ from: '10.0.0.0', to: '10.0.0.255' }])).toEqual([readRange('10.0.0.0/24')])
    expect(rangesOfText([{ from: '::', to: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' }])).toEqual([
      readRange('::/0'),
    ])
    expect(() => rangesOfText([{ from: 'here', to: 'there' }])).toThrow(RangeError)
  })
})

const has = (all: readonly AddressRange[], at: number) => all.some(({ from, end }) => from <= at && at < end)

describe('many addresses', () => {
  /** Few addresses, at both ends of the space, so that they often meet. */
  const place = fc.oneof(fc.nat(40), fc.integer({ min: 2 ** 32 - 40, max: 2 ** 32 - 1 }))

  it('are merged to what each address says, in order and apart', () => {
    const range = fc
      .tuple(place, fc.nat(9))
      .map(([from, size]) => ({ from, end: Math.min(from + size, 2 ** 32) }))
    fc.assert(
      fc.property(fc.array(range, { maxLength: 30 }), (ranges) => {
        const merged = mergeRanges(ranges)
        for (let at = 0; at < 60; at++)
          for (const address of [at, 2 ** 32 - 1 - at])
            expect(has(merged, address)).toBe(has(ranges, address))
        for (const [at, { from, end }] of merged.entries()) {
          expect(from).toBeLessThan(end as number)
          if (at > 0) expect(merged[at - 1]!.end).toBeLessThan(from as number)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('are read as each of them alone is', () => {
    const text = fc.oneof(
      { weight: 6, arbitrary: place.map(addressText) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(place, fc.integer({ min: 24, max: 32 }))
          .map(([at, length]) => `${addressText(at)}/${length}`),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('fd00::1', 'fd00::/126', '0.0.0.3-0.0.0.20', ' 10.0.0.1 ', '::/0'),
      },
      { weight: 1, arbitrary: fc.constantFrom('10.0.0', '10.0.0.01', 'here', '10.0.0.1/33', '', '1-2') },
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), fc.constantFrom(readCidr, readEntry), (texts, read) => {
        const ranges = texts.map(read)
        const of = (family: 'IPv4' | 'IPv6') =>
          mergeRanges(ranges.flatMap((one) => (one?.family === family ? [one] : [])))
        expect(mergeTexts(texts, read)).toEqual(
          ranges.includes(undefined) ? undefined : { IPv4: of('IPv4'), IPv6: of('IPv6') },
        )
      }),
      { numRuns: 500 },
    )
  })
})

function readRange(text: string): AddressRange {
  const { from, end } = readCidr(text)!
  return { from, end }
}
