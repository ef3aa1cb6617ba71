import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BulkChange, BulkChangePort } from '../../../src/vpc/bulk-changes-api.ts'
import { rebase } from '../../../src/vpc/list-difference.ts'
import { repeats } from '../../stage/repeats.ts'
import { operationsOver, planned, PROJECT, startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

const RUNS = repeats(3, 200)
const MOST_PORTS = 50
const GROUPS = 'abcdefgh'

let stage: Awaited<ReturnType<typeof startStage>>
let bulk: ReturnType<typeof bulkChangesOver>
let operations: ReturnType<typeof operationsOver>
let ports: string[]

beforeAll(async () => {
  stage = await startStage({}, { ports: 100 })
  bulk = bulkChangesOver(stage.proxy.call)
  operations = operationsOver(stage.proxy.call)
  ports = []
  for (let n = 0; n < MOST_PORTS; n++) ports.push(await stage.portWith('a'))
}, 60_000)
afterAll(() => stage.close())

const list = fc.shuffledSubarray([...GROUPS], { minLength: 1 }).map((letters) => letters.join(''))
const kinds = fc
  .array(fc.record({ from: list, to: list, ports: fc.integer({ min: 1, max: 15 }) }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((all) => all.filter(({ from, to }) => planned([...from], [...to]).steps.length > 0))
  .filter((all) => all.length > 0)
const pace = fc.record({
  first: fc.integer({ min: 1, max: 5 }),
  growth: fc.integer({ min: 1, max: 5 }),
  largest_wave: fc.integer({ min: 3, max: 50 }),
  stop_after: fc.integer({ min: 1, max: 10 }),
})
/** A fault that some port meets, at its place among all; `after` so many of its calls. */
const fault = fc.record({
  port: fc.nat(MOST_PORTS - 1),
  reads: fc.boolean(),
  after: fc.nat(2),
  how: fc.oneof(
    fc.constant({ kind: 'error', status: 429, retry_after: 0 }),
    fc.constantFrom(403, 404, 500, 503, 504).map((status) => ({ kind: 'error', status })),
    fc.constantFrom({ kind: 'drop_before' }, { kind: 'drop_after' }, { kind: 'garbage' }),
    fc.nat(120).map((milliseconds) => ({ kind: 'delay_answer', milliseconds })),
    list.map((word) => ({ kind: 'change_between', word })),
  ),
})

/** The same as stage.list, in letters. */
const wordOf = async (port: string) => stage.word(await stage.list(port))

/** Goes on whenever it stops, until each port had its turn. */
async function toTheEnd(id: string): Promise<BulkChange> {
  for (;;) {
    const now = await bulk.settled(id)
    if (now.state === 'done') return now
    expect(now.state).toBe('stopped')
    await bulk.choose(id, 'go-on')
  }
}

/** A port's record is true: its state, its one operation, and the list that the platform has. */
async function expectTrue(of: BulkChangePort, desired: string, mine: Set<string>): Promise<void> {
  const now = await wordOf(of.port_id)
  const own = (await operations.ofPort(of.port_id)).filter(({ operation_id }) => !mine.has(operation_id))
  for (const { operation_id } of own) mine.add(operation_id)
  expect(own.map(({ operation_id }) => operation_id)).toEqual(of.operation_id ? [of.operation_id] : [])
  if (!of.operation_id) return expect(['failed', 'left_out']).toContain(of.state)
  const operation = await operations.once(of.operation_id, ({ list_now }) => list_now !== null)
  expect(stage.word(operation.list_now), JSON.stringify(operation)).toBe(now)
  if (of.state === 'done') expect([now, operation.status]).toEqual([desired, 'done'])
  else if (of.state === 'list_changed')
    expect(operation.steps.every(({ attempts }) => attempts === 0)).toBe(true)
  else expect([of.state, operation.status]).toEqual(['failed', 'stopped'])
}

test(
  `${RUNS} random bulk changes with faults: the record is true, undo restores`,
  async () => {
    const seen: Record<string, number> = {}
    /** Operations of earlier bulk changes. */
    const known = new Set<string>()
    const run = async (
      wants: { from: string; to: string; ports: number }[],
      speed: object,
      faults: object[],
    ) => {
      const all: { port: string; from: string; to: string }[] = []
      const asked = wants.map(({ from, to, ports: count }) => {
        const own = ports.slice(all.length, Math.min(all.length + count, MOST_PORTS))
        all.push(...own.map((port) => ({ port, from, to })))
        return { from: stage.ids(from), to: stage.ids(to), ports: own }
      })
      for (const { port, from } of all) await stage.someoneElseSets(port, stage.ids(from))
      const disturbed = new Set<string>()
      await stage.faults(
        ...(
          faults as { port: number; reads: boolean; after: number; how: { kind: string; word?: string } }[]
        ).map(({ port, reads, after, how: { word, ...how } }) => {
          const { port: id } = all[port % all.length]!
          if (word !== undefined) disturbed.add(id)
          const match = reads
            ? { method: 'GET', path: `${PROJECT}/ports/${id}` }
            : { method: 'PUT', path: id }
          return { ...how, ...(word !== undefined && { security_groups: stage.ids(word) }), match, after }
        }),
      )
      const body = bulkRequest(
        asked.filter((one) => one.ports.length > 0),
        speed,
      )
      expect((await bulk.post(body)).status).toBe(202)
      const ended = await toTheEnd(body.bulk_change_id)
      // What was unknown is read back, whatever comes between.
      const found = await bulk.ports(body.bulk_change_id)
      for (const { operation_id } of found)
        if (operation_id) await operations.once(operation_id, ({ list_now }) => list_now !== null)
      await stage.noFaults()
      const latest = await bulk.ports(body.bulk_change_id)
      expect(latest.map(({ port_id }) => port_id)).toEqual(all.map(({ port }) => port))
      const { counts } = (await bulk.get(body.bulk_change_id)).bulk_change
      expect(counts.waiting + counts.under_way + counts.left_out).toBe(0)
      expect(ended.ports).toBe(all.length)
      for (const [number, of] of latest.entries()) {
        seen[of.state] = (seen[of.state] ?? 0) + 1
        await expectTrue(of, all[number]!.to, known)
      }

      const changed = latest.some(({ state }) => state === 'done')
      if (changed) {
        const before = new Map<string, string>()
        for (const { port } of all) before.set(port, (await wordOf(port))!)
        const { bulk_change } = await bulk.undo(body.bulk_change_id, speed)
        await toTheEnd(bulk_change.bulk_change_id)
        for (const of of await bulk.ports(bulk_change.bulk_change_id)) {
          const { from, to } = all.find(({ port }) => port === of.port_id)!
          const now = await wordOf(of.port_id)
          const was = latest.find(({ port_id }) => port_id === of.port_id)!
          if (!disturbed.has(of.port_id)) expect(now, JSON.stringify(of)).toBe(from)
          else if (was.state === 'done' && of.state === 'done')
            expect(now).toBe(rebase([...to], [...from], [...before.get(of.port_id)!]).desired.join(''))
          await expectTrue(of, now!, known)
        }
      }
      // The next run begins anew on the same ports.
      const response = await stage.proxy.call(`/api/v3/${PROJECT}/operations`)
      const waiting: { operation_id: string }[] = (await response.json()).operations
      for (const { operation_id } of waiting) await operations.choose(operation_id, 'leave')
    }
    await fc.assert(fc.asyncProperty(kinds, pace, fc.array(fault, { maxLength: 40 }), run), {
      numRuns: RUNS,
      endOnFailure: true,
    })
    expect(seen.done).toBeGreaterThan(0)
  },
  repeats(120_000, 3_600_000),
)
