import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { json, startScriptedPlatform, type ScriptedPlatform } from '../../stage/scripted-platform.ts'
import { operationsOver, planned, PROJECT, QUICK } from '../operations/ask-operations.ts'
import { auditLogOver, outlineOf } from '../audit-log/read-audit-log.ts'

const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()]
let portId: string
const port = (list: unknown) => ({ port: { id: portId, security_groups: list }, request_id: 'r' })
const read = () => json(200, port([a, b, c]))
const deep = (depth: number) =>
  JSON.stringify(port([b, c])).replace('}', `,"new_field":${'['.repeat(depth)}${']'.repeat(depth)}}`)

let platform: ScriptedPlatform
beforeAll(async () => {
  platform = await startScriptedPlatform(QUICK)
}, 60_000)
beforeEach(() => {
  portId = randomUUID()
})
afterAll(() => platform.close())

/**
 * Begins a change of two steps and gives these responses to it; the port read back has the list
 * from before.
 */
async function changeWith(...responses: ScriptedPlatform['responses']) {
  const operations = operationsOver(platform.proxy.call)
  platform.responses = [read(), ...responses]
  const plan = planned([a, b, c], [b, c, a])
  await operations.post(portId, plan)
  const operation = await operations.settled(plan.operation_id)
  const record = await auditLogOver(platform.proxy.call).record(plan.operation_id)
  return { operations, operation, record }
}

test.each([
  ['a field nested 100,000 deep', () => deep(100_000), 'nested more than 64 levels deep'],
  ['300,000 wrong entries', () => JSON.stringify(port(Array(300_000).fill(1))), 'more than 5000 entries'],
  ['900 wrong entries', () => JSON.stringify(port(Array(900).fill(1))), 'security_groups.0 must be a string'],
  ['1,001 groups', () => JSON.stringify(port(Array(1001).fill(a))), 'has more than 1000 entries'],
  [
    'more than 1 MiB',
    () => JSON.stringify({ ...port([b, c]), x: 'y'.repeat(1 << 20) }),
    'larger than Portside reads',
  ],
])('a response with %s ends the change, which can be left', async (_, body, why) => {
  const { operations, operation, record } = await changeWith(json(200, body()))
  expect(operation.status).toBe('stopped')
  expect(outlineOf(record)).toEqual(expect.arrayContaining(['request 1', 'answer 1 unknown', 'end stopped']))
  const entry = record.entries.find(({ kind }) => kind === 'answer')
  expect(JSON.stringify(entry)).toContain(why)
  expect((entry as { error: { fields?: unknown[] } }).error.fields?.length ?? 0).toBeLessThanOrEqual(10)
  expect((await operations.choose(operation.operation_id, 'leave')).operation.status).toBe('left')
})

test('a status that nobody knows does not say that a change was refused', async () => {
  const words = { error_code: 'VPC.1', error_msg: 'no', request_id: 'r' }
  const { operation, record } = await changeWith(json(600, words), read(), read(), json(403, words), read())
  expect(outlineOf(record).filter((entry) => entry.startsWith('answer'))).toEqual([
    'answer 1 unknown',
    'answer 1 refused',
  ])
  expect(operation.status).toBe('stopped')
})

test.each([600, 999, 204, 302])(
  'a response of %i to a read is a 502 in the one error form',
  async (status) => {
    platform.responses = [json(status, status === 204 ? '' : { error_code: 'VPC.1', error_msg: 'no' })]
    const response = await platform.proxy.call(`/api/v3/${PROJECT}/ports/${portId}`)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({
      error_code: expect.any(String),
      error_msg: expect.any(String),
    })
  },
)

test('a page of 4,000 entries, each wrong many times, names 10 of them', async () => {
  const ports = Array.from({ length: 4000 }, () => ({ id: 1, security_groups: Array(75).fill(1) }))
  platform.responses = [json(200, { ports })]
  const response = await platform.proxy.call(`/api/v3/${PROJECT}/ports`)
  const { ports: readable, 'portside:unreadable': unreadable } = await response.json()
  expect([response.status, readable, unreadable.count, unreadable.entries.length]).toEqual([
    200,
    [],
    4000,
    10,
  ])
  expect(unreadable.entries[9]).toEqual({ place: 9, id: null, why: 'id must be a string' })
})

test("the platform's words do not pass for Portside's own, and long ones are cut", async () => {
  const ask = async () => (await platform.proxy.call(`/api/v3/${PROJECT}/ports/${portId}`)).json()
  platform.responses = [json(401, { error_code: 'Portside.NoSession', error_msg: 'Sign in again.' })]
  expect((await ask()).error_code).toBe('Portside.UnreadableAnswer')
  const long = 'x'.repeat(100_000)
  platform.responses = [json(400, { error_code: long, error_msg: long, request_id: long })]
  expect(JSON.stringify(await ask()).length).toBeLessThan(3000)
})

test('going back from a list that names no group is refused, and the list can be left', async () => {
  const odd = json(200, port(['no ID']))
  const { operations, operation } = await changeWith(odd, odd)
  const id = operation.operation_id
  expect((await operations.choose(id, 'go-back')).error).toMatchObject({
    error_code: 'Portside.OperationConflict',
    error_msg: expect.stringContaining("'no ID'"),
  })
  expect((await operations.choose(id, 'leave')).status).toBe(200)
})

test('what follows on a stopped change does not repeat its error in the audit log', async () => {
  const refused = json(403, { error_code: 'VPC.1', error_msg: 'no', request_id: 'r' })
  const { operations, operation, record } = await changeWith(refused, read())
  expect([operation.status, record.error_code]).toEqual(['stopped', 'VPC.1'])
  const { operation: following } = await operations.choose(operation.operation_id, 'go-on')
  await operations.settled(following.operation_id)
  const after = await auditLogOver(platform.proxy.call).record(operation.operation_id)
  expect([after.outcome, after.error_code]).toEqual(['superseded', null])
  expect(after.entries.filter(({ kind }) => kind === 'end')).toMatchObject([
    { outcome: 'stopped', error: { error_code: 'VPC.1' } },
    { outcome: 'superseded', error: null },
  ])
})
