import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createDatabase, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'
import { builtProxy, KillableProxy, type Built } from '../operations/killable.ts'
import { operationsOver, startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let built: Built

beforeAll(async () => {
  stage = await startStage({}, { ports: 200 })
  built = await builtProxy()
}, 60_000)
afterAll(async () => {
  await stage.close()
  await built.remove()
}, 60_000)

async function portsWith(word: string, count: number) {
  const ports: string[] = []
  for (let n = 0; n < count; n++) {
    const port = await stage.portWith(word)
    ports.push(port)
  }
  return ports
}
const asked = (ports: string[]) => [{ from: stage.ids('abc'), to: stage.ids('xabc'), ports }]
/** How many changes of each port the platform got. */
async function counted(ports: readonly string[]) {
  const counts: (() => Promise<number>)[] = []
  for (const port of ports) counts.push(await stage.countChanges(port))
  return () => Promise.all(counts.map((count) => count()))
}

/**
 * Each port has the list that its state says, one operation, and a change that was sent once; none
 * waits or is forgotten.
 */
async function expectTruth(proxy: KillableProxy, id: string, ports: string[], sent: number[]) {
  const found = await bulkChangesOver(proxy.call).ports(id)
  expect(found.map(({ port_id }) => port_id)).toEqual(ports)
  for (const [number, { port_id, state, operation_id }] of found.entries()) {
    expect(['done', 'failed']).toContain(state)
    expect(stage.word(await stage.list(port_id))).toBe(state === 'done' ? 'xabc' : 'abc')
    expect(sent[number]).toBe(state === 'done' ? 1 : 0)
    const operations = await operationsOver(proxy.call).ofPort(port_id)
    expect(operations.map((one) => one.operation_id)).toEqual([operation_id])
  }
}

describe.skipIf(!POSTGRES)('two proxies on one PostgreSQL', { timeout: 120_000 }, () => {
  let database: TestDatabase
  let one: KillableProxy
  let other: KillableProxy

  beforeAll(async () => {
    database = await createDatabase(inject('postgresFolder'))
    const proxy = (name: string) =>
      new KillableProxy(built, stage.emulator, {
        DATABASE_URL: database.url,
        PORTSIDE_DATA: `${built.dataFolder}-${name}`,
        PORTSIDE_LEASE_MS: '2000',
        PORTSIDE_LOG_LEVEL: 'warn',
      })
    one = proxy('one')
    other = proxy('other')
    await Promise.all([one.start(), other.start()])
  }, 60_000)
  afterAll(async () => {
    await Promise.all([one.stop('SIGKILL'), other.stop('SIGKILL')])
    await database.remove()
  })

  test('one is killed in the middle of a wave: the other goes on', async () => {
    const [onOne, onOther] = [bulkChangesOver(one.call), bulkChangesOver(other.call)]
    const ports = await portsWith('abc', 30)
    const sent = await counted(ports)
    await stage.faults({ kind: 'delay_answer', milliseconds: 300, times: 0, match: { method: 'PUT' } })
    const body = bulkRequest(asked(ports), { first: 30, stop_after: 30 })
    const id = body.bulk_change_id
    // Either may carry it on: this time it is the one that is killed.
    other.signal('SIGSTOP')
    await onOne.post(body)
    await onOne.once(id, ({ counts }) => counts.done >= 5 && counts.under_way > 0)
    await one.stop('SIGKILL')
    other.signal('SIGCONT')
    const ended = await onOther.settled(id)
    expect(ended).toMatchObject({ state: 'done', counts: { waiting: 0, left_out: 0 } })
    // Those that were under way when the proxy died are read back.
    expect(ended.counts.failed).toBeLessThanOrEqual(4)
    await expectTruth(other, id, ports, await sent())
    await stage.noFaults()
    expect((await onOther.entries(id)).map(({ kind }) => kind)).toContain('taken_over')
    await one.start()
    expect((await onOne.get(id)).bulk_change.counts).toEqual(ended.counts)
  })

  test('the database can’t be reached for a while: it goes on when it can', async () => {
    const bulk = bulkChangesOver(one.call)
    const ports = await portsWith('abc', 12)
    const sent = await counted(ports)
    await stage.faults({ kind: 'delay', milliseconds: 200, times: 0, match: { method: 'PUT' } })
    const body = bulkRequest(asked(ports), { first: 12, stop_after: 12 })
    await bulk.post(body)
    await bulk.once(body.bulk_change_id, ({ counts }) => counts.done >= 2 && counts.under_way > 0)
    await database.shutOut()
    try {
      expect((await bulk.get(body.bulk_change_id)).status).toBe(503)
      const { status, error } = await bulk.choose(body.bulk_change_id, 'pause')
      expect([status, error.error_code]).toEqual([503, 'Portside.DatabaseUnavailable'])
    } finally {
      await database.letIn()
    }
    await expect.poll(async () => (await bulk.get(body.bulk_change_id)).status, { timeout: 20_000 }).toBe(200)
    const ended = await bulk.settled(body.bulk_change_id)
    expect(ended).toMatchObject({ state: 'done', counts: { waiting: 0, left_out: 0 } })
    for (const count of await sent()) expect(count).toBeLessThanOrEqual(1)
    for (const { port_id, state, operation_id } of await bulk.ports(body.bulk_change_id)) {
      if (state === 'done') expect(stage.word(await stage.list(port_id))).toBe('xabc')
      else {
        const operations = operationsOver(one.call)
        const { list_now } = await operations.once(operation_id!, (of) => of.list_now !== null)
        expect(list_now).toEqual(await stage.list(port_id))
      }
    }
    await stage.noFaults()
  })

  test('either pauses it and goes on, whoever carries it on', async () => {
    const [onOne, onOther] = [bulkChangesOver(one.call), bulkChangesOver(other.call)]
    const ports = await portsWith('abc', 12)
    const sent = await counted(ports)
    await stage.faults({ kind: 'delay', milliseconds: 200, times: 0, match: { method: 'PUT' } })
    const body = bulkRequest(asked(ports), { first: 12 })
    await onOne.post(body)
    for (const by of [onOther, onOne]) {
      await by.once(body.bulk_change_id, ({ counts }) => counts.under_way > 0)
      await by.choose(body.bulk_change_id, 'pause')
      const paused = await by.settled(body.bulk_change_id)
      expect(paused.counts.under_way).toBe(0)
      await by.choose(body.bulk_change_id, 'go-on')
    }
    expect((await onOther.settled(body.bulk_change_id)).counts).toMatchObject({ done: 12 })
    await expectTruth(one, body.bulk_change_id, ports, await sent())
    await stage.noFaults()
  })
})

describe('one proxy with its data folder', { timeout: 120_000 }, () => {
  test('is killed and started again: it goes on', async () => {
    const proxy = new KillableProxy(built, stage.emulator)
    await proxy.start()
    const bulk = bulkChangesOver(proxy.call)
    const ports = await portsWith('abc', 20)
    const sent = await counted(ports)
    await stage.faults({ kind: 'delay_answer', milliseconds: 200, times: 0, match: { method: 'PUT' } })
    const body = bulkRequest(asked(ports), { first: 20, stop_after: 20 })
    await bulk.post(body)
    await bulk.once(body.bulk_change_id, ({ counts }) => counts.done >= 4 && counts.under_way > 0)
    await proxy.stop('SIGKILL')
    await proxy.start()
    const ended = await bulk.settled(body.bulk_change_id)
    expect(ended).toMatchObject({ state: 'done', counts: { waiting: 0, left_out: 0 } })
    await expectTruth(proxy, body.bulk_change_id, ports, await sent())
    await stage.noFaults()
    expect((await bulk.entries(body.bulk_change_id)).map(({ kind }) => kind)).toContain('taken_over')
    // And again, between two waves.
    const more = await portsWith('abc', 4)
    const timed = bulkRequest(asked(more), { pause_seconds: 3 })
    await bulk.post(timed)
    await bulk.once(timed.bulk_change_id, ({ state }) => state === 'waiting')
    await proxy.stop('SIGTERM')
    await proxy.start()
    expect((await bulk.settled(timed.bulk_change_id)).counts).toMatchObject({ done: 4 })
    await proxy.stop('SIGTERM')
  })
})
