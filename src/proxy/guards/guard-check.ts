import type { FastifyBaseLogger } from 'fastify'
import { listsAfter, type ChangeStep } from '../../vpc/change-step.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import {
  comingAndGoing,
  confirmsGuards,
  othersNotCompared,
  guardText,
  remoteAddressGroupIds,
  remoteGroupIds,
  type Guard,
  type OtherPortsCompared,
  type OtherPortsCounts,
} from '../../vpc/traffic/index.ts'
import { abortedWithin } from '../aborts.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { Asker, Upstream } from '../upstream/upstream.ts'
import type { BrokenGuard, GuardQuestion, Judged } from './judge.ts'
import { JudgingThread } from './judging-thread.ts'
import { SHARED_MS, SharedLists, type ListReads } from './list-reads.ts'
import { readAllAddressGroups, readAllMembers, readOthers, readRules } from './read-rules.ts'

/** The longest times, in milliseconds, for reading rules and then remote groups: somebody waits. */
const READING_MS = 15_000
const RESOLVING_MS = 10_000
/** The same where there are no guards: what changes on other ports is only for the audit log. */
const READING_OTHERS_MS = 5000

/** A plan that is compared with the guards, and what the operator typed to confirm it. */
export type GuardedPlan = {
  project_id: string
  port_id: string
  user: string
  planned_from: readonly string[]
  steps: readonly ChangeStep[]
  /** The port's name or ID, as typed by the operator. */
  confirmed_by: string | undefined
  /** What was typed is for many ports at once, and confirms this one too. */
  confirmed_for_all?: boolean | undefined
  /** One of the many ports of a bulk change, which share what is read of rules for some seconds. */
  one_of_many?: boolean | undefined
  /** The list from before the change, for steps that go on or back after one that stopped. */
  before?: readonly string[]
}

/** What a check found of a plan that may be sent. */
export type GuardsPassed = {
  /** The guards that it breaks, as confirmed. */
  confirmed: string[]
  /** What it changes on other ports; null where no other port is concerned. */
  otherPorts: OtherPortsCompared | null
}

const NOTHING: GuardsPassed = { confirmed: [], otherPorts: null }

/**
 * What a plan changes that somebody has to know or confirm before it is sent.
 *
 * It compares a plan with the guards of the configuration, by the rules as they are now: the
 * traffic after each step with the traffic of today's list, `planned_from`. This also applies to
 * going on and going back: a stopped change may be weeks old, and traffic that was allowed before
 * it may be denied for a good reason since. The refusal says that the earlier list allowed it, so
 * that the operator can confirm by typing the port's name. What can't be read or decided counts as
 * broken.
 *
 * What it changes on other ports is counted for the audit log: here where there are guards, which
 * have to wait for it anyway, and else after the operation (`otherPorts`).
 */
export class GuardCheck {
  readonly #guards: readonly Guard[]
  readonly #upstream: Upstream
  readonly #log: FastifyBaseLogger
  readonly #thread = new JudgingThread()
  readonly #lists: SharedLists

  constructor(guards: readonly Guard[], upstream: Upstream, log: FastifyBaseLogger) {
    this.#guards = guards
    this.#upstream = upstream
    this.#log = log
    this.#lists = new SharedLists(upstream)
  }

  /** True when there are guards, so that each plan has to be compared before it is sent. */
  get any(): boolean {
    return this.#guards.length > 0
  }

