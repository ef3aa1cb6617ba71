import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { api } from '../../../src/vpc/portside-api.ts'
import { operationsOver, planned, PROJECT, startStage } from '../operations/ask-operations.ts'
import { auditLogOver, outlineOf } from './read-audit-log.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let operations: ReturnType<typeof operationsOver>
let records: ReturnType<typeof auditLogOver>
beforeAll(async () => {
  stage = await startStage({}, {}, 'embedded')
  operations = operationsOver(stage.proxy.call)
  records = auditLogOver(stage.proxy.call)
}, 60_000)
afterAll(() => stage.close())

/** Carries a port of its own from one list to another, under faults. */
async function carriedOut(from: string, to: string, ...faults: object[]) {
  const portId = await stage.portWith(from)
  await stage.faults(...faults.map((fault) => ({ match: { method: 'PUT', path: portId }, ...fault })))
  const body = planned(stage.ids(from), stage.ids(to))
  await operations.post(portId, body)
  return { portId, body, operation: await operations.settled(body.operation_id) }
}

describe('the audit record of a change', () => {
  test('that was done: who, when, the lists, each request and response as they were', async () => {
    const { portId, body, operation } = await carriedOut('abc', 'cab')
    const record = await records.record(body.operation_id)
    expect(record).toMatchObject({
      kind: 'change',
      project_id: PROJECT,
      port_id: portId,
      user: userInfo().username,
      role: 'operator',
      outcome: 'done',
      at: operation.created_at,
      before: stage.ids('abc'),
      planned: stage.ids('cab'),
      after: stage.ids('cab'),
      undo_to: stage.ids('abc'),
      plan: body.steps,
      changes: { added: 0, moved: 1, detached: 0 },
      steps: 2,
      calls: 2,
      request_ids: operation.steps.map(({ request_id }) => request_id),
      error_code: null,
    })
    expect(outlineOf(record)).toEqual([
      'read',
      'request 1',
      'answer 1 done',
      'request 2',
      'answer 2 done',
      'end done',
    ])
    const [, first, response] = record.entries
    expect(first).toMatchObject({
      method: 'PUT',
      path: `/v3/${PROJECT}/ports/${portId}/remove-security-groups`,
      body: { port: { security_groups: stage.ids('c') } },
    })
    expect(response).toMatchObject({ status: 200, request_id: operation.steps[0]!.request_id })
    expect(JSON.parse((response as { text: string }).text).port.security_groups).toEqual(stage.ids('ab'))
    expect(JSON.stringify(record)).not.toMatch(/authorization|x-sdk-date/i)
  })

  test('that the platform refused, in its own words, with the list that is left', async () => {
    const { body } = await carriedOut('abc', 'cab', {
      kind: 'error',
      status: 403,
      after: 1,
      error_msg: 'Not now.',
    })
    const record = await records.record(body.operation_id)
    expect(outlineOf(record).slice(-4)).toEqual(['request 2', 'answer 2 refused', 'read', 'end stopped'])
    expect(record).toMatchObject({ outcome: 'stopped', after: stage.ids('ab') })
    const response = record.entries.find((entry) => entry.kind === 'answer' && entry.result === 'refused')
    expect(response).toMatchObject({ status: 403, text: expect.stringContaining('Not now.') })
  })

  test('with a lost response: unknown, and the list that the port had', async () => {
    const { body } = await carriedOut('abc', 'abcd', { kind: 'drop_after' })
    const record = await records.record(body.operation_id)
    expect(outlineOf(record)).toEqual(['read', 'request 1', 'answer 1 unknown', 'read', 'end done'])
    expect(record.entries[2]).toMatchObject({ status: null, text: null, error: { outcome: 'unknown' } })
    expect(record.entries[3]).toMatchObject({ list: stage.ids('abcd') })
  })

  test('that found another list: nothing was sent', async () => {
    const portId = await stage.portWith('abx')
    const body = planned(stage.ids('abc'), stage.ids('acb'))
    await operations.post(portId, body)
    await operations.settled(body.operation_id)
    const record = await records.record(body.operation_id)
    expect(outlineOf(record)).toEqual(['read', 'end list_changed'])
    expect(record).toMatchObject({ calls: 0, after: stage.ids('abx') })
  })

  test('that was undone by going back: the choice, and the way back in the next record', async () => {
    const { body } = await carriedOut('abc', 'cab', { kind: 'error', status: 403, after: 1 })
    const { operation } = await operations.choose(body.operation_id, 'go-back')
    await operations.settled(operation.operation_id)
    const stopped = await records.record(body.operation_id)
    expect(outlineOf(stopped).slice(-4)).toEqual([
      'end stopped',
      'read',
      'answered go-back',
      'end superseded',
    ])
    expect(stopped.entries.at(-1)).toMatchObject({ followed_by: operation.operation_id })
    expect(await records.record(operation.operation_id)).toMatchObject({
      kind: 'go_back',
      follows: body.operation_id,
      before: stage.ids('ab'),
      planned: stage.ids('abc'),
      undo_to: stage.ids('abc'),
      outcome: 'done',
    })
  })
})

