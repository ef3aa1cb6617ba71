import { expect, onTestFinished, test } from 'vitest'
import { EXAMPLE, started } from '../../stage/emulator.ts'
import { startProxy } from '../../stage/proxy.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { queryString } from '../../../src/vpc/query-string.ts'
import { ACCESS, KEYS } from '../../stage/servers.ts'
import { AWKWARD } from './awkward.ts'

// The emulator computes each signature again from the request as it was received, by the rules of
// the official signer.

const TOKEN = 'test-security-token/+=0001'
const { project, port, inserted } = EXAMPLE
const portPath = `/api${paths.port(project, port)}`

async function signed(
  keys: Record<string, string>,
  accepted: Partial<typeof KEYS> & { securityToken?: string } = {},
) {
  const emulator = await started({ credentials: { ...KEYS, ...accepted } })
  const proxy = await startProxy({ PORTSIDE_UPSTREAM: emulator.address, ...keys })
  onTestFinished(() => proxy.close())
  return proxy
}

test('paths, queries and bodies with awkward characters are signed as verified', async () => {
  const proxy = await signed(ACCESS)
  expect((await proxy.call(portPath)).status).toBe(200)
  for (const name of AWKWARD) {
    const one = queryString({ name: [name], limit: 5, admin_state_up: true })
    expect((await proxy.call(`/api${paths.ports(project)}?${one}`)).status).toBe(200)
  }
  const all = queryString({ name: AWKWARD, description: AWKWARD.toReversed(), limit: 5 })
  expect((await proxy.call(`/api${paths.ports(project)}?${all}`)).status).toBe(200)
  for (const index of [undefined, 0, 1]) {
    const json = { dry_run: true, port: { index, security_groups: inserted } }
    expect((await proxy.call(`/api${paths.insert(project, port)}`, { method: 'PUT', json })).status).toBe(202)
  }
})

test('a temporary key carries its token, signed', async () => {
  const proxy = await signed({ ...ACCESS, HUAWEICLOUD_SDK_SECURITY_TOKEN: TOKEN }, { securityToken: TOKEN })
  expect((await proxy.call(portPath)).status).toBe(200)
})

test('a token of IAM takes the place of a signature', async () => {
  const emulator = await started({ credentials: { ...KEYS, authToken: TOKEN } })
  const proxy = await startProxy({ PORTSIDE_UPSTREAM: emulator.address, PORTSIDE_AUTH_TOKEN: TOKEN })
  onTestFinished(() => proxy.close())
  expect((await proxy.call(portPath)).status).toBe(200)
})

test.each([
  ['no credentials', {}],
  ['another secret', { ...ACCESS, HUAWEICLOUD_SDK_SK: 'another-secret-key' }],
  ['another key', { ...ACCESS, HUAWEICLOUD_SDK_AK: 'ANOTHERKEY' }],
])('%s: the platform’s refusal passes, with what to check, and no secret', async (_, keys) => {
  const proxy = await signed(keys)
  const response = await proxy.call(portPath)
  expect(response.status).toBe(401)
  const text = await response.text()
  expect(JSON.parse(text)).toMatchObject({
    error_code: 'APIGW.0301',
    advice: expect.stringContaining('check the access key'),
  })
  for (const secret of [KEYS.secretKey, 'another-secret-key', 'Signature='])
    expect(text).not.toContain(secret)
})
