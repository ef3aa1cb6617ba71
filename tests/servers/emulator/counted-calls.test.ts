import { expect, test } from 'vitest'
import { nativePaths } from '../../../src/vpc/old-lists.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { call, EXAMPLE, insert, started } from '../../stage/emulator.ts'
import type { Emulator } from '../../../src/emulator/server.ts'

// Quotas of calls in windows (docs/platform.md, Limits), and what calls came.

const { project, port } = EXAMPLE
const LAB = '0d2c6a1f4b7e4f5e9a38c5d1e7b60f42'
const [X] = EXAMPLE.inserted

const read = (emulator: Emulator, of: string = project) => call(emulator, 'GET', paths.rules(of))
const counted = async (emulator: Emulator) => (await call(emulator, 'GET', '/_emulator/calls')).body

test('calls beyond the quota are refused with 429, reads and changes alike', async () => {
  const emulator = await started({ quota: { count: 3, seconds: 600 } })
  expect((await read(emulator)).status).toBe(200)
  expect((await insert(emulator, { port: { security_groups: [X] }, dry_run: true })).status).toBe(202)
  expect((await call(emulator, 'GET', nativePaths.rules)).status).toBe(200)
  const { status, body, headers } = await insert(emulator, { port: { security_groups: [X] } })
  expect([status, body.error_code, headers.get('retry-after')]).toEqual([429, 'APIGW.0308', null])
  // The quota is the project's own.
  expect((await read(emulator, LAB)).status).toBe(200)
  expect(await counted(emulator)).toMatchObject({ total: 5, throttled: 1 })
})

test('Retry-After says when the window ends, and then calls pass', async () => {
  const emulator = await started()
  await call(emulator, 'PUT', '/_emulator/quota', { quota: { count: 1, seconds: 2, retry_after: true } })
  expect((await read(emulator)).status).toBe(200)
  const { status, headers } = await read(emulator)
  expect([status, headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^[12]$/)])
  await expect.poll(async () => (await read(emulator)).status, { timeout: 20_000 }).toBe(200)
  await call(emulator, 'PUT', '/_emulator/quota', { quota: null })
  for (let count = 0; count < 3; count++) expect((await read(emulator)).status).toBe(200)
})

test('calls are counted by kind, those too that are refused or missing', async () => {
  const emulator = await started({ region: { like: ['no-address-groups'] } })
  await read(emulator)
  await read(emulator, '0123')
  await call(emulator, 'GET', paths.port(project, port))
  await call(emulator, 'GET', paths.addressGroups(project))
  await call(emulator, 'GET', `/_emulator${paths.port(project, port)}`)
  expect((await counted(emulator)).calls).toEqual({
    'GET /v3/{project_id}/vpc/security-group-rules': 2,
    'GET /v3/{project_id}/ports/{id}': 1,
    'GET /v3/{project_id}/vpc/address-groups': 1,
  })
  expect((await call(emulator, 'DELETE', '/_emulator/calls')).body).toMatchObject({ calls: {}, total: 0 })
})

test.each([
  [{ quota: { count: 0, seconds: 1 } }, 'quota.count must be 1 or more'],
  [{ quota: { count: 1, seconds: 100_000 } }, 'quota.seconds must be at most 86400'],
  [{}, 'quota'],
])('a quota that cannot be is refused: %j', async (body, names) => {
  const { status, body: error } = await call(await started(), 'PUT', '/_emulator/quota', body)
  expect([status, error.error_msg]).toEqual([400, expect.stringContaining(names)])
})
