import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operationsOver, planned, startStage } from './ask-operations.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let operations: ReturnType<typeof operationsOver>

beforeAll(async () => {
  stage = await startStage()
  operations = operationsOver(stage.proxy.call)
})
afterAll(() => stage.close())

/** Carries out a change from one list to another and waits for its end. */
async function carryOut(from: string, desired: string, faults: (portId: string) => object[] = () => []) {
  const portId = await stage.portWith(from)
  const sent = await stage.countChanges(portId)
  await stage.faults(...faults(portId))
  const { operation } = await operations.post(portId, planned(stage.ids(from), stage.ids(desired)))
  const ended = await operations.settled(operation.operation_id)
  return {
    portId,
    ended,
    list: stage.word(await stage.list(portId)),
    said: stage.word(ended.list_now),
    off: stage.word(ended.off_the_port),
    steps: ended.steps.map(({ status }) => status),
    sent: await sent(),
  }
}

/** Faults that meet the requests that change a port; the first `after` of them are let through. */
const onChange = (fault: object) => (portId: string) => [{ match: { method: 'PUT', path: portId }, ...fault }]
const onRead = (fault: object) => (portId: string) => [{ match: { method: 'GET', path: portId }, ...fault }]

describe('a change is carried out step by step', () => {
  test('reorder, detach and add at once, with the Port as the platform returned it', async () => {
    const { ended, list, sent, portId } = await carryOut('abcd', 'xdab')
    expect(list).toBe('xdab')
    expect(ended).toMatchObject({ status: 'done', port_id: portId, error: null, off_the_port: [] })
    expect(ended.port).toMatchObject({ id: portId, security_groups: stage.ids('xdab') })
    expect(sent).toBe(ended.steps.length)
    for (const step of ended.steps) {
      expect(step).toMatchObject({ status: 'done', attempts: 1, found_by_reading: false, error: null })
      expect(step.request_id).toMatch(/^[0-9a-f-]{36}$/)
    }
    expect(ended.steps.map((step) => stage.word(step.off_the_port))).toEqual(['d', ''])
  })

  test('each change of the operation is a new revision, and a read can wait for it', async () => {
    const portId = await stage.portWith('abc')
    await stage.faults(...onChange({ kind: 'delay', milliseconds: 300 })(portId))
    const { operation, status } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bca')))
    expect(status).toBe(202)
    const running = await operations.once(
      operation.operation_id,
      ({ steps }) => steps[0]?.status === 'sending',
    )
    expect(running.status).toBe('running')
    // The request was sent: the group may be off the port, so it counts as off.
    expect(stage.word(running.off_the_port)).toBe('a')
    const { operation: next } = await operations.get(
      operation.operation_id,
      `?after=${running.revision}&wait=20`,
    )
    expect(next.revision).toBeGreaterThan(running.revision)
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
  })

  test('a list that is not the one it was planned from: nothing is sent', async () => {
    const portId = await stage.portWith('abc')
    const sent = await stage.countChanges(portId)
    await stage.someoneElseSets(portId, stage.ids('cab'))
    const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bca')))
    const ended = await operations.settled(operation.operation_id)
    expect(ended).toMatchObject({ status: 'list_changed', error: { error_code: 'Portside.ListChanged' } })
    expect(stage.word(ended.list_now)).toBe('cab')
    expect(ended.steps.map(({ status }) => status)).toEqual(['not_sent', 'not_sent'])
    expect(await sent()).toBe(0)
  })

  test('two operators on one port: the second waits, and needs its own list', async () => {
    const portId = await stage.portWith('abc')
    await stage.faults(...onChange({ kind: 'delay', milliseconds: 200 })(portId))
    const first = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bca')))
    const second = await operations.post(portId, planned(stage.ids('abc'), stage.ids('cab')))
    const third = await operations.post(portId, planned(stage.ids('bca'), stage.ids('bcax')))
    expect((await operations.get(second.operation.operation_id)).operation.status).toBe('queued')
    expect((await operations.settled(first.operation.operation_id)).status).toBe('done')
    expect((await operations.settled(second.operation.operation_id)).status).toBe('list_changed')
    expect((await operations.settled(third.operation.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe('bcax')
    expect((await operations.ofPort(portId)).map(({ operation_id }) => operation_id)).toEqual(
      [third, second, first].map(({ operation }) => operation.operation_id),
    )
  })
})

describe('what passes is waited out', () => {
  test('429 with Retry-After: it waits as long as asked, says so, and goes on', async () => {
    const portId = await stage.portWith('abc')
    await stage.faults(...onChange({ kind: 'error', status: 429, retry_after: 1, after: 1 })(portId))
    const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bca')))
    const waiting = await operations.once(operation.operation_id, ({ status }) => status === 'waiting')
    expect(Date.parse(waiting.next_try_at!) - Date.parse(waiting.updated_at)).toBeGreaterThanOrEqual(990)
    expect(stage.word(waiting.off_the_port)).toBe('a')
    expect(waiting.steps[1]).toMatchObject({ attempts: 1, error: { error_code: 'APIGW.0308' } })
    const ended = await operations.settled(operation.operation_id)
    expect(ended).toMatchObject({ status: 'done', next_try_at: null })
    expect(ended.steps[1]).toMatchObject({ status: 'done', attempts: 2, error: null })
    expect(Date.parse(ended.updated_at)).toBeGreaterThanOrEqual(Date.parse(waiting.next_try_at!))
  })

  test.each([
    ['503', { kind: 'error', status: 503, times: 2 }],
    ['429 without Retry-After', { kind: 'error', status: 429 }],
  ])('%s: it goes on', async (_, fault) => {
    const { ended, list } = await carryOut('abcd', 'dcba', onChange(fault))
    expect(ended.status).toBe('done')
    expect(list).toBe('dcba')
  })

  test('not for ever: after the last try it stops and says why', async () => {
    const { ended, list, said, off, steps, sent } = await carryOut(
      'abc',
      'bca',
      onChange({ kind: 'error', status: 503, after: 1, times: 0 }),
    )
    expect(ended).toMatchObject({ status: 'stopped', error: { error_code: 'VPC.0106' } })
    expect([list, said, off, steps]).toEqual(['bc', 'bc', 'a', ['done', 'failed']])
    expect(ended.steps[1]!.attempts).toBe(4)
    expect(sent).toBe(5)
  })

  test('nor when the platform asks for longer than anybody would wait', async () => {
    // Its proxy sends nothing for as long.
    const own = await startStage()
    try {
      const portId = await own.portWith('abc')
      await own.faults(...onChange({ kind: 'error', status: 429, retry_after: 3600, after: 1 })(portId))
      const asked = operationsOver(own.proxy.call)
      const { operation } = await asked.post(portId, planned(own.ids('abc'), own.ids('bca')))
      const ended = await asked.settled(operation.operation_id)
      expect(ended).toMatchObject({ status: 'stopped', error: { retry_after: 3600 }, list_now: null })
      expect(own.word(ended.off_the_port)).toBe('a')
    } finally {
      await own.close()
    }
  })

  test("somebody else's change during the wait is noticed before anything is sent again", async () => {
    const portId = await stage.portWith('abc')
    const sent = await stage.countChanges(portId)
    await stage.faults(...onChange({ kind: 'error', status: 429, retry_after: 1, after: 1 })(portId))
    const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bca')))
    await operations.once(operation.operation_id, ({ status }) => status === 'waiting')
    await stage.someoneElseSets(portId, stage.ids('cb'))
    const ended = await operations.settled(operation.operation_id)
    expect(ended).toMatchObject({ status: 'stopped', error: { error_code: 'Portside.ListChanged' } })
    expect(ended.steps.map(({ status }) => status)).toEqual(['done', 'failed'])
    expect([stage.word(ended.list_now), stage.word(ended.off_the_port)]).toEqual(['cb', 'a'])
    expect(await sent()).toBe(2)
  })
})

describe('a lost response is resolved by reading the port back', () => {
  test.each([
    ['the connection broke after the change was made', { kind: 'drop_after' }],
    ['the response is garbage', { kind: 'garbage' }],
    ['a gateway lost the response', { kind: 'garbage', status: 502 }],
  ])('%s: the step is found done, and not sent again', async (_, fault) => {
    const { ended, list, sent } = await carryOut('abc', 'bca', onChange({ ...fault, after: 1 }))
    expect(ended).toMatchObject({ status: 'done', error: null })
    expect(ended.steps[1]).toMatchObject({ status: 'done', found_by_reading: true, attempts: 1 })
    expect([list, sent]).toEqual(['bca', 2])
  })

  test.each([
    ['the connection broke before the change was made', { kind: 'drop_before' }],
    ['the service failed', { kind: 'error', status: 500 }],
    ['a gateway found no service', { kind: 'error', status: 504 }],
  ])('%s: the step is found not done, and sent again', async (_, fault) => {
    const { ended, list, sent } = await carryOut('abc', 'bca', onChange({ ...fault, after: 1 }))
    expect(ended.status).toBe('done')
    expect(ended.steps[1]).toMatchObject({ status: 'done', found_by_reading: false, attempts: 2 })
    expect([list, sent]).toEqual(['bca', 3])
  })

  test('neither the list before nor the one after: it stops, and calls the step unknown', async () => {
    const portId = await stage.portWith('abc')
    await stage.faults(
      ...onChange({ kind: 'change_between', security_groups: stage.ids('bcy'), after: 1 })(portId),
      ...onChange({ kind: 'drop_before', after: 1 })(portId),
    )
    const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bca')))
    const ended = await operations.settled(operation.operation_id)
    expect(ended).toMatchObject({ status: 'stopped', error: { error_code: 'Portside.AnotherList' } })
    expect(ended.steps.map(({ status }) => status)).toEqual(['done', 'unknown'])
    expect([stage.word(ended.list_now), stage.word(ended.off_the_port)]).toEqual(['bcy', 'a'])
  })

  test('a port that can’t be read back: its list is unknown until it can be read', async () => {
    const portId = await stage.portWith('abc')
    await stage.faults(
      ...onChange({ kind: 'drop_after' })(portId),
      // It is read before the first step.
      ...onRead({ kind: 'error', status: 503, after: 1, times: 5 })(portId),
    )
    const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bca')))
    const stopped = await operations.settled(operation.operation_id)
    expect(stopped).toMatchObject({ status: 'stopped', list_now: null })
    expect(stopped.steps[0]!.status).toBe('unknown')
    expect(stage.word(stopped.off_the_port)).toBe('a')
    const known = await operations.once(operation.operation_id, ({ list_now }) => list_now !== null)
    expect(known.steps[0]).toMatchObject({ status: 'done', found_by_reading: true })
    expect([stage.word(known.list_now), stage.word(known.off_the_port)]).toEqual(['bc', 'a'])
  })
})

describe('any other failure stops', () => {
  test.each([403, 404, 409])('a refusal with %d: the true list, and which groups are off', async (status) => {
    const { ended, list, said, off, steps } = await carryOut(
      'abcdef',
      'badcfe',
      onChange({ kind: 'error', status, after: 2 }),
    )
    expect(ended.status).toBe('stopped')
    expect(ended.error).toMatchObject({ error_code: ended.steps[2]!.error!.error_code })
    expect(ended.error!.request_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(steps).toEqual(['done', 'done', 'failed'])
    expect(said).toBe(list)
    expect(off).toBe([...'abcdef'].filter((letter) => !list!.includes(letter)).join(''))
    expect(off).not.toBe('')
  })

  test("somebody else's change between two steps: no further step is sent", async () => {
    const { ended, list, said, steps } = await carryOut('abcdef', 'badcfe', (portId) =>
      onChange({
        kind: 'change_between',
        change: { remove: stage.ids('a') },
        after: 1,
      })(portId),
    )
    expect(ended).toMatchObject({ status: 'stopped', error: { error_code: 'Portside.AnotherList' } })
    expect(steps).toEqual(['done', 'done', 'not_sent'])
    expect(said).toBe(list)
  })

  test('a port that does not exist: nothing is sent', async () => {
    const body = planned(stage.ids('ab'), stage.ids('ba'))
    const { operation } = await operations.post('00000000-0000-4000-8000-000000000000', body)
    const ended = await operations.settled(operation.operation_id)
    expect(ended).toMatchObject({ status: 'stopped', list_now: null, off_the_port: [] })
    expect(ended.steps.map(({ status }) => status)).toEqual(['not_sent', 'not_sent'])
  })
})
