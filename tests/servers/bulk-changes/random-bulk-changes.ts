import fc from 'fast-check'
import { expect } from 'vitest'
import type { BulkChange, BulkChangePort } from '../../../src/vpc/bulk-changes-api.ts'
import { rebase } from '../../../src/vpc/rebase.ts'
import type { TestedProxy } from '../../stage/proxy.ts'
import { operationsOver, planned, PROJECT, type startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

const MOST_PORTS = 50
const GROUPS = 'abcdefgh'

type Wanted = { from: string; to: string; ports: number }
type Fault = {
  port: number
  reads: boolean
  after: number
  how: { kind: string; word?: string }
}

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
const fault: fc.Arbitrary<Fault> = fc.record({
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
/** When a proxy is struck while a bulk change, and then its undo, are carried out. */
const blows = fc.tuple(fc.nat(1500), fc.nat(1500))

/**
 * Random bulk changes on up to 50 ports that meet faults, each undone: afterwards the record of
 * every port is compared with the list that the platform has.
 * @param call calls any proxy that is there
 * @param strike strikes one of them, and resolves when all are there again
 */
export async function randomBulkChanges(
  stage: Awaited<ReturnType<typeof startStage>>,
  call: TestedProxy['call'],
  numRuns: number,
  strike?: () => Promise<void>,
): Promise<Record<string, number>> {
  const bulk = bulkChangesOver(call)
  const operations = operationsOver(call)
  const ports: string[] = []
  for (let n = 0; n < MOST_PORTS; n++) ports.push(await stage.portWith('a'))
  /** How often ports ended how. */
  const seen: Record<string, number> = {}
  /** Operations of earlier bulk changes. */
  const known = new Set<string>()

  /** The same as stage.list, in letters. */
  const wordOf = async (port: string) => stage.word(await stage.list(port))

  /** Strikes after so many milliseconds, while `work` is done. */
  async function struck<T>(after: number, work: Promise<T>): Promise<T> {
    const blow = strike && new Promise((resolve) => setTimeout(resolve, after)).then(strike)
    const [done] = await Promise.all([work, blow])
    return done
  }

  /** Goes on whenever it stops, until each port had its turn. */
  async function toTheEnd(id: string): Promise<BulkChange> {
    for (;;) {
      const now = await bulk.settled(id)
      if (now.state === 'done') return now
      expect(now.state).toBe('stopped')
      await bulk.choose(id, 'go-on')
    }
  }

  /**
   * A port's record is true: its state, its one operation, how often it sent, and the list that the
   * platform has.
   */
  async function expectTrue(of: BulkChangePort, desired: string, sent: number): Promise<void> {
    const now = await wordOf(of.port_id)
    const own = (await operations.ofPort(of.port_id)).filter(({ operation_id }) => !known.has(operation_id))
    for (const { operation_id } of own) known.add(operation_id)
    expect(own.map(({ operation_id }) => operation_id)).toEqual(of.operation_id ? [of.operation_id] : [])
    if (!of.operation_id) {
      expect(sent).toBe(0)
      return expect(['failed', 'left_out']).toContain(of.state)
    }
    const operation = await operations.once(of.operation_id, ({ list_now }) => list_now !== null)
    expect(stage.word(operation.list_now), JSON.stringify(operation)).toBe(now)
    // No request without its entry in the journal: none is sent by a second proxy, or anew.
    const attempts = operation.steps.reduce((sum, step) => sum + step.attempts, 0)
    expect(sent, JSON.stringify(operation)).toBeLessThanOrEqual(attempts)
    if (of.state === 'done') expect([now, operation.status]).toEqual([desired, 'done'])
    else if (of.state === 'list_changed') expect(attempts).toBe(0)
    else {
      expect(of.state).toBe('failed')
      expect(strike ? ['stopped', 'interrupted'] : ['stopped']).toContain(operation.status)
    }
  }

  const run = async (wants: Wanted[], speed: object, faults: Fault[], [first, second]: [number, number]) => {
    const all: { port: string; from: string; to: string }[] = []
    const asked = wants.map(({ from, to, ports: count }) => {
      const own = ports.slice(all.length, Math.min(all.length + count, MOST_PORTS))
      all.push(...own.map((port) => ({ port, from, to })))
      return { from: stage.ids(from), to: stage.ids(to), ports: own }
    })
    for (const { port, from } of all) await stage.someoneElseSets(port, stage.ids(from))
    /** How many changes of each port the platform has got since. */
    const counting = async () => {
      const counts = new Map<string, () => Promise<number>>()
      for (const { port } of all) counts.set(port, await stage.countChanges(port))
      return (port: string) => counts.get(port)!()
    }
    let sentTo = await counting()
    const disturbed = new Set<string>()
    await stage.faults(
      ...faults.map(({ port, reads, after, how: { word, ...how } }) => {
        const { port: id } = all[port % all.length]!
        if (word !== undefined) disturbed.add(id)
        const match = reads ? { method: 'GET', path: `${PROJECT}/ports/${id}` } : { method: 'PUT', path: id }
        return { ...how, ...(word !== undefined && { security_groups: stage.ids(word) }), match, after }
      }),
    )
    const body = bulkRequest(
      asked.filter((one) => one.ports.length > 0),
      speed,
    )
    // Sent again to the other proxy, it is the same one: then it is no longer new.
    expect([200, 202]).toContain((await bulk.post(body)).status)
    const ended = await struck(first, toTheEnd(body.bulk_change_id))
    // What was unknown is read back, whatever comes between.
    const found = await bulk.ports(body.bulk_change_id)
    for (const { operation_id } of found)
      if (operation_id) await operations.once(operation_id, ({ list_now }) => list_now !== null)
    const sent = new Map<string, number>()
    for (const { port } of all) sent.set(port, await sentTo(port))
    await stage.noFaults()
    const latest = await bulk.ports(body.bulk_change_id)
    expect(latest.map(({ port_id }) => port_id)).toEqual(all.map(({ port }) => port))
    const { counts } = (await bulk.get(body.bulk_change_id)).bulk_change
    expect(counts.waiting + counts.under_way + counts.left_out).toBe(0)
    expect(ended.ports).toBe(all.length)
    for (const [number, of] of latest.entries()) {
      seen[of.state] = (seen[of.state] ?? 0) + 1
      if (of.operation_status === 'interrupted') seen.interrupted = (seen.interrupted ?? 0) + 1
      await expectTrue(of, all[number]!.to, sent.get(of.port_id)!)
    }

    if (latest.some(({ state }) => state === 'done')) {
      const before = new Map<string, string>()
      for (const { port } of all) before.set(port, (await wordOf(port))!)
      sentTo = await counting()
      const { bulk_change } = await bulk.undo(body.bulk_change_id, speed)
      await struck(second, toTheEnd(bulk_change.bulk_change_id))
      for (const of of await bulk.ports(bulk_change.bulk_change_id)) {
        const { from, to } = all.find(({ port }) => port === of.port_id)!
        const was = latest.find(({ port_id }) => port_id === of.port_id)!
        const now = (await wordOf(of.port_id))!
        await expectTrue(of, now, await sentTo(of.port_id))
        if (of.state === 'failed') {
          // Its proxy was killed: a user finishes it.
          const { operation } = await operations.choose(of.operation_id!, 'go-on')
          known.add(operation.operation_id)
          expect(await operations.settled(operation.operation_id)).toMatchObject({ status: 'done' })
        }
        const restored = await wordOf(of.port_id)
        if (!disturbed.has(of.port_id)) expect(restored, JSON.stringify(of)).toBe(from)
        else if (was.state === 'done' && of.state === 'done')
          expect(restored).toBe(rebase([...to], [...from], [...before.get(of.port_id)!]).desired.join(''))
      }
      const { counts: undone } = (await bulk.get(bulk_change.bulk_change_id)).bulk_change
      expect(undone.waiting + undone.under_way + undone.failed).toBe(0)
      await stage.noFaults()
    }
    // The next run begins anew on the same ports.
    const response = await call(`/api/v3/${PROJECT}/operations`)
    const waiting: { operation_id: string }[] = (await response.json()).operations
    for (const { operation_id } of waiting) await operations.choose(operation_id, 'leave')
  }
  await fc.assert(fc.asyncProperty(kinds, pace, fc.array(fault, { maxLength: 40 }), blows, run), {
    numRuns,
    endOnFailure: true,
  })
  return seen
}
