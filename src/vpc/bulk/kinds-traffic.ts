import { equalPlans } from '../equal-plans.ts'
import { keptGroups } from '../kept-groups.ts'
import type { ChangePlan, PlanWay } from '../plan-change.ts'
import { chosenPlan } from '../plan-ways.ts'
import { portSecurityOf } from '../port-facts.ts'
import type { Change } from '../traffic/decisions.ts'
import { ruleDifference, trafficDifference, type TrafficDifference } from '../traffic/difference.ts'
import {
  effectiveRules,
  RuleBook,
  type EffectiveRules,
  type RulesByGroup,
} from '../traffic/effective-rules.ts'
import type { Flow } from '../traffic/flow.ts'
import { guardViolations, type Guard } from '../traffic/guards.ts'
import { byImportance, opensToAnywhere } from '../traffic/importance.ts'
import { onlyInBetween } from '../traffic/in-between.ts'
import { pickPlan } from '../traffic/pick-plan.ts'
import type { OtherPort, OtherPortsRead } from '../traffic/read-other-ports.ts'
import { flavorFamily } from '../traffic/rules-in-doubt.ts'
import type { ReadRule } from '../traffic/rules.ts'
import type { Kind } from './kinds.ts'
import { MemberChanges } from './member-changes.ts'
import { PlacesOfAddresses } from './places-of-addresses.ts'
import { OtherPortsOfMany, remoteOf, withMembers, type ListOfPorts } from './other-ports-traffic.ts'

/** What a change does to traffic, the worst first. */
const effects = ['opens_to_anywhere', 'opens', 'cuts', 'undecided', 'nothing'] as const
/** What a change does to traffic. */
type Effect = (typeof effects)[number]

/** A flow; where it has too many ranges of addresses, `ranges` are the first of them. */
type ShownFlow = Flow & { rangesLeftOut?: number }

/** Traffic that passes differently: how much of it, and the most important of its flows. */
type TrafficSummary = {
  worst: Effect
  counts: Record<Change, number>
  /** Of those newly allowed, how many from or to anywhere. */
  toAnywhere: number
  flows: readonly ShownFlow[]
}

/** A guard that is broken, or may be (not `certain`): `guard` is its place among the guards. */
type BrokenBy = { guard: number; certain: boolean; inBetween: boolean; flow: ShownFlow }

/** What a kind of change does to the traffic of its own ports. */
export type KindTraffic = {
  end: TrafficSummary
  /** What is so only on the way: between steps, or while some of the ports are changed. */
  inBetween: TrafficSummary
  /** Rules of its groups that can't be read. */
  unreadable: number
  /**
   * Remote groups of its rules that other ports of the change come into, or leave, while not all
   * members are known: what that changes is not compared.
   */
  notCompared: readonly string[]
}

/** A kind of change with its plan and what it does to the traffic of its own ports. */
export type KindWithTraffic = Omit<Kind, 'ways' | 'flavor'> & {
  /** Where there are several flavors, the same passes with each. */
  flavor: string | undefined
  plan: ChangePlan
  /** Another way can be chosen. */
  hasOtherWay: boolean
  /** Null with port security off: groups have no effect. */
  traffic: KindTraffic | null
  broken: readonly BrokenBy[]
}

/** Ports that don't change, with one list, and what passes differently with those that do. */
type OtherPortsOfKinds = {
  ports: readonly Pick<OtherPort, 'id' | 'name'>[]
  end: TrafficSummary
  inBetween: TrafficSummary
  broken: readonly BrokenBy[]
  /** The kinds whose ports are the remote, as places among the kinds. */
  kinds: readonly number[]
}

/** What many ports' change does to traffic. Plain data. */
export type BulkTraffic = {
  /** The worst first: broken guards, then by effect, then those with more ports. */
  kinds: readonly KindWithTraffic[]
  others: readonly OtherPortsOfKinds[]
  /** What of other ports is not compared, and why: sentences without a full stop. */
  notCompared: readonly string[]
}

