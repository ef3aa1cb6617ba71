import { textOf } from '../shown.ts'
import { addressesOf, portSecurityOf } from '../port-facts.ts'
import type { Port } from '../port.ts'
import { ruleDifference, type TrafficDifference } from './difference.ts'
import { effectiveRules, RuleBook, type EffectiveRules, type RulesByGroup } from './effective-rules.ts'
import type { Flow } from './flow.ts'
import { onlyInBetween } from './in-between.ts'
import type { OtherPort, OtherPortsRead } from './read-other-ports.ts'
import { flavorFamily } from './rules-in-doubt.ts'
import type { ReadOptions, ReadRule } from './rules.ts'

/** Ports with the same list of groups, and what passes differently between them and the port. */
export type OtherPortsTraffic = {
  ports: readonly Pick<OtherPort, 'id' | 'name'>[]
  /** After each step of the plan; the remote of every flow is the port that is changed. */
  afterStep: readonly TrafficDifference[]
  /** After each step but the last: what is not so before, nor at the end. */
  inBetween: readonly (readonly Flow[])[]
}

/** The groups that the port has in some of the lists and not in others. */
export function comingAndGoing(lists: readonly (readonly string[])[]): string[] {
  const all = [...new Set(lists.flat())]
  return all.filter((id) => lists.some((list) => !list.includes(id)))
}

/**
 * What passes differently between a port and others while its list goes through `lists`: their
 * rules may have a group of it as remote (docs/platform.md, Objects). Exact for the addresses that
 * the port lists, by the engine that compares the port itself. Ports without a change are left out.
 * @param lists the port's list now, then after each step
 * @param rules of every group on the other ports
 * @param entriesOf the entries of an address group, where they are known
 */
export function trafficOfOtherPorts(
  port: Pick<Port, 'id' | 'private_ips'>,
  lists: readonly (readonly string[])[],
  { ports }: Pick<OtherPortsRead, 'ports'>,
  rules: RulesByGroup,
  entriesOf?: ReadOptions['entriesOf'],
): OtherPortsTraffic[] {
  const [current, ...later] = lists
  const changing = new Set(comingAndGoing(lists))
  if (!current || changing.size === 0) return []
  const addresses = addressesOf(port)
  const everOn = new Set(lists.flat())
  // Only the port's own addresses change sides, so of every group only these matter.
  const membersOf = (id: string) => (everOn.has(id) ? addresses : [])

  const byList = new Map<string, OtherPort[]>()
  for (const other of ports) {
    if (other.id === port.id || portSecurityOf(other) === false) continue
    const key = [flavorFamily(other.ecs_flavor), ...other.security_groups].join()
    byList.set(key, [...(byList.get(key) ?? []), other])
  }
  return [...byList.values()].flatMap((alike) => {
    const { ecs_flavor: flavor } = alike[0]!
    const members = new PortAsMember(new RuleBook(rules, { membersOf, entriesOf, flavor }), changing)
    const before = members.rulesWhile(current, alike[0]!.security_groups)
    const afterStep = later.map((list) =>
      ruleDifference(before, members.rulesWhile(list, alike[0]!.security_groups), members.mayChange),
    )
    if (afterStep.every(({ flows }) => flows.length === 0)) return []
    const end = afterStep.at(-1)?.flows ?? []
    const inBetween = afterStep.slice(0, -1).map(({ flows }) => onlyInBetween(flows, end))
    return [{ ports: alike.map(({ id, name }) => ({ id, name })), afterStep, inBetween }]
  })
}

/** What the rules of other ports mean while the port has one list of groups. */
class PortAsMember {
  readonly #book: RuleBook
  readonly #changing: ReadonlySet<string>
  /** What rules that can't be read may mean for the port: out of their remote group, and in it. */
  readonly #unreadable = new Map<ReadRule, readonly [out: ReadRule, within: ReadRule]>()

  constructor(book: RuleBook, changing: ReadonlySet<string>) {
    this.#book = book
    this.#changing = changing
  }

  rulesWhile(list: readonly string[], groupIds: readonly string[]): EffectiveRules {
    const all = effectiveRules(groupIds, this.#book)
    return { ...all, rules: all.rules.flatMap((rule) => this.#meaning(rule, list)) }
  }

  /** True for rules whose meaning changes. */
  readonly mayChange = ({ ref }: ReadRule): boolean =>
    this.#changing.has(textOf(ref.rule?.remote_group_id) ?? '')

  /** The rule, or nothing, as it then matches none of the port's addresses. */
  #meaning(rule: ReadRule, list: readonly string[]): readonly ReadRule[] {
    if (!this.mayChange(rule)) return [rule]
    const remote = textOf(rule.ref.rule?.remote_group_id) ?? ''
    const isOn = list.includes(remote)
    if (rule.problem === undefined) return isOn ? [rule] : []
    const known = this.#unreadable.get(rule) ?? [this.#forPort(rule, remote), this.#forPort(rule, remote)]
    this.#unreadable.set(rule, known)
    return [known[isOn ? 1 : 0]]
  }

  /** Another rule with the same meaning, for the addresses of the port only. */
  #forPort(rule: ReadRule, remote: string): ReadRule {
    const addresses = this.#book.members(remote)
    const extents = rule.extents.map((extent) => ({ ...extent, addresses: addresses?.[extent.family] }))
    return { ...rule, extents }
  }
}
