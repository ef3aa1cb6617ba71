import { randomUUID } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { auditLogApi } from '../../../src/vpc/audit-log.ts'
import { bulkApi } from '../../../src/vpc/bulk-changes-api.ts'
import { auditLogOver } from '../audit-log/read-audit-log.ts'
import { operationsOver, startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest, type AskedKind } from './ask-bulk-changes.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let bulk: ReturnType<typeof bulkChangesOver>
let operations: ReturnType<typeof operationsOver>

beforeAll(async () => {
  stage = await startStage({}, { ports: 400 })
  bulk = bulkChangesOver(stage.proxy.call)
  operations = operationsOver(stage.proxy.call)
}, 60_000)
afterEach(() => stage.noFaults())
afterAll(() => stage.close())

async function portsWith(word: string, count: number): Promise<string[]> {
  const ports: string[] = []
  for (let n = 0; n < count; n++) ports.push(await stage.portWith(word))
  return ports
}
const kind = (from: string, to: string, ports: string[]): AskedKind => ({
  from: stage.ids(from),
  to: stage.ids(to),
  ports,
})
const words = (ports: readonly string[]) =>
  Promise.all(ports.map(async (port) => stage.word(await stage.list(port))))
const statesOf = async (id: string) => (await bulk.ports(id)).map(({ state }) => state)
const kindsOf = async (id: string) => (await bulk.entries(id)).map((entry) => entry.kind)
/** The next change of this port fails for good. */
const failOn = (port: string, after = 0) =>
  stage.faults({ kind: 'error', status: 403, after, match: { method: 'PUT', path: port } })

