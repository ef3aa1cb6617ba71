import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { createDatabase, POSTGRES } from '../../stage/postgres.ts'
import { operationsOver, PROJECT, startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

const GUARD = { name: 'web ports', protocol: 'tcp', ports: '22', remote: 'anywhere' }

describe('a choice that meets a step', () => {
  let stage: Awaited<ReturnType<typeof startStage>>
  let bulk: ReturnType<typeof bulkChangesOver>
  beforeAll(async () => {
    // Guards read a port before its operation is written.
    stage = await startStage({ PORTSIDE_GUARDS: JSON.stringify([GUARD]) })
    bulk = bulkChangesOver(stage.proxy.call)
  }, 60_000)
  afterEach(() => stage.noFaults())
  afterAll(() => stage.close())

  /** Begins a change whose ports have their turn, but are read slowly, and meet `more` then. */
  async function readSlowly(count: number, more: object[] = []) {
    const ports: string[] = []
    for (let n = 0; n < count; n++) ports.push(await stage.portWith('abc'))
    const match = { method: 'GET', path: `${PROJECT}/ports/` }
    await stage.faults({ kind: 'delay', milliseconds: 700, times: 0, match }, ...more)
    const body = bulkRequest([{ from: stage.ids('abc'), to: stage.ids('bca'), ports }], { first: count })
    await bulk.post(body)
    await bulk.once(body.bulk_change_id, ({ counts }) => counts.under_way === count)
    return { id: body.bulk_change_id, ports }
  }
  const kindsOf = async (id: string) => (await bulk.entries(id)).map(({ kind }) => kind)
  async function expectNothingSent(ports: readonly string[]) {
    await pause(1500)
    for (const port of ports) {
      expect(stage.word(await stage.list(port))).toBe('abc')
      expect(await operationsOver(stage.proxy.call).ofPort(port)).toEqual([])
    }
  }

  test('end: nothing is sent afterwards for ports that are only being read', async () => {
    const { id, ports } = await readSlowly(2)
    const { bulk_change } = await bulk.choose(id, 'end')
    expect(bulk_change).toMatchObject({ state: 'ended', counts: { left_out: 2, under_way: 0, waiting: 0 } })
    await expectNothingSent(ports)
    expect((await bulk.get(id)).bulk_change.counts).toMatchObject({ left_out: 2 })
    expect(await kindsOf(id)).toEqual(['began', 'wave', 'ended', 'end'])
  })

  test('end: a port that can’t be read for now (429) doesn’t wait for ever', async () => {
    const match = { method: 'GET', path: `${PROJECT}/ports/` }
    const { id } = await readSlowly(1, [{ kind: 'error', status: 429, times: 0, match }])
    await bulk.choose(id, 'end')
    await pause(1500)
    expect((await bulk.get(id)).bulk_change.counts).toMatchObject({ left_out: 1, waiting: 0 })
  })

  test('pause: those ports wait again, and have their turn when it goes on', async () => {
    const { id, ports } = await readSlowly(2)
    const { bulk_change } = await bulk.choose(id, 'pause')
    expect(bulk_change).toMatchObject({ state: 'paused', counts: { waiting: 2, under_way: 0 } })
    await expectNothingSent(ports)
    await stage.noFaults()
    await bulk.choose(id, 'go-on')
    expect(await bulk.settled(id)).toMatchObject({ state: 'done', counts: { done: 2 } })
    for (const port of ports) expect(await operationsOver(stage.proxy.call).ofPort(port)).toHaveLength(1)
  })

  test('pause while the last ports are under way: then it is done', async () => {
    const ports = [await stage.portWith('abc')]
    await stage.faults({ kind: 'delay', milliseconds: 500, times: 0, match: { method: 'PUT' } })
    const body = bulkRequest([{ from: stage.ids('abc'), to: stage.ids('xabc'), ports }])
    const id = body.bulk_change_id
    await bulk.post(body)
    const found = () => operationsOver(stage.proxy.call).ofPort(ports[0]!)
    await expect.poll(found).toHaveLength(1)
    expect((await bulk.choose(id, 'pause')).bulk_change.state).toBe('paused')
    expect(await bulk.once(id, ({ state }) => state === 'done')).toMatchObject({ counts: { done: 1 } })
    expect((await kindsOf(id)).at(-1)).toBe('end')
    expect((await bulk.undo(id)).status).toBe(202)
  })
})

test.skipIf(!POSTGRES)(
  'a proxy without the project leaves its bulk changes to others',
  async () => {
    const database = await createDatabase(inject('postgresFolder'))
    const stage = await startStage({ DATABASE_URL: database.url })
    const bulk = bulkChangesOver(stage.proxy.call)
    const ports: string[] = []
    for (let n = 0; n < 3; n++) ports.push(await stage.portWith('abc'))
    const kinds = [{ from: stage.ids('abc'), to: stage.ids('bca'), ports }]
    const body = bulkRequest(kinds, { pause_seconds: 1, first: 1, growth: 1 })
    await bulk.post(body)
    await bulk.once(body.bulk_change_id, ({ state }) => state === 'waiting')
    await stage.proxy.close()
    const other = await stage.start({
      PORTSIDE_PROJECTS: '00000000000000000000000000000000=other',
      PORTSIDE_UPSTREAM: stage.emulator,
    })
    await pause(3000)
    const states = () => database.query('select state from bulk_ports order by number')
    expect(await states()).toEqual(['done', 'waiting', 'waiting'].map((state) => ({ state })))
    expect((await bulkChangesOver(other.call).get(body.bulk_change_id)).status).toBe(404)
    const again = await stage.start()
    expect(
      await bulkChangesOver(again.call).once(body.bulk_change_id, ({ state }) => state === 'done'),
    ).toMatchObject({ counts: { done: 3 } })
    await Promise.all([other.close(), again.close()])
    await stage.close()
    await database.remove()
  },
  60_000,
)
