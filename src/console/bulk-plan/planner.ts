import { groupsNamed } from '../../vpc/bulk/intent-words.ts'
import { kindsOf, type Kinds, type PlannedPort } from '../../vpc/bulk/kinds.ts'
import {
  changingGroups,
  kindInFull,
  kindsTraffic,
  type BulkTraffic,
  type BulkTrafficQuestion,
  type TrafficProgress,
} from '../../vpc/bulk/kinds-traffic.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import type { KindsFound, Places } from './bulk-plan.ts'
import type { PlannerMessage, PlannerRequest, ToRead, TrafficFacts, Wanted } from './messages.ts'

/** The worker looks for messages, and says how far it is, so often. */
const SLICE_MS = 40
/** So many kinds are sent in one message: the page has to take it in one go. */
const KINDS_PER_MESSAGE = 20

/**
 * Plans changes of many ports: what the worker does. Takes PlannerRequests, posts PlannerMessages.
 * Works in slices, so that it can be stopped; what is asked later ends what was asked before.
 */
export class Planner {
  readonly #post: (message: PlannerMessage) => void
  #ports: PlannedPort[] = []
  #places = new Map<PlannedPort, number>()
  readonly #rules = new Map<string, readonly SecurityGroupRule[] | undefined>()
  #found: { id: number; wanted: Wanted; kinds: Kinds } | undefined
  /** What was compared last, to be asked for more of it. */
  #compared: { question: BulkTrafficQuestion; traffic: BulkTraffic } | undefined
  /** Counts up with each request that ends what is under way. */
  #turn = 0

  constructor(post: (message: PlannerMessage) => void) {
    this.#post = post
  }

  take(request: PlannerRequest): void {
    switch (request.kind) {
      case 'ports':
        if (request.first) this.#ports = []
        this.#ports.push(...request.ports)
        return
      case 'rules':
        for (const [id, rules] of Object.entries(request.rules)) this.#rules.set(id, rules ?? undefined)
        return
      case 'stop':
        this.#turn++
        return
      case 'find':
        this.#turn++
        this.#orFailure(request.id, () => this.#find(request.id, request.wanted))
        return
      case 'compare':
        this.#turn++
        this.#orFailure(request.id, () => this.#compare(request.id, request.facts))
        return
      case 'in-full':
        this.#orFailure(request.id, () => this.#inFull(request.id, request.place))
    }
  }

  #orFailure(id: number, act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#post({ id, kind: 'failure', failure: error instanceof Error ? error.message : String(error) })
    }
  }

  #find(id: number, wanted: Wanted): void {
    this.#compared = undefined
    this.#places = new Map(this.#ports.map((port, place) => [port, place]))
    const kinds = kindsOf(wanted.intent, this.#ports, wanted.planning)
    this.#found = { id, wanted, kinds }
    this.#post({ id, kind: 'found', found: this.#counted(kinds), toRead: toRead(kinds, wanted) })
  }

  #counted({ kinds, unchanged, skipped }: Kinds): KindsFound {
    return {
      kinds: kinds.length,
      changing: kinds.reduce((sum, { ports }) => sum + ports.length, 0),
      unchanged: this.#placesOf(unchanged),
      skipped: skipped.map(({ reason, ports }) => ({ reason, ports: this.#placesOf(ports) })),
    }
  }

  #placesOf(ports: readonly PlannedPort[]): Places {
    return Int32Array.from(ports, (port) => this.#places.get(port)!)
  }

  #compare(id: number, { members, others, guards }: TrafficFacts): void {
    const found = this.#found
    if (found?.id !== id) throw new Error('The kinds of another change were found meanwhile.')
    const addresses = new Map(Object.entries(members))
    const question = {
      ...questionOf(found.kinds, found.wanted),
      rules: this.#rules,
      members: (remote: string) => addresses.get(remote),
      others,
      guards,
    }
    this.#slice(id, this.#turn, kindsTraffic(question), question)
  }

  #slice(
    id: number,
    turn: number,
    comparing: Generator<TrafficProgress, BulkTraffic>,
    question: BulkTrafficQuestion,
  ): void {
    if (turn !== this.#turn) return
    const until = performance.now() + SLICE_MS
    for (;;) {
      const step = comparing.next()
      if (step.done) {
        this.#compared = { question, traffic: step.value }
        return this.#end(id, step.value)
      }
      if (performance.now() < until) continue
      this.#post({ id, kind: 'progress', progress: step.value })
      // A message that came meanwhile is taken first.
      setTimeout(() => this.#orFailure(id, () => this.#slice(id, turn, comparing, question)))
      return
    }
  }

  #inFull(id: number, place: number): void {
    if (!this.#compared) throw new Error('Another change is planned meanwhile.')
    const { question, traffic } = this.#compared
    this.#post({ id, kind: 'in-full', traffic: kindInFull(question, traffic, place) })
  }

  #end(id: number, { kinds, ...compared }: BulkTraffic): void {
    for (let from = 0; from < kinds.length; from += KINDS_PER_MESSAGE)
      this.#post({
        id,
        kind: 'kinds',
        kinds: kinds
          .slice(from, from + KINDS_PER_MESSAGE)
          .map((kind) => ({ ...kind, ports: this.#placesOf(kind.ports) })),
      })
    this.#post({ id, kind: 'compared', compared })
  }
}

function questionOf(
  { kinds }: Kinds,
  { intent, way, planning }: Wanted,
): Pick<BulkTrafficQuestion, 'kinds' | 'way' | 'limit' | 'named'> {
  return { kinds, way, limit: planning.limit, named: groupsNamed(intent) }
}

/** Where groups have no effect on a port, nothing is decided by their rules. */
function toRead(kinds: Kinds, wanted: Wanted): ToRead {
  const deciding = kinds.kinds.filter(({ portSecurity }) => portSecurity)
  return {
    groups: [...new Set(deciding.flatMap(({ list, desired }) => [...list, ...desired]))],
    changing: changingGroups(questionOf(kinds, wanted)),
  }
}
