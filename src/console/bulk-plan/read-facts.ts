import type { QueryClient } from '@tanstack/react-query'
import { inCalls } from '../../vpc/in-calls.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { SecurityGroup, SecurityGroupRule } from '../../vpc/security-group.ts'
import { MOST_REMOTE_GROUPS } from '../../vpc/traffic/members.ts'
import type { OtherPort, OtherPortsRead } from '../../vpc/traffic/read-other-ports.ts'
import { remoteAddressGroupIds, remoteGroupIds } from '../../vpc/traffic/remote-group-ids.ts'
import { membersOfGroupsQuery } from '../proxy-client/members-queries.ts'
import { otherPortsOfManyQuery } from '../proxy-client/other-ports-of-many.ts'
import { sorted } from '../proxy-client/first-reads.ts'
import { groupsByIdQuery, rulesOfGroupsQuery } from '../proxy-client/queries.ts'
import type { ToRead, TrafficFacts } from './messages.ts'

/** So many other ports are compared, and so many groups of theirs are read for it: ten calls. */
const MOST_OTHERS = 4000
const MOST_OTHER_GROUPS = 500
/** As old as the queries take what they have. */
const MOST_AGE_MS = 60_000
/** So many calls for rules are out at once: others want to read too. */
const CALLS_AT_ONCE = 2

/** Rules by group ID; null where they can't be known. */
export type RulesOrNone = ReadonlyMap<string, readonly SecurityGroupRule[] | null>

/**
 * The rules of groups as they were read, for one plan after another: each group is read once, until
 * it is forgotten.
 */
export class RulesRead {
  readonly #project: string
  readonly #queryClient: QueryClient
  readonly #known = new Map<string, { rules: readonly SecurityGroupRule[] | null; readAt: number }>()
  /** The groups themselves, as far as they are known: for their names. */
  readonly groups = new Map<string, SecurityGroup>()
  /** When forget() was called: what was read before is not new enough. */
  #since: number | undefined

  constructor(project: string, queryClient: QueryClient) {
    this.#project = project
    this.#queryClient = queryClient
  }

  /** Has everything read anew. */
  forget(): void {
    this.#known.clear()
    this.#since = Date.now()
  }

  /** Until what age a query's data does; nothing is said where its own age does. */
  get age(): { staleTime?: number } {
    return this.#since === undefined ? {} : { staleTime: Math.min(MOST_AGE_MS, Date.now() - this.#since) }
  }

