import { expect, test } from 'vitest'
import { paths } from '../../../src/vpc/paths.ts'
import { v1Paths } from '../../../src/vpc/v1-ports.ts'
import { call, EXAMPLE, insert, listNow, started } from '../../stage/emulator.ts'
import type { Emulator } from '../../../src/emulator/server.ts'

// Forms that differ from the documented ones (docs/platform.md, Objects and Errors).

const { project, port } = EXAMPLE
const [A, B] = EXAMPLE.groups
const [X] = EXAMPLE.inserted

const overlay = (emulator: Emulator, ...overlays: object[]) =>
  call(emulator, 'PUT', '/_emulator/overlays', { overlays })
const body = async (emulator: Emulator, path: string) => (await call(emulator, 'GET', path)).body

test('a port is shown in odd forms, wherever it is shown', async () => {
  const emulator = await started()
  const { tags: _, zone_id: _zone, ...before } = (await body(emulator, paths.port(project, port))).port
  const set = {
    admin_state_up: 'true',
    tags: ['blue'],
    security_groups: null,
    zone_id: 7,
    'binding:profile': null,
    private_ips: null,
    created_at: 1683682502,
  }
  await overlay(emulator, { id: port, set, remove: ['name'] })
  const { name: _name, ...rest } = before
  const odd = { ...rest, ...set }
  expect((await body(emulator, paths.port(project, port))).port).toEqual(odd)
  const { ports } = await body(emulator, paths.ports(project))
  expect(ports[0]).toEqual(odd)
  expect(ports[1].security_groups.length).toBeGreaterThan(0)
  expect((await body(emulator, v1Paths.port(project, port))).port).toMatchObject({ zone_id: 7 })
  // Only what is shown is odd: the call changes the true list.
  const { port: changed } = (await insert(emulator, { port: { security_groups: [X] } })).body
  expect(changed).toMatchObject({ admin_state_up: 'true', security_groups: null })
  expect((await body(emulator, `/_emulator${paths.port(project, port)}`)).port).toMatchObject({
    admin_state_up: true,
    security_groups: [A, B, X],
  })
  await overlay(emulator)
  expect(await listNow(emulator)).toEqual([A, B, X])
})

test('a group and a rule in it are shown in odd forms; path chooses the calls', async () => {
  const emulator = await started()
  const { security_group: before } = await body(emulator, paths.securityGroup(project, X))
  const [rule, other] = before.security_group_rules
  await overlay(
    emulator,
    { id: X, set: { enterprise_project_id: 0 } },
    { id: rule.id, set: { port_range_min: 22, port_range_max: 22 }, remove: ['multiport'] },
    { id: other.id, path: '/security-group-rules', set: { multiport: 333 } },
  )
  const { security_group } = await body(emulator, paths.securityGroup(project, X))
  const { multiport: _, ...ranged } = { ...rule, port_range_min: 22, port_range_max: 22 }
  expect(security_group).toEqual({
    ...before,
    enterprise_project_id: 0,
    security_group_rules: [ranged, ...before.security_group_rules.slice(1)],
  })
  const listed = await body(emulator, `${paths.rules(project)}?security_group_id=${X}`)
  expect(listed.security_group_rules.slice(0, 2)).toEqual([ranged, { ...other, multiport: 333 }])
})

const REFUSAL = { error_code: 'SecurityGroupNotFound', error_msg: 'Security group x does not exist' }

test.each([
  ['NeutronError', { NeutronError: { type: REFUSAL.error_code, message: REFUSAL.error_msg, detail: '' } }],
  ['itemNotFound', { itemNotFound: { message: REFUSAL.error_msg, code: 404 } }],
  ['message', { message: REFUSAL.error_msg }],
  ['error', { error: { code: REFUSAL.error_code, message: REFUSAL.error_msg } }],
  ['code-only', { error_code: REFUSAL.error_code }],
])('a refusal has the form %s on demand', async (form, expected) => {
  const emulator = await started({
    faults: [{ kind: 'error', status: 404, form: form as 'error', ...REFUSAL }],
  })
  const refused = await call(emulator, 'GET', paths.rules(project))
  expect([refused.status, refused.body]).toEqual([404, expected])
})

test.each([
  ['HTML', 'text/html; charset=utf-8', /^<!DOCTYPE html>[^]*<p>Security group x does not exist<\/p>/],
  ['XML', 'application/xml', /^<\?xml [^]*<Message>Security group x does not exist<\/Message>/],
  ['text', 'text/plain', /^Security group x does not exist\n$/],
])('a refusal is %s on demand, no JSON', async (form, type, says) => {
  const emulator = await started({
    faults: [{ kind: 'error', status: 403, form: form as 'XML', ...REFUSAL }],
  })
  const { status, headers, text, body: json } = await insert(emulator, { port: { security_groups: [X] } })
  expect([status, headers.get('content-type'), json]).toEqual([403, type, undefined])
  expect(text).toMatch(says)
  expect(await listNow(emulator)).toEqual([A, B])
})
