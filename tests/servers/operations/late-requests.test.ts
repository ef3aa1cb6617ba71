import { afterAll, beforeAll, expect, test } from 'vitest'
import { operationsOver, planned, startStage } from './ask-operations.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let operations: ReturnType<typeof operationsOver>

// The proxy gives a request up after 150 ms, and expects that it may still arrive for 1.5 s.
beforeAll(async () => {
  stage = await startStage({ PORTSIDE_UPSTREAM_TIMEOUT_MS: '150', PORTSIDE_LATE_ANSWER_MS: '1500' })
  operations = operationsOver(stage.proxy.call)
}, 60_000)
afterAll(() => stage.close(), 60_000)

/**
 * Changes `abc` to `bca`. The first request is carried out `milliseconds` after it was sent.
 */
async function withLateRequest(milliseconds: number) {
  const portId = await stage.portWith('abc')
  const sent = await stage.countChanges(portId)
  await stage.faults({ kind: 'delay', milliseconds, match: { method: 'PUT', path: portId } })
  const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bca')))
  const ended = await operations.settled(operation.operation_id)
  return { ended, list: stage.word(await stage.list(portId)), sent: await sent() }
}

test('a request that arrives after it was given up is found done, and not sent again', async () => {
  const { ended, list, sent } = await withLateRequest(400)
  expect(ended.status).toBe('done')
  expect(ended.steps[0]).toMatchObject({ status: 'done', found_by_reading: true, attempts: 1 })
  expect([list, sent]).toEqual(['bca', 2])
})

test('a request that arrives late, and undoes a later step, is noticed', async () => {
  // The step is sent again after 1.7 s, and the port read once more after 3.2 s: far from both.
  const { ended, list } = await withLateRequest(2600)
  expect(ended).toMatchObject({ status: 'stopped', error: { error_code: 'Portside.AnotherList' } })
  expect([list, stage.word(ended.list_now), stage.word(ended.off_the_port)]).toEqual(['bc', 'bc', 'a'])
  const { operation } = await operations.choose(ended.operation_id, 'go-on')
  expect((await operations.settled(operation.operation_id)).list_now).toEqual(stage.ids('bca'))
})