describe('waves', () => {
  test('grow, each port gets its list, and all of it is recorded', async () => {
    const [first, second] = [await portsWith('abc', 3), await portsWith('bc', 4)]
    const body = bulkRequest([kind('abc', 'xabc', first), kind('bc', 'bcx', second)], { growth: 2 })
    const begun = await bulk.post(body)
    expect([begun.status, begun.bulk_change?.state, begun.bulk_change?.ports]).toEqual([202, 'running', 7])
    const ended = await bulk.settled(body.bulk_change_id)
    expect(ended).toMatchObject({
      ...{ state: 'done', note: 'ticket 4711', error: null, undoes: null },
      counts: { done: 7, waiting: 0, failed: 0 },
      wave: { number: 3, of: 3, ports: 4, ended: 4 },
      kinds: [
        { ports: 3, counts: { done: 3 }, desired: stage.ids('xabc') },
        { ports: 4, counts: { done: 4 }, planned_from: stage.ids('bc') },
      ],
    })
    // Read, insert, and no call more.
    expect(ended.calls).toBe(14)
    expect(await words([...first, ...second])).toEqual([
      ...['xabc', 'xabc', 'xabc'],
      ...['bcx', 'bcx', 'bcx', 'bcx'],
    ])
    const ports = await bulk.ports(body.bulk_change_id, 'limit=3')
    expect(ports.map(({ wave }) => wave)).toEqual([1, 2, 2, 3, 3, 3, 3])
    expect(ports.map(({ port_id }) => port_id)).toEqual([...first, ...second])
    for (const { operation_id, operation_status } of ports) {
      expect(operation_status).toBe('done')
      expect((await operations.get(operation_id!)).operation.status).toBe('done')
    }
    const entries = await bulk.entries(body.bulk_change_id)
    expect(entries.map((entry) => entry.kind)).toEqual(['began', 'wave', 'wave', 'wave', 'end'])
    expect(entries.map(({ wave }) => wave?.ports)).toEqual([undefined, 1, 2, 4, undefined])
    const { bulk_changes } = await bulk.list('?limit=1')
    expect(bulk_changes).toMatchObject([{ bulk_change_id: body.bulk_change_id, counts: { done: 7 } }])
  })

  test('are followed without the lists and steps that are known', async () => {
    const [first, second] = [await portsWith('abc', 2), await portsWith('bc', 1)]
    const body = bulkRequest([kind('abc', 'xabc', first), kind('bc', 'bcx', second)])
    const id = body.bulk_change_id
    await bulk.post(body)
    const { kinds, ...ended } = await bulk.settled(id)
    const counts = [{ done: 2 }, { done: 1 }]
    const poll = async (from: number) => (await bulk.get(id, `?kinds_from=${from}`)).bulk_change
    expect(await poll(2)).toEqual({ ...ended, kinds: [], earlier_kinds: counts })
    expect(await poll(1)).toEqual({ ...ended, kinds: kinds.slice(1), earlier_kinds: counts.slice(0, 1) })
    expect(await poll(0)).toEqual({ ...ended, kinds, earlier_kinds: [] })
    expect((await bulk.get(id, '?kinds_from=501')).status).toBe(400)
  })

  test('name their bulk change in the audit log, which is searched and exported by it', async () => {
    const ports = await portsWith('ab', 2)
    const body = bulkRequest([kind('ab', 'ba', ports)])
    await bulk.post(body)
    await bulk.settled(body.bulk_change_id)
    const { bulk_change_id } = body
    const found = await auditLogOver(stage.proxy.call).find({ bulk_change_id })
    expect(found.map(({ port_id }) => port_id).toSorted()).toEqual(ports.toSorted())
    expect(found.every((record) => record.bulk_change_id === bulk_change_id)).toBe(true)
    expect(await auditLogOver(stage.proxy.call).find({ q: bulk_change_id })).toEqual(found)
    const file = await stage.proxy.call(
      `${auditLogApi.exported()}?format=csv&bulk_change_id=${bulk_change_id}`,
    )
    const rows: Record<string, string>[] = parse(await file.text(), { columns: true, bom: true })
    expect(rows.map((row) => row.bulk_change_id)).toEqual([bulk_change_id, bulk_change_id])
  })

  test('wait for a user where no pause is set, and go on by themselves where one is', async () => {
    const ports = await portsWith('abc', 4)
    const body = bulkRequest([kind('abc', 'bca', ports)], { growth: 1, pause_seconds: null })
    await bulk.post(body)
    const id = body.bulk_change_id
    for (const done of [1, 2, 3]) {
      const waiting = await bulk.settled(id)
      expect(waiting).toMatchObject({ state: 'waiting', next_wave_at: null, counts: { done } })
      expect(waiting.seconds_left).toBeNull()
      expect((await words(ports)).filter((word) => word === 'bca')).toHaveLength(done)
      expect((await bulk.choose(id, 'go-on')).status).toBe(200)
    }
    expect((await bulk.settled(id)).state).toBe('done')
    expect((await kindsOf(id)).filter((one) => one === 'went_on')).toHaveLength(3)

    const others = await portsWith('abc', 2)
    const timed = bulkRequest([kind('abc', 'bca', others)], { pause_seconds: 1 })
    await bulk.post(timed)
    const pausing = await bulk.once(timed.bulk_change_id, ({ state }) => state === 'waiting')
    expect(Date.parse(pausing.next_wave_at!)).toBeGreaterThan(Date.parse(pausing.created_at))
    expect(await statesOf(timed.bulk_change_id)).toEqual(['done', 'waiting'])
    expect((await bulk.settled(timed.bulk_change_id)).state).toBe('done')
  })

  test('are begun once each, when two users go on after the same one', async () => {
    const ports = await portsWith('abc', 4)
    const body = bulkRequest([kind('abc', 'bca', ports)], { growth: 1, pause_seconds: null })
    await bulk.post(body)
    const id = body.bulk_change_id
    expect((await bulk.settled(id)).wave.number).toBe(1)
    await bulk.choose(id, 'go-on', 1)
    expect((await bulk.settled(id)).wave.number).toBe(2)
    const late = await bulk.choose(id, 'go-on', 1)
    expect(late).toMatchObject({ status: 200, bulk_change: { state: 'waiting', counts: { done: 2 } } })
    expect((await bulk.settled(id)).counts.done).toBe(2)
    await bulk.choose(id, 'end')
  })

  test('begin no more ports in a minute than was asked for', async () => {
    const ports = await portsWith('abc', 5)
    const body = bulkRequest([kind('abc', 'bca', ports)], { first: 5, ports_per_minute: 2 })
    await bulk.post(body)
    await bulk.once(body.bulk_change_id, ({ counts }) => counts.done === 2)
    const left = await bulk.get(body.bulk_change_id, '?wait=2&after=1000')
    expect(left.bulk_change.counts).toMatchObject({ done: 2, waiting: 3, under_way: 0 })
    await bulk.choose(body.bulk_change_id, 'end')
    expect(await statesOf(body.bulk_change_id)).toEqual([
      ...['done', 'done'],
      ...['left_out', 'left_out', 'left_out'],
    ])
  })
})