/** All that is needed to compare many ports' traffic. */
export type BulkTrafficQuestion = {
  kinds: readonly Kind[]
  way: PlanWay | undefined
  limit: number
  /** The groups that the intent names: a plan that moves only these is preferred. */
  named: readonly string[]
  /** Of every group on a list, in a result, or on other ports; those not read have no entry. */
  rules: RulesByGroup
  /** Members of remote groups, and entries of address groups, where all are known. */
  members: (id: string) => readonly string[] | undefined
  /** The ports whose rules have a group as remote that ports come into, or leave. */
  others: OtherPortsRead
  guards: readonly Guard[]
  /** So many flows of each summary are given; few unless said. */
  mostFlows?: number
}

/** How far it is: kinds and other ports' lists that are compared. */
export type TrafficProgress = { done: number; of: number }

/** So many plans of equal calls are looked at for one kind. */
const MOST_EQUAL = 6
const MOST_FLOWS = 5
const MOST_RANGES = 200

/**
 * Compares the traffic of each kind, and of other ports, step by step, so that the caller can say
 * how far it is, and stop. Kinds with equal lists and traffic become one.
 */
export function* kindsTraffic(question: BulkTrafficQuestion): Generator<TrafficProgress, BulkTraffic> {
  const { kinds, others, guards, mostFlows = MOST_FLOWS } = question
  const classes = classesOf(
    others.ports,
    new Set(kinds.flatMap(({ ports }) => ports.map((one) => one.port_id))),
  )
  const of = 2 * kinds.length + classes.length
  let done = 0

  const comparison = new KindComparison(question)
  const plans: ChangePlan[] = []
  for (const kind of kinds) {
    plans.push(comparison.pick(kind))
    yield { done: ++done, of }
  }
  const members = membersOf(kinds.map((kind, n) => ({ ...kind, plan: plans[n]! })))
  comparison.begin(members)
  const merged: KindWithTraffic[] = []
  for (const alike of withEqualLists(kinds, plans)) {
    const byTraffic = new Map<string, KindWithTraffic>()
    for (const { kind, plan } of alike) {
      const { made, whole } = comparison.of(kind, plan)
      // Only kinds with the same lists can have the same traffic by the same rules.
      const key = alike.length === 1 ? '' : JSON.stringify([kind.portSecurity, made.plan.steps, whole])
      const known = byTraffic.get(key)
      byTraffic.set(key, known ? { ...known, ports: [...known.ports, ...made.ports] } : made)
      yield { done: ++done, of }
    }
    merged.push(...byTraffic.values())
  }
  const sorted = merged.toSorted(byWorst)

  const places = new PlacesOfAddresses(sorted)
  const comparisonOfOthers = new OtherPortsOfMany(members, question.rules, question.members)
  const otherPorts: OtherPortsOfKinds[] = []
  if (members.changing.size > 0) comparisonOfOthers.read(classes)
  for (const alike of members.changing.size === 0 ? [] : classes) {
    const traffic = comparisonOfOthers.trafficOf(alike)
    const { end = NO_FLOWS, inBetween = [] } = traffic ?? {}
    const between = inBetween.flat()
    if (end.flows.length + between.length > 0)
      otherPorts.push({
        ports: alike.ports,
        end: summaryOf(end.flows, mostFlows),
        inBetween: summaryOf(between, mostFlows),
        broken: brokenBy(
          guards,
          end,
          inBetween.map((flows) => ({ flows })),
        ),
        kinds: places.of([...end.flows, ...between]),
      })
    yield { done: ++done, of }
  }
  return {
    kinds: sorted,
    others: otherPorts.toSorted(byWorst),
    notCompared: [...others.unread, ...unsureOf(members, classes.length > 0)],
  }
}

/**
 * The traffic of one kind with all its flows, whatever `mostFlows` says; null where groups have no
 * effect.
 * @param question that `compared` is the result of
 */
export function kindInFull(
  question: BulkTrafficQuestion,
  compared: Pick<BulkTraffic, 'kinds'>,
  place: number,
): KindTraffic | null {
  const kind = compared.kinds[place]
  if (!kind?.portSecurity) return null
  const comparison = new KindComparison({ ...question, mostFlows: Infinity })
  comparison.begin(membersOf(compared.kinds))
  return comparison.trafficOf(kind, kind.plan).traffic
}

function membersOf(kinds: readonly Pick<KindWithTraffic, 'list' | 'plan' | 'ports'>[]): MemberChanges {
  return new MemberChanges(kinds.map(({ list, plan, ports }) => ({ lists: listsOf(list, plan), ports })))
}

