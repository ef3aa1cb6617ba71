import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bulkApi, type OpenOnPorts } from '../../../src/vpc/bulk-changes-api.ts'
import { PROJECT, startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let bulk: ReturnType<typeof bulkChangesOver>
beforeAll(async () => {
  stage = await startStage({}, { ports: 60 })
  bulk = bulkChangesOver(stage.proxy.call)
}, 60_000)
afterAll(() => stage.close())

async function portsWith(word: string, count: number): Promise<string[]> {
  const ports: string[] = []
  for (let n = 0; n < count; n++) ports.push(await stage.portWith(word))
  return ports
}
const kind = (ports: string[]) => ({ from: stage.ids('abc'), to: stage.ids('bca'), ports })

async function openOn(ports: readonly string[]): Promise<OpenOnPorts[]> {
  const response = await stage.proxy.call(bulkApi.openOnPorts(PROJECT), { method: 'POST', json: { ports } })
  return (await response.json()).bulk_changes
}

/** Begins one of four ports that waits after its first. */
async function waitingOne() {
  const ports = await portsWith('abc', 4)
  const body = bulkRequest([kind(ports)], { pause_seconds: null })
  await bulk.post(body)
  await bulk.settled(body.bulk_change_id)
  return { id: body.bulk_change_id, ports, body }
}

test('the same with a new ID after a lost response is refused, what is open named', async () => {
  const { id, ports, body } = await waitingOne()
  const again = { ...body, bulk_change_id: randomUUID(), note: 'another note' }
  const { status, error } = await bulk.post(again)
  expect([status, error.error_code, error.outcome]).toEqual([409, 'Portside.OpenBulkChange', 'not_sent'])
  // Its first port has had its turn.
  expect(error.error_msg).toContain(`Bulk change ${id} is open and still has 3 of these ports`)
  expect(error.fields).toEqual([
    { path: `beside.${id}`, message: expect.stringMatching(/began it at 20.*Z: The list is exactly this\./) },
  ])
  expect((await bulk.get(again.bulk_change_id)).status).toBe(404)
  expect(await openOn(ports)).toMatchObject([
    { bulk_change_id: id, words: 'The list is exactly this', ports: 3, user: expect.any(String) },
  ])
  // The same request is the same one, whatever is open.
  expect((await bulk.post(body)).status).toBe(200)
  await bulk.choose(id, 'end')
  expect(await openOn(ports)).toEqual([])
  expect((await bulk.post(again)).status).toBe(202)
  await bulk.settled(again.bulk_change_id)
})

test('it begins beside those that it names, and beside no other', async () => {
  const { id, ports } = await waitingOne()
  const other = bulkRequest([kind(ports.slice(2))], { pause_seconds: null }, { beside: [id.toUpperCase()] })
  expect((await bulk.post(other)).status).toBe(202)
  const third = bulkRequest([kind(ports.slice(1))], {}, { beside: [id] })
  const { error } = await bulk.post(third)
  expect(error.fields!.map(({ path }) => path)).toEqual([`beside.${other.bulk_change_id}`])
  const both = { ...third, beside: [id, other.bulk_change_id] }
  expect((await bulk.post(both)).status).toBe(202)
  // Whoever comes later to a port leaves it out.
  await bulk.settled(both.bulk_change_id)
  await bulk.choose(id, 'go-on')
  expect((await bulk.settled(id)).counts).toMatchObject({ done: 1, list_changed: 3 })
  await bulk.choose(other.bulk_change_id, 'end')
})

test('of two that are begun at the same moment on the same ports, one is refused', async () => {
  const ports = await portsWith('abc', 3)
  const bodies = Array.from({ length: 4 }, () => bulkRequest([kind(ports)], { pause_seconds: null }))
  const responses = await Promise.all(bodies.map((body) => bulk.post(body)))
  expect(responses.map(({ status }) => status).toSorted()).toEqual([202, 409, 409, 409])
  const open = await openOn(ports)
  expect(open).toHaveLength(1)
  await bulk.choose(open[0]!.bulk_change_id, 'end')
})