describe('a port that fails', () => {
  test('stops the rest, which goes on when a user says so', async () => {
    const ports = await portsWith('abc', 6)
    await failOn(ports[1]!)
    const body = bulkRequest([kind('abc', 'bca', ports)], { growth: 2 })
    const id = body.bulk_change_id
    await bulk.post(body)
    const stopped = await bulk.settled(id)
    expect(stopped).toMatchObject({ state: 'stopped', counts: { failed: 1 } })
    expect(stopped.error!.error_msg).toContain('1 port has failed')
    expect(stopped.counts.waiting).toBeGreaterThan(0)
    const [, failed] = await bulk.ports(id)
    expect(failed).toMatchObject({ state: 'failed', operation_status: 'stopped' })
    expect(failed!.error!.error_code).not.toMatch(/^Portside/)
    const before = await words(ports)
    await bulk.choose(id, 'go-on')
    expect(await bulk.settled(id)).toMatchObject({ state: 'done', counts: { done: 5, failed: 1 } })
    expect(before[5]).toBe('abc')
    expect(await words(ports)).toEqual(['bca', 'abc', 'bca', 'bca', 'bca', 'bca'])
    expect((await kindsOf(id)).filter((one) => one === 'stopped')).toHaveLength(1)

    // The port keeps its choices; finished, it is done in the bulk change too.
    const { revision } = await bulk.settled(id)
    const finished = await operations.choose(failed!.operation_id!, 'go-on')
    await operations.settled(finished.operation.operation_id)
    const now = await bulk.get(id, `?after=${revision}&wait=20`)
    expect(now.bulk_change.counts).toMatchObject({ done: 6, failed: 0 })
    expect(await statesOf(id)).toEqual(Array.from({ length: 6 }, () => 'done'))
    const records = await auditLogOver(stage.proxy.call).find({ bulk_change_id: id, kind: 'go_on' })
    expect(records.map(({ record_id }) => record_id)).toEqual([finished.operation.operation_id])
  })

  test('stays failed when its change is rolled back', async () => {
    const [port] = await portsWith('abc', 1)
    await failOn(port!, 1)
    const body = bulkRequest([kind('abc', 'cxb', [port!])])
    await bulk.post(body)
    await bulk.settled(body.bulk_change_id)
    const [failed] = await bulk.ports(body.bulk_change_id)
    const back = await operations.choose(failed!.operation_id!, 'go-back')
    await operations.settled(back.operation.operation_id)
    expect(await statesOf(body.bulk_change_id)).toEqual(['failed'])
    expect(await words([port!])).toEqual(['abc'])
  })

  test('is no port whose list somebody changed: that one is left out, and counted apart', async () => {
    const ports = await portsWith('abc', 3)
    await stage.someoneElseSets(ports[1]!, stage.ids('abcd'))
    const body = bulkRequest([kind('abc', 'bca', ports)])
    await bulk.post(body)
    const ended = await bulk.settled(body.bulk_change_id)
    expect(ended).toMatchObject({ state: 'done', counts: { done: 2, failed: 0, list_changed: 1 } })
    expect(await words(ports)).toEqual(['bca', 'abcd', 'bca'])
    const [, changed] = await bulk.ports(body.bulk_change_id, 'state=list_changed').then((of) => [0, ...of])
    expect(changed).toMatchObject({ port_id: ports[1], error: { error_code: 'Portside.ListChanged' } })
  })
})

