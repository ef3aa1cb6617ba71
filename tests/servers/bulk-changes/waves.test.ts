import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let bulk: ReturnType<typeof bulkChangesOver>

beforeAll(async () => {
  stage = await startStage()
  bulk = bulkChangesOver(stage.proxy.call)
}, 60_000)
afterAll(() => stage.close())

const portsWith = async (word: string, count: number) => {
  const ports: string[] = []
  for (let n = 0; n < count; n++) ports.push(await stage.portWith(word))
  return ports
}
const kind = (from: string, to: string, ports: string[]) => ({
  from: stage.ids(from),
  to: stage.ids(to),
  ports,
})

test('waves grow, each port gets its list, and the end is recorded', async () => {
  const ports = await portsWith('abc', 7)
  const body = bulkRequest([kind('abc', 'xabc', ports)], { growth: 2 })
  const begun = await bulk.post(body)
  expect(begun.error).toMatchObject({ bulk_change: { state: 'running', ports: 7 } })
  expect(begun.status).toBe(202)
  const ended = await bulk.settled(body.bulk_change_id)
  expect(ended).toMatchObject({ state: 'done', counts: { done: 7, waiting: 0 }, wave: { number: 3, of: 3 } })
  for (const port of ports) expect(stage.word(await stage.list(port))).toBe('xabc')
  const found = await bulk.ports(body.bulk_change_id)
  expect(found.map(({ wave }) => wave)).toEqual([1, 2, 2, 3, 3, 3, 3])
})