  /**
   * Reads the rules of these groups. Those of a group that the platform does not show are null: it
   * may have rules that the platform does not show either.
   * @param onRead is called with how many of them are known
   * @throws what the query throws, the signal's reason
   */
  async read(
    groups: readonly string[],
    signal: AbortSignal,
    onRead: (known: number, rules: RulesOrNone) => void,
  ): Promise<void> {
    const unknown = groups.filter((id) => !this.#known.has(id))
    onRead(groups.length - unknown.length, this.#rulesOf(groups.filter((id) => this.#known.has(id))))
    const batches = inCalls(sorted(unknown))
    let known = groups.length - unknown.length
    const next = async (): Promise<void> => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        signal.throwIfAborted()
        const query = rulesOfGroupsQuery(this.#project, batch)
        const { age } = this
        const [rules, shown] = await Promise.all([
          this.#queryClient.fetchQuery({ ...query, ...age }),
          // Without names traffic is compared all the same.
          this.#queryClient
            .fetchQuery({ ...groupsByIdQuery(this.#project, batch), ...age })
            .catch(() => undefined),
        ])
        signal.throwIfAborted()
        const readAt = this.#queryClient.getQueryState(query.queryKey)?.dataUpdatedAt ?? Date.now()
        for (const id of batch) {
          const group = shown?.[id]
          if (group) this.groups.set(id, group)
          const read = rules[id] ?? []
          const isKnown = shown ? group !== undefined : read.length > 0
          this.#known.set(id, { rules: isKnown ? read : null, readAt })
        }
        known += batch.length
        onRead(known, this.#rulesOf(batch))
      }
    }
    await Promise.all(Array.from({ length: CALLS_AT_ONCE }, next))
  }

  /** When the oldest rules of these groups were read (ms since 1970). */
  oldest(groups: readonly string[]): number {
    return groups.reduce((oldest, id) => Math.min(oldest, this.#known.get(id)?.readAt ?? oldest), Date.now())
  }

  #rulesOf(groups: readonly string[]): RulesOrNone {
    return new Map(groups.map((id) => [id, this.#known.get(id)!.rules]))
  }

  /** All rules of groups that were read. */
  *each(groups: readonly string[]): Iterable<SecurityGroupRule> {
    for (const id of groups) yield* this.#known.get(id)?.rules ?? []
  }
}

/** What reading is about: how the page and the worker get to know what is read. */
type Reading = {
  project: string
  queryClient: QueryClient
  rules: RulesRead
  /** The ports that change. */
  changed: ReadonlySet<string>
  signal: AbortSignal
  onRules: (rules: RulesOrNone) => void
  /** How many groups are read, of how many. */
  onProgress: (done: number, of: number) => void
}

/**
 * Reads what the traffic of kinds is compared by, but for the guards: the rules of all groups, the
 * members of remote groups, and other ports whose rules are for groups that come or go. What can't
 * be read of other ports is named; it never fails for that.
 * @throws CallError when the rules of the kinds' own groups can't be read
 */
export async function readFacts(
  { groups, changing }: ToRead,
  reading: Reading,
): Promise<Omit<TrafficFacts, 'guards'>> {
  const { project, queryClient, rules, signal, onRules, onProgress } = reading
  const othersRead =
    changing.length === 0
      ? NO_OTHERS
      : queryClient.fetchQuery({ ...otherPortsOfManyQuery(project, changing), ...rules.age })
  // Its failure is looked at below: meanwhile it is no unhandled one.
  void Promise.resolve(othersRead).catch(() => undefined)
  await rules.read(groups, signal, (known, read) => {
    onRules(read)
    onProgress(known, groups.length)
  })
  const others = await othersRead
  signal.throwIfAborted()
  const { others: comparable, groups: otherGroups } = await readRulesOfOthers(others, groups, reading)
  const ownRemotes = remoteGroupIds(rules.each(groups))
  // Those that other ports come into matter most: only some can be read.
  const isChanging = new Set(changing)
  const remotes = [
    ...ownRemotes.filter((id) => isChanging.has(id)),
    ...ownRemotes.filter((id) => !isChanging.has(id)),
  ]
  const addressGroups = remoteAddressGroupIds(rules.each([...groups, ...otherGroups]))
  const members: Record<string, readonly string[]> = {}
  if (remotes.length + addressGroups.length > 0) {
    const read = await queryClient.fetchQuery({
      ...membersOfGroupsQuery(project, remotes.slice(0, MOST_REMOTE_GROUPS), addressGroups),
      ...rules.age,
    })
    signal.throwIfAborted()
    for (const [id, one] of read) if ('addresses' in one) members[id] = one.addresses
  }
  return { members, others: comparable }
}

const NO_OTHERS: OtherPortsRead = { ports: [], unread: [] }

/** The other ports whose rules are all read, and the groups whose rules that took. */
async function readRulesOfOthers(
  { ports, unread }: OtherPortsRead,
  known: readonly string[],
  { rules, changed, signal, onRules, onProgress }: Reading,
): Promise<{ others: OtherPortsRead; groups: readonly string[] }> {
  const others = ports.filter((port) => !changed.has(port.id) && portSecurityOf(port) !== false)
  const why = [...unread]
  if (others.length > MOST_OTHERS)
    why.push(`only ${MOST_OTHERS.toLocaleString('en')} of the ports with such rules are compared`)
  const readable = new Set(known)
  const more = new Set<string>()
  const taken: OtherPort[] = []
  for (const port of others.slice(0, MOST_OTHERS)) {
    const lacking = port.security_groups.filter((id) => !readable.has(id) && !more.has(id))
    if (more.size + lacking.length > MOST_OTHER_GROUPS) continue
    for (const id of lacking) more.add(id)
    taken.push(port)
  }
  const left = Math.min(others.length, MOST_OTHERS) - taken.length
  if (left > 0)
    why.push(
      `${left} of the ports with such rules are not compared, as they have too many groups between them`,
    )
  const groups = [...more]
  try {
    await rules.read(groups, signal, (done, read) => {
      onRules(read)
      onProgress(known.length + done, known.length + groups.length)
    })
  } catch (error) {
    if (signal.aborted) throw error
    return {
      others: { ports: [], unread: [...why, 'the rules of other ports could not be read'] },
      groups: [],
    }
  }
  return { others: { ports: taken, unread: why }, groups }
}
