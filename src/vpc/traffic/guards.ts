import * as z from 'zod/mini'
import type { Port } from '../port.ts'
import { mergeRanges, rangesOfText, readCidr, shareOfSpace } from './addresses.ts'
import type { TrafficDifference } from './difference.ts'
import type { Region } from './region.ts'
import { serviceRanges, serviceSpans, servicesText } from './service-ranges.ts'
import { meetSpans, readProtocol, readServices, spanPairs, spansMeet } from './services.ts'

const text = z.string().check(z.minLength(1, 'must not be empty'))

/**
 * A guard: traffic that a change must not newly allow (or newly drop). `protocol` and `ports` are written as in rules
 * (platform.md, Objects): no protocol is any, no ports are all. `remote` is `anywhere` or a CIDR. `change` is newly_allowed
 * and `direction` is ingress unless said otherwise.
 */
export const guard = z
  .strictObject({
    name: text,
    change: z.optional(z.enum(['newly_allowed', 'newly_dropped'])),
    direction: z.optional(z.enum(['ingress', 'egress'])),
    protocol: z.optional(z.union([text, z.int()])),
    ports: z.optional(z.union([text, z.int()])),
    remote: z.string().check(
      z.refine((remote) => remote === 'anywhere' || readCidr(remote) !== undefined, {
        message: "must be 'anywhere' or a CIDR such as 10.0.0.0/8",
      }),
    ),
  })
  .check((payload) => {
    const { protocol, ports } = payload.value
    const { problem } = readServices(protocol, ports)
    const field = Number.isNaN(readProtocol(protocol)) ? 'protocol' : 'ports'
    if (problem)
      payload.issues.push({ code: 'custom', input: payload.value[field], path: [field], message: problem })
  })
/** A guard, checked. */
export type Guard = z.infer<typeof guard>
/** All guards of a configuration. */
export const guards = z.array(guard)

/** Answer of GET /api/guards. */
export const guardsAnswer = z.object({ guards })

/** A guard that a change breaks. */
export type GuardViolation = {
  guard: Guard
  /** The traffic that breaks it, or may break it. */
  regions: readonly Region[]
  /** False when it is broken only if a named set has certain addresses, or an unreadable rule means certain things. */
  certain: boolean
}

/**
 * The guards that a difference breaks, or may break.
 *
 * A CIDR is broken by any address of it. `anywhere` is broken by traffic that is decided now by a rule without any bound
 * on the remote (no remote, or /0), and by traffic that changes for at least half of the family's addresses, by
 * whichever rules. What can't be decided counts as what may be.
 */
export function guardViolations(
  difference: Pick<TrafficDifference, 'regions'>,
  list: readonly Guard[],
): GuardViolation[] {
  return list.flatMap((one) => {
    const { change = 'newly_allowed', direction = 'ingress' } = one
    const { spans } = readServices(one.protocol, one.ports)
    const meeting = difference.regions.filter(
      (region) =>
        (region.change === change || region.change === 'undecided') &&
        region.direction === direction &&
        spansMeet(spans, serviceSpans(region.services)),
    )
    const regions = one.remote === 'anywhere' ? fromAnywhere(meeting, spans) : within(meeting, one.remote)
    return regions.length > 0 ? [{ guard: one, regions, certain: regions.some(isCertain(one)) }] : []
  })
}

function isCertain(one: Guard): (region: Region) => boolean {
  return ({ change, remote }) =>
    change !== 'undecided' &&
    remote.memberOf.length === 0 &&
    (one.remote === 'anywhere' || remote.notMemberOf.length === 0)
}

function within(regions: readonly Region[], cidr: string): Region[] {
  const bound = readCidr(cidr)!
  return regions.filter(
    (region) =>
      region.family === bound.family &&
      rangesOfText(region.remote.ranges).some(({ from, end }) => from < bound.end && bound.from < end),
  )
}

function fromAnywhere(regions: readonly Region[], spans: readonly number[]): Region[] {
  const broken = new Set(regions.filter(decidedForAll))
  for (const family of ['IPv4', 'IPv6'] as const) {
    const ours = regions.filter((region) => region.family === family && region.remote.memberOf.length === 0)
    for (const together of regionsByService(ours, spans)) {
      if ([...together].every((region) => broken.has(region))) continue
      const ranges = [...together].flatMap(({ remote }) => rangesOfText(remote.ranges))
      if (shareOfSpace(mergeRanges(ranges), family) >= 0.5) for (const region of together) broken.add(region)
    }
  }
  return regions.filter((region) => broken.has(region))
}

/**
 * The regions that have a service of `spans` in common, wherever they could come to half of all addresses: for each stretch of
 * the service line without a bound in it, the same set changed.
 */
function* regionsByService(regions: readonly Region[], spans: readonly number[]): Iterable<Set<Region>> {
  const events = regions.flatMap((region) =>
    spanPairs(meetSpans(spans, serviceSpans(region.services))).flatMap(([from, end]) => [
      { place: from, region, enters: true },
      { place: end, region, enters: false },
    ]),
  )
  events.sort((a, b) => a.place - b.place)
  const here = new Set<Region>()
  // Not less than what they have together, as they may overlap; sums of IPv6 shares are rounded.
  let share = 0
  for (const [at, { place, region, enters }] of events.entries()) {
    share += enters ? region.remote.share : -region.remote.share
    if (enters) here.add(region)
    else here.delete(region)
    if (events[at + 1]?.place !== place && share > 0.499) yield here
  }
}

/** True when the rule that decides now has no bound on the remote. */
function decidedForAll({ after }: Region): boolean {
  const rule = after.rule?.rule
  if (!rule || rule.remote_group_id || rule.remote_address_group_id) return false
  return !rule.remote_ip_prefix || rule.remote_ip_prefix.trim().endsWith('/0')
}

/** True when what the operator typed is the port's name or ID: then what breaks a guard may be sent all the same. */
export function confirmsGuards(typed: string, port: Pick<Port, 'id' | 'name'>): boolean {
  const said = typed.trim()
  return said !== '' && (said === port.name || said.toLowerCase() === port.id.toLowerCase())
}

/** A guard in words: `never newly allow TCP 22 (SSH) and 3389 (RDP) from anywhere`. */
export function guardText({ change, direction, protocol, ports, remote }: Guard): string {
  const services = servicesText(serviceRanges(readServices(protocol, ports).spans))
  const never = change === 'newly_dropped' ? 'never newly drop' : 'never newly allow'
  return `${never} ${services} ${direction === 'egress' ? 'to' : 'from'} ${remote}`
}
