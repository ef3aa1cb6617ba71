import { expect, test } from 'vitest'
import { nativeUpdatePortPath, paths, updatePortPath } from '../../../src/vpc/paths.ts'
import { v1PortResponse } from '../../../src/vpc/v1-ports.ts'
import { call, EXAMPLE, idsByName, listNow, started } from '../../stage/emulator.ts'
import type { Emulator } from '../../../src/emulator/server.ts'

// The update replaces a port's list in one call (docs/platform.md, Replace).

const { project } = EXAMPLE
const [A, B] = EXAMPLE.groups
const [X, Y] = EXAMPLE.inserted
const NOBODY = '00000000-0000-4000-8000-000000000000'

const update = (emulator: Emulator, port: unknown, path = updatePortPath(project, EXAMPLE.port)) =>
  call(emulator, 'PUT', path, { port })
const shown = async (emulator: Emulator) =>
  (await call(emulator, 'GET', paths.port(project, EXAMPLE.port))).body.port

test.each([
  ['v1', updatePortPath(project, EXAMPLE.port)],
  ['v2.0', nativeUpdatePortPath(EXAMPLE.port)],
])('%s: the list is replaced in the order of the request, and nothing else is', async (_, path) => {
  const emulator = await started()
  const before = await shown(emulator)
  const { status, headers, body } = await update(emulator, { security_groups: [Y, B, X] }, path)
  expect(status).toBe(200)
  expect(body).not.toHaveProperty('request_id')
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  // The old form, with the network under its old names.
  expect(body.port).toMatchObject({ network_id: before.virsubnet_id, security_groups: [Y, B, X] })
  expect(body.port.fixed_ips).toHaveLength(1)
  expect(v1PortResponse.parse(body).port.virsubnet_id).toBe(before.virsubnet_id)
  const { updated_at, ...after } = await shown(emulator)
  expect(after).toEqual({ ...before, updated_at: undefined, security_groups: [Y, B, X] })
  expect(Date.parse(updated_at)).toBeGreaterThan(Date.parse(before.updated_at))
})

test('other attributes may be given, alone or with the list', async () => {
  const emulator = await started()
  const options = [{ opt_name: 'domain-name', opt_value: 'example.test' }]
  await update(emulator, { name: 'renamed', extra_dhcp_opts: options })
  expect(await shown(emulator)).toMatchObject({ name: 'renamed', security_groups: [A, B] })
  await update(emulator, { name: '', security_groups: [B] })
  expect(await shown(emulator)).toMatchObject({ name: '', extra_dhcp_opts: options, security_groups: [B] })
})

test.each([
  ['nothing', {}, 400, 'VPC.2500', 'port must have at least one attribute'],
  ['an empty list', { security_groups: [] }, 400, 'VPC.2500', 'must name at least one security group'],
  [
    'an unknown group',
    { security_groups: [B, NOBODY] },
    404,
    'VPC.0602',
    `security_groups.1: security group`,
  ],
  ['a group twice', { security_groups: [X, B, X] }, 400, 'VPC.2500', 'must not name a security group twice'],
  ['201 groups', { security_groups: Array(201).fill(X) }, 400, 'VPC.2500', 'at most 200 security groups'],
  ['a name that is too long', { name: 'x'.repeat(256) }, 400, 'VPC.2500', 'port.name'],
  ['an attribute that is not there', { security_groups: [X], index: 0 }, 400, 'VPC.2500', 'port.index'],
])('%s is refused, and the list is left alone', async (_, port, status, code, names) => {
  const emulator = await started()
  const refused = await update(emulator, port)
  expect(refused.status).toBe(status)
  expect(refused.body).toEqual({
    error_code: code,
    error_msg: expect.stringContaining(names),
    request_id: refused.headers.get('x-request-id'),
  })
  expect(await listNow(emulator)).toEqual([A, B])
})

test('a dry run is refused: the call has none', async () => {
  const emulator = await started()
  const body = { port: { security_groups: [X] }, dry_run: true }
  const { status } = await call(emulator, 'PUT', updatePortPath(project, EXAMPLE.port), body)
  expect(status).toBe(400)
  expect(await listNow(emulator)).toEqual([A, B])
})

test("a list may be as long as the project's limit, not longer", async () => {
  const emulator = await started()
  const groups = [...(await idsByName(emulator, 'securityGroups')).values()].slice(0, 101)
  const refused = await update(emulator, { security_groups: groups })
  expect([refused.status, refused.body.error_code]).toEqual([409, 'VPC.2507'])
  const full = groups.slice(1).toReversed()
  expect((await update(emulator, { security_groups: full })).status).toBe(200)
  expect(await listNow(emulator)).toEqual(full)
})

test('faults apply to it as to insert and remove', async () => {
  const emulator = await started()
  const list = { security_groups: [X] }
  const faults = (...some: object[]) => call(emulator, 'POST', '/_emulator/faults', { faults: some })
  await faults({ kind: 'error', status: 429, retry_after: 2 })
  const throttled = await update(emulator, list)
  expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '2'])
  await faults({ kind: 'drop_before', match: { method: 'PUT' } })
  await expect(update(emulator, list)).rejects.toThrow()
  expect(await listNow(emulator)).toEqual([A, B])
  await faults({ kind: 'drop_after', match: { method: 'PUT' } })
  await expect(update(emulator, list)).rejects.toThrow()
  expect(await listNow(emulator)).toEqual([X])
  // What somebody else changes just before is overwritten.
  await faults({ kind: 'change_between', change: { insert: [Y], index: 0 } })
  expect((await update(emulator, { security_groups: [A] })).status).toBe(200)
  expect(await listNow(emulator)).toEqual([A])
})
