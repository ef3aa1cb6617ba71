import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serviceCount, serviceRanges, serviceSpans, servicesText } from './service-ranges.ts'
import { ALL_SERVICES, mergeSpans, readServices } from './services.ts'

const words = (protocol: string | number | null, ports: string | null = null) =>
  servicesText(serviceRanges(readServices(protocol, ports).spans))

describe('services in words', () => {
  it.each([
    [null, null, 'any protocol'],
    ['tcp', null, 'all TCP'],
    ['tcp', '22', 'TCP 22 (SSH)'],
    ['tcp', '22,3389,8000-8100', 'TCP 22 (SSH), 3389 (RDP) and 8000-8100 (with HTTP 8080)'],
    ['tcp', '1-1024', 'TCP 1-1024'],
    ['udp', '53', 'UDP 53 (DNS)'],
    ['icmp', '8', 'ICMP type 8'],
    ['icmp', '8,0', 'ICMP type 8 code 0'],
    [58, null, 'all ICMPv6'],
    ['47', null, 'all GRE'],
    ['200', null, 'protocol 200'],
  ])('%s %s is %s', (protocol, ports, expected) => {
    expect(words(protocol, ports)).toBe(expected)
  })

  it('says what is left out where that is shorter', () => {
    const tcp = 6 * 65536
    const rest = mergeSpans([
      [0, tcp + 22],
      [tcp + 23, ALL_SERVICES[1]!],
    ])
    expect(servicesText(serviceRanges(rest))).toBe('any protocol except TCP 22 (SSH)')
  })

  it('can be turned into data and back, with nothing lost', () => {
    const place = fc
      .tuple(fc.constantFrom(1, 6, 17, 58), fc.nat(65536))
      .map(([one, rest]) => one * 65536 + rest)
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place), { maxLength: 6 }), (pairs) => {
        // Only protocols with ports or types are ever split.
        const inside = pairs
          .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)])
          .filter(([from, end]) => from < end)
        const spans = mergeSpans(inside)
        const ranges = serviceRanges(spans)
        expect(serviceSpans(ranges)).toEqual(spans)
        expect(serviceCount(ranges) > 0).toBe(spans.length > 0)
      }),
    )
  })
})
