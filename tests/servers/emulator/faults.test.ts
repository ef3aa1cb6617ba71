import { request } from 'node:http'
import { expect, test } from 'vitest'
import { paths } from '../../../src/vpc/paths.ts'
import { call, EXAMPLE, insert, listNow, started } from '../../stage/emulator.ts'
import type { Fault } from '../../../src/emulator/faults.ts'
import { createEmulator, type Emulator } from '../../../src/emulator/server.ts'

const [A, B] = EXAMPLE.groups
const [X, Y] = EXAMPLE.inserted
const PORT = paths.port(EXAMPLE.project, EXAMPLE.port)
const INSERT_X = { port: { security_groups: [X], index: 0 } }

const demand = (emulator: Emulator, ...faults: Fault[]) =>
  call(emulator, 'POST', '/_emulator/faults', { faults })
const get = (emulator: Emulator) => call(emulator, 'GET', PORT)

test('429 with Retry-After, 500 and 503: nothing is carried out, once each', async () => {
  const emulator = await started()
  await demand(
    emulator,
    { kind: 'error', status: 429, retry_after: 3 },
    { kind: 'error' },
    { kind: 'error', status: 503, error_code: 'VPC.9999', error_msg: 'Maintenance.' },
  )
  const [throttled, failed, unavailable] = [
    await insert(emulator, INSERT_X),
    await insert(emulator, INSERT_X),
    await insert(emulator, INSERT_X),
  ]
  expect([throttled.status, throttled.headers.get('retry-after'), throttled.body.error_code]).toEqual([
    429,
    '3',
    'APIGW.0308',
  ])
  expect([failed.status, failed.headers.get('retry-after'), failed.body.error_code]).toEqual([
    500,
    null,
    'VPC.0105',
  ])
  expect([unavailable.status, unavailable.body.error_code, unavailable.body.error_msg]).toEqual([
    503,
    'VPC.9999',
    'Maintenance.',
  ])
  for (const { body, headers } of [throttled, failed, unavailable])
    expect(body.request_id).toBe(headers.get('x-request-id'))
  expect(await listNow(emulator)).toEqual([A, B])
})

test('drop_before loses the response before the change, drop_after after it', async () => {
  const emulator = await started()
  await demand(emulator, { kind: 'drop_before' })
  await expect(insert(emulator, INSERT_X)).rejects.toThrow()
  expect(await listNow(emulator)).toEqual([A, B])
  await demand(emulator, { kind: 'drop_after', match: { method: 'PUT' } })
  await expect(insert(emulator, INSERT_X)).rejects.toThrow()
  expect(await listNow(emulator)).toEqual([X, A, B])
})

test('a response lost after a refusal or a dry run leaves the list alone', async () => {
  const emulator = await started()
  await demand(emulator, { kind: 'drop_after', match: { method: 'put' }, times: 2 })
  await expect(insert(emulator, { port: { security_groups: [A] } })).rejects.toThrow()
  await expect(insert(emulator, { ...INSERT_X, dry_run: true })).rejects.toThrow()
  expect(await listNow(emulator)).toEqual([A, B])
})

test('change_between: somebody else was there just before the call', async () => {
  const emulator = await started()
  await demand(emulator, { kind: 'change_between', match: { method: 'PUT' }, security_groups: [B] })
  const { body } = await insert(emulator, { port: { security_groups: [X], index: 1 } })
  expect(body.port.security_groups).toEqual([B, X])
  await demand(
    emulator,
    { kind: 'change_between', change: { insert: [Y], index: 0 } },
    { kind: 'change_between', change: { port_id: EXAMPLE.port, remove: [X] } },
  )
  expect((await get(emulator)).body.port.security_groups).toEqual([Y, B])
  await demand(emulator, { kind: 'change_between', change: { remove: [X] } })
  const impossible = await get(emulator)
  expect([impossible.status, impossible.body.error_msg]).toEqual([500, expect.stringContaining(X)])
})

test('garbage: the call is carried out, the response is no JSON', async () => {
  const emulator = await started()
  await demand(emulator, { kind: 'garbage', match: { method: 'PUT' }, status: 502 })
  const { status, headers, body } = await insert(emulator, INSERT_X)
  expect([status, headers.get('content-type'), body]).toEqual([
    502,
    expect.stringContaining('text/html'),
    undefined,
  ])
  expect(await listNow(emulator)).toEqual([X, A, B])
})

const struck = async (emulator: Emulator) =>
  (await call(emulator, 'GET', '/_emulator/faults')).body.faults[0].struck

