import * as z from 'zod/mini'
import type { Port } from '../port.ts'
import { mergeRanges, rangesOfText, readCidr, shareOfSpace, SPACE } from './addresses.ts'
import type { CertainChange, Decision } from './decisions.ts'
import type { TrafficDifference } from './difference.ts'
import type { Flow } from './flow.ts'
import type { RuleRef } from './rules.ts'
import { serviceRanges, serviceSpans, servicesText } from './service-ranges.ts'
import { meetSpans, readProtocol, readServices, spanPairs, spansMeet } from './services.ts'

const text = z.string().check(z.minLength(1, 'must not be empty'))

/**
 * A guard: traffic that a change must not newly allow (or newly drop). `protocol` and `ports` are
 * written as in rules (docs/platform.md, Objects): no protocol is any, no ports are all. `remote`
 * is `anywhere` or a CIDR. `change` is newly_allowed and `direction` is ingress unless said
 * otherwise.
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
export const guardsResponse = z.object({ guards })

/** A guard that a change breaks. */
export type GuardViolation = {
  guard: Guard
  /** The traffic that breaks it, or may break it: what is certain first. */
  regions: readonly Flow[]
  /**
   * False when it is broken only if a named set has certain addresses, or an unreadable rule means
   * certain things.
   */
  certain: boolean
}

/**
 * The guards that a difference breaks, or may break.
 *
 * A CIDR is broken by any address of it. `anywhere` is broken by traffic that is decided now by a
 * rule without any bound on the remote (no remote, or /0), and by traffic that changes for at least
 * half of the family's addresses, by whichever rules. What can't be decided counts as what it may
 * come to.
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
        region.may.includes(change) &&
        region.direction === direction &&
        spansMeet(spans, serviceSpans(region.services)),
    )
    const breaking = (some: readonly Flow[]) =>
      one.remote === 'anywhere' ? fromAnywhere(some, spans, change) : within(some, one.remote)
    const regions = breaking(meeting)
    if (regions.length === 0) return []
    const certain = breaking(meeting.filter(isCertain(one)))
    const first = new Set(certain)
    const others = regions.filter((region) => !first.has(region))
    return [{ guard: one, regions: [...certain, ...others], certain: certain.length > 0 }]
  })
}

/**
 * True when the change comes for certain to some remote: a named set may be empty, or hold all of a
 * network; it doesn't hold all of the world.
 */
function isCertain({ remote: guarded }: Guard): (region: Flow) => boolean {
  return ({ change, whoever, remote }) =>
    whoever ||
    (change !== 'undecided' &&
      remote.memberOf.length === 0 &&
      (guarded === 'anywhere' || remote.notMemberOf.length === 0))
}

function within(regions: readonly Flow[], cidr: string): Flow[] {
  const bound = readCidr(cidr)!
  return regions.filter(
    (region) =>
      region.family === bound.family &&
      rangesOfText(region.remote.ranges).some(({ from, end }) => from < bound.end && bound.from < end),
  )
}

function fromAnywhere(regions: readonly Flow[], spans: readonly number[], change: CertainChange): Flow[] {
  const broken = new Set(regions.filter(({ after }) => decidedForAll(after, change)))
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
 * The regions that have a service of `spans` in common, wherever they could come to half of all
 * addresses: for each stretch of the service line without a bound in it, the same set changed.
 */
function* regionsByService(regions: readonly Flow[], spans: readonly number[]): Iterable<Set<Flow>> {
  const events = regions.flatMap((region) =>
    spanPairs(meetSpans(spans, serviceSpans(region.services))).flatMap(([from, end]) => [
      { place: from, region, enters: true },
      { place: end, region, enters: false },
    ]),
  )
  events.sort((a, b) => a.place - b.place)
  const here = new Set<Flow>()
  // Not less than what they have together, as they may overlap; sums of IPv6 shares are rounded.
  let share = 0
  for (const [at, { place, region, enters }] of events.entries()) {
    share += enters ? region.remote.share : -region.remote.share
    if (enters) here.add(region)
    else here.delete(region)
    if (events[at + 1]?.place !== place && share > 0.499) yield here
  }
}

/** True when a rule that decides so now, or may, has no bound on the remote. */
function decidedForAll({ rule, unreadable }: Decision, change: CertainChange): boolean {
  return [rule, ...unreadable].some((ref) => ref !== null && gives(ref, change) && isUnbounded(ref))
}

/** False when the rule certainly doesn't give the verdict that comes with the change. */
function gives({ rule }: RuleRef, change: CertainChange): boolean {
  const action = rule === null ? undefined : (rule.action || 'allow').toLowerCase()
  return action !== (change === 'newly_allowed' ? 'deny' : 'allow')
}

/** True for rules that were not read, and for a remote that can't be read, too. */
function isUnbounded({ rule }: RuleRef): boolean {
  if (rule?.remote_ip_prefix) {
    const cidr = readCidr(rule.remote_ip_prefix)
    return !cidr || (cidr.from === SPACE[cidr.family].from && cidr.end === SPACE[cidr.family].end)
  }
  return !rule?.remote_group_id && !rule?.remote_address_group_id
}

/**
 * True when what the operator typed is the port's name or ID: then what breaks a guard may be sent
 * all the same.
 */
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