const NO_FLOWS = { flows: [] as readonly Flow[] }

/** What differs for the ports of one kind. */
class KindComparison {
  readonly #question: BulkTrafficQuestion
  #members = new MemberChanges([])
  readonly #books = new Map<string | undefined, RuleBook>()
  /** Members at a stage, by the names that rules have for them as remote. */
  readonly #atStage = new Map<string, readonly string[]>()
  readonly #swapped = new Map<number, Map<ReadRule, ReadRule | undefined>>()

  constructor(question: BulkTrafficQuestion) {
    this.#question = question
  }

  /** The plan that opens least in between, of those that go the wanted way in as many calls. */
  pick(kind: Kind): ChangePlan {
    const { list, portSecurity, flavor } = kind
    const { named: moved } = this.#question
    const equal = plansToPick(kind, this.#question)
    if (equal.length === 1 || !portSecurity) return equal[0]!
    const candidates = equal.map((one) => ({
      lists: one.steps.map(({ after }) => after),
      unasked: one.moved.filter((id) => !moved.includes(id)).length,
    }))
    return equal[pickPlan(list, candidates, this.#bookOf(flavor)).picked]!
  }

  /** Takes who is in which group, once all plans are picked: of() needs it. */
  begin(members: MemberChanges): void {
    this.#members = members
    // Before the first comparison: addresses are divided anew when more rules are read.
    for (const { portSecurity, flavor, list, desired } of this.#question.kinds) {
      if (!portSecurity) continue
      const book = this.#bookOf(flavor)
      for (const id of [...list, ...desired])
        for (const rule of book.group(id).rules)
          if (members.changing.has(remoteOf(rule)))
            for (const stage of members.stages) this.#meanwhile(rule, stage, book)
    }
  }

  /** @returns what is sent on, and all flows, to be compared with those of other kinds */
  of(kind: Kind, plan: ChangePlan): { made: KindWithTraffic; whole: unknown } {
    const { ways, ...rest } = kind
    const common = { ...rest, plan, hasOtherWay: ways.other !== undefined }
    if (!kind.portSecurity) return { made: { ...common, traffic: null, broken: [] }, whole: null }
    const { end, onTheWay, inBetween, traffic } = this.trafficOf(kind, plan)
    const made = { ...common, traffic, broken: brokenBy(this.#question.guards, end, onTheWay) }
    return { made, whole: [end.flows, inBetween, traffic.notCompared] }
  }

  trafficOf({ list, flavor }: Pick<Kind, 'list' | 'flavor'>, plan: ChangePlan) {
    const { mostFlows = MOST_FLOWS } = this.#question
    const { end, onTheWay, notCompared } = this.#differences(listsOf(list, plan), this.#bookOf(flavor))
    const inBetween = onTheWay.map(({ flows }) => onlyInBetween(flows, end.flows))
    const traffic: KindTraffic = {
      end: summaryOf(end.flows, mostFlows),
      inBetween: summaryOf(inBetween.flat(), mostFlows),
      unreadable: end.unreadable.length,
      notCompared,
    }
    return { end, onTheWay, inBetween, traffic }
  }

  /** All rules are read in one book, so that members and networks are read once. */
  #bookOf(flavor: string | undefined): RuleBook {
    const known = this.#books.get(flavor)
    if (known) return known
    const { rules, members, kinds } = this.#question
    const book = new RuleBook(rules, {
      membersOf: (id) => this.#atStage.get(id) ?? members(id),
      entriesOf: members,
      flavor,
    })
    this.#books.set(flavor, book)
    for (const kind of kinds)
      if (kind.portSecurity && kind.flavor === flavor)
        for (const id of [...kind.list, ...kind.desired]) book.group(id)
    return book
  }

  /**
   * What differs at the end, and on the way: the rules' remote groups get other members meanwhile,
   * as the kind's own ports and the others that change do so in any order.
   */
  #differences(
    lists: readonly (readonly string[])[],
    book: RuleBook,
  ): { end: TrafficDifference; onTheWay: readonly TrafficDifference[]; notCompared: readonly string[] } {
    const members = this.#members
    const all = lists.map((list) => effectiveRules(list, book))
    const [before, ...later] = all
    const afterStep = later.map((list) => trafficDifference(before!, list))
    const changing = [...new Set(all.flatMap(({ rules }) => rules))].filter((rule) =>
      members.changing.has(remoteOf(rule)),
    )
    if (changing.length === 0)
      return { end: afterStep.at(-1)!, onTheWay: afterStep.slice(0, -1), notCompared: [] }
    const groups = [...new Set(changing.map(remoteOf))]
    const whileAt = (stage: number) => {
      const swapped = new Map(changing.map((rule) => [rule, this.#meanwhile(rule, stage, book)]))
      const isSwapped = new Set([...swapped].flatMap(([rule, other]) => (other ? [rule, other] : [])))
      return all.map((list) => {
        const kept = new Set(keptGroups(before!.groupIds, list.groupIds))
        const rules = list.rules.map((rule) => swapped.get(rule) ?? rule)
        const mayChange = (rule: ReadRule) => !kept.has(rule.ref.groupId) || isSwapped.has(rule)
        return ruleDifference(before!, { ...list, rules } satisfies EffectiveRules, mayChange)
      })
    }
    const atEnd = whileAt(members.last)
    const stages = members.stages.filter((stage) => groups.some((group) => !members.isSettled(group, stage)))
    return {
      end: atEnd.at(-1)!,
      onTheWay: [...afterStep, ...atEnd.slice(0, -1), ...stages.flatMap(whileAt)],
      notCompared: groups.filter((group) =>
        changing.some((rule) => remoteOf(rule) === group && !this.#meanwhile(rule, members.last, book)),
      ),
    }
  }

  /** The rule with its remote's members at a stage, where they change and all are known. */
  #meanwhile(rule: ReadRule, stage: number, book: RuleBook): ReadRule | undefined {
    let swapped = this.#swapped.get(stage)
    if (!swapped) this.#swapped.set(stage, (swapped = new Map()))
    if (swapped.has(rule)) return swapped.get(rule)
    const made = this.#withMembersAt(rule, stage, book)
    swapped.set(rule, made)
    return made
  }

  #withMembersAt(rule: ReadRule, stage: number, book: RuleBook): ReadRule | undefined {
    const group = remoteOf(rule)
    if (!this.#members.changing.has(group) || rule.problem !== undefined || !book.members(group))
      return undefined
    const name = `${stage} ${group}`
    const addresses =
      this.#atStage.get(name) ?? this.#members.membersAt(group, stage, this.#question.members(group))
    if (!addresses) return undefined
    this.#atStage.set(name, addresses)
    return book.members(name) && withMembers(rule, book, name)
  }
}

/** The plans of a kind that one is picked of. At least one. */
function plansToPick(
  { list, desired, ways }: Kind,
  { way, limit, named: moved }: Pick<BulkTrafficQuestion, 'way' | 'limit' | 'named'>,
): [ChangePlan, ...ChangePlan[]] {
  const plan = chosenPlan(ways, way)
  if (plan.way === 'one-call' || plan.steps.length < 2) return [plan]
  return [plan, ...equalPlans(list, desired, { limit, moved, most: MOST_EQUAL }).slice(1)]
}

/** The groups that ports come into, or leave, for good or between steps, by any plan. */
export function changingGroups(
  question: Pick<BulkTrafficQuestion, 'kinds' | 'way' | 'limit' | 'named'>,
): string[] {
  const groups = new Set<string>()
  for (const kind of question.kinds)
    for (const { way, added, detached, moved } of plansToPick(kind, question))
      for (const id of [...added, ...detached, ...(way === 'steps' ? moved : [])]) groups.add(id)
  return [...groups]
}

function listsOf(list: readonly string[], plan: ChangePlan): (readonly string[])[] {
  return [list, ...plan.steps.map(({ after }) => after)]
}

type Planned = { kind: Kind; plan: ChangePlan }

/** Kinds that differ in their ports only. */
function withEqualLists(kinds: readonly Kind[], plans: readonly ChangePlan[]): Planned[][] {
  const byList = new Map<readonly string[], Planned[]>()
  for (const [n, kind] of kinds.entries()) {
    const planned = { kind, plan: plans[n]! }
    const known = byList.get(kind.list)
    if (known) known.push(planned)
    else byList.set(kind.list, [planned])
  }
  return [...byList.values()]
}

type OtherClass = ListOfPorts & { ports: Pick<OtherPort, 'id' | 'name'>[] }

/** Other ports on which the same decides. */
function classesOf(ports: readonly OtherPort[], changed: ReadonlySet<string>): OtherClass[] {
  const classes = new Map<string, OtherClass>()
  for (const port of ports) {
    const { id, name, security_groups: list } = port
    if (changed.has(id) || portSecurityOf(port) === false) continue
    const flavor = flavorFamily(port.ecs_flavor)
    const key = JSON.stringify([flavor, list])
    const known = classes.get(key)
    if (known) known.ports.push({ id, name })
    else classes.set(key, { list, flavor, ports: [{ id, name }] })
  }
  return [...classes.values()]
}

function unsureOf(members: MemberChanges, others: boolean): string[] {
  const { withoutAddresses, withPairs, onlyEnd, changing } = members
  return [
    ...(others && withoutAddresses > 0 ? [`${ofPorts(withoutAddresses)} that change list no addresses`] : []),
    ...(others && withPairs > 0
      ? [`whether the allowed address pairs of ${ofPorts(withPairs)} count as its groups’ is not documented`]
      : []),
    ...(onlyEnd && changing.size > 0 ? ['what passes with other ports between so many steps'] : []),
  ]
}

const ofPorts = (count: number) => `${count} of the ports`

function summaryOf(flows: readonly Flow[], most: number): TrafficSummary {
  const counts = { newly_allowed: 0, newly_denied: 0, undecided: 0 }
  let toAnywhere = 0
  for (const flow of flows) {
    counts[flow.change]++
    if (opensToAnywhere(flow)) toAnywhere++
  }
  const first = flows.toSorted(byImportance).slice(0, most)
  return {
    worst: worstOf(counts, toAnywhere),
    counts,
    toAnywhere,
    flows: most === Infinity ? first : first.map(shown),
  }
}

function worstOf(counts: TrafficSummary['counts'], toAnywhere: number): Effect {
  if (toAnywhere > 0) return 'opens_to_anywhere'
  if (counts.newly_allowed > 0) return 'opens'
  if (counts.newly_denied > 0) return 'cuts'
  return counts.undecided > 0 ? 'undecided' : 'nothing'
}

/** A flow with as many ranges as are sent on. */
function shown(flow: Flow): ShownFlow {
  const { ranges } = flow.remote
  if (ranges.length <= MOST_RANGES) return flow
  return {
    ...flow,
    remote: { ...flow.remote, ranges: ranges.slice(0, MOST_RANGES) },
    rangesLeftOut: ranges.length - MOST_RANGES,
  }
}

/** The guards that are broken at the end or on the way; each once, for what is most certain. */
function brokenBy(
  guards: readonly Guard[],
  end: Pick<TrafficDifference, 'flows'>,
  onTheWay: readonly Pick<TrafficDifference, 'flows'>[],
): BrokenBy[] {
  if (guards.length === 0) return []
  const broken = new Map<Guard, BrokenBy>()
  for (const [n, difference] of [end, ...onTheWay].entries())
    for (const { guard, flows, certain } of guardViolations(difference, guards)) {
      const known = broken.get(guard)
      if (known && (known.certain || !certain)) continue
      const made = { guard: guards.indexOf(guard), certain, inBetween: n > 0, flow: shown(flows[0]!) }
      broken.set(guard, made)
    }
  return [...broken.values()]
}

type Ranked = {
  broken: readonly BrokenBy[]
  ports: readonly unknown[]
} & (Pick<KindWithTraffic, 'traffic'> | Pick<OtherPortsOfKinds, 'end' | 'inBetween'>)

function byWorst(a: Ranked, b: Ranked): number {
  const [first, second] = [keysOf(a), keysOf(b)]
  for (const [at, key] of first.entries()) if (key !== second[at]) return key - second[at]!
  return 0
}

function keysOf(one: Ranked): number[] {
  const traffic = 'traffic' in one ? one.traffic : one
  return [
    one.broken.some(({ certain }) => certain) ? 0 : one.broken.length > 0 ? 1 : 2,
    effects.indexOf(traffic?.end.worst ?? 'nothing'),
    effects.indexOf(traffic?.inBetween.worst ?? 'nothing'),
    -one.ports.length,
  ]
}
