import { expect } from 'vitest'
import type { PlanWay } from '../../../src/vpc/plan-change.ts'
import { SETTLED, type Operation } from '../../../src/vpc/portside-api.ts'
import {
  planned,
  PROJECT,
  type TestedResponse,
  type operationsOver,
  type startStage,
} from './ask-operations.ts'

const GROUPS = 'abcdefghijkl'

/** Decides the random plans of a run. Set as a variable, it repeats them. */
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
/** The next number in 0..1 of the sequence that SEED decides. */
const random = (() => {
  let state = SEED
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
})()
const below = (count: number) => Math.floor(random() * count)
/** One of these, at random. */
export const oneOf = <T>(items: readonly T[]): T => items[below(items.length)]!

const missing = (of: readonly string[], list: readonly string[]) => of.filter((id) => !list.includes(id))

/**
 * The groups that an operation must name as off the port: they were on it before, are to be there
 * at the end, and are not there now.
 */
const offNow = ({ before, planned_from, desired }: Operation, list: readonly string[]) =>
  missing(
    [...new Set([...before, ...planned_from])].filter((id) => desired.includes(id)),
    list,
  )

/** How an operation ended: what tells most comes first, as `npm test` cuts long reasons. */
const inShort = ({ status, steps, list_read_at, updated_at }: Operation, faults: readonly object[]) => {
  const outcomes = steps.map(({ status: of, attempts, found_by_reading }) => [of, attempts, found_by_reading])
  return JSON.stringify({ status, outcomes, list_read_at, updated_at, faults })
}

type Stage = Awaited<ReturnType<typeof startStage>>
/** Makes a call, and again when the proxy was killed meanwhile. */
export type Steadily = <T>(call: (operations: ReturnType<typeof operationsOver>) => Promise<T>) => Promise<T>
/**
 * A port that one operator has alone; on a disturbed one somebody else changes the list now and
 * then.
 */
export type Place = { portId: string; disturbed: boolean }

/**
 * Operators who make random plans on ports of `stage`, meet faults at random points, and compare
 * each operation with the port as it is.
 * @param slowMs the longest that a delayed call takes
 * @param way the way that the plans go
 */
