import { applyIntent, skippedWords, type Skipped } from './bulk/apply-intent.ts'
import type { Intent } from './bulk/intent.ts'
import type { Port } from './port.ts'
import { textOf } from './shown.ts'
import type { DepartureReason, OrderPorts } from './standing-orders-api.ts'

/** What a standing order says of one port's list. */
export type Verdict =
  | { state: 'follows' }
  /** It has nothing that the order puts in order. */
  | { state: 'not_concerned' }
  /** The order makes another list of it; without `desired`, it can't be mended for the reason. */
  | { state: 'departs'; desired: readonly string[] }
  | { state: 'departs'; reason: DepartureReason }
  | { state: 'undecided'; reason: DepartureReason }

type Judged = Pick<Port, 'id' | 'name' | 'security_groups'>

/** Whether a standing order is for a port. */
export function matcherOf({ group, name, ports }: OrderPorts): (port: Judged) => boolean {
  const groupId = group?.toLowerCase()
  const text = name?.toLowerCase()
  const named = ports && new Set(ports.map((id) => id.toLowerCase()))
  return (port) =>
    (groupId === undefined || port.security_groups.includes(groupId)) &&
    (text === undefined || (textOf(port.name) ?? '').toLowerCase().includes(text)) &&
    (named === undefined || named.has(port.id.toLowerCase()))
}

/**
 * Whether a list is as the intent of a standing order has it.
 * @param limit how many groups a port takes
 */
export function verdictOf(intent: Intent, list: readonly string[], limit: number): Verdict {
  const applied = applyIntent(intent, list, limit)
  if ('list' in applied)
    return applied.list === list ? { state: 'follows' } : { state: 'departs', desired: applied.list }
  return verdictOfSkipped(intent, applied.skipped)
}

/** What it means for a standing order that its intent can't be carried out on a port. */
function verdictOfSkipped({ kind }: Intent, reason: Skipped): Verdict {
  switch (reason.why) {
    // It is not as it should be, and nothing that Portside may send makes it so.
    case 'too_many':
    case 'too_long':
      return { state: 'departs', reason }
    // A group that has to be on the port is not, and its place can't be said. Of an order of
    // groups that are there, a port without one of them is no part.
    case 'missing':
      return kind === 'insert' ? { state: 'departs', reason } : { state: 'not_concerned' }
    case 'none_to_move':
      return { state: 'not_concerned' }
    case 'twice':
    case 'odd_id':
      return { state: 'undecided', reason }
    // Nothing is planned here.
    case 'no_plan':
    case 'too_many_kinds':
      return { state: 'undecided', reason: { why: 'unreadable', said: reason.why } }
  }
}

/** Ports of a standing order, each as it was found. */
export type Found<P extends Judged> = {
  follows: readonly P[]
  notConcerned: readonly P[]
  departing: readonly { port: P; desired?: readonly string[]; reason?: DepartureReason }[]
  undecided: readonly { port: P; reason: DepartureReason }[]
}

/** How the ports that a standing order is for stand to it; the others are in no part. */
export function departures<P extends Judged>(
  { intent, ports: whichPorts }: { intent: Intent; ports: OrderPorts },
  ports: Iterable<P>,
  limit: number,
): Found<P> {
  const found = {
    follows: [] as P[],
    notConcerned: [] as P[],
    departing: [] as { port: P; desired?: readonly string[]; reason?: DepartureReason }[],
    undecided: [] as { port: P; reason: DepartureReason }[],
  }
  const isFor = matcherOf(whichPorts)
  for (const port of ports) {
    if (!isFor(port)) continue
    const verdict = verdictOf(intent, port.security_groups, limit)
    switch (verdict.state) {
      case 'follows':
        found.follows.push(port)
        break
      case 'not_concerned':
        found.notConcerned.push(port)
        break
      case 'departs': {
        const { state: _, ...how } = verdict
        found.departing.push({ port, ...how })
        break
      }
      case 'undecided':
        found.undecided.push({ port, reason: verdict.reason })
    }
  }
  return found
}

/** Why a port can't be mended or decided, in one short sentence about it. */
export function reasonWords(reason: DepartureReason, nameOf: (groupId: string) => string): string {
  switch (reason.why) {
    case 'not_found':
      return 'The project has no such port.'
    case 'unreadable':
      return `What the platform says of it can't be read: ${reason.said}.`
    default:
      return skippedWords(reason, nameOf)
  }
}

/** Which ports an order is for, in words: 'all ports', 'ports that have web-public'. */
export function orderPortsWords(
  { group, name, ports }: OrderPorts,
  nameOf: (groupId: string) => string,
): string {
  const conditions = [
    ...(group === undefined ? [] : [`that have ${nameOf(group)}`]),
    ...(name === undefined ? [] : [`with “${name}” in their name`]),
  ]
  if (ports === undefined && conditions.length === 0) return 'all ports'
  const which =
    ports === undefined
      ? 'ports'
      : `${ports.length.toLocaleString('en')} named ${ports.length === 1 ? 'port' : 'ports'}`
  return [which, conditions.join(', ')].filter(Boolean).join(' ')
}
