import { afterAll, beforeAll, expect, test } from 'vitest'
import { api } from '../../../src/vpc/portside-api.ts'
import { operationsOver, planned, PROJECT, startStage } from './ask-operations.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let operations: ReturnType<typeof operationsOver>

beforeAll(async () => {
  stage = await startStage({}, {}, 'embedded')
  operations = operationsOver(stage.proxy.call)
})
afterAll(() => stage.close())

async function waiting(): Promise<unknown> {
  return (await stage.proxy.call(api.awaitingChoice(PROJECT))).json()
}

test('the changes that wait for a choice are listed by project, without a call', async () => {
  expect(await waiting()).toEqual({ operations: [], more: false })
  // The first has no name.
  await stage.portWith('abc')
  const portId = await stage.portWith('abc')
  await stage.faults({ kind: 'error', status: 403, match: { method: 'PUT', path: portId }, after: 1 })
  const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bxca')))
  const { operation_id, created_at, user } = await operations.settled(operation.operation_id)
  await stage.faults({ kind: 'error', status: 500, match: { path: '/v3/' }, times: 0 })
  expect(await waiting()).toEqual({
    operations: [{ operation_id, port_id: portId, port_name: expect.any(String), user, created_at }],
    more: false,
  })
  await stage.noFaults()
  await operations.choose(operation_id, 'leave')
  expect(await waiting()).toEqual({ operations: [], more: false })
})