test('delay: a client that gives up does not stop the change', async () => {
  const emulator = await started()
  await demand(emulator, { kind: 'delay', match: { method: 'PUT' }, milliseconds: 1500 })
  const given = new AbortController()
  const url = emulator.address + paths.insert(EXAMPLE.project, EXAMPLE.port)
  const response = fetch(url, { method: 'PUT', body: JSON.stringify(INSERT_X), signal: given.signal })
  await expect.poll(() => struck(emulator)).toBe(1)
  given.abort()
  await expect(response).rejects.toThrow()
  await expect.poll(() => listNow(emulator), { timeout: 20_000 }).toEqual([X, A, B])
})

test('delay_answer: the change is made before its response', async () => {
  const emulator = await started()
  await demand(emulator, { kind: 'delay_answer', match: { method: 'PUT' }, milliseconds: 60_000 })
  const given = new AbortController()
  const url = emulator.address + paths.insert(EXAMPLE.project, EXAMPLE.port)
  const response = fetch(url, { method: 'PUT', body: JSON.stringify(INSERT_X), signal: given.signal })
  await expect.poll(() => listNow(emulator)).toEqual([X, A, B])
  given.abort()
  await expect(response).rejects.toThrow()
})

test('closing does not wait for a delay', async () => {
  const emulator = await createEmulator({ faults: [{ kind: 'delay', milliseconds: 600_000 }] })
  const response = get(emulator)
  await expect.poll(() => struck(emulator)).toBe(1)
  await emulator.close()
  expect((await response).status).toBe(503)
})

test('match, after and times choose the calls; the list shows what was applied', async () => {
  const emulator = await started({
    faults: [{ kind: 'error', match: { path: '/ports/99fd' }, after: 1, times: 2 }],
  })
  const statuses: number[] = []
  for (let count = 0; count < 4; count++) statuses.push((await get(emulator)).status)
  expect((await call(emulator, 'GET', paths.ports(EXAMPLE.project))).status).toBe(200)
  expect(statuses).toEqual([200, 500, 500, 200])
  const shown = await call(emulator, 'GET', '/_emulator/faults')
  expect(shown.body.faults).toEqual([expect.objectContaining({ kind: 'error', matched: 4, struck: 2 })])
  await demand(emulator, { kind: 'error', times: 0 })
  for (let count = 0; count < 3; count++) expect((await get(emulator)).status).toBe(500)
  expect((await call(emulator, 'DELETE', '/_emulator/faults')).body).toEqual({ faults: [] })
  expect((await get(emulator)).status).toBe(200)
})

test.each([
  [{ faults: [{ kind: 'explode' }] }, 'faults.0.kind'],
  [{ faults: [{ kind: 'delay' }] }, 'milliseconds'],
  [{ faults: [{ kind: 'change_between' }] }, 'change'],
  [{ faults: [{ kind: 'change_between', change: {} }] }, 'exactly one'],
  [{ faults: [{ kind: 'error', times: -1 }] }, 'faults.0.times'],
  [{ fault: [] }, 'fault'],
  ['{', 'not JSON'],
])('a fault that cannot be is refused and none is taken: %j', async (body, names) => {
  const emulator = await started()
  const { status, body: error } = await call(emulator, 'POST', '/_emulator/faults', body)
  expect([status, error.error_msg]).toEqual([400, expect.stringContaining(names)])
  expect((await call(emulator, 'GET', '/_emulator/faults')).body.faults).toEqual([])
})

test('another console: a port’s list is set from outside, in any order, checked', async () => {
  const emulator = await started()
  const path = `/_emulator/ports/${EXAMPLE.port}/security-groups`
  const before = (await get(emulator)).body.port.updated_at
  expect((await call(emulator, 'POST', path, { security_groups: [Y, B, A] })).status).toBe(200)
  expect(await listNow(emulator)).toEqual([Y, B, A])
  expect(Date.parse((await get(emulator)).body.port.updated_at)).toBeGreaterThan(Date.parse(before))
  expect((await call(emulator, 'POST', path, { security_groups: [Y, Y] })).status).toBe(400)
  expect((await call(emulator, 'POST', path, { security_groups: [EXAMPLE.port] })).status).toBe(404)
  expect(await listNow(emulator)).toEqual([Y, B, A])
})

test('reset puts everything back and clears the faults', async () => {
  const emulator = await started()
  const before = await get(emulator)
  await insert(emulator, INSERT_X)
  await demand(emulator, { kind: 'error', times: 0 })
  expect((await call(emulator, 'POST', '/_emulator/reset')).status).toBe(200)
  expect((await get(emulator)).body.port).toEqual(before.body.port)
})

test('a page in a browser cannot control the emulator', async () => {
  const emulator = await started()
  for (const header of ['origin', 'sec-fetch-site'] as const) {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = { method: 'POST', headers: { [header]: 'http://127.0.0.1' } }
      request(`${emulator.address}/_emulator/reset`, options, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(status).toBe(403)
  }
})
