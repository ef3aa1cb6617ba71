import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { paths } from '../../../src/vpc/paths.ts'
import { auditLogOver } from '../audit-log/read-audit-log.ts'
import { startGuardedStage, type GuardedStage } from '../guards/guarded-stage.ts'
import { PROJECT, startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

describe('guards', () => {
  let stage: GuardedStage['stage']
  let bulk: ReturnType<typeof bulkChangesOver>
  let opening: string
  let quiet: string
  beforeAll(async () => {
    ;({ stage, opening, quiet } = await startGuardedStage())
    bulk = bulkChangesOver(stage.proxy.call)
  }, 60_000)
  afterAll(() => stage.close())

  async function portsWith(group: string, count: number): Promise<string[]> {
    const ports: string[] = []
    for (let n = 0; n < count; n++) {
      const port = await stage.portWith('a')
      await stage.someoneElseSets(port, [group])
      ports.push(port)
    }
    return ports
  }

  test('refuse a port before anything is sent', async () => {
    const ports = await portsWith(quiet, 2)
    const body = bulkRequest([{ from: [quiet], to: [opening, quiet], ports }])
    await bulk.post(body)
    const stopped = await bulk.settled(body.bulk_change_id)
    expect(stopped).toMatchObject({ state: 'stopped', counts: { failed: 1, waiting: 1 } })
    const [first] = await bulk.ports(body.bulk_change_id)
    expect(first).toMatchObject({ state: 'failed', error: { error_code: 'Portside.GuardBroken' } })
    expect(first!.operation_id).toBeNull()
    expect(await stage.list(ports[0]!)).toEqual([quiet])
  })

  test('give way to the number of ports, typed, which each audit record has', async () => {
    const ports = await portsWith(quiet, 2)
    const kinds = [{ from: [quiet], to: [opening, quiet], ports }]
    const body = bulkRequest(kinds, {}, { confirmed_by: '2' })
    await bulk.post(body)
    expect(await bulk.settled(body.bulk_change_id)).toMatchObject({ state: 'done', counts: { done: 2 } })
    for (const { operation_id } of await bulk.ports(body.bulk_change_id)) {
      const { entries } = await auditLogOver(stage.proxy.call).record(operation_id!)
      expect(entries).toContainEqual(
        expect.objectContaining({ kind: 'confirmed', typed: '2', guards: ['web ports'] }),
      )
    }
    expect((await bulk.entries(body.bulk_change_id)).map(({ kind }) => kind)).toContain('confirmed')
  })
})

describe('the budget of calls', () => {
  test('leaves people what is theirs: the rest waits for the next window', async () => {
    const stage = await startStage({ PORTSIDE_CALLS: '40/4s', PORTSIDE_METRICS_LISTEN: '127.0.0.1:0' })
    const bulk = bulkChangesOver(stage.proxy.call)
    const metrics = async () => {
      const text = await (await fetch(`${stage.proxy.metricsAddress}/metrics`)).text()
      return text.match(/^portside_bulk\w+ \d+$/gm)!.join('\n')
    }
    const ports: string[] = []
    for (let n = 0; n < 14; n++) ports.push(await stage.portWith('abc'))
    const body = bulkRequest([{ from: stage.ids('abc'), to: stage.ids('xabc'), ports }], { first: 14 })
    await bulk.post(body)
    const waiting = await bulk.once(body.bulk_change_id, ({ error }) => error !== null)
    expect(waiting).toMatchObject({ state: 'running', error: { error_code: 'Portside.NoCallsLeft' } })
    expect(waiting.counts.waiting).toBeGreaterThan(0)
    expect(await metrics()).toMatch(/portside_bulk_changes_open 1\nportside_bulk_ports_waiting [1-9]/)
    // A person reads at once.
    const read = await stage.proxy.call(`/api${paths.port(PROJECT, ports[0]!)}`)
    expect(read.status).toBe(200)
    const ended = await bulk.settled(body.bulk_change_id)
    expect(ended).toMatchObject({ state: 'done', error: null, counts: { done: 14 } })
    expect(await metrics()).toMatch(/portside_bulk_changes_open 0\nportside_bulk_ports_waiting 0/)
    await stage.close()
  })

  test('is one for all bulk changes: together they leave people what is theirs', async () => {
    const stage = await startStage({ PORTSIDE_CALLS: '40/60s' })
    const bulk = bulkChangesOver(stage.proxy.call)
    await stage.faults({ kind: 'delay', milliseconds: 3000, times: 0, match: { method: 'PUT' } })
    const ids: string[] = []
    for (let n = 0; n < 4; n++) {
      const ports: string[] = []
      for (let port = 0; port < 6; port++) ports.push(await stage.portWith('abc'))
      const body = bulkRequest([{ from: stage.ids('abc'), to: stage.ids('xabc'), ports }], { first: 6 })
      ids.push(body.bulk_change_id)
      await bulk.post(body)
    }
    const underWay = async () => {
      const all = await Promise.all(ids.map((id) => bulk.get(id)))
      return all.reduce((sum, { bulk_change }) => sum + bulk_change.counts.under_way, 0)
    }
    // 8 calls are for changes alone, and a quarter of the others for people: 24, of 4 a port.
    await expect.poll(underWay).toBeGreaterThanOrEqual(4)
    await pause(1500)
    expect(await underWay()).toBeLessThanOrEqual(6)
    await stage.close()
  })
})
