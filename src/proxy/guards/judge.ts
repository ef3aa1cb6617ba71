import type { Port } from '../../vpc/port.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import {
  countOtherPorts,
  explain,
  guardedChange,
  guardViolations,
  joinAnd,
  RuleBook,
  trafficOfOtherPorts,
  trafficOfPlan,
  type Guard,
  type OtherPortsCounts,
  type OtherPortsRead,
  type OtherPortsTraffic,
  type TrafficDifference,
} from '../../vpc/traffic/index.ts'

/** Lists that may break guards, and what is known of their traffic. Plain data, for a thread. */
export type GuardQuestion = {
  guards: readonly Guard[]
  /** Today's list, then the list after each step. At least one. */
  lists: readonly (readonly string[])[]
  /** The list from before the change, when the steps go on or go back after a stopped one. */
  before: readonly string[] | undefined
  /** The rules of the groups in the lists. A group without an entry may allow or deny anything. */
  rules: ReadonlyMap<string, readonly SecurityGroupRule[]>
  /** Addresses of the ports in remote groups, where all of them are known. */
  members: ReadonlyMap<string, readonly string[]>
  /** The entries of address groups, where they are known. */
  entries: ReadonlyMap<string, readonly string[]>
  /** The port, and the ports whose rules have a group as remote that it gets or loses. */
  others?: OtherPortsRead & { port: Pick<Port, 'id' | 'private_ips'> }
  /** `ecs_flavor` of the port. */
  flavor?: unknown
}

/**
 * A guard that is broken, or may be (not `certain`). `guard` is its place in the question; `why`
 * has whole sentences.
 */
export type BrokenGuard = { guard: number; why: string; certain: boolean }

/** The guards that are broken, and what the plan changes on other ports. */
export type Judged = { broken: BrokenGuard[]; others: OtherPortsCounts }

/**
 * The guards that are broken after any step, compared with today's list. A pure function, which may
 * take some hundred ms.
 */
export function judge({
  guards,
  lists,
  before,
  rules,
  members,
  entries,
  others,
  flavor,
}: GuardQuestion): Judged {
  const known = { membersOf: (id: string) => members.get(id), entriesOf: (id: string) => entries.get(id) }
  const book = new RuleBook(rules, { ...known, flavor })
  const onOthers =
    others === undefined ? [] : trafficOfOtherPorts(others.port, lists, others, rules, known.entriesOf)
  const broken = violations(guards, lists, book, onOthers)
  const fromBefore =
    before === undefined || broken.size === 0
      ? undefined
      : violations(guards, [before, ...lists.slice(1)], book)
  const found = [...broken].map(([guard, { step, text, more, certain, elsewhere }]) => {
    const open = certain ? '' : 'It could not be decided for certain. '
    const when = step < lists.length - 1 ? `After step ${step}, in between: ` : ''
    // The guard is broken all the same, as that list may be old. But the operator needs it to
    // decide.
    // Of other ports it is not known: their traffic was not compared with that list.
    const same = fromBefore && !elsewhere && !fromBefore.has(guard) ? ` ${beforeText(guards[guard]!)}` : ''
    return { guard, why: `${open}${when}${text}${more > 0 ? ` And ${more} more.` : ''}${same}`, certain }
  })
  return { broken: found, others: countOtherPorts(onOthers) }
}

/** `elsewhere`: on another port. */
type Violation = { step: number; text: string; more: number; certain: boolean; elsewhere: boolean }

/** By the place of each broken guard, the first step that certainly breaks it, or else may. */
function violations(
  guards: readonly Guard[],
  lists: readonly (readonly string[])[],
  book: RuleBook,
  others: readonly OtherPortsTraffic[] = [],
): Map<number, Violation> {
  const broken = new Map<number, Violation>()
  if (guards.length === 0) return broken
  const traffic = trafficOfPlan({ portSecurity: true, lists, book })
  const look = (afterStep: readonly TrafficDifference[], where: string) => {
    for (const [index, difference] of afterStep.entries())
      for (const { guard, flows, certain } of guardViolations(difference, guards)) {
        const place = guards.indexOf(guard)
        const known = broken.get(place)
        if (known && (known.certain || !certain)) continue
        const text = `${where}${explain(flows[0]!)}`
        broken.set(place, { step: index + 1, text, more: flows.length - 1, certain, elsewhere: where !== '' })
      }
  }
  if (traffic.kind === 'differences') look(traffic.afterStep, '')
  for (const { afterStep, ports } of others) look(afterStep, `On ${portNames(ports)}: `)
  return broken
}

/** The names of ports, or their IDs where they have none; of many the first few. */
function portNames(ports: readonly Pick<Port, 'id' | 'name'>[]): string {
  const names = ports.slice(0, 4).map(({ id, name }) => (name ? `port ${name}` : `port ${id}`))
  const more = ports.length - names.length
  return more > 0 ? `${names.join(', ')} and ${more} more` : joinAnd(names)
}

function beforeText(guard: Guard): string {
  return `The list from before the change ${guardedChange(guard) === 'newly_denied' ? 'denied' : 'allowed'} it, too.`
}
