import * as z from 'zod/mini'
import type { Port } from '../port.ts'
import { textOf } from '../shown.ts'
import { mergeRanges, rangesOfText, readCidr, shareOfSpace, SPACE } from './addresses.ts'
import type { CertainChange, Decision } from './decisions.ts'
import type { TrafficDifference } from './difference.ts'
import type { Flow } from './flow.ts'
import { actionOf, ruleFields } from './rule-fields.ts'
import type { RuleRef } from './rules.ts'
import { serviceRanges, serviceSpans, servicesText } from './service-ranges.ts'
import { meetSpans, readProtocol, readServices, spanPairs, spansMeet } from './services.ts'

const text = z.string().check(z.minLength(1, 'must not be empty'))

/**
 * A guard: traffic that a change must not newly allow (or newly deny). `protocol` and `ports` are
 * written as in rules (docs/platform.md, Objects): no protocol is any, no ports are all. `remote`
 * is `anywhere` or a CIDR. `change` is newly_allowed and `direction` is ingress where they are left
 * out.
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

/** Response of GET /api/guards. */
export const guardsResponse = z.object({ guards })

/** The change that a guard forbids. The setting keeps its old spelling, `newly_dropped`. */
export function guardedChange({ change }: Pick<Guard, 'change'>): CertainChange {
  return change === 'newly_dropped' ? 'newly_denied' : 'newly_allowed'
}

/** A guard that a change breaks. */
export type GuardViolation = {
  guard: Guard
  /** The traffic that breaks it, or may break it: what is certain first. */
  flows: readonly Flow[]
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
  difference: Pick<TrafficDifference, 'flows'>,
  list: readonly Guard[],
): GuardViolation[] {
  return list.flatMap((one) => {
    const { direction = 'ingress' } = one
    const change = guardedChange(one)
    const { spans } = readServices(one.protocol, one.ports)
    const meeting = difference.flows.filter(
      (flow) =>
        flow.may.includes(change) &&
        flow.direction === direction &&
        spansMeet(spans, serviceSpans(flow.services)),
    )
    const breaking = (some: readonly Flow[]) =>
      one.remote === 'anywhere' ? fromAnywhere(some, spans, change) : flowsOfCidr(some, one.remote)
    const flows = breaking(meeting)
    if (flows.length === 0) return []
    const certain = breaking(meeting.filter(isCertain(one)))
    const first = new Set(certain)
    const others = flows.filter((flow) => !first.has(flow))
    return [{ guard: one, flows: [...certain, ...others], certain: certain.length > 0 }]
  })
}

/**
 * True when the change is certain for some remote: a named set may be empty, or have all of a
 * network in it; it never has every address.
 */
function isCertain({ remote: guarded }: Guard): (flow: Flow) => boolean {
  return ({ change, everyRemote, remote }) =>
    everyRemote ||
    (change !== 'undecided' &&
      remote.memberOf.length === 0 &&
      (guarded === 'anywhere' || remote.notMemberOf.length === 0))
}

function flowsOfCidr(flows: readonly Flow[], cidr: string): Flow[] {
  const bound = readCidr(cidr)!
  return flows.filter(
    (flow) =>
      flow.family === bound.family &&
      rangesOfText(flow.remote.ranges).some(({ from, end }) => from < bound.end && bound.from < end),
  )
}

function fromAnywhere(flows: readonly Flow[], spans: readonly number[], change: CertainChange): Flow[] {
  const broken = new Set(flows.filter(({ after }) => decidedForAll(after, change)))
  for (const family of ['IPv4', 'IPv6'] as const) {
    const ours = flows.filter((flow) => flow.family === family && flow.remote.memberOf.length === 0)
    for (const together of flowsByService(ours, spans)) {
      if ([...together].every((flow) => broken.has(flow))) continue
      const ranges = [...together].flatMap(({ remote }) => rangesOfText(remote.ranges))
      if (shareOfSpace(mergeRanges(ranges), family) >= 0.5) for (const flow of together) broken.add(flow)
    }
  }
  return flows.filter((flow) => broken.has(flow))
}

/**
 * The flows that have a service of `spans` in common, wherever they could come to half of all
 * addresses: one set for each stretch of the service line without a bound in it. It is the same
 * object each time, changed.
 */
function* flowsByService(flows: readonly Flow[], spans: readonly number[]): Iterable<Set<Flow>> {
  const events = flows.flatMap((flow) =>
    spanPairs(meetSpans(spans, serviceSpans(flow.services))).flatMap(([from, end]) => [
      { place: from, flow, enters: true },
      { place: end, flow, enters: false },
    ]),
  )
  events.sort((a, b) => a.place - b.place)
  const here = new Set<Flow>()
  // Not less than what they have together, as they may overlap; sums of IPv6 shares are rounded.
  let share = 0
  for (const [at, { place, flow, enters }] of events.entries()) {
    share += enters ? flow.remote.share : -flow.remote.share
    if (enters) here.add(flow)
    else here.delete(flow)
    if (events[at + 1]?.place !== place && share > 0.499) yield here
  }
}

/** True when a rule that decides so now, or may, has no bound on the remote. */
function decidedForAll({ rule, unreadable }: Decision, change: CertainChange): boolean {
  return [rule, ...unreadable].some((ref) => ref !== null && gives(ref, change) && isUnbounded(ref))
}

/** False when the rule certainly doesn't give the verdict after the change. */
function gives({ rule }: RuleRef, change: CertainChange): boolean {
  const action = rule === null ? undefined : actionOf(ruleFields(rule))
  return action !== (change === 'newly_allowed' ? 'deny' : 'allow')
}

/** True for rules that were not read, and for a remote that can't be read, too. */
function isUnbounded({ rule }: RuleRef): boolean {
  if (rule === null) return true
  const { fields, problems } = ruleFields(rule)
  if (problems.remote) return true
  if (fields.remote_ip_prefix) {
    const cidr = readCidr(fields.remote_ip_prefix)
    return !cidr || (cidr.from === SPACE[cidr.family].from && cidr.end === SPACE[cidr.family].end)
  }
  return !fields.remote_group_id && !fields.remote_address_group_id
}

/**
 * True when what the operator typed is the port's name or ID: then a change that breaks a guard may
 * be sent.
 */
export function confirmsGuards(typed: string, port: Pick<Port, 'id' | 'name'>): boolean {
  const said = typed.trim()
  return said !== '' && (said === textOf(port.name) || said.toLowerCase() === port.id.toLowerCase())
}

/** A guard in words: `never newly allow TCP 22 (SSH) and 3389 (RDP) from anywhere`. */
export function guardText(one: Guard): string {
  const { direction, protocol, ports, remote } = one
  const services = servicesText(serviceRanges(readServices(protocol, ports).spans))
  const never = guardedChange(one) === 'newly_denied' ? 'never newly deny' : 'never newly allow'
  return `${never} ${services} ${direction === 'egress' ? 'to' : 'from'} ${remote}`
}
