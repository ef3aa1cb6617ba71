import { textOf } from '../../vpc/shown.ts'
import { countOtherPorts } from '../../vpc/traffic/count-other-ports.ts'
import type { TrafficDifference } from '../../vpc/traffic/difference.ts'
import type { Names } from '../../vpc/traffic/explain.ts'
import type { Flow } from '../../vpc/traffic/flow.ts'
import { opensToAnywhere } from '../../vpc/traffic/importance.ts'
import { joinAnd, servicesText } from '../../vpc/traffic/service-ranges.ts'
import { counted } from '../facts/change-words.ts'
import { knownName, type GroupFacts } from '../facts/group-facts.ts'
import { flowGroups, whatText, type FlowGroup } from './flow-groups.ts'
import type { TrafficResult } from './compare-traffic.ts'
import type { TrafficState } from './use-traffic.ts'

type Compared = Extract<TrafficResult, { kind: 'differences' }>

/** `3 newly allowed, 1 newly denied`, or `No traffic changes`. */
export function trafficCountsText(counts: TrafficDifference['counts']): string {
  const said = [
    counts.newly_allowed > 0 && `${counts.newly_allowed} newly allowed`,
    counts.newly_denied > 0 && `${counts.newly_denied} newly denied`,
    counts.undecided > 0 && `${counts.undecided} can’t be decided`,
  ].filter(Boolean)
  return said.length > 0 ? said.join(', ') : 'No traffic changes'
}

/** The same of flows that are not counted yet. */
export function flowCountsText(flows: readonly Flow[]): string {
  const counts = { newly_allowed: 0, newly_denied: 0, undecided: 0 }
  for (const { change } of flows) counts[change]++
  return trafficCountsText(counts)
}

/** What a plan changes in a line, of this port and of others. */
export function trafficText({ afterStep, inBetween, others }: Compared): string {
  const end = afterStep.at(-1)
  if (end === undefined) return 'No changes yet'
  const own = trafficCountsText(end.counts)
  const { ports, flows } = countOtherPorts(others)
  const all =
    ports === 0
      ? own
      : `This port: ${own.charAt(0).toLowerCase()}${own.slice(1)}. ${counted(ports, 'other port')}: ${trafficCountsText(flows)}`
  const between = [inBetween, ...others.map((one) => one.inBetween)].flat(2).length
  return between > 0 ? `${all}. ${between} more only while it is applied` : all
}

/** The names of ports, or their IDs where they have none: the first few, and how many more. */
export function portNames(ports: readonly { id: string; name?: unknown }[]): string {
  const names = ports.slice(0, 6).map(({ id, name }) => textOf(name) ?? id)
  const more = ports.length - names.length
  return more > 0 ? `${names.join(', ')} and ${more} more` : joinAnd(names)
}

/** `Opens TCP 22 (SSH) from anywhere`; undefined when none of the flows does. */
export function openedText(flows: readonly Flow[]): string | undefined {
  const worst = flows.find(opensToAnywhere)
  if (worst === undefined) return undefined
  return `Opens ${servicesText(worst.services)} ${worst.direction === 'ingress' ? 'from' : 'to'} anywhere`
}

/** What must not be overlooked, at the end or only between steps; undefined when nothing is. */
function worstText({ afterStep, inBetween }: Compared): string | undefined {
  const between = openedText(inBetween.flat())
  return openedText(afterStep.at(-1)?.flows ?? []) ?? (between && `${between} while it is applied`)
}

/** What a plan does to traffic in a line, whatever is known of it; false where it is not. */
export function summaryOf(traffic: TrafficState): { text: string; known: boolean } {
  if (traffic.state === 'reading') return { text: 'Traffic is still being compared', known: false }
  if (traffic.state !== 'compared')
    return { text: 'What traffic changes is unknown: it could not be compared', known: false }
  const { result } = traffic
  return result.kind === 'port_security_off'
    ? { text: 'Port security is off: groups have no effect on this port', known: true }
    : { text: `Traffic: ${trafficText(result)}`, known: true }
}

/**
 * The first that an operator should read of a plan: what it opens to anywhere, else its most
 * important change; undefined where nothing is certain to change. `of`: the flows that it is about,
 * where they last.
 */
export function headlineOf(
  result: Compared,
  names: Names,
): { text: string; danger: boolean; of: FlowGroup | undefined } | undefined {
  const groups = flowGroups(result.afterStep.at(-1)?.flows ?? [])
  const worst = worstText(result)
  if (worst !== undefined)
    return { text: worst, danger: true, of: groups.find(({ flows }) => flows.some(opensToAnywhere)) }
  const [first] = groups
  if (first === undefined || first.change === 'undecided') return undefined
  const verb = first.change === 'newly_allowed' ? 'Allows' : 'Denies'
  return { text: `${verb} ${whatText(first, names)}`, danger: false, of: first }
}

/** What a plan opens to anywhere, once it is compared. */
export function worstOf(traffic: TrafficState): string | undefined {
  if (traffic.state !== 'compared' || traffic.result.kind !== 'differences') return undefined
  return worstText(traffic.result)
}

/** True where a plan opens something to anywhere, or cuts access, in the end or in between. */
export function isDangerous(traffic: TrafficState): boolean {
  if (traffic.state !== 'compared' || traffic.result.kind !== 'differences') return false
  const { afterStep, inBetween, others } = traffic.result
  const flows = [
    ...(afterStep.at(-1)?.flows ?? []),
    ...inBetween.flat(),
    ...others.flatMap((one) => [...(one.afterStep.at(-1)?.flows ?? []), ...one.inBetween.flat()]),
  ]
  return flows.some((flow) => flow.change === 'newly_denied' || opensToAnywhere(flow))
}

/** The names of groups as known, those of remote groups too. */
export function namesOf({ groups }: Pick<GroupFacts, 'groups'>, traffic?: TrafficState): Names {
  const others = traffic?.state === 'compared' ? (traffic.remotes?.groups ?? []) : []
  const named = traffic?.state === 'compared' ? traffic.named : undefined
  const known = new Map([
    ...others.flatMap((one) => (one.kind === 'security_group' ? [[one.id, one] as const] : [])),
    ...(named ?? []),
    ...groups,
  ])
  const addressGroups = new Map(others.map((one) => [one.id, one.name]))
  return { group: (id) => knownName(known, id), addressGroup: (id) => addressGroups.get(id) }
}
