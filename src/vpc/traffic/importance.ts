import type { Flow } from './flow.ts'
import { DIRECTIONS } from './directions.ts'
import { serviceCount, wellKnownPorts } from './service-ranges.ts'

/**
 * True when the remote is, for all that matters, the whole of the family's addresses: at least half
 * of them, and not only those in a named set. What is opened to 0.0.0.0/0 is often split by other
 * rules; it stays open to the world.
 */
export function isFromAnywhere({ remote }: Pick<Flow, 'remote'>): boolean {
  return remote.share >= 0.5 && remote.memberOf.length === 0
}

/** True when a change newly allows it, from or to anywhere. */
export function opensToAnywhere(flow: Pick<Flow, 'change' | 'remote'>): boolean {
  return flow.change === 'newly_allowed' && isFromAnywhere(flow)
}

/**
 * The order in which an operator should read flows: newly allowed from anywhere, newly allowed,
 * undecided, newly denied; in each ingress before egress, then what includes single well-known
 * ports, then the larger.
 */
export function byImportance(a: Flow, b: Flow): number {
  const first = keysOf(a)
  const second = keysOf(b)
  for (const [at, key] of first.entries()) if (key !== second[at]) return key - second[at]!
  return 0
}

const keys = new WeakMap<Flow, number[]>()

function keysOf(flow: Flow): number[] {
  const known = keys.get(flow)
  if (known) return known
  const { change, direction, services, remote } = flow
  const rank = opensToAnywhere(flow) ? 0 : change === 'newly_allowed' ? 1 : change === 'undecided' ? 2 : 3
  const made = [
    rank,
    DIRECTIONS.indexOf(direction),
    wellKnownPorts(services).length > 0 ? 0 : 1,
    -(serviceCount(services) * remote.share),
  ]
  keys.set(flow, made)
  return made
}