describe('a user', () => {
  test('pauses, goes on and ends, and what has begun comes to its end', async () => {
    const ports = await portsWith('abc', 8)
    await stage.faults({ kind: 'delay', milliseconds: 400, times: 0, match: { method: 'PUT' } })
    const body = bulkRequest([kind('abc', 'xabc', ports)], { first: 8 })
    const id = body.bulk_change_id
    await bulk.post(body)
    await bulk.once(id, ({ counts }) => counts.under_way > 0)
    expect((await bulk.choose(id, 'pause')).bulk_change).toMatchObject({ state: 'paused' })
    const paused = await bulk.settled(id)
    expect(paused).toMatchObject({ state: 'paused', counts: { under_way: 0 }, seconds_left: null })
    expect(paused.counts.waiting).toBeGreaterThan(0)
    expect((await words(ports)).filter((word) => word === 'xabc')).toHaveLength(paused.counts.done)
    // Chosen again, nothing changes.
    expect((await bulk.choose(id, 'pause')).bulk_change.revision).toBe(paused.revision)

    await bulk.choose(id, 'go-on')
    const going = await bulk.once(id, ({ counts }) => counts.under_way > 0)
    expect(going.seconds_left).toBeGreaterThan(0)
    await bulk.choose(id, 'end')
    const ended = await bulk.settled(id)
    expect(ended).toMatchObject({ state: 'ended', counts: { waiting: 0, under_way: 0 } })
    expect((await words(ports)).filter((word) => word === 'xabc')).toHaveLength(ended.counts.done)
    expect(ended.counts.done + ended.counts.left_out).toBe(8)
    await expect.poll(() => kindsOf(id)).toEqual(['began', 'wave', 'paused', 'went_on', 'ended', 'end'])
    const again = await bulk.choose(id, 'go-on')
    expect([again.status, again.error.error_code]).toEqual([409, 'Portside.OperationConflict'])
    expect((await bulk.list('?open=true')).bulk_changes).toEqual([])
  })

  test('sends the same request twice: it is one bulk change', async () => {
    const ports = await portsWith('abc', 2)
    const body = bulkRequest([kind('abc', 'bca', ports)])
    const both = await Promise.all([bulk.post(body), bulk.post(body)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 202])
    await bulk.settled(body.bulk_change_id)
    const other = await bulk.post({ ...body, note: 'another' })
    expect([other.status, other.error.error_code]).toEqual([409, 'Portside.OperationConflict'])
    for (const port of ports) expect(await operations.ofPort(port)).toHaveLength(1)
  })

  test('reads what is wrong with a request, and nothing is sent', async () => {
    const [port] = await portsWith('abc', 1)
    const right = bulkRequest([kind('abc', 'bca', [port!])])
    const [only] = right.kinds
    const refused = async (more: object) => {
      const { status, error } = await bulk.post({ ...right, ...more })
      expect(status).toBe(400)
      return error.fields![0]
    }
    expect(await refused({ kinds: [only, { ...only, planned_from: stage.ids('ab') }] })).toMatchObject({
      message: 'names a port twice',
      path: 'kinds.1.ports.0.port_id',
    })
    expect(await refused({ kinds: [{ ...only, desired: stage.ids('ab') }] })).toMatchObject({
      path: 'kinds.0.desired',
    })
    expect(await refused({ confirmed_by: '2' })).toEqual({
      path: 'confirmed_by',
      message: 'must be the number of ports: 1',
    })
    expect(await refused({ pace: { ...right.pace, first: 0 } })).toMatchObject({ path: 'pace.first' })
    expect((await bulk.get(right.bulk_change_id)).status).toBe(404)
    const { status, error } = await bulk.choose(randomUUID(), 'pause')
    expect([status, error.error_code]).toEqual([404, 'Portside.NotFound'])
    expect(await words([port!])).toEqual(['abc'])
  })

  test('names ports and notes in any characters', async () => {
    const [port] = await portsWith('abc', 1)
    const body = bulkRequest(
      [kind('abc', 'bca', [port!])],
      {},
      { note: 'half \ud800, 名前', words: '"<b>\ud800' },
    )
    body.kinds[0]!.ports = [{ port_id: port!.toUpperCase(), name: 'half \ud800, "名前"' as never }]
    expect((await bulk.post(body)).status).toBe(202)
    expect((await bulk.settled(body.bulk_change_id)).note).toBe('half \ufffd, 名前')
    const [found] = await bulk.ports(body.bulk_change_id)
    expect(found).toMatchObject({ port_id: port, name: 'half \ufffd, "名前"', state: 'done' })
    expect((await bulk.post(body)).status).toBe(200)
  })

  test('may send ten thousand ports', async () => {
    const ports = Array.from({ length: 10_000 }, () => randomUUID())
    const body = bulkRequest([kind('abc', 'bca', ports)], { stop_after: 1 })
    expect((await bulk.post(body)).status).toBe(202)
    const stopped = await bulk.settled(body.bulk_change_id)
    expect(stopped).toMatchObject({ state: 'stopped', counts: { failed: 1, waiting: 9999 } })
    const ended = await bulk.choose(body.bulk_change_id, 'end')
    expect(ended.bulk_change).toMatchObject({ state: 'ended', counts: { failed: 1, left_out: 9999 } })
    const more = bulkRequest([kind('abc', 'bca', [...ports, randomUUID()])])
    expect((await bulk.post(more)).status).toBe(400)
    const huge = await stage.proxy.call(bulkApi.ofProject('f5dab68cd75740e68c599e9af5fe0aed'), {
      method: 'POST',
      json: { note: 'x'.repeat(9 * 1024 * 1024) },
    })
    expect((await huge.json()).advice).toBe('Send at most 8192 KiB.')
  })
})

