import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../../src/vpc/audit-log.ts'
import { controls } from '../../stage/servers.ts'
import { outlineOf } from '../audit-log/read-audit-log.ts'
import { operationsOver, planned, PROJECT, startStage } from './ask-operations.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let operations: ReturnType<typeof operationsOver>

beforeAll(async () => {
  stage = await startStage()
  operations = operationsOver(stage.proxy.call)
})
afterAll(() => stage.close())

/** The port as Portside reads it. */
async function portNow(portId: string): Promise<{ updated_at: string; security_groups: string[] }> {
  const response = await stage.proxy.call(`/api/v3/${PROJECT}/ports/${portId}`)
  return (await response.json()).port
}

/** Replaces a list as the console does, and waits for the end. */
async function replace(from: string, desired: string, faults: (portId: string) => object[] = () => []) {
  const portId = await stage.portWith(from)
  const sent = await stage.countChanges(portId)
  const { updated_at } = await portNow(portId)
  await stage.faults(...faults(portId))
  const body = planned(stage.ids(from), stage.ids(desired), { port_updated_at: updated_at }, 'one-call')
  const { operation } = await operations.post(portId, body)
  const ended = await operations.settled(operation.operation_id)
  const { entries } = (await (await stage.proxy.call(`/api/records/${operation.operation_id}`)).json()).record
  return {
    portId,
    ended,
    list: stage.word(await stage.list(portId)),
    said: stage.word(ended.list_now),
    entries: entries as AuditEntry[],
    sent: await sent(),
  }
}

const onChange = (fault: object) => (portId: string) => [{ match: { method: 'PUT', path: portId }, ...fault }]

/** Before the read number `after` (counted from 0), somebody sets the port's list. */
const beforeRead = (portId: string, after: number, list: string) => ({
  kind: 'change_between',
  match: { method: 'GET', path: portId },
  after,
  security_groups: stage.ids(list),
})