export function randomPlans(stage: Stage, steadily: Steadily, slowMs: number, way: PlanWay = 'steps') {
  /** How often operations ended how. */
  const seen: Record<string, number> = {}
  /** How often an operation was compared with the list while it was under way. */
  const looks = { count: 0 }

  function randomList(): string[] {
    const letters = [...GROUPS].filter(() => random() < 0.6)
    return stage.ids(
      letters
        .map((letter) => [random(), letter] as const)
        .toSorted(([one], [other]) => one - other)
        .map(([, letter]) => letter)
        .join(''),
    )
  }

  /** Some faults that meet the calls for this port, at random points of the operation. */
  function randomFaults({ portId, disturbed }: Place): object[] {
    const kinds = [
      () => ({ kind: 'error', status: 429, retry_after: 0 }),
      () => ({ kind: 'error', status: oneOf([429, 500, 503, 504]), times: 1 + below(3) }),
      () => ({ kind: 'error', status: oneOf([401, 403, 404, 409]) }),
      () => ({ kind: 'drop_before' }),
      () => ({ kind: 'drop_after' }),
      () => ({ kind: 'garbage', status: oneOf([200, 502]) }),
      () => ({ kind: 'delay', milliseconds: below(slowMs) }),
      () => ({ kind: 'delay_answer', milliseconds: below(slowMs) }),
      () =>
        disturbed
          ? { kind: 'change_between', security_groups: randomList() }
          : { kind: 'delay', milliseconds: 5 },
    ]
    const count = oneOf([0, 1, 1, 2, 3])
    return Array.from({ length: count }, () => {
      const fault = oneOf(kinds)()
      const reads = random() < 0.25
      const match = reads
        ? { method: 'GET', path: `${PROJECT}/ports/${portId}` }
        : { method: 'PUT', path: portId }
      return { ...fault, match, after: below(4) }
    })
  }

  async function listOf(portId: string): Promise<string[]> {
    return (await portNow(portId)).security_groups
  }

  /** The port, asked of the emulator in a way that no fault meets. */
  async function portNow(portId: string): Promise<{ security_groups: string[]; updated_at: string }> {
    const response = await fetch(`${stage.emulator}/_emulator/v3/${PROJECT}/ports?id=${portId}`)
    const body = await response.json()
    if (!body.ports?.[0]) throw new Error(`no port: ${response.status} ${JSON.stringify(body)}`)
    return body.ports[0]
  }

  /**
   * Waits for an operation's end, and checks again and again that it says which groups are off the
   * port.
   */
  async function watch(id: string, { portId, disturbed }: Place): Promise<Operation> {
    for (let after = 0; ;) {
      const { operation } = await steadily((operations) => operations.get(id, `?after=${after}&wait=2`))
      after = operation.revision
      // Somebody else may take a group off: no operation knows that before the proxy has read it.
      if (operation.status !== 'queued' && !disturbed && random() < 0.5) {
        const list = await listOf(portId)
        const { operation: again } = await steadily((operations) => operations.get(id))
        // The list was read while the operation had this revision.
        if (operation.revision === again.revision) {
          looks.count++
          expect(operation.off_the_port).toEqual(expect.arrayContaining(offNow(operation, list)))
        }
      }
      if (SETTLED.has(operation.status) && operation.list_now !== null) return operation
    }
  }

  /** One plan of one operator, from its first request until no choice is left. */
  async function arrange(place: Place) {
    const { portId } = place
    const { security_groups: from, updated_at: port_updated_at } = await portNow(portId)
    const body = planned(from, randomList(), { port_updated_at }, way)
    if (body.steps.length === 0) return
    // Somebody else is faster now and then.
    if (place.disturbed && random() < 0.1) await stage.someoneElseSets(portId, randomList())
    const faults = randomFaults(place)
    if (faults.length > 0) await stage.faults(...faults)
    let { status, operation, error } = await steadily((operations) => operations.post(portId, body))
    expect([error, [200, 202].includes(status)]).toEqual([{ operation }, true])

    // The groups from before the first of the operations that follow one another: each operation
    // may take groups off that the next one no longer finds.
    const had = new Set<string>()
    for (;;) {
      let ended = await watch(operation.operation_id, place)
      let now = await portNow(portId)
      // The outcome of a step is not known yet: the port is read once more, and just before that
      // somebody else may change it.
      while (place.disturbed && ended.steps.some(({ status: of }) => of === 'unknown')) {
        const { revision } = ended
        if (ended.list_now?.join() === now.security_groups.join()) break
        ended = (await steadily((operations) => operations.get(ended.operation_id))).operation
        now = await portNow(portId)
        if (ended.revision === revision) await new Promise((resolve) => setTimeout(resolve, 20))
      }
      seen[ended.status] = (seen[ended.status] ?? 0) + 1
      // A list that was replaced is read once more. Where that read fails, the response counts, and
      // somebody else may have changed the port since.
      const { security_groups: list, updated_at } = now
      const since = Date.parse(updated_at) > Date.parse(ended.list_read_at!)
      if (!(place.disturbed && ended.status === 'done' && since))
        expect(ended.list_now, inShort(ended, faults)).toEqual(list)
      if (ended.status === 'done') return expect(ended.list_now).toEqual(ended.desired)
      if (ended.status === 'list_changed')
        return expect(ended.steps.every(({ attempts }) => attempts === 0)).toBe(true)
      expect(['stopped', 'interrupted']).toContain(ended.status)
      for (const id of [...ended.before, ...ended.planned_from]) had.add(id)
      const off = missing(
        [...had].filter((id) => ended.desired.includes(id)),
        list,
      )
      expect(ended.off_the_port.toSorted()).toEqual(off.toSorted())

      const choice = oneOf(['go-on', 'go-back', 'leave'] as const)
      let chosen: TestedResponse
      do chosen = await steadily((operations) => operations.choose(ended.operation_id, choice))
      while (
        // The port is read first, and that may meet a fault.
        chosen.status >= 400 &&
        !chosen.error.error_code.startsWith('Portside.Operation')
      )
      expect([chosen.error, [200, 202].includes(chosen.status)]).toEqual([
        { operation: chosen.operation },
        true,
      ])
      if (chosen.status === 200 && chosen.operation.operation_id === ended.operation_id) return
      operation = chosen.operation
    }
  }

  return { arrange, seen, looks }
}
