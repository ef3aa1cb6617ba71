import type { FastifyBaseLogger } from 'fastify'
import { listsAfter, type ChangeStep } from '../../vpc/change-step.ts'
import type { Port } from '../../vpc/port.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { confirmsGuards, guardText, remoteGroupIds, type Guard } from '../../vpc/traffic/index.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { BrokenGuard, GuardQuestion } from './judge.ts'
import { JudgingThread } from './judging-thread.ts'
import { readAllMembers, readRules } from './read-rules.ts'

/**
 * The longest that rules are read for, and then the longest for remote groups: the operator waits
 * for the answer.
 */
const READING_MS = 15_000
const RESOLVING_MS = 10_000

/** Steps to carry out, and what the operator typed. */
export type PlannedSteps = {
  project_id: string
  port_id: string
  user: string
  planned_from: readonly string[]
  steps: readonly ChangeStep[]
  /** The port's name or ID, as typed by the operator. */
  confirmed_by: string | undefined
  /** The list from before the change, for steps that go on or back after one that stopped. */
  before?: readonly string[]
}

/**
 * Holds what is to be sent against the guards of the configuration, with the rules as they are now:
 * what passes after each of the steps, compared with the list that stands, `planned_from`. That
 * holds for going on and back, too: a stopped change may be weeks old, and what passed before it
 * may be shut for good reason since. That it passed is said, so that the operator can put it back
 * by typing the port's name. What can't be read or decided counts as broken.
 */
export class GuardCheck {
  readonly #guards: readonly Guard[]
  readonly #upstream: Upstream
  readonly #log: FastifyBaseLogger
  readonly #thread = new JudgingThread()

  constructor(guards: readonly Guard[], upstream: Upstream, log: FastifyBaseLogger) {
    this.#guards = guards
    this.#upstream = upstream
    this.#log = log
  }

  /**
   * Comes back when the steps may be sent: with the names of the guards that they break, as the
   * operator has confirmed.
   * @param known the port, when it was read just now
   * @throws ProxyError Portside.GuardBroken, unless `confirmed_by` is the port's name or ID;
   *   UpstreamError when the port can't be read
   */
  async hold(planned: PlannedSteps, known?: Port | null): Promise<string[]> {
    if (this.#guards.length === 0) return []
    const { project_id, port_id, user, confirmed_by } = planned
    const port = known ?? (await this.#upstream.readPort(project_id, port_id)).port
    if (port.port_security_enabled === false) return []
    const broken = await this.#broken(planned)
    if (broken.length === 0) return []
    const named = broken.map(({ guard, why }) => ({ guard: this.#guards[guard]!, why }))
    if (confirmed_by !== undefined && confirmsGuards(confirmed_by, port)) {
      const names = named.map(({ guard }) => guard.name)
      this.#log.warn({ port_id, user, guards: names }, 'guards broken as confirmed')
      return names
    }
    throw refusal(named, confirmed_by?.trim())
  }

  /** Ends what it started, after the checks under way. */
  close(): Promise<void> {
    return this.#thread.close()
  }

  async #broken({ project_id, planned_from, steps, before }: PlannedSteps): Promise<BrokenGuard[]> {
    const lists = [planned_from, ...listsAfter(planned_from, steps)]
    const groupIds = [...new Set([...lists, before ?? []].flat())]
    const signal = AbortSignal.timeout(READING_MS)
    let rules: Map<string, SecurityGroupRule[]>
    try {
      rules = await readRules(this.#upstream, project_id, groupIds, signal)
    } catch (error) {
      if (!(error instanceof ProxyError) && !signal.aborted) throw error
      const reason =
        error instanceof ProxyError ? error.error.error_code : `not within ${READING_MS / 1000} s`
      return this.#undecided(`as the rules could not be read (${reason})`)
    }
    const question = { guards: this.#guards, lists, before, rules }
    const broken = await this.#judge({ ...question, members: new Map() })
    if (broken.every(({ certain }) => certain)) return broken
    // With its remote groups named only, a plan breaks what it may break; with their addresses,
    // what it does break.
    const remoteIds = remoteGroupIds([...rules.values()].flat())
    if (remoteIds.length === 0) return broken
    const until = AbortSignal.timeout(RESOLVING_MS)
    const members = await readAllMembers(this.#upstream, project_id, remoteIds, until)
    return members.size === 0 ? broken : this.#judge({ ...question, members })
  }

  async #judge(question: GuardQuestion): Promise<BrokenGuard[]> {
    try {
      return await this.#thread.judge(question)
    } catch (error) {
      this.#log.error({ err: error }, 'traffic could not be compared for the guards')
      return this.#undecided('as the traffic could not be compared')
    }
  }

  #undecided(reason: string): BrokenGuard[] {
    const why = `It could not be decided, ${reason}.`
    return this.#guards.map((_, guard) => ({ guard, why, certain: false }))
  }
}

function refusal(broken: readonly { guard: Guard; why: string }[], typed: string | undefined): ProxyError {
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
