import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { PROJECT, startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let bulk: ReturnType<typeof bulkChangesOver>
beforeAll(async () => {
  stage = await startStage({}, { ports: 60 })
  bulk = bulkChangesOver(stage.proxy.call)
}, 60_000)
afterEach(() => stage.noFaults())
afterAll(() => stage.close())

/** Carries out a change on ports of its own. */
async function changed(count: number) {
  const ports: string[] = []
  for (let n = 0; n < count; n++) ports.push(await stage.portWith('abc'))
  const body = bulkRequest([{ from: stage.ids('abc'), to: stage.ids('cxa'), ports }], { first: count })
  await bulk.post(body)
  expect((await bulk.settled(body.bulk_change_id)).counts.done).toBe(count)
  return { id: body.bulk_change_id, ports }
}
const words = (ports: readonly string[]) =>
  Promise.all(ports.map(async (port) => stage.word(await stage.list(port))))
const reads = (port = '') => ({ method: 'GET', path: `${PROJECT}/ports/${port}` })
const kindsOf = async (id: string) => (await bulk.entries(id)).map(({ kind }) => kind)

test('ports that can’t be read for a moment are read again, and none is left out', async () => {
  const { id, ports } = await changed(6)
  await stage.faults({ kind: 'error', status: 503, times: 9, match: reads() })
  const { bulk_change } = await bulk.undo(id)
  const undone = await bulk.settled(bulk_change.bulk_change_id)
  expect(undone).toMatchObject({ state: 'done', counts: { done: 6, left_out: 0 }, error: null })
  expect(await words(ports)).toEqual(ports.map(() => 'abc'))
})

test('in an outage an undo stops before it has begun, and is tried again', async () => {
  const { id, ports } = await changed(6)
  // Two ports are read before.
  await stage.faults({ kind: 'error', status: 503, times: 0, after: 2, match: reads() })
  const { bulk_change_id: undo } = (await bulk.undo(id)).bulk_change
  const stopped = await bulk.settled(undo)
  expect(stopped).toMatchObject({ state: 'stopped', counts: { waiting: 6, left_out: 0 } })
  expect(stopped.error!.error_msg).toContain('Not all ports could be read, so nothing has been undone')
  expect(await words(ports)).toEqual(ports.map(() => 'cxa'))
  // Still so: it stops again.
  expect((await bulk.choose(undo, 'go-on')).bulk_change.state).toBe('planning')
  expect((await bulk.settled(undo)).state).toBe('stopped')
  await stage.noFaults()
  await bulk.choose(undo, 'go-on')
  expect(await bulk.settled(undo)).toMatchObject({ state: 'done', counts: { done: 6 }, error: null })
  expect(await words(ports)).toEqual(ports.map(() => 'abc'))
  expect((await kindsOf(undo)).filter((kind) => kind === 'stopped' || kind === 'went_on')).toEqual([
    ...['stopped', 'went_on', 'stopped', 'went_on'],
  ])
})

test('one that stopped can be ended: its ports stay as they are', async () => {
  const { id, ports } = await changed(2)
  await stage.faults({ kind: 'drop_before', times: 0, match: reads() })
  const { bulk_change_id: undo } = (await bulk.undo(id)).bulk_change
  expect((await bulk.settled(undo)).state).toBe('stopped')
  expect((await bulk.choose(undo, 'end')).bulk_change).toMatchObject({
    state: 'ended',
    counts: { left_out: 2 },
  })
  await stage.noFaults()
  expect(await words(ports)).toEqual(['cxa', 'cxa'])
  const again = await bulk.undo(id)
  expect((await bulk.settled(again.bulk_change.bulk_change_id)).counts.done).toBe(2)
})

test('ports that alone can’t be read hold up no other: they are left out, and named', async () => {
  const { id, ports } = await changed(7)
  // More than are read at once.
  for (const port of ports.slice(0, 5))
    await stage.faults({ kind: 'error', status: 500, times: 0, match: reads(port) })
  const { bulk_change_id: undo } = (await bulk.undo(id)).bulk_change
  expect(await bulk.settled(undo)).toMatchObject({ state: 'done', counts: { done: 2, left_out: 5 } })
  const left = await bulk.ports(undo, 'state=left_out')
  expect(left.map(({ port_id }) => port_id)).toEqual(ports.slice(0, 5))
  for (const { error } of left) expect(error).not.toBeNull()
  expect(await words(ports)).toEqual([...ports.slice(0, 5).map(() => 'cxa'), 'abc', 'abc'])
})
