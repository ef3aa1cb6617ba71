import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operationsOver, planned, startStage } from './ask-operations.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let operations: ReturnType<typeof operationsOver>

beforeAll(async () => {
  stage = await startStage({}, {}, 'embedded')
  operations = operationsOver(stage.proxy.call)
})
afterAll(() => stage.close())

/** An operation that stopped: `abc` was to become `bxca`, and now `a` is off the port. */
async function stopped() {
  const portId = await stage.portWith('abc')
  await stage.faults({
    kind: 'error',
    status: 403,
    match: { method: 'PUT', path: portId },
    after: 2,
  })
  const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bxca')))
  const ended = await operations.settled(operation.operation_id)
  expect([ended.status, stage.word(ended.list_now), stage.word(ended.off_the_port)]).toEqual([
    'stopped',
    'bxc',
    'a',
  ])
  return { portId, id: operation.operation_id, ended }
}

describe('the operator’s choice about an operation that stopped', () => {
  test.each([
    ['go-on', 'go_on', 'bxca'],
    ['go-back', 'go_back', 'abc'],
  ] as const)('%s', async (choice, purpose, list) => {
    const { portId, id } = await stopped()
    const { status, operation } = await operations.choose(id, choice)
    expect(status).toBe(202)
    expect(operation).toMatchObject({ purpose, follows: id, planned_from: stage.ids('bxc') })
    // Between the two the port is without the group, and both operations say so.
    expect(stage.word(operation.off_the_port)).toBe('a')
    const ended = await operations.settled(operation.operation_id)
    expect(ended.status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe(list)
    expect((await operations.get(id)).operation).toMatchObject({
      status: 'superseded',
      followed_by: operation.operation_id,
    })
    // The same choice again, as after a lost response, finds the same operation.
    const again = await operations.choose(id, choice)
    expect(again.operation.operation_id).toBe(operation.operation_id)
  })

  test('leave as it is', async () => {
    const { portId, id } = await stopped()
    const { status, operation } = await operations.choose(id, 'leave')
    expect([status, operation.status, stage.word(operation.off_the_port)]).toEqual([200, 'left', 'a'])
    expect(stage.word(await stage.list(portId))).toBe('bxc')
    const { status: refused, error } = await operations.choose(id, 'go-on')
    expect([refused, error.error_code]).toEqual([409, 'Portside.OperationConflict'])
  })

  test('plans are made from the list as it is by then', async () => {
    const { portId, id } = await stopped()
    await stage.someoneElseSets(portId, stage.ids('ycx'))
    const { operation } = await operations.choose(id, 'go-on')
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe('bxca')
  })

  test('nothing to do any more: the operation is done', async () => {
    const { portId, id } = await stopped()
    await stage.someoneElseSets(portId, stage.ids('bxca'))
    const { status, operation } = await operations.choose(id, 'go-on')
    expect([status, operation.operation_id, operation.status]).toEqual([200, id, 'done'])
  })

  test('going on that fails allows another choice, and says what is off the port', async () => {
    const { portId, id } = await stopped()
    await stage.faults({ kind: 'error', status: 403, match: { method: 'PUT', path: portId } })
    const second = await operations.choose(id, 'go-on')
    const ended = await operations.settled(second.operation.operation_id)
    expect([ended.status, stage.word(ended.off_the_port)]).toEqual(['stopped', 'a'])
    const third = await operations.choose(ended.operation_id, 'go-back')
    expect((await operations.settled(third.operation.operation_id)).status).toBe('done')
    // Not to the list that the first one left behind, without the group.
    expect(stage.word(await stage.list(portId))).toBe('abc')
  })

  test('when the port can’t be read, the response says so and nothing has changed', async () => {
    const { portId, id } = await stopped()
    await stage.faults({ kind: 'error', status: 503, match: { method: 'GET', path: portId } })
    const { status, error } = await operations.choose(id, 'go-on')
    expect([status, error.error_code]).toEqual([503, 'VPC.0106'])
    expect((await operations.get(id)).operation.status).toBe('stopped')
  })
})

describe('a port with an operation that waits for a choice', () => {
  test('takes no other change while groups are off it', async () => {
    const { portId, id } = await stopped()
    const plan = planned(stage.ids('bxc'), stage.ids('cbx'))
    const { status, error } = await operations.post(portId, plan)
    expect([status, error.error_code]).toEqual([409, 'Portside.OperationConflict'])
    expect(error.error_msg).toContain(stage.ids('a')[0])
    await operations.choose(id, 'leave')
    const taken = await operations.post(portId, plan)
    expect((await operations.settled(taken.operation.operation_id)).status).toBe('done')
  })

  test('takes one when somebody has put it right elsewhere, and no other after it', async () => {
    const { portId, id } = await stopped()
    await stage.someoneElseSets(portId, stage.ids('bca'))
    const { operation } = await operations.post(portId, planned(stage.ids('bca'), stage.ids('cab')))
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
    expect((await operations.get(id)).operation).toMatchObject({
      status: 'superseded',
      followed_by: operation.operation_id,
    })
  })
})

describe('requests are checked', () => {
  test('sent again, as after a lost response, it is the same operation', async () => {
    const portId = await stage.portWith('ab')
    const body = planned(stage.ids('ab'), stage.ids('ba'))
    const [one, other] = await Promise.all([operations.post(portId, body), operations.post(portId, body)])
    expect([one.status, other.status].toSorted()).toEqual([200, 202])
    expect((await operations.settled(body.operation_id)).status).toBe('done')
    const later = await operations.post(portId, body)
    expect([later.status, later.operation.status]).toEqual([200, 'done'])
    expect(await operations.ofPort(portId)).toHaveLength(1)
  })

  test('its ID for another plan is a conflict', async () => {
    const portId = await stage.portWith('ab')
    const body = planned(stage.ids('ab'), stage.ids('ba'))
    await operations.post(portId, body)
    await operations.settled(body.operation_id)
    const other = { ...planned(stage.ids('ba'), stage.ids('ab')), operation_id: body.operation_id }
    const { status, error } = await operations.post(portId, other)
    expect([status, error.error_code]).toEqual([409, 'Portside.OperationConflict'])
  })

  test.each([
    ['of steps that end elsewhere', { desired: 'bac' }, 'desired'],
    [
      'of a step that can not be carried out',
      { steps: [{ kind: 'remove', security_groups: 'x' }] },
      'steps.0',
    ],
    [
      'a port without groups on the way',
      {
        steps: [
          { kind: 'remove', security_groups: 'ab' },
          { kind: 'insert', security_groups: 'ba' },
        ],
      },
      'steps.0',
    ],
    ['of no steps', { steps: [] }, 'steps'],
    ['with a field that it does not know', { force: true }, 'force'],
  ])('a plan %s is refused, and nothing is sent', async (_, more, field) => {
    const portId = await stage.portWith('ab')
    const body = JSON.parse(JSON.stringify(planned(stage.ids('ab'), stage.ids('ba'), more)), (key, value) =>
      typeof value === 'string' && (key === 'security_groups' || key === 'desired')
        ? stage.ids(value)
        : value,
    )
    const { status, error } = await operations.post(portId, body)
    expect([status, error.error_code]).toEqual([400, 'Portside.InvalidRequest'])
    expect(error.fields![0]!.path).toBe(field)
    expect(stage.word(await stage.list(portId))).toBe('ab')
  })

  test('an unknown operation, choice or project', async () => {
    expect((await operations.get(randomUUID())).status).toBe(404)
    expect((await operations.get('x')).status).toBe(400)
    expect((await operations.ask(`/api/operations/${randomUUID()}/retry`, { method: 'POST' })).status).toBe(
      400,
    )
    const elsewhere = await operations.ask(`/api/v3/other/ports/${randomUUID()}/operations`)
    expect(elsewhere.status).toBe(404)
  })
})
