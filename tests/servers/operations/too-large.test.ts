import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openDatabase } from '../../../src/proxy/database/database.ts'
import { Journal } from '../../../src/proxy/operations/journal.ts'
import { newOperation } from '../../../src/proxy/operations/journaled-operation.ts'
import { LARGEST_OPERATION } from '../../../src/proxy/operations/stored-operation.ts'
import { auditLogApi } from '../../../src/vpc/audit-log.ts'
import { operationsOver, planned, PROJECT, startStage } from './ask-operations.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/**
 * An operation of an earlier Portside, which took plans of any length and was killed in this one.
 */
const left = newOperation({
  operation_id: randomUUID(),
  project_id: PROJECT,
  port_id: '',
  user: 'operator',
  purpose: 'change',
  planned_from: [randomUUID(), randomUUID()],
  desired: [],
  steps: [],
})

let stage: Awaited<ReturnType<typeof startStage>>
let operations: ReturnType<typeof operationsOver>
let dataFolder: string
let close: () => Promise<void>
beforeAll(async () => {
  stage = await startStage()
  left.port_id = await stage.portWith('abc')
  left.status = 'running'
  left.had = Array.from({ length: LARGEST_OPERATION / 30 }, () => randomUUID())
  dataFolder = await mkdtemp(join(tmpdir(), 'portside-too-large-'))
  const database = await openDatabase({ dataFolder }, pino({ level: 'silent' }))
  await new Journal(database).add(left, { user: 'operator', subject: 'operator', role: 'operator' })
  await sql`update operations set owner = 'dead'`.execute(database.db)
  await database.close()
  const proxy = await stage.start({ PORTSIDE_DATA: dataFolder })
  operations = operationsOver(proxy.call)
  close = async () => {
    await proxy.close()
    await stage.close()
    await rm(dataFolder, { recursive: true })
  }
})
afterAll(() => close())

test('one that an earlier Portside took can be left as it is, and nothing else', async () => {
  const { port_id, operation_id } = left
  const found = await operations.once(operation_id, ({ list_now }) => list_now !== null)
  expect(found).toMatchObject({ status: 'interrupted', too_large: true, steps: [], before: [] })
  expect(stage.word(found.list_now)).toBe('abc')
  expect(await operations.ofPort(port_id)).toMatchObject([{ operation_id, status: 'interrupted' }])

  for (const choice of ['go-on', 'go-back'] as const) {
    const { status, error } = await operations.choose(operation_id, choice)
    expect([status, error.advice]).toEqual([409, 'Leave the list as it is, and arrange it anew.'])
  }
  expect(stage.word(await stage.list(port_id))).toBe('abc')
  expect((await operations.choose(operation_id, 'leave')).operation.status).toBe('left')
  const next = await operations.post(port_id, planned(stage.ids('abc'), stage.ids('cab')))
  expect((await operations.settled(next.operation.operation_id)).status).toBe('done')
})

const MANY = Array.from({ length: 4000 }, () => randomUUID())

test.each([
  [
    '4,000 groups and steps',
    MANY,
    MANY.map((id) => ({ kind: 'remove', security_groups: [id] })),
    /at most 128 KiB/,
  ],
  [
    '201 groups',
    MANY.slice(0, 201),
    [{ kind: 'remove', security_groups: MANY.slice(0, 1) }],
    /planned_from must have at most 200 security groups/,
  ],
  [
    '201 steps',
    MANY.slice(0, 1),
    Array.from({ length: 201 }, () => ({ kind: 'remove', security_groups: MANY.slice(0, 1) })),
    /steps must have at most 200 steps/,
  ],
])('a plan of %s is refused, and nothing of it is kept', async (_, planned_from, steps, words) => {
  const portId = await stage.portWith('abc')
  const body = { operation_id: randomUUID(), planned_from, desired: [], steps }
  const { status, error } = await operations.post(portId, body)
  expect([status, `${error.error_msg} ${error.advice}`]).toEqual([400, expect.stringMatching(words)])
  expect(await operations.ofPort(portId)).toEqual([])
  expect((await stage.proxy.call(auditLogApi.record(body.operation_id))).status).toBe(404)
})

test("a port's operations come by page, without their lists and steps", async () => {
  const portId = await stage.portWith('abc')
  const ids: string[] = []
  for (const [from, to] of ['abc cab', 'cab abc', 'abc bac'].map((words) => words.split(' '))) {
    const { operation } = await operations.post(portId, planned(stage.ids(from!), stage.ids(to!)))
    await operations.settled(operation.operation_id)
    ids.unshift(operation.operation_id)
  }
  const first = await operations.page(portId, '?limit=2')
  const second = await operations.page(portId, `?limit=2&after=${first.next}`)
  expect([...first.operations, ...second.operations].map(({ operation_id }) => operation_id)).toEqual(ids)
  expect(second.next).toBeNull()
  for (const name of ['steps', 'port', 'planned_from', 'desired'])
    expect(first.operations[0]).not.toHaveProperty(name)
})