describe('a list is replaced in one call', () => {
  test('groups move, come and go at once; no group is off the port at any time', async () => {
    const { ended, list, sent, entries, portId } = await replace('abcd', 'xdab')
    expect([list, sent]).toEqual(['xdab', 1])
    expect(ended).toMatchObject({ status: 'done', error: null, off_the_port: [] })
    expect(ended.steps).toMatchObject([
      { step: { kind: 'replace', security_groups: stage.ids('xdab') }, status: 'done', off_the_port: [] },
    ])
    expect(ended.steps[0]!.request_id).toMatch(/^[0-9a-f-]{36}$/)
    // Read once before, and once after: the response to a replacement is in the old form.
    expect(outlineOf({ entries })).toEqual(['read', 'request 1', 'answer 1 done', 'read', 'end done'])
    expect(entries[1]).toMatchObject({
      path: `/v1/${PROJECT}/ports/${portId}`,
      body: { port: { security_groups: stage.ids('xdab') } },
    })
    expect(ended.port).toMatchObject({ id: portId, security_groups: stage.ids('xdab') })
    expect(ended.port).toHaveProperty('virsubnet_id')
    expect(ended.port).not.toHaveProperty('portside:v1_read')
  })

  test('another list on the port: nothing is sent', async () => {
    const portId = await stage.portWith('abc')
    const sent = await stage.countChanges(portId)
    await stage.someoneElseSets(portId, stage.ids('cab'))
    const body = planned(stage.ids('abc'), stage.ids('bca'), {}, 'one-call')
    const { operation } = await operations.post(portId, body)
    const ended = await operations.settled(operation.operation_id)
    expect(ended).toMatchObject({ status: 'list_changed', error: { error_code: 'Portside.ListChanged' } })
    expect(await sent()).toBe(0)
  })

  test('the same list, changed and put back meanwhile: nothing is sent', async () => {
    const portId = await stage.portWith('abc')
    const sent = await stage.countChanges(portId)
    const { updated_at } = await portNow(portId)
    await stage.someoneElseSets(portId, stage.ids('acb'))
    await stage.someoneElseSets(portId, stage.ids('abc'))
    const plan = (more: object) => planned(stage.ids('abc'), stage.ids('bca'), more, 'one-call')
    const { operation } = await operations.post(portId, plan({ port_updated_at: updated_at }))
    const ended = await operations.settled(operation.operation_id)
    expect(ended).toMatchObject({ status: 'list_changed', error: { error_code: 'Portside.ListChanged' } })
    expect(ended.error!.error_msg).toContain('updated_at is not as when the port was read')
    expect(await sent()).toBe(0)
    // The old form of the API has times without a zone: the same moment all the same.
    const { updated_at: now } = await portNow(portId)
    const again = await operations.post(portId, plan({ port_updated_at: now.replace('Z', '') }))
    expect(await operations.settled(again.operation.operation_id)).toMatchObject({ status: 'done' })
  })

  test.each([
    ['is missing, and was known', { remove: ['updated_at'] }, '2026-01-01T00:00:00Z'],
    ['is null, and was known', { set: { updated_at: null } }, '2026-01-01T00:00:00Z'],
    ['is known, and was missing', { set: { updated_at: '2026-01-01T00:00:00Z' } }, null],
    ['is another text that is no time', { set: { updated_at: 'tuesday' } }, 'monday'],
  ])('updated_at %s: nothing is sent', async (_, now, port_updated_at) => {
    const portId = await stage.portWith('abc')
    const sent = await stage.countChanges(portId)
    const cloud = controls(stage.emulator)
    await cloud.overlays({ id: portId, ...now })
    const body = planned(stage.ids('abc'), stage.ids('bca'), { port_updated_at }, 'one-call')
    const { operation } = await operations.post(portId, body)
    const ended = await operations.settled(operation.operation_id)
    await cloud.overlays()
    expect(ended).toMatchObject({ status: 'list_changed', error: { error_code: 'Portside.ListChanged' } })
    expect(await sent()).toBe(0)
  })

  test('updated_at is the same text, and no time: it is replaced', async () => {
    const portId = await stage.portWith('abc')
    const cloud = controls(stage.emulator)
    await cloud.overlays({ id: portId, set: { updated_at: 'monday' } })
    const body = planned(stage.ids('abc'), stage.ids('bca'), { port_updated_at: 'monday' }, 'one-call')
    const { operation } = await operations.post(portId, body)
    const ended = await operations.settled(operation.operation_id)
    await cloud.overlays()
    expect(ended.status).toBe('done')
  })

  test('updated_at is longer than an operation takes: its list is compared alone', async () => {
    const portId = await stage.portWith('abc')
    const cloud = controls(stage.emulator)
    await cloud.overlays({ id: portId, set: { updated_at: 'x'.repeat(65) } })
    const body = planned(stage.ids('abc'), stage.ids('bca'), { port_updated_at: null }, 'one-call')
    const { operation } = await operations.post(portId, body)
    const ended = await operations.settled(operation.operation_id)
    await cloud.overlays()
    expect(ended.status).toBe('done')
  })

  test.each([
    ['refused for now', { kind: 'error', status: 429, retry_after: 0 }, 'while Portside waited', 'failed'],
    ['lost', { kind: 'drop_before' }, 'No response came', 'unknown'],
  ])('%s, and put back by somebody else: it says just that', async (_, fault, words, status) => {
    const { ended, list, sent } = await replace('abc', 'bca', (portId) => [
      ...onChange(fault)(portId),
      beforeRead(portId, 1, 'abc'),
    ])
    expect(ended).toMatchObject({ status: 'stopped', error: { error_code: 'Portside.ListChanged' } })
    expect(ended.error!.error_msg).toContain(words)
    expect([ended.steps[0]!.status, list, sent]).toEqual([status, 'abc', 1])
  })

  test('a read after it that is behind is read again', async () => {
    const { ended } = await replace('abc', 'bca', (portId) => [
      beforeRead(portId, 1, 'abc'),
      beforeRead(portId, 2, 'bca'),
    ])
    expect(ended).toMatchObject({ status: 'done', list_now: stage.ids('bca') })
  })

  test.each(['abc', 'xyz'])('another list after it (%s): nobody is blamed', async (list) => {
    const { ended, said } = await replace('abc', 'bca', (portId) => [beforeRead(portId, 1, list)])
    expect(ended).toMatchObject({ status: 'stopped', error: { error_code: 'Portside.AnotherList' } })
    expect(said).toBe(list)
  })

  test.each([
    ['the connection broke after the change was made', { kind: 'drop_after' }, 1, true],
    ['the response is garbage', { kind: 'garbage' }, 1, true],
    ['the connection broke before the change was made', { kind: 'drop_before' }, 2, false],
    ['the service failed', { kind: 'error', status: 500 }, 2, false],
    ['the platform was busy', { kind: 'error', status: 503 }, 2, false],
  ])('%s: it is read back, and is true', async (_, fault, calls, found_by_reading) => {
    const { ended, list, sent } = await replace('abc', 'bca', onChange(fault))
    expect(ended).toMatchObject({ status: 'done', error: null })
    expect(ended.steps[0]).toMatchObject({ status: 'done', found_by_reading, attempts: calls })
    expect([list, sent]).toEqual(['bca', calls])
  })

  test("a lost response and somebody else's list: it stops, and is called unknown", async () => {
    const { ended, list, said } = await replace('abc', 'bca', (portId) => [
      ...onChange({ kind: 'change_between', security_groups: stage.ids('bcy') })(portId),
      ...onChange({ kind: 'drop_before' })(portId),
    ])
    // The list may be the platform's own doing: nobody is blamed.
    expect(ended).toMatchObject({ status: 'stopped', error: { error_code: 'Portside.AnotherList' } })
    expect(ended.steps[0]!.status).toBe('unknown')
    expect([list, said]).toEqual(['bcy', 'bcy'])
  })

  test.each([403, 404, 409])('refused with %d: it stops, with the list as it was', async (status) => {
    const { ended, list, said } = await replace('abc', 'bca', onChange({ kind: 'error', status }))
    expect(ended).toMatchObject({ status: 'stopped', off_the_port: [] })
    expect([list, said, ended.steps[0]!.status]).toEqual(['abc', 'abc', 'failed'])
  })

  test('going on and going back after a stop go in one call, too', async () => {
    const { ended, portId } = await replace('abcd', 'dcba', onChange({ kind: 'error', status: 403 }))
    const { operation } = await operations.choose(ended.operation_id, 'go-on')
    const done = await operations.settled(operation.operation_id)
    expect(done).toMatchObject({ status: 'done', steps: [{ step: { kind: 'replace' } }] })
    expect(stage.word(await stage.list(portId))).toBe('dcba')
  })
})

