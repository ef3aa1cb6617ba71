import { isFromAnywhere, servicesText, type Names, type TrafficDifference } from '../../vpc/traffic/index.ts'
import { textOf } from '../../vpc/shown.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import type { TrafficState } from './use-traffic.ts'

/** `3 newly allowed, 1 newly denied`, or `No traffic changes`. */
export function trafficCountsText(counts: TrafficDifference['counts']): string {
  const said = [
    counts.newly_allowed > 0 && `${counts.newly_allowed} newly allowed`,
    counts.newly_denied > 0 && `${counts.newly_denied} newly denied`,
    counts.undecided > 0 && `${counts.undecided} can’t be decided`,
  ].filter(Boolean)
  return said.length > 0 ? said.join(', ') : 'No traffic changes'
}

/** What must not be overlooked: `Opens TCP 22 (SSH) from anywhere`; undefined when nothing is. */
export function worstText({ flows }: TrafficDifference): string | undefined {
  const [first] = flows
  if (first?.change !== 'newly_allowed' || !isFromAnywhere(first)) return undefined
  return `Opens ${servicesText(first.services)} ${first.direction === 'ingress' ? 'from' : 'to'} anywhere`
}

/** The names of groups as known, those of remote groups too. */
export function namesOf({ groups }: Pick<GroupFacts, 'groups'>, traffic?: TrafficState): Names {
  const remotes = traffic?.state === 'compared' ? traffic.remotes?.groups : undefined
  return { group: (id) => textOf(groups.get(id)?.name) ?? remotes?.find((remote) => remote.id === id)?.name }
}
