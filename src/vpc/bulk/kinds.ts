import { isUuid } from '../ids.ts'
import { sameList } from '../list-difference.ts'
import { MOST_KINDS } from '../bulk-changes-api.ts'
import { PlanRefused, type PlanWay } from '../plan-change.ts'
import type { PlanPolicy } from '../plan-policies.ts'
import { planWays, type PlanWays } from '../plan-ways.ts'
import { addressesOf, portSecurityOf } from '../port-facts.ts'
import type { Port } from '../port.ts'
import { objectsOf, textOf } from '../shown.ts'
import { flavorFamily } from '../traffic/rules-in-doubt.ts'
import { updatedAt } from '../updated-at.ts'
import { applyIntent, type Skipped } from './apply-intent.ts'
import type { Intent } from './intent.ts'

/** What planning needs of a port. Plain data; ports may share their lists. */
export type PlannedPort = {
  port_id: string
  name: string | null
  list: readonly string[]
  /** As an operation takes it. */
  updated_at: string | null
  /** False: groups have no effect on it. */
  portSecurity: boolean | undefined
  /** The family of its flavor, where that does not support some rules. */
  flavor: string | undefined
  addresses: readonly string[]
  /** It may send with further addresses: whether they count as its groups' is not documented. */
  hasPairs: boolean
}

/** Ports with the same list and result, and on which the same decides. */
export type Kind = {
  list: readonly string[]
  desired: readonly string[]
  /** False where groups have no effect. */
  portSecurity: boolean
  flavor: string | undefined
  /** The ways that lead from the list to the result. */
  ways: PlanWays
  ports: readonly PlannedPort[]
}

/** Ports on which nothing is done, for the same reason. */
type SkippedPorts = { reason: Skipped; ports: readonly PlannedPort[] }

/** What an intent comes to on many ports. Each port is in one of the three. */
export type Kinds = {
  /** The kinds with the most ports first; at most MOST_KINDS. */
  kinds: readonly Kind[]
  /** What is wanted is so already. */
  unchanged: readonly PlannedPort[]
  skipped: readonly SkippedPorts[]
}

/**
 * Has ports with equal lists share one: so it is kept once, and sent to a worker once.
 * @returns what makes a port share the list of those before it
 */
export function sharingLists(): (port: PlannedPort) => PlannedPort {
  const lists = new Map<string, readonly string[]>()
  return (port) => {
    const key = JSON.stringify(port.list)
    const list = lists.get(key) ?? port.list
    lists.set(key, list)
    return { ...port, list }
  }
}

/** How the changes of ports may be made here. */
export type Planning = { limit: number; policy: PlanPolicy; offered?: readonly PlanWay[] }

/** The longest name that a bulk change keeps. */
const LONGEST_NAME = 255

/** A port's name as a bulk change keeps it; null where it has none. */
function keptName({ name }: Pick<Port, 'name'>): string | null {
  return textOf(textOf(name)?.replaceAll('\0', ''))?.slice(0, LONGEST_NAME) ?? null
}

/** What planning needs of a port as it was read. */
export function plannedPort(port: Port): PlannedPort {
  const { id, security_groups, ecs_flavor } = port
  return {
    port_id: id,
    name: keptName(port),
    list: security_groups,
    updated_at: updatedAt(port),
    portSecurity: portSecurityOf(port),
    flavor: flavorFamily(ecs_flavor),
    addresses: addressesOf(port),
    hasPairs: objectsOf(port.allowed_address_pairs).length > 0,
  }
}

type Found = Omit<Kind, 'ways' | 'ports'> & { ports: PlannedPort[] }

/**
 * What an intent comes to on each of the ports, and how it is done: ports with equal lists, results
 * and effect are one kind. A port that is named twice counts once.
 */
export function kindsOf(intent: Intent, ports: Iterable<PlannedPort>, planning: Planning): Kinds {
  const lists = new Lists(intent, planning.limit)
  const found = new Map<string, Found>()
  const unchanged: PlannedPort[] = []
  const skipped = new Map<string, { reason: Skipped; ports: PlannedPort[] }>()
  const skip = (reason: Skipped, ...some: readonly PlannedPort[]) => {
    const key = JSON.stringify(reason)
    const known = skipped.get(key)
    if (known) known.ports.push(...some)
    else skipped.set(key, { reason, ports: [...some] })
  }

  const seen = new Set<string>()
  for (const port of ports) {
    if (seen.has(port.port_id)) continue
    seen.add(port.port_id)
    const { number, list, applied } = lists.of(port.list)
    if (!isUuid(port.port_id)) skip({ why: 'odd_id', id: port.port_id }, port)
    else if ('skipped' in applied) skip(applied.skipped, port)
    else if (applied.list === list) unchanged.push(port)
    else {
      const portSecurity = port.portSecurity !== false
      // Without effect, nothing depends on the flavor.
      const flavor = portSecurity ? port.flavor : undefined
      const key = `${number} ${portSecurity} ${flavor}`
      const known = found.get(key)
      if (known) known.ports.push(port)
      else found.set(key, { list, desired: applied.list, portSecurity, flavor, ports: [port] })
    }
  }

  const kinds: Kind[] = []
  for (const kind of [...found.values()].toSorted((a, b) => b.ports.length - a.ports.length)) {
    if (kinds.length === MOST_KINDS) {
      skip({ why: 'too_many_kinds', most: MOST_KINDS }, ...kind.ports)
      continue
    }
    const ways = waysOrRefusal(kind, planning)
    if ('why' in ways) skip(ways, ...kind.ports)
    else kinds.push({ ...kind, ways })
  }
  return { kinds, unchanged, skipped: [...skipped.values()] }
}

function waysOrRefusal({ list, desired }: Found, planning: Planning): PlanWays | Skipped {
  try {
    return planWays(list, desired, planning)
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error
    return { why: 'no_plan', said: error.message }
  }
}

/** Each list that ports have, once, with what the intent makes of it. */
class Lists {
  readonly #intent: Intent
  readonly #limit: number
  #count = 0
  readonly #known = new Map<string, Known>()
  /** Ports may share a list already: then it need not be written out. */
  readonly #byArray = new Map<readonly string[], Known>()

  constructor(intent: Intent, limit: number) {
    this.#intent = intent
    this.#limit = limit
  }

  of(list: readonly string[]): Known {
    const shared = this.#byArray.get(list)
    if (shared) return shared
    const key = list.join()
    let known = this.#known.get(key)
    // IDs come from outside: two lists of odd ones may be written alike.
    if (!known || !sameList(known.list, list)) {
      known = { number: this.#count++, list, applied: applyIntent(this.#intent, list, this.#limit) }
      this.#known.set(key, known)
    }
    this.#byArray.set(list, known)
    return known
  }
}

type Known = { number: number; list: readonly string[]; applied: ReturnType<typeof applyIntent> }
