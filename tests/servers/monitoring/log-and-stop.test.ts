import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { builtProxy, KillableProxy, type Built } from '../operations/killable.ts'
import { operationsOver, planned, PROJECT, startStage } from '../operations/ask-operations.ts'
import { createDatabase, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let stage: Awaited<ReturnType<typeof startStage>>
let built: Built
let database: TestDatabase | undefined
beforeAll(async () => {
  stage = await startStage()
  built = await builtProxy()
  // Where there is no PostgreSQL, each start of a proxy takes seconds longer.
  database = POSTGRES ? await createDatabase(inject('postgresFolder')) : undefined
})
const proxyWith = (environment: Record<string, string>) =>
  new KillableProxy(built, stage.emulator, {
    ...(database && { DATABASE_URL: database.url }),
    ...environment,
  })

afterAll(async () => {
  await stage.close()
  await built.remove()
  await database?.remove()
})

test('each line of the log is JSON and names who caused the platform’s call', async () => {
  const proxy = proxyWith({ PORTSIDE_LOG_LEVEL: 'debug' })
  await proxy.start()
  const operations = operationsOver(proxy.call)
  const portId = await stage.portWith('abc')
  const path = `/api/v3/${PROJECT}/ports/${portId}`
  const read = await proxy.call(path, { headers: { 'x-request-id': 'balancer-0001' } })
  expect(read.headers.get('x-request-id')).toBe('balancer-0001')
  const odd = await proxy.call(path, { headers: { 'x-request-id': 'no "ID"' } })
  expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect((await proxy.call(`${path}x`)).status).toBe(400)
  const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('cab')))
  const { operation_id, steps } = await operations.settled(operation.operation_id)
  await stage.faults({ kind: 'error', status: 503, match: { method: 'GET', path: portId } })
  expect((await proxy.call(path)).status).toBe(503)
  expect(await proxy.stop('SIGTERM')).toBe(0)

  const lines = proxy.log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const route = '/api/v3/:project_id/ports/:port_id'
  const upstream = { msg: 'upstream responded', method: 'GET', upstream_request_id: expect.any(String) }
  const responded = { msg: 'responded', method: 'GET', route, ms: expect.any(Number) }
  const request_id = 'balancer-0001'
  for (const line of [
    { ...upstream, level: 'debug', request_id, status: 200, path: path.slice(4) },
    { ...responded, level: 'debug', request_id, status: 200 },
    { ...responded, level: 'info', status: 400, error_code: 'Portside.InvalidRequest' },
    {
      ...responded,
      level: 'info',
      method: 'POST',
      route: `${route.replace(':port_id', ':port_id/operations')}`,
      status: 202,
    },
    ...steps.map(({ request_id: upstream_request_id }, index) => ({
      ...upstream,
      level: 'info',
      method: 'PUT',
      operation_id,
      step: index + 1,
      upstream_request_id,
    })),
    { msg: 'operation done', level: 'info', operation_id, steps: steps.length },
    { ...upstream, level: 'warn', status: 503 },
    { ...responded, level: 'warn', status: 503 },
  ])
    expect(lines).toContainEqual(expect.objectContaining(line))
  for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT/)
})

/**
 * A proxy with an operation of two steps whose first one is under way: the platform takes
 * `milliseconds` for it.
 */
async function inAStep(milliseconds: number, environment: Record<string, string>) {
  const proxy = proxyWith(environment)
  await proxy.start()
  onTestFinished(async () => void (await proxy.stop('SIGKILL')))
  const operations = operationsOver(proxy.call)
  const portId = await stage.portWith('abcd')
  await stage.faults({ kind: 'delay', milliseconds, match: { method: 'PUT', path: portId } })
  const changes = await stage.countChanges(portId)
  const { operation } = await operations.post(portId, planned(stage.ids('abcd'), stage.ids('badc')))
  const id = operation.operation_id
  await operations.once(id, ({ steps }) => steps[0]!.status === 'sending')
  await expect.poll(changes).toBe(1)
  return { proxy, operations, id, portId, changes }
}

test('SIGTERM in a step: its response is journaled, no other step is sent, exit 0', async () => {
  const { proxy, operations, id, portId, changes } = await inAStep(1500, {})
  expect(await proxy.stop('SIGTERM')).toBe(0)
  expect(await changes()).toBe(1)
  const list = await stage.list(portId)
  await proxy.start()
  const { operation } = await operations.get(id)
  expect(operation).toMatchObject({ status: 'interrupted', list_now: list })
  const [first, ...rest] = operation.steps
  expect(first).toMatchObject({ status: 'done', found_by_reading: false, request_id: expect.any(String) })
  expect(rest.every(({ status }) => status === 'not_sent')).toBe(true)
})

test('a second SIGTERM ends it at once', async () => {
  const { proxy } = await inAStep(60_000, { PORTSIDE_UPSTREAM_TIMEOUT_MS: '100000' })
  const ended = proxy.stop('SIGTERM')
  while (await Promise.race([ended.then(() => false), wait(1200, true)])) void proxy.stop('SIGTERM')
  expect(await ended).toBe(1)
  expect(proxy.log).toContain('portside: stopped at once by a second SIGTERM')
})

test('a stop that takes longer than its limit ends', async () => {
  const { proxy } = await inAStep(60_000, {
    PORTSIDE_UPSTREAM_TIMEOUT_MS: '100000',
    PORTSIDE_STOP_TIMEOUT_MS: '1000',
  })
  expect(await proxy.stop('SIGTERM')).toBe(1)
  expect(proxy.log).toContain('portside: still running 1 s after SIGTERM')
})