describe('undo', () => {
  test('brings all back that nobody else touched', async () => {
    const ports = await portsWith('abc', 6)
    await failOn(ports[4]!, 1)
    // One failure does not stop it, whether the last port has begun by then or not.
    const body = bulkRequest([kind('abc', 'cxa', ports)], { first: 6, stop_after: 2 })
    await bulk.post(body)
    const id = body.bulk_change_id
    const done = await bulk.settled(id)
    expect(done).toMatchObject({ state: 'done', counts: { done: 5, failed: 1 } })
    const half = stage.word(await stage.list(ports[4]!))
    expect(half).not.toBe('abc')
    // Somebody adds a group to one, and takes back the change of another.
    await stage.someoneElseSets(ports[1]!, stage.ids('cxaz'))
    await stage.someoneElseSets(ports[2]!, stage.ids('abc'))
    await stage.faults({
      kind: 'error',
      status: 403,
      times: 0,
      match: { method: 'GET', path: `ports/${ports[3]}` },
    })

    const response = await bulk.undo(id)
    expect(response.error).toMatchObject({ bulk_change: { state: 'planning', undoes: id, ports: 6 } })
    const undoId = response.bulk_change.bulk_change_id
    const undone = await bulk.settled(undoId)
    expect(undone).toMatchObject({
      state: 'done',
      counts: { done: 4, left_out: 2 },
      words: `Undo: ${body.words}`,
    })
    expect(await words(ports)).toEqual(['abc', 'abcz', 'abc', 'cxa', 'abc', 'abc'])
    const left = await bulk.ports(undoId, 'state=left_out')
    expect(left.map(({ port_id }) => port_id)).toEqual([ports[2], ports[3]])
    expect(left[0]!.error!.error_msg).toContain('nothing to undo')
    expect(left[1]!.error!.error_code).not.toBe('Portside.ListChanged')
    const both = { undone_by: undoId, undo_state: 'done', to_undo: 6 }
    expect((await bulk.get(id)).bulk_change).toMatchObject(both)
    expect(await kindsOf(id)).toContain('undone')
    // What is left is undone later: the port that could not be read.
    await stage.noFaults()
    const again = await bulk.undo(id)
    await bulk.settled(again.bulk_change.bulk_change_id)
    expect(await words([ports[3]!])).toEqual(['abc'])
  })

  test('takes back what a user finished, too, though nobody looked since', async () => {
    const [port] = await portsWith('abc', 1)
    await failOn(port!, 1)
    const body = bulkRequest([kind('abc', 'xaybc', [port!])])
    await bulk.post(body)
    await bulk.settled(body.bulk_change_id)
    const [failed] = await bulk.ports(body.bulk_change_id)
    const finished = await operations.choose(failed!.operation_id!, 'go-on')
    await operations.settled(finished.operation.operation_id)
    expect(await words([port!])).toEqual(['xaybc'])
    const { bulk_change } = await bulk.undo(body.bulk_change_id)
    await bulk.settled(bulk_change.bulk_change_id)
    expect(await words([port!])).toEqual(['abc'])
  })

  test('has nothing to do where nothing was sent', async () => {
    const body = bulkRequest([kind('abc', 'cxa', [randomUUID(), randomUUID()])])
    const id = body.bulk_change_id
    await bulk.post(body)
    expect(await bulk.settled(id)).toMatchObject({ counts: { failed: 1, waiting: 1 }, to_undo: null })
    expect((await bulk.choose(id, 'end')).bulk_change).toMatchObject({ state: 'ended', to_undo: 0 })
    const { status, error } = await bulk.undo(id)
    expect([status, error.error_msg]).toEqual([409, 'The bulk change has changed no port.'])
  })

  test('waits until the bulk change has ended, and is not begun twice', async () => {
    const ports = await portsWith('abc', 2)
    const body = bulkRequest([kind('abc', 'bca', ports)], { pause_seconds: null })
    await bulk.post(body)
    await bulk.settled(body.bulk_change_id)
    const early = await bulk.undo(body.bulk_change_id)
    expect([early.status, early.error.error_msg]).toEqual([409, 'The bulk change is still under way.'])
    await bulk.choose(body.bulk_change_id, 'end')
    const undo = { bulk_change_id: randomUUID() }
    const both = await Promise.all([1, 2].map(() => bulk.undo(body.bulk_change_id, {}, undo)))
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 202])
    await bulk.settled(undo.bulk_change_id)
    expect(await words(ports)).toEqual(['abc', 'abc'])
    expect(await statesOf(undo.bulk_change_id)).toEqual(['done'])
  })

  test('that was ended is followed by another once its last port has ended', async () => {
    const ports = await portsWith('abc', 3)
    const body = bulkRequest([kind('abc', 'bca', ports)], { first: 3 })
    const id = body.bulk_change_id
    await bulk.post(body)
    await bulk.settled(id)
    await stage.faults({
      ...{ kind: 'delay_answer', milliseconds: 1500 },
      match: { method: 'PUT', path: ports[0]! },
    })
    const undoId = (await bulk.undo(id, { pause_seconds: null })).bulk_change.bulk_change_id
    await bulk.once(undoId, ({ counts }) => counts.under_way === 1)
    await expect.poll(() => stage.list(ports[0]!).then(stage.word)).toBe('bc')
    await bulk.choose(undoId, 'end')
    const waited = (await bulk.get(id)).bulk_change
    expect(waited).toMatchObject({ undo_state: 'ended', to_undo: null })
    const early = await bulk.undo(id)
    expect([early.status, early.error.error_msg]).toEqual([409, 'The bulk change is being undone.'])
    // Whoever waits for that gets a new revision.
    const { revision } = await bulk.once(id, ({ to_undo }) => to_undo === 3)
    expect(revision).toBeGreaterThan(waited.revision)
    const again = (await bulk.undo(id)).bulk_change.bulk_change_id
    expect(await bulk.settled(again)).toMatchObject({ counts: { done: 2, left_out: 1 } })
    expect(await words(ports)).toEqual(['abc', 'abc', 'abc'])
  })
})
