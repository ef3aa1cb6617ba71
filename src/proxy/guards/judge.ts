import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import {
  explain,
  guardedChange,
  guardViolations,
  RuleBook,
  trafficOfPlan,
  type Guard,
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
}

/**
 * A guard that is broken, or may be (not `certain`). `guard` is its place in the question; `why`
 * has whole sentences.
 */
export type BrokenGuard = { guard: number; why: string; certain: boolean }

/**
 * The guards that are broken after any step, compared with today's list. A pure function, which may
 * take some hundred ms.
 */
export function judge({ guards, lists, before, rules, members }: GuardQuestion): BrokenGuard[] {
  const book = new RuleBook(rules, { membersOf: (id) => members.get(id) })
  const broken = violations(guards, lists, book)
  const fromBefore =
    before === undefined || broken.size === 0
      ? undefined
      : violations(guards, [before, ...lists.slice(1)], book)
  return [...broken].map(([guard, { step, text, more, certain }]) => {
    const open = certain ? '' : 'It could not be decided for certain. '
    const when = step < lists.length - 1 ? `After step ${step}, in between: ` : ''
    const others = more > 0 ? ` And ${more} more.` : ''
    // The guard is broken all the same, as that list may be old. But the operator needs it to
    // decide.
    const same = fromBefore && !fromBefore.has(guard) ? ` ${beforeText(guards[guard]!)}` : ''
    return { guard, why: `${open}${when}${text}${others}${same}`, certain }
  })
}

type Violation = { step: number; text: string; more: number; certain: boolean }

/** By the place of each broken guard, the first step that certainly breaks it, or else may. */
function violations(
  guards: readonly Guard[],
  lists: readonly (readonly string[])[],
  book: RuleBook,
): Map<number, Violation> {
  const traffic = trafficOfPlan({ portSecurity: true, lists, book })
  const broken = new Map<number, Violation>()
  if (traffic.kind === 'port_security_off') return broken
  for (const [index, difference] of traffic.afterStep.entries())
    for (const { guard, flows, certain } of guardViolations(difference, guards)) {
      const place = guards.indexOf(guard)
      const known = broken.get(place)
      if (known && (known.certain || !certain)) continue
      broken.set(place, { step: index + 1, text: explain(flows[0]!), more: flows.length - 1, certain })
    }
  return broken
}

function beforeText(guard: Guard): string {
  return `The list from before the change ${guardedChange(guard) === 'newly_denied' ? 'denied' : 'allowed'} it, too.`
}