  /**
   * Resolves when the steps may be sent, with what the audit log is to have of it.
   * @param asker for whom is read
   * @param known the port, when it was read just now
   * @throws ProxyError Portside.GuardBroken, unless `confirmed_by` is the port's name or ID;
   *   UpstreamError when the port can't be read
   */
  async check(planned: GuardedPlan, asker: Asker = {}, known?: Port | null): Promise<GuardsPassed> {
    if (!this.any) return NOTHING
    const { project_id, port_id, user, confirmed_by, confirmed_for_all = false } = planned
    const { shared, anew } = this.#lists
    const port = known ?? (await this.#upstream.readPort(project_id, port_id, asker)).port
    if (portSecurityOf(port) === false) return NOTHING
    if (planned.one_of_many) {
      const found = await this.#broken(planned, port, asker, shared, READING_MS - SHARED_MS)
      if (found.broken.length === 0) return { confirmed: [], otherPorts: found.otherPorts }
    }
    // Nothing is refused, nor confirmed, by what was read for another port.
    const { broken, otherPorts } = await this.#broken(planned, port, asker, anew, READING_MS)
    if (broken.length === 0) return { confirmed: [], otherPorts }
    const named = broken.map(({ guard, why }) => ({ guard: this.#guards[guard]!, why }))
    if (confirmed_for_all || (confirmed_by !== undefined && confirmsGuards(confirmed_by, port))) {
      const names = named.map(({ guard }) => guard.name)
      this.#log.warn({ port_id, user, guards: names }, 'guards broken as confirmed')
      return { confirmed: names, otherPorts }
    }
    throw guardBroken(named, confirmed_by?.trim())
  }

  /**
   * What a plan changes on other ports, for the audit log alone: nothing is refused for it, and
   * what can't be read within 5 seconds is named. Null where port security is off.
   * @param port the port that is changed
   * @param lists its list before, and after each step
   * @param oneOfMany true for a port of a bulk change: they share what is read for some seconds
   */
  async otherPorts(
    project_id: string,
    port: Port,
    lists: readonly (readonly string[])[],
    asker: Asker & { signal: AbortSignal },
    oneOfMany: boolean,
  ): Promise<OtherPortsCompared | null> {
    if (portSecurityOf(port) === false) return null
    const limit = abortedWithin(READING_OTHERS_MS, asker.signal)
    try {
      const reading = { ...asker, signal: limit.signal }
      const changing = comingAndGoing(lists)
      const reads = oneOfMany ? this.#lists.shared : this.#lists.anew
      const others = await readOthers(reads, project_id, port.id, async () => port, changing, reading)
      const { rules, ports, unread } = others
      if (ports.length === 0) return othersNotCompared(unread)
      const addressGroupIds = remoteAddressGroupIds([...rules.values()].flat())
      const { addresses } = await readAllAddressGroups(reads, project_id, addressGroupIds, reading)
      const { id, private_ips } = port
      const judging = {
        ...{ guards: [], lists, before: undefined, rules, members: new Map(), entries: addresses },
        others: { port: { id, private_ips }, ports, unread },
      }
      const judged = await this.#judge(judging, asker.signal)
      return withUnread(judged.others, unread)
    } finally {
      limit.abort()
    }
  }

  /** After a request to change a port: which groups it had and was to have. */
  portChanged(groups: readonly string[]): void {
    this.#lists.portChanged(groups)
  }

  /** Ends the thread, after the checks under way. */
  close(): Promise<void> {
    return this.#thread.close()
  }

  async #broken(
    { project_id, planned_from, steps, before }: GuardedPlan,
    port: Port,
    asker: Asker,
    reads: ListReads,
    readingMs: number,
  ): Promise<Pick<GuardsPassed, 'otherPorts'> & { broken: BrokenGuard[] }> {
    const lists = [planned_from, ...listsAfter(planned_from, steps)]
    const groupIds = [...new Set([...lists, before ?? []].flat())]
    const changing = comingAndGoing(lists)
    const signal = AbortSignal.timeout(readingMs)
    const reading = { ...asker, signal }
    let rules: Map<string, SecurityGroupRule[]>
    let others: Awaited<ReturnType<typeof readOthers>>
    try {
      ;[rules, others] = await Promise.all([
        readRules(reads, project_id, groupIds, reading),
        readOthers(reads, project_id, port.id, async () => port, changing, reading),
      ])
    } catch (error) {
      if (!(error instanceof ProxyError) && !signal.aborted) throw error
      const reason = error instanceof ProxyError ? error.error.error_code : `not within ${readingMs / 1000} s`
      const why = `the rules could not be read (${reason})`
      return {
        broken: this.#undecided(`as ${why}`),
        otherPorts: changing.length === 0 ? null : othersNotCompared([why]),
      }
    }
    const question: Omit<GuardQuestion, 'members' | 'entries'> = {
      guards: this.#guards,
      flavor: port.ecs_flavor,
      lists,
      before,
      rules: new Map([...others.rules, ...rules]),
      others: {
        port: { id: port.id, private_ips: port.private_ips },
        ports: others.ports,
        unread: others.unread,
      },
    }
    const judge = async (members: GuardQuestion['members'], entries: GuardQuestion['entries']) => {
      const judged = await this.#judge({ ...question, members, entries })
      // What could not be read of other ports may break any guard.
      const open = others.unread.length > 0 ? this.#undecided(`as ${others.unread.join('; ')}`) : []
      const known = new Set(judged.broken.map(({ guard }) => guard))
      return {
        broken: [...judged.broken, ...open.filter(({ guard }) => !known.has(guard))],
        otherPorts: changing.length === 0 ? null : withUnread(judged.others, others.unread),
      }
    }
    const first = await judge(new Map(), new Map())
    if (first.broken.every(({ certain }) => certain)) return first
    // Without the addresses of remote groups a guard may be broken; with them it is or it isn't.
    const remoteIds = remoteGroupIds([...rules.values()].flat())
    const addressGroupIds = remoteAddressGroupIds([...question.rules.values()].flat())
    const resolving = { ...asker, signal: AbortSignal.timeout(RESOLVING_MS) }
    const [members, entries] = await Promise.all([
      readAllMembers(reads, project_id, remoteIds, resolving),
      readAllAddressGroups(reads, project_id, addressGroupIds, resolving),
    ])
    const resolved =
      members.addresses.size + entries.addresses.size === 0
        ? first
        : await judge(members.addresses, entries.addresses)
    const unknown = [...members.unresolved, ...entries.unresolved]
    return { ...resolved, broken: resolved.broken.map((one) => withUnknown(one, unknown)) }
  }

  async #judge(
    question: GuardQuestion,
    signal?: AbortSignal,
  ): Promise<Pick<Judged, 'broken'> & { others: OtherPortsCounts | null }> {
    try {
      return await this.#thread.judge(question, signal)
    } catch (error) {
      // When the proxy stops, that is no failure.
      if (!signal?.aborted) this.#log.error({ err: error }, 'traffic could not be compared')
      return { broken: this.#undecided('as the traffic could not be compared'), others: null }
    }
  }

  #undecided(reason: string): BrokenGuard[] {
    const why = `It could not be decided, ${reason}.`
    return this.#guards.map((_, guard) => ({ guard, why, certain: false }))
  }
}

/** A guard that can't be decided says which addresses are missing, and why: of many the first. */
function withUnknown(broken: BrokenGuard, unknown: readonly string[]): BrokenGuard {
  if (broken.certain || unknown.length === 0) return broken
  const named = unknown.slice(0, MOST_UNKNOWN_NAMED)
  const more = unknown.length - named.length
  const why = `${broken.why} Not known: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`
  return { ...broken, why }
}

const MOST_UNKNOWN_NAMED = 3

function withUnread(counted: OtherPortsCounts | null, unread: readonly string[]): OtherPortsCompared {
  if (!counted) return othersNotCompared(['the traffic of other ports could not be compared'])
  return { ...counted, not_compared: [...unread] }
}

function guardBroken(
  broken: readonly { guard: Guard; why: string }[],
  typed: string | undefined,
): ProxyError {
  return ownError(
    'Portside.GuardBroken',
    broken.map(({ guard, why }) => `Guard '${guard.name}' (${guardText(guard)}): ${why}`).join(' '),
    {
      outcome: 'not_sent',
      fields: broken.map(({ guard, why }) => ({
        path: `guards.${guard.name}`,
        message: `${guardText(guard)}. ${why}`,
      })),
      advice: typed
        ? `'${typed}' is neither the name nor the ID of the port. Type one of them to apply the change all the same.`
        : "Change the arrangement, or type the port's name or ID to apply it all the same.",
    },
  )
}
