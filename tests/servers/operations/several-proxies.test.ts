import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { SETTLED } from '../../../src/vpc/portside-api.ts'
import { createDatabase, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'
import { builtProxy, KillableProxy, type Built } from './killable.ts'
import { operationsOver, planned, startStage } from './ask-operations.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let built: Built
let database: TestDatabase
let one: KillableProxy
let other: KillableProxy
let onOne: ReturnType<typeof operationsOver>
let onOther: ReturnType<typeof operationsOver>

beforeAll(async () => {
  if (!POSTGRES) return
  stage = await startStage()
  built = await builtProxy()
  database = await createDatabase(inject('postgresFolder'))
  const proxy = (name: string) =>
    new KillableProxy(built, stage.emulator, {
      DATABASE_URL: database.url,
      PORTSIDE_DATA: `${built.dataFolder}-${name}`,
      PORTSIDE_LEASE_MS: '3000',
      PORTSIDE_LOG_LEVEL: 'warn',
    })
  one = proxy('one')
  other = proxy('other')
  onOne = operationsOver(one.call)
  onOther = operationsOver(other.call)
  await other.start()
}, 60_000)
beforeEach(() => POSTGRES && one.startAgain(), 30_000)
afterAll(async () => {
  if (!POSTGRES) return
  await Promise.all([one.stop('SIGKILL'), other.stop('SIGKILL')])
  await stage.close()
  await database.remove()
  await built.remove()
}, 60_000)

type Operations = typeof onOne
const change = (from: string, desired: string) => planned(stage.ids(from), stage.ids(desired))
const readBack = (operations: Operations, id: string) =>
  operations.once(id, ({ status, list_now }) => SETTLED.has(status) && list_now !== null)

/** Sets a fault for the requests that change a port, after the first `after` ones. */
const onChange = (portId: string, fault: object) =>
  stage.faults({ match: { method: 'PUT', path: portId }, ...fault })

/** `one` changes `abc` to `bcxa`, and waits this many seconds between the two steps. */
async function waiting(retry_after: number) {
  const portId = await stage.portWith('abc')
  const sent = await stage.countChanges(portId)
  await onChange(portId, { kind: 'error', status: 429, retry_after, after: 1 })
  const { operation } = await onOne.post(portId, change('abc', 'bcxa'))
  await onOne.once(operation.operation_id, ({ status }) => status === 'waiting')
  return { portId, id: operation.operation_id, sent }
}

describe.skipIf(!POSTGRES)('two proxies on one PostgreSQL', { timeout: 90_000 }, () => {
  test('carry out one operation on a port at a time, in order, and show each other’s', async () => {
    const portId = await stage.portWith('abc')
    await onChange(portId, { kind: 'delay', milliseconds: 400 })
    const first = await onOne.post(portId, change('abc', 'bca'))
    const second = await onOther.post(portId, change('abc', 'cab'))
    const third = await onOne.post(portId, change('bca', 'bcax'))
    // A read that waits responds at a step that the other proxy sends.
    const { operation } = await onOther.get(first.operation.operation_id)
    const next = await onOther.get(first.operation.operation_id, `?after=${operation.revision}&wait=20`)
    expect(next.operation.revision).toBeGreaterThan(operation.revision)
    expect((await onOther.settled(first.operation.operation_id)).status).toBe('done')
    expect((await onOne.settled(second.operation.operation_id)).status).toBe('list_changed')
    expect((await onOther.settled(third.operation.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe('bcax')
    expect((await onOther.ofPort(portId)).map(({ operation_id }) => operation_id)).toEqual(
      [third, second, first].map((response) => response.operation.operation_id),
    )
  })

  test('take the same request once, and a choice once', async () => {
    const portId = await stage.portWith('abc')
    await onChange(portId, { kind: 'error', status: 403, after: 1 })
    const body = change('abc', 'bcxa')
    const both = await Promise.all([onOne.post(portId, body), onOther.post(portId, body)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 202])
    expect((await onOther.settled(body.operation_id)).status).toBe('stopped')
    const responses = await Promise.all([
      onOne.choose(body.operation_id, 'go-on'),
      onOther.choose(body.operation_id, 'go-back'),
    ])
    // One is carried out; the other proxy says that there is no choice left.
    expect(responses.map(({ status }) => status).toSorted()).toEqual([202, 409])
    const taken = responses.find(({ status }) => status === 202)!.operation
    expect((await onOther.settled(taken.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe(taken.purpose === 'go_on' ? 'bcxa' : 'abc')
    expect(await onOne.ofPort(portId)).toHaveLength(2)
  })

  test('one is killed: the other finds its operation, and it goes on there', async () => {
    const { portId, id } = await waiting(60)
    // One waits behind it, planned for another list; one waits behind an operation of the other
    // proxy.
    const queued = await onOne.post(portId, change('bcxa', 'bcx'))
    const elsewhere = await stage.portWith('abc')
    await onChange(elsewhere, { kind: 'error', status: 429, retry_after: 6 })
    const ahead = await onOther.post(elsewhere, change('abc', 'bca'))
    const behind = await onOne.post(elsewhere, change('bca', 'bcax'))
    await one.stop('SIGKILL')

    const found = await readBack(onOther, id)
    expect(found).toMatchObject({ status: 'interrupted', error: { error_code: 'Portside.Interrupted' } })
    expect(found.steps.map(({ status }) => status)).toEqual(['done', 'failed'])
    expect([stage.word(found.list_now), stage.word(found.off_the_port)]).toEqual(['bc', 'a'])
    // A choice is refused while another operation waits for its turn on the port.
    expect(await onOther.settled(queued.operation.operation_id)).toMatchObject({
      status: 'list_changed',
      steps: [{ status: 'not_sent' }],
    })
    const chosen = await onOther.choose(id, 'go-on')
    expect(chosen.status, chosen.error.error_msg).toBe(202)
    expect((await onOther.settled(chosen.operation.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe('bcxa')

    expect((await onOther.settled(ahead.operation.operation_id)).status).toBe('done')
    expect((await onOther.settled(behind.operation.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(elsewhere))).toBe('bcax')
  })

  test('one is killed on a step that the platform carries out: the other finds it done', async () => {
    const portId = await stage.portWith('abc')
    await onChange(portId, { kind: 'delay_answer', milliseconds: 9000, after: 1 })
    const { operation } = await onOne.post(portId, change('abc', 'bcxa'))
    await expect.poll(() => stage.list(portId), { timeout: 60_000 }).toHaveLength(4)
    await one.stop('SIGKILL')
    const found = await readBack(onOther, operation.operation_id)
    expect(found).toMatchObject({ status: 'done', error: null, off_the_port: [] })
    expect(found.steps[1]).toMatchObject({ status: 'done', found_by_reading: true })
  })

  test('one is paused until its operation was taken over: it sends nothing more', async () => {
    const { portId, id, sent } = await waiting(1)
    one.signal('SIGSTOP')
    const found = await readBack(onOther, id)
    expect(found.status).toBe('interrupted')
    const before = await sent()
    one.signal('SIGCONT')
    await expect.poll(() => one.log, { timeout: 60_000 }).toContain('this one sends nothing more')
    expect([await sent(), stage.word(await stage.list(portId))]).toEqual([before, 'bc'])
    // The paused proxy knows it, too.
    expect((await onOne.get(id)).operation).toEqual(found)
    const { operation } = await onOne.choose(id, 'go-back')
    expect((await onOther.settled(operation.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe('abc')
  })

  test('one is stopped cleanly: the other goes on with what waited', async () => {
    const { id } = await waiting(60)
    const portId = await stage.portWith('abc')
    await onChange(portId, { kind: 'delay', milliseconds: 1500 })
    const ahead = await onOther.post(portId, change('abc', 'bca'))
    const queued = await onOne.post(portId, change('bca', 'bcax'))
    await one.stop('SIGTERM')
    const { operation } = await onOther.get(id)
    expect(operation).toMatchObject({ status: 'interrupted', next_try_at: null })
    expect(stage.word(operation.off_the_port)).toBe('a')
    expect((await onOther.settled(queued.operation.operation_id)).status).toBe('done')
    expect((await onOther.get(ahead.operation.operation_id)).operation.status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe('bcax')
  })

  test('the database can’t be reached: nothing is sent, and all goes on when it can', async () => {
    const { portId, id, sent } = await waiting(1)
    await database.shutOut()
    try {
      const stopped = await onOne.settled(id)
      expect(stopped).toMatchObject({
        status: 'stopped',
        error: { error_code: 'Portside.DatabaseUnavailable' },
      })
      expect(stage.word(stopped.off_the_port)).toBe('a')
      const { status, error } = await onOne.post(portId, change('bc', 'cb'))
      expect([status, error.error_code]).toEqual([503, 'Portside.DatabaseUnavailable'])
      expect(error.advice).toContain('DATABASE_URL')
      // The first step, and the one that the platform throttled.
      expect(await sent()).toBe(2)
    } finally {
      await database.letIn()
    }
    const found = await readBack(onOther, id)
    expect(['stopped', 'interrupted']).toContain(found.status)
    expect([stage.word(found.list_now), stage.word(found.off_the_port)]).toEqual(['bc', 'a'])
    const { operation } = await onOne.choose(id, 'go-on')
    expect((await onOne.settled(operation.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe('bcxa')
  })
})
