import { afterAll, beforeAll, expect, test } from 'vitest'
import { SETTLED, type Operation } from '../../src/vpc/portside-api.ts'
import { buildProxy, KillableProxy, type Built } from './killable.ts'
import { operationsOver, planned, PROJECT, startStage, type Answered } from './stage.ts'

const PLANS = 1000
/** After so many plans the proxy is killed and started again, whatever is under way. */
const PLANS_BETWEEN_KILLS = 120
/** Plans that are under way at once, each on a port of its own. */
const OPERATORS = 8
/** On the ports of so many of them, somebody else changes the list now and then. */
const DISTURBED = 3
const GROUPS = 'abcdefghijkl'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
/** A sequence of numbers in 0..1 that SEED decides. */
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
const oneOf = <T>(items: readonly T[]): T => items[below(items.length)]!

let stage: Awaited<ReturnType<typeof startStage>>
let built: Built
let proxy: KillableProxy
let operations: ReturnType<typeof operationsOver>
/** Comes back when the proxy can be called again. */
let running: Promise<void>

beforeAll(async () => {
  stage = await startStage()
  built = await buildProxy()
  proxy = new KillableProxy(built, stage.emulator, {
    PORTSIDE_STEP_RETRY_MS: '3',
    PORTSIDE_LATE_ANSWER_MS: '20',
  })
  operations = operationsOver(proxy.call)
  running = proxy.start()
  await running
}, 60_000)
afterAll(async () => {
  await running
  await proxy.stop('SIGKILL')
  await stage.close()
  await built.remove()
}, 60_000)

/** A call that is made again when the proxy was killed on the way. */
async function steadily<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    await running
    const before = running
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      // Killed, or about to be: an answer is lost, and the proxy is not there for a moment.
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (running === before) await running
    }
  }
}

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

type Place = { portId: string; disturbed: boolean; looks: { count: number } }

/** Some faults that meet the calls for this port, at random points of the operation. */
function randomFaults({ portId, disturbed }: Place): object[] {
  const kinds = [
    () => ({ kind: 'error', status: 429, retry_after: 0 }),
    () => ({ kind: 'error', status: oneOf([429, 500, 503, 504]), times: 1 + below(3) }),
    () => ({ kind: 'error', status: oneOf([401, 403, 404, 409]) }),
    () => ({ kind: 'drop_before' }),
    () => ({ kind: 'drop_after' }),
    () => ({ kind: 'garbage', status: oneOf([200, 502]) }),
    () => ({ kind: 'delay', milliseconds: below(15) }),
    () => ({ kind: 'delay_answer', milliseconds: below(15) }),
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
      : { method: 'PUT', path: `${portId}/` }
    return { ...fault, match, after: below(4) }
  })
}

/** The port's list, asked of the cloud on a way that no fault meets. */
async function listOf(portId: string): Promise<string[]> {
  const answer = await fetch(`${stage.emulator}/_emulator/v3/${PROJECT}/ports?id=${portId}`)
  return (await answer.json()).ports[0].security_groups
}

const missing = (of: readonly string[], list: readonly string[]) => of.filter((id) => !list.includes(id))

/** The groups that a record must not leave unsaid: on the port before, to be there at the end, and not there now. */
const offNow = ({ before, planned_from, desired }: Operation, list: readonly string[]) =>
  missing(
    [...new Set([...before, ...planned_from])].filter((id) => desired.includes(id)),
    list,
  )

/** Waits for an operation's end, and looks again and again whether its record tells which groups are off the port. */
async function watch(id: string, { portId, disturbed, looks }: Place): Promise<Operation> {
  for (let after = 0; ;) {
    const { operation } = await steadily(() => operations.get(id, `?after=${after}&wait=2`))
    after = operation.revision
    // What somebody else takes off the port, no record can say before the proxy has read it.
    if (operation.status !== 'queued' && !disturbed && random() < 0.5) {
      const list = await listOf(portId)
      const { operation: again } = await steadily(() => operations.get(id))
      // The list was read while the record said this and nothing else.
      if (operation.revision === again.revision) {
        looks.count++
        expect(operation.off_the_port).toEqual(expect.arrayContaining(offNow(operation, list)))
      }
    }
    if (SETTLED.has(operation.status) && operation.list_now !== null) return operation
  }
}

/** One plan of one operator, from its first request to where nothing is left to answer. */
async function arrange(place: Place, seen: Record<string, number>) {
  const { portId } = place
  const from = await listOf(portId)
  const desired = randomList()
  if (planned(from, desired).steps.length === 0) return
  const body = planned(from, desired)
  // Somebody else is faster now and then.
  if (place.disturbed && random() < 0.1) await stage.someoneElseSets(portId, randomList())
  const faults = randomFaults(place)
  if (faults.length > 0) await stage.faults(...faults)
  let { status, operation, error } = await steadily(() => operations.post(portId, body))
  expect([error, [200, 202].includes(status)]).toEqual([{ operation }, true])

  // What the port had before any of the operations that follow one another: each may find groups that the next has lost.
  const had = new Set<string>()
  for (;;) {
    const ended = await watch(operation.operation_id, place)
    const list = await listOf(portId)
    seen[ended.status] = (seen[ended.status] ?? 0) + 1
    expect(ended.list_now).toEqual(list)
    if (ended.status === 'done') return expect(list).toEqual(ended.desired)
    if (ended.status === 'list_changed')
      return expect(ended.steps.every(({ attempts }) => attempts === 0)).toBe(true)
    expect(['stopped', 'interrupted']).toContain(ended.status)
    for (const id of [...ended.before, ...ended.planned_from]) had.add(id)
    const off = missing(
      [...had].filter((id) => ended.desired.includes(id)),
      list,
    )
    expect(ended.off_the_port.toSorted()).toEqual(off.toSorted())

    const answer = oneOf(['go-on', 'go-back', 'leave'] as const)
    let answered: Answered
    do answered = await steadily(() => operations.answer(ended.operation_id, answer))
    while (
      // The port is read before, and that may meet a fault.
      answered.status >= 400 &&
      !answered.error.error_code.startsWith('Portside.Operation')
    )
    expect([answered.error, [200, 202].includes(answered.status)]).toEqual([
      { operation: answered.operation },
      true,
    ])
    if (answered.status === 200 && answered.operation.operation_id === ended.operation_id) return
    operation = answered.operation
  }
}

test(`${PLANS} random plans with faults at random points, the proxy killed in some (SEED=${SEED})`, async () => {
  const seen: Record<string, number> = {}
  const looks = { count: 0 }
  let begun = 0
  let kills = 0
  async function operator(_: unknown, number: number): Promise<void> {
    const place = { portId: await stage.portWith('abcdef'), disturbed: number < DISTURBED, looks }
    while (begun < PLANS) {
      begun++
      if (begun % PLANS_BETWEEN_KILLS === 0) {
        kills++
        running = running.then(() => proxy.stop('SIGKILL')).then(() => proxy.start())
      }
      await arrange(place, seen)
    }
  }
  await Promise.all(Array.from({ length: OPERATORS }, operator))
  // What was to be met was met.
  expect(kills).toBe(8)
  expect(looks.count).toBeGreaterThan(PLANS / 2)
  for (const status of ['done', 'list_changed', 'stopped', 'interrupted'])
    expect(seen[status], status).toBeGreaterThan(0)
}, 300_000)
