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
import type { Flow } from './flow.ts'
import type { RemoteSet } from './rules.ts'
import { serviceRanges, serviceSpans } from './service-ranges.ts'
import { meetSpans, otherSpans } from './services.ts'

type Product = { spans: readonly number[]; ranges: readonly AddressRange[] }

/**
 * The traffic of `step` (what differs from before the plan after one of its steps) that doesn't end
 * so: all that is in none of `end` (what differs after the last step) with the same change. Exact,
 * but for flows that only share conditions on named sets in part: those are kept whole.
 */
export function onlyInBetween(step: readonly Flow[], end: readonly Flow[]): Flow[] {
  const byKind = new Map<string, Lasting[]>()
  for (const flow of end) {
    const product = productOf(flow)
    const lasting = { flow, product, first: product.spans[0]!, last: product.spans.at(-1)! }
    const known = byKind.get(kindOf(flow))
    if (known) known.push(lasting)
    else byKind.set(kindOf(flow), [lasting])
  }
  for (const lasting of byKind.values()) lasting.sort((a, b) => a.first - b.first)

  return step.flatMap((flow) => {
    const whole = productOf(flow)
    const last = whole.spans.at(-1)!
    let rest: Product[] = [whole]
    for (const one of byKind.get(kindOf(flow)) ?? []) {
      // There may be thousands: most have no service in common with it.
      if (one.first >= last) break
      if (one.last <= whole.spans[0]! || !includesConditions(one.flow, flow)) continue
      rest = rest.flatMap((product) => without(product, one.product, flow.family))
      if (rest.length === 0) return []
    }
    return rest.map(({ spans, ranges }) => ({
      ...flow,
      services: serviceRanges(spans),
      remote: {
        ...flow.remote,
        ranges: ranges.map(({ from, end: to }) => ({
          from: addressText(from),
          to: addressText(addressBefore(to)),
        })),
        share: shareOfSpace(ranges, flow.family),
      },
    }))
  })
}

/**
 * A flow of the end, with its traffic, and where its services begin and end on the service line.
 */
type Lasting = { flow: Flow; product: Product; first: number; last: number }

function kindOf({ change, may, direction, family }: Flow): string {
  return [change, ...may, direction, family].join(' ')
}

/** True when `outer` has no condition on sets that `inner` hasn't. */
function includesConditions(outer: Flow, inner: Flow): boolean {
  return (
    among(outer.remote.memberOf, inner.remote.memberOf) &&
    among(outer.remote.notMemberOf, inner.remote.notMemberOf)
  )
}

function productOf({ services, remote }: Flow): Product {
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

/** What both (merged) have in common. */
function meetRanges(a: readonly AddressRange[], b: readonly AddressRange[]): AddressRange[] {
  const shared: AddressRange[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [one, other] = [a[i]!, b[j]!]
    const from = one.from > other.from ? one.from : other.from
    const end = one.end < other.end ? one.end : other.end
    if (from < end) shared.push({ from, end })
    if (one.end < other.end) i++
    else j++
  }
  return shared
}

function among(sets: readonly RemoteSet[], others: readonly RemoteSet[]): boolean {
  return sets.every(({ kind, id }) => others.some((one) => one.kind === kind && one.id === id))
}
