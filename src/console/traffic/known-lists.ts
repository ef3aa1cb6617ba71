/**
 * What takes long to hand to the worker, the rules of groups and the addresses of remotes, is sent
 * to it once and named by a number from then on. A list is known by being the same object: one that
 * was read anew is another one, and is sent anew. So an old one is never taken for a new one.
 */
import type { TrafficRequest, WorkerQuestion } from './compare-traffic.ts'

type List = readonly unknown[]

/**
 * So many rules and addresses are kept, with each list counted as one more, and those of the newest
 * question: as many as three ports have at most, a few megabytes.
 */
export const MOST_KEPT = 20_000

/** What the worker has: for the page, which sends it, and keeps no list for that. */
export class ListsSent {
  readonly #numbers = new WeakMap<List, number>()
  /** How much each list counts that the worker has, in the order in which they were asked about. */
  readonly #sizes = new Map<number, number>()
  #size = 0
  #sent = 0

  /** The request for a question; it has to be sent, and in this order. */
  request(id: number, question: WorkerQuestion): TrafficRequest {
    const fresh: [number, List][] = []
    const asked = new Set<number>()
    const numberOf = (list: List) => {
      const known = this.#numbers.get(list)
      const has = known !== undefined && this.#sizes.delete(known)
      const number = has ? known : ++this.#sent
      const size = list.length + 1
      this.#sizes.set(number, size)
      if (!has) {
        this.#numbers.set(list, number)
        this.#size += size
        fresh.push([number, list])
      }
      asked.add(number)
      return number
    }
    const { rules, members, ...rest } = question
    const numbers = {
      rules: Object.entries(rules).map(([of, list]) => [of, list && numberOf(list)] as const),
      members: Object.entries(members ?? {}).map(([of, list]) => [of, numberOf(list)] as const),
    }
    return { id, question: rest, ...numbers, fresh, forget: this.#forget(asked) }
  }

  /** Gives up what was not asked about for longest. */
  #forget(asked: ReadonlySet<number>): number[] {
    const forgotten: number[] = []
    for (const [number, size] of this.#sizes) {
      // What was asked about now is at the end.
      if (this.#size <= MOST_KEPT || asked.has(number)) break
      this.#sizes.delete(number)
      this.#size -= size
      forgotten.push(number)
    }
    return forgotten
  }
}

/** What the worker was sent: for the worker. */
export class ListsKept {
  readonly #lists = new Map<number, List>()

  /** How many rules and addresses it has, with each list counted as one more. */
  get size(): number {
    let size = 0
    for (const list of this.#lists.values()) size += list.length + 1
    return size
  }

  /** The question of a request, whole. @throws RangeError where a list of it was not sent */
  question({ question, rules, members, fresh, forget }: TrafficRequest): WorkerQuestion {
    for (const number of forget) this.#lists.delete(number)
    for (const [number, list] of fresh) this.#lists.set(number, list)
    return {
      ...question,
      rules: Object.fromEntries(rules.map(([id, number]) => [id, number && this.#list(number)])),
      members: Object.fromEntries(members.map(([id, number]) => [id, this.#list(number)])),
    } as WorkerQuestion
  }

  #list(number: number): List {
    const list = this.#lists.get(number)
    if (!list) throw new RangeError(`list ${number} was not sent`)
    return list
  }
}
