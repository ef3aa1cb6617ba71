import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditLogOver, outlineOf } from '../audit-log/read-audit-log.ts'
import { builtProxy, KillableProxy, type Built } from './killable.ts'
import { operationsOver, planned, startStage } from './ask-operations.ts'

let stage: Awaited<ReturnType<typeof startStage>>
let built: Built
let proxy: KillableProxy
let operations: ReturnType<typeof operationsOver>

beforeAll(async () => {
  stage = await startStage()
  built = await builtProxy()
  proxy = new KillableProxy(built, stage.emulator)
  operations = operationsOver(proxy.call)
  await proxy.start()
}, 60_000)
afterAll(async () => {
  await proxy.stop('SIGKILL')
  await stage.close()
  await built.remove()
}, 60_000)

/**
 * Starts `abc` to `bxca`; resolves when the first step is done and the second is as `until` says.
 */
async function begun(fault: object, until: 'sending' | 'waiting') {
  const portId = await stage.portWith('abc')
  await stage.faults({ match: { method: 'PUT', path: portId }, after: 1, ...fault })
  const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('bcxa')))
  await operations.once(operation.operation_id, ({ status, steps }) =>
    until === 'waiting' ? status === 'waiting' : steps[1]!.status === 'sending',
  )
  return { portId, id: operation.operation_id }
}

const restart = async (signal: 'SIGKILL' | 'SIGTERM') => {
  await proxy.stop(signal)
  await proxy.start()
}
const readBack = (id: string) => operations.once(id, ({ list_now }) => list_now !== null)

describe('after the proxy was killed', () => {
  test('on a step that the platform never got: it is found again, and can go on', async () => {
    const { portId, id } = await begun({ kind: 'error', status: 429, retry_after: 60 }, 'waiting')
    await restart('SIGKILL')
    const found = await readBack(id)
    expect(found).toMatchObject({ status: 'interrupted', error: { error_code: 'Portside.Interrupted' } })
    expect(found.steps.map(({ status }) => status)).toEqual(['done', 'failed'])
    expect([stage.word(found.list_now), stage.word(found.off_the_port)]).toEqual(['bc', 'a'])
    expect((await operations.ofPort(portId)).map(({ operation_id }) => operation_id)).toEqual([id])
    const record = await auditLogOver(proxy.call).record(id)
    expect(outlineOf(record)).toEqual([
      ...['read', 'request 1', 'answer 1 done', 'request 2', 'answer 2 refused'],
      ...['taken_over', 'end interrupted', 'read', 'end interrupted'],
    ])
    expect(record.after).toEqual(found.list_now)

    const { operation } = await operations.choose(id, 'go-on')
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe('bcxa')
  })

  test('on a step that the platform carried out: reading back shows that it is done', async () => {
    const { portId, id } = await begun({ kind: 'delay_answer', milliseconds: 5000 }, 'sending')
    await expect.poll(() => stage.list(portId)).toHaveLength(4)
    await restart('SIGKILL')
    const found = await readBack(id)
    expect(found).toMatchObject({ status: 'done', error: null, off_the_port: [] })
    expect(found.steps[1]).toMatchObject({ status: 'done', found_by_reading: true })
    const record = await auditLogOver(proxy.call).record(id)
    // The last request got no response: its outcome was found by reading.
    expect(outlineOf(record).slice(3)).toEqual([
      'request 2',
      'taken_over',
      'end interrupted',
      'read',
      'end done',
    ])
  })

  test('on a step that had not happened: reading back shows it, and it can go back', async () => {
    const { portId, id } = await begun({ kind: 'error', status: 500, times: 0 }, 'sending')
    await restart('SIGKILL')
    const found = await readBack(id)
    expect(found.status).toBe('interrupted')
    expect([stage.word(found.list_now), stage.word(found.off_the_port)]).toEqual(['bc', 'a'])
    await stage.noFaults()
    const { operation } = await operations.choose(id, 'go-back')
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
    expect(stage.word(await stage.list(portId))).toBe('abc')
  })

  test('with another operation in the queue: nothing of that was sent, and nothing is', async () => {
    const { portId, id } = await begun({ kind: 'error', status: 429, retry_after: 60 }, 'waiting')
    const queued = await operations.post(portId, planned(stage.ids('bcxa'), stage.ids('bcx')))
    await restart('SIGKILL')
    const found = await readBack(queued.operation.operation_id)
    expect(found).toMatchObject({ status: 'interrupted', steps: [{ status: 'not_sent', attempts: 0 }] })
    expect((await readBack(id)).status).toBe('interrupted')
    expect(stage.word(await stage.list(portId))).toBe('bc')
  })

  test('while the platform can’t be reached: it says what it does not know, reads later', async () => {
    const { portId, id } = await begun({ kind: 'error', status: 429, retry_after: 60 }, 'waiting')
    await proxy.stop('SIGKILL')
    await stage.faults({ kind: 'drop_before', match: { method: 'GET', path: portId }, times: 2 })
    await proxy.start()
    const { operation } = await operations.get(id)
    expect(operation).toMatchObject({ status: 'interrupted' })
    expect(stage.word(operation.off_the_port)).toBe('a')
    expect(stage.word((await readBack(id)).list_now)).toBe('bc')
  })

  test('the same request again, from a console without a response, finds it', async () => {
    const portId = await stage.portWith('abc')
    const body = planned(stage.ids('abc'), stage.ids('bca'))
    await operations.post(portId, body)
    await operations.settled(body.operation_id)
    await restart('SIGKILL')
    const again = await operations.post(portId, body)
    expect([again.status, again.operation.status]).toEqual([200, 'done'])
  })
})

describe('after the proxy was stopped cleanly', () => {
  test('the request under way was finished, and no other sent', async () => {
    const portId = await stage.portWith('abcdef')
    await stage.faults({ kind: 'delay', milliseconds: 500, match: { method: 'PUT', path: portId } })
    const body = planned(stage.ids('abcdef'), stage.ids('badcfe'))
    await operations.post(portId, body)
    await operations.once(body.operation_id, ({ steps }) => steps[0]!.status === 'sending')
    await restart('SIGTERM')
    const { operation } = await operations.get(body.operation_id)
    expect(operation.status).toBe('interrupted')
    expect(operation.steps.map(({ status }) => status)).toEqual(['done', 'not_sent', 'not_sent'])
    expect(operation.list_now).toEqual(await stage.list(portId))
  })

  test('a wait was cut short', async () => {
    const { id } = await begun({ kind: 'error', status: 429, retry_after: 60 }, 'waiting')
    await restart('SIGTERM')
    const { operation } = await operations.get(id)
    expect(operation).toMatchObject({ status: 'interrupted', next_try_at: null })
    expect(stage.word(operation.off_the_port)).toBe('a')
  })
})

test('a second proxy on the same data folder is refused, in one line', async () => {
  const second = new KillableProxy(built, stage.emulator)
  await expect(second.start()).rejects.toThrow(
    /ended with 2: portside: PORTSIDE_DATA: the journal in .* is in use by another Portside/,
  )
})
