import type { PlannedPort } from '../../vpc/bulk/kinds.ts'
import type { KindTraffic, TrafficProgress } from '../../vpc/bulk/kinds-traffic.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import type { KindsFound, PlannedKind } from './bulk-plan.ts'
import type { Compared, PlannerMessage, PlannerRequest, ToRead, TrafficFacts, Wanted } from './messages.ts'

/** The part of a Worker that the client uses. */
export type PlannerWorker = Pick<Worker, 'postMessage' | 'terminate'> & {
  addEventListener(type: 'message', listener: (event: MessageEvent<PlannerMessage>) => void): void
  addEventListener(type: 'error' | 'messageerror', listener: (event: Event) => void): void
}

/** The worker failed: there is no plan, and the console says so. */
export class PlanUnavailable extends Error {
  override name = 'PlanUnavailable'
}

/** So many ports are sent in one go: a few milliseconds of the page. */
const PORTS_PER_MESSAGE = 500

type Found = { found: KindsFound; toRead: ToRead }
type WithTraffic = Compared & { kinds: readonly PlannedKind[] }

type Waiting = {
  kinds: PlannedKind[]
  onProgress: ((progress: TrafficProgress) => void) | undefined
  resolve: (result: never) => void
  reject: (reason: unknown) => void
}

/**
 * Asks the worker to plan many ports: first which kinds of change there are, then what traffic they
 * change. What is asked of another change rejects what was asked before with an AbortError, as an
 * aborted signal does. The worker starts with the first question, and keeps ports and rules.
 */
export class BulkPlanClient {
  readonly #start: () => PlannerWorker
  #worker: PlannerWorker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0
  /** The question that found the kinds which the worker has. */
  #finding = 0
  /** The ports that the worker has, and the groups whose rules it has. */
  #ports: readonly PlannedPort[] | undefined
  readonly #rulesSent = new Map<string, readonly SecurityGroupRule[] | null>()

  constructor(start: () => PlannerWorker = startWorker) {
    this.#start = start
  }

  /**
   * The kinds of change, and what has to be read to compare their traffic.
   * @throws PlanUnavailable when the worker fails; the signal's reason, or AbortError
   */
  async find(ports: readonly PlannedPort[], wanted: Wanted, signal: AbortSignal): Promise<Found> {
    signal.throwIfAborted()
    this.#giveUp()
    const asked = ++this.#asked
    this.#finding = asked
    await this.#sendPorts(ports, () => {
      signal.throwIfAborted()
      if (asked !== this.#finding) throw newerAsked()
    })
    return this.#ask<Found>(asked, { kind: 'find', id: asked, wanted }, signal)
  }

  /** Lets the worker know rules, by group ID; those that it has are not sent again. */
  sendRules(rules: ReadonlyMap<string, readonly SecurityGroupRule[] | null>): void {
    const fresh = [...rules].filter(([id, list]) => this.#rulesSent.get(id) !== list)
    if (fresh.length === 0) return
    this.#send({ kind: 'rules', rules: Object.fromEntries(fresh) })
    for (const [id, list] of fresh) this.#rulesSent.set(id, list)
  }

  /** The traffic of the kinds that find() found last. Rejects as find(). */
  compare(
    facts: TrafficFacts,
    onProgress: (progress: TrafficProgress) => void,
    signal: AbortSignal,
  ): Promise<WithTraffic> {
    return this.#ask<WithTraffic>(
      this.#finding,
      { kind: 'compare', id: this.#finding, facts },
      signal,
      onProgress,
    )
  }

  /**
   * All flows of one kind, by its place among those that compare() found; null where groups have no
   * effect. Rejects as find().
   */
  inFull(place: number, signal: AbortSignal): Promise<KindTraffic | null> {
    const id = ++this.#asked
    return this.#ask<KindTraffic | null>(id, { kind: 'in-full', id, place }, signal)
  }

  /** Ends the worker; a question that waits is rejected with an AbortError. */
  close(): void {
    this.#finding = ++this.#asked
    this.#giveUp()
    this.#stop()
  }

  async #sendPorts(ports: readonly PlannedPort[], goOn: () => void): Promise<void> {
    if (this.#worker && this.#ports === ports) return
    this.#ports = undefined
    for (let from = 0; from === 0 || from < ports.length; from += PORTS_PER_MESSAGE) {
      // The page may have something to do between two parts.
      await new Promise((resolve) => setTimeout(resolve))
      goOn()
      this.#send({ kind: 'ports', ports: ports.slice(from, from + PORTS_PER_MESSAGE), first: from === 0 })
    }
    this.#ports = ports
  }

  #ask<Result>(
    id: number,
    request: PlannerRequest,
    signal: AbortSignal,
    onProgress?: (progress: TrafficProgress) => void,
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      signal.throwIfAborted()
      this.#waiting.set(id, { kinds: [], onProgress, resolve, reject })
      signal.addEventListener(
        'abort',
        () => {
          if (!this.#waiting.delete(id)) return
          // Who looks at one kind in full does not stop the comparison of all.
          if (request.kind !== 'in-full') this.#send({ kind: 'stop' })
          reject(signal.reason)
        },
        { once: true },
      )
      this.#send(request)
    })
  }

  #giveUp(reason: unknown = newerAsked()): void {
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }

  #send(request: PlannerRequest): void {
    try {
      this.#worker ??= this.#listen(this.#start())
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
      this.#worker.postMessage(request)
    } catch (cause) {
      this.#stop()
      throw new PlanUnavailable('The change could not be planned.', { cause })
    }
  }

  #listen(worker: PlannerWorker): PlannerWorker {
    const ours = () => this.#worker === worker
    const fail = (event: Event) => ours() && this.#fail('The change could not be planned.', event)
    worker.addEventListener('message', ({ data }) => ours() && this.#take(data))
    worker.addEventListener('error', fail)
    worker.addEventListener('messageerror', fail)
    return worker
  }

  #take(message: PlannerMessage): void {
    const waiting = this.#waiting.get(message.id)
    if (!waiting) return
    if (message.kind === 'progress') {
      waiting.onProgress?.(message.progress)
      return
    }
    if (message.kind === 'kinds') {
      waiting.kinds.push(...message.kinds)
      return
    }
    this.#waiting.delete(message.id)
    if (message.kind === 'failure')
      waiting.reject(new PlanUnavailable(`The change could not be planned: ${message.failure}`))
    else waiting.resolve(resultOf(message, waiting.kinds) as never)
  }

  #fail(message: string, cause: unknown): void {
    this.#stop()
    this.#giveUp(new PlanUnavailable(message, { cause }))
  }

  #stop(): void {
    this.#worker?.terminate()
    this.#worker = undefined
    this.#ports = undefined
    this.#rulesSent.clear()
  }
}

type Last = Extract<PlannerMessage, { kind: 'found' | 'compared' | 'in-full' }>

function resultOf(message: Last, kinds: readonly PlannedKind[]): Found | WithTraffic | KindTraffic | null {
  if (message.kind === 'in-full') return message.traffic
  if (message.kind === 'found') return { found: message.found, toRead: message.toRead }
  return { ...message.compared, kinds }
}

function newerAsked(): DOMException {
  return new DOMException('A newer change was asked for.', 'AbortError')
}

function startWorker(): PlannerWorker {
  return new Worker(new URL('./bulk-plan.worker.ts', import.meta.url), { type: 'module', name: 'bulk plan' })
}
