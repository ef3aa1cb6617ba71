import { decisionText, remoteText, type Names } from '../../vpc/traffic/explain.ts'
import type { Flow } from '../../vpc/traffic/flow.ts'
import { joinAnd, serviceRanges, serviceSpans, servicesText } from '../../vpc/traffic/service-ranges.ts'
import { capitalized } from '../facts/capitalized.ts'
import { counted } from '../facts/change-words.ts'

/** The group whose rule decides; null where no rule matches. */
type Decider = string | null

/** Flows that change in the same way, because of the same two groups. */
export type FlowGroup = {
  change: Flow['change']
  direction: Flow['direction']
  before: Decider
  after: Decider
  flows: readonly Flow[]
}

/** Two lists of a port: who is new, gone or elsewhere on the later one decides differently. */
export type TwoLists = { before: readonly string[]; after: readonly string[] }

/** The list now, and as the last step of a plan leaves it. */
export function endsOf(lists: readonly (readonly string[])[]): TwoLists {
  const before = lists[0] ?? []
  return { before, after: lists.at(-1) ?? before }
}

/** The flows by who decided before and who decides after; the most important group first. */
export function flowGroups(flows: readonly Flow[]): FlowGroup[] {
  const groups = new Map<string, FlowGroup & { flows: Flow[] }>()
  for (const flow of flows) {
    const { change, direction } = flow
    const [before, after] = [deciderOf(flow.before), deciderOf(flow.after)]
    const key = JSON.stringify([change, direction, before, after])
    const group = groups.get(key)
    if (group) group.flows.push(flow)
    else groups.set(key, { change, direction, before, after, flows: [flow] })
  }
  return [...groups.values()]
}

/** With a verdict that is unknown, the rules that leave it open count. */
function deciderOf({ rule, unreadable }: Flow['before']): Decider {
  return unreadable[0]?.groupId ?? rule?.groupId ?? null
}

/**
 * Why the traffic of a group changes: `deny-known-attackers no longer comes before web-public`;
 * without a full stop.
 */
export function whyText({ change, before, after, flows }: FlowGroup, lists: TwoLists, names: Names): string {
  const name = (id: string) => names.group?.(id) || id
  const verb = change === 'newly_allowed' ? 'allows' : 'denies'
  if (change === 'undecided') {
    const decisions = flows.flatMap((flow) => [flow.after, flow.before])
    const open = decisions.find(({ verdict }) => verdict === 'unknown')
    return capitalized(open === undefined ? 'unknown' : decisionText(open, '', names))
  }
  // The rules are the same: where one no longer matches, its group is off the list.
  if (after === null) return `${name(before ?? '')} is off the list, and no other rule allows it`
  if (before === null) return `${name(after)} is new and ${verb} it; no rule did before`
  if (before === after) return `Another rule of ${name(after)} decides`
  if (!lists.after.includes(before)) return `${name(before)} is off the list, so ${name(after)} ${verb} it`
  if (!lists.before.includes(after)) return `${name(after)} is new, and comes before ${name(before)}`
  const first = (list: readonly string[]) => list.indexOf(before) < list.indexOf(after)
  return first(lists.before) && !first(lists.after)
    ? `${name(before)} no longer comes before ${name(after)}`
    : `${name(after)} decides in place of ${name(before)}`
}

/**
 * What passes, or no longer passes, in a line: `TCP 22 (SSH) from anywhere (0.0.0.0/0)`, or `TCP 80
 * (HTTP) and ICMP type 8, from 3 networks in all`, where not each of them has each service.
 */
export function whatText({ flows, direction }: FlowGroup, names: Names): string {
  const way = direction === 'ingress' ? 'from' : 'to'
  const texts = flows.map(({ services, remote, family }) => ({
    services: servicesText(services),
    remote: remoteText(remote, family, names),
  }))
  const remotes = new Set(texts.map(({ remote }) => remote))
  const wordings = new Set(texts.map(({ services }) => services))
  // Each of the remotes with each of the services, and nothing else.
  const pairs = new Set(texts.map(({ services, remote }) => `${services} ${way} ${remote}`))
  const whole = pairs.size === remotes.size * wordings.size
  const what = servicesText(serviceRanges(serviceSpans(flows.flatMap(({ services }) => services))))
  if (whole && remotes.size <= SPELLED) return `${what} ${way} ${joinAnd([...remotes])}`
  if (pairs.size <= SPELLED) return [...pairs].join('; ')
  const networks = counted(networkCount(flows), 'network')
  return whole ? `${what} ${way} ${networks}` : `${what}, ${way} ${networks} in all`
}

/** As many are spelled out; the rest is counted. */
const SPELLED = 2

/** How many ranges and named sets the flows have as remote, each once. */
function networkCount(flows: readonly Flow[]): number {
  const remotes = flows.flatMap(({ remote }) =>
    remote.memberOf.length > 0
      ? [remote.memberOf.map(({ id }) => id).join(' ')]
      : remote.ranges.map(({ from, to }) => `${from}-${to}`),
  )
  return new Set(remotes).size
}