describe('the audit record of a dry run', () => {
  test('that passed, partly by Portside alone, is one', async () => {
    const portId = await stage.portWith('abc')
    const { body } = await records.check(portId, stage.ids('abc'), stage.ids('cab'))
    expect(body.checks).toEqual([{ kind: 'platform', request_id: expect.any(String) }, { kind: 'portside' }])
    const record = await records.record(body.record_id)
    expect(outlineOf(record)).toEqual([
      'read',
      'request 1',
      'answer 1 passed',
      'portside_check 2',
      'end passed',
    ])
    expect(record).toMatchObject({
      kind: 'dry_run',
      outcome: 'passed',
      before: stage.ids('abc'),
      planned: stage.ids('cab'),
      after: stage.ids('abc'),
      request_ids: [body.checks[0].request_id],
    })
    expect(record.entries[1]).toMatchObject({ body: { dry_run: true } })
    expect((await records.find({ port_id: portId })).map(({ record_id }) => record_id)).toEqual([
      body.record_id,
    ])
  })

  test.each([
    [
      'refused',
      { kind: 'error', status: 409 },
      ['answer 1 refused', 'request 2', 'answer 2 passed'],
      'refused',
    ],
    ['without a response', { kind: 'drop_before' }, ['answer 1 unknown', 'not_asked 2'], 'incomplete'],
  ])('that was %s says so', async (_, fault, responses, outcome) => {
    const portId = await stage.portWith('abc')
    await stage.faults({ ...fault, match: { method: 'PUT', path: portId } })
    const { body } = await records.check(portId, stage.ids('abc'), stage.ids('xabcy'))
    const record = await records.record(body.record_id)
    expect(outlineOf(record)).toEqual(['read', 'request 1', ...responses, `end ${outcome}`])
    expect(record.outcome).toBe(outcome)
  })

  test('of a list that has changed: nothing was sent', async () => {
    const portId = await stage.portWith('ab')
    const { status, body } = await records.check(portId, stage.ids('abc'), stage.ids('acb'))
    expect([status, body.error_code]).toEqual([409, 'Portside.ListChanged'])
    const [found] = await records.find({ port_id: portId })
    expect(found).toMatchObject({ outcome: 'list_changed', calls: 0 })
  })

  test("asked for by the platform's own call", async () => {
    const portId = await stage.portWith('ab')
    const json = { port: { security_groups: stage.ids('c'), index: 1 }, dry_run: true }
    const path = `/api/v3/${PROJECT}/ports/${portId}/insert-security-groups`
    expect((await stage.proxy.call(path, { method: 'PUT', json })).status).toBe(202)
    const [found] = await records.find({ port_id: portId })
    const record = await records.record(found!.record_id)
    expect(outlineOf(record)).toEqual(['request 1', 'answer 1 passed', 'end passed'])
    expect(record).toMatchObject({ kind: 'dry_run', before: null, changes: null })
    expect(record.plan).toEqual([{ kind: 'insert', security_groups: stage.ids('c'), index: 1 }])
  })
})

test('while the database can not be written nothing is sent, and that is said', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portside-no-records-'))
  // No folder can be made there: the link has no target.
  await symlink(join(folder, 'gone', 'data'), join(folder, 'data'))
  const proxy = await stage.start({
    PORTSIDE_DATA: join(folder, 'data'),
    PORTSIDE_SESSION_SECRET: 'x'.repeat(43),
  })
  onTestFinished(async () => {
    await proxy.close()
    await rm(folder, { recursive: true })
  })
  const portId = await stage.portWith('abc')
  const changes = await stage.countChanges(portId)
  const { status, body } = await auditLogOver(proxy.call).check(portId, stage.ids('abc'), stage.ids('cab'))
  expect([status, body.error_code, body.outcome]).toEqual([503, 'Portside.NotRecorded', 'not_sent'])
  expect(body.advice).toContain('database')
  const plan = planned(stage.ids('abc'), stage.ids('cab'))
  const change = await proxy.call(api.portOperations(PROJECT, portId), { method: 'POST', json: plan })
  expect([change.status, (await change.json()).error_code]).toEqual([503, 'Portside.NotRecorded'])
  expect(await changes()).toBe(0)
})