/** What the dry run of a replacement found, and the list after it. */
async function dryRun(from: string, desired: string) {
  const portId = await stage.portWith(from)
  const { operation_id: _, ...plan } = planned(stage.ids(from), stage.ids(desired), {}, 'one-call')
  const response = await stage.proxy.call(`/api/v3/${PROJECT}/ports/${portId}/checks`, {
    method: 'POST',
    json: plan,
  })
  return { checks: (await response.json()).checks, list: stage.word(await stage.list(portId)) }
}

describe('the dry run of a replacement', () => {
  test('asks whether the new groups can be inserted, and says that it is no more', async () => {
    const { checks, list } = await dryRun('abc', 'cxab')
    expect(checks).toEqual([
      { kind: 'platform_partly', request_id: expect.any(String), groups: stage.ids('x') },
    ])
    expect(list).toBe('abc')
  })

  test('without a new group asks nothing: Portside checks it', async () => {
    expect((await dryRun('abc', 'cab')).checks).toEqual([{ kind: 'portside' }])
  })
})

describe('PORTSIDE_CHANGES settles the way', () => {
  test.each([
    ['steps', 'one-call', 'changes are made step by step here'],
    ['one-call', 'steps', 'changes are made in one call here'],
  ] as const)('%s refuses the other way, for a change and a dry run', async (settled, other, words) => {
    const proxy = await stage.start({ PORTSIDE_CHANGES: settled })
    try {
      const session = await (await proxy.call('/api/session')).json()
      expect(session.changes).toBe(settled)
      const portId = await stage.portWith('abc')
      const { operation_id, ...plan } = planned(stage.ids('abc'), stage.ids('cba'), {}, other)
      const { error } = await operationsOver(proxy.call).post(portId, { operation_id, ...plan })
      expect(error).toMatchObject({ error_code: 'Portside.InvalidRequest' })
      expect(error.error_msg).toContain(words)
      const path = `/api/v3/${PROJECT}/ports/${portId}/checks`
      expect((await proxy.call(path, { method: 'POST', json: plan })).status).toBe(400)
      expect(stage.word(await stage.list(portId))).toBe('abc')
    } finally {
      await proxy.close()
    }
  })
})
