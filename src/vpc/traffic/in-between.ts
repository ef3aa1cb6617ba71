import {
  addressBefore,
  addressText,
  mergeRanges,
  otherRanges,
  rangesOfText,
  shareOfSpace,
  type AddressRange,
  type Family,
} from './addresses.ts'
import type { Region } from './region.ts'
import type { RemoteSet } from './rules.ts'
import { serviceRanges, serviceSpans } from './service-ranges.ts'
import { meetSpans, otherSpans } from './services.ts'

type Product = { spans: readonly number[]; ranges: readonly AddressRange[] }

/**
 * The traffic of `step` (what differs from before the plan after one of its steps) that doesn't end so: all that is in none of
 * `end` (what differs after the last step) with the same change. Exact, but for regions that only share conditions on named
 * sets in part: those are kept whole.
 */
export function onlyInBetween(step: readonly Region[], end: readonly Region[]): Region[] {
  return step.flatMap((region) => {
    const lasting = end.filter((one) => includesConditions(one, region))
    let rest: Product[] = [productOf(region)]
    for (const one of lasting) {
      const other = productOf(one)
      rest = rest.flatMap((product) => without(product, other, region.family))
      if (rest.length === 0) return []
    }
    return rest.map(({ spans, ranges }) => ({
      ...region,
      services: serviceRanges(spans),
      remote: {
        ...region.remote,
        ranges: ranges.map(({ from, end: to }) => ({
          from: addressText(from),
          to: addressText(addressBefore(to)),
        })),
        share: shareOfSpace(ranges, region.family),
      },
    }))
  })
}

/** True when `outer` is of the same kind and has no condition on sets that `inner` hasn't. */
function includesConditions(outer: Region, inner: Region): boolean {
  if (outer.change !== inner.change || outer.direction !== inner.direction) return false
  if (outer.family !== inner.family) return false
  return (
    among(outer.remote.memberOf, inner.remote.memberOf) &&
    among(outer.remote.notMemberOf, inner.remote.notMemberOf)
  )
}

function productOf({ services, remote }: Region): Product {
  return { spans: serviceSpans(services), ranges: mergeRanges(rangesOfText(remote.ranges)) }
}

/** `one` without `other`, as at most two products. */
function without(one: Product, other: Product, family: Family): Product[] {
  const shared = meetSpans(one.spans, other.spans)
  if (shared.length === 0) return [one]
  const otherAddresses = meetRanges(one.ranges, otherRanges(other.ranges, family))
  return [
    { spans: meetSpans(one.spans, otherSpans(other.spans)), ranges: one.ranges },
    { spans: shared, ranges: otherAddresses },
  ].filter(({ spans, ranges }) => spans.length > 0 && ranges.length > 0)
}

function meetRanges(a: readonly AddressRange[], b: readonly AddressRange[]): AddressRange[] {
  return mergeRanges(
    a.flatMap(({ from, end }) =>
      b.map((other) => ({
        from: from > other.from ? from : other.from,
        end: end < other.end ? end : other.end,
      })),
    ),
  )
}

function among(sets: readonly RemoteSet[], others: readonly RemoteSet[]): boolean {
  return sets.every(({ kind, id }) => others.some((one) => one.kind === kind && one.id === id))
}
