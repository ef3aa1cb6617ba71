import { expect, test } from 'vitest'
import { nativePaths, v1GroupPaths } from '../../../src/vpc/old-lists.ts'
import { nativeUpdatePortPath, paths, updatePortPath } from '../../../src/vpc/paths.ts'
import { addressGroupsResponse } from '../../../src/vpc/responses.ts'
import { v1Paths } from '../../../src/vpc/v1-ports.ts'
import { call, EXAMPLE, idsByName, started } from '../../stage/emulator.ts'
import type { Emulator } from '../../../src/emulator/server.ts'

// Endpoints that do not offer all (docs/platform.md, Regions without v3).

const { project, port } = EXAMPLE
const [A] = EXAMPLE.groups
const [X] = EXAMPLE.inserted
const BODY = { port: { security_groups: [X] } }
const CALLS = {
  'v3 ports': ['GET', paths.ports(project)],
  'v3 port': ['GET', paths.port(project, port)],
  insert: ['PUT', paths.insert(project, port)],
  remove: ['PUT', paths.remove(project, port)],
  'v3 groups': ['GET', paths.securityGroups(project)],
  'v3 group': ['GET', paths.securityGroup(project, A)],
  'v3 rules': ['GET', paths.rules(project)],
  'address groups': ['GET', paths.addressGroups(project)],
  'v1 ports': ['GET', v1Paths.ports(project)],
  'v1 port': ['GET', v1Paths.port(project, port)],
  'v1 update': ['PUT', updatePortPath(project, port)],
  'v1 groups': ['GET', v1GroupPaths.securityGroups(project)],
  'v1 group': ['GET', v1GroupPaths.securityGroup(project, A)],
  'v1 rules': ['GET', v1GroupPaths.rules(project)],
  'v2.0 ports': ['GET', nativePaths.ports],
  'v2.0 port': ['GET', nativePaths.port(port)],
  'v2.0 update': ['PUT', nativeUpdatePortPath(port)],
  'v2.0 groups': ['GET', nativePaths.securityGroups],
  'v2.0 group': ['GET', nativePaths.securityGroup(A)],
  'v2.0 rules': ['GET', nativePaths.rules],
} as const

/** The calls that the endpoint does not offer. */
async function missing(emulator: Emulator): Promise<string[]> {
  const found: string[] = []
  for (const [name, [method, path]] of Object.entries(CALLS)) {
    const { status, body } = await call(emulator, method, path, method === 'PUT' ? BODY : undefined)
    if (status === 404) expect(body.error_code).toBe('APIGW.0101')
    // A removal of a group that is not on the port is a refusal of the call, not of the API.
    else expect([200, 409]).toContain(status)
    if (status === 404) found.push(name)
  }
  return found
}

const named = (pattern: RegExp) => Object.keys(CALLS).filter((name) => pattern.test(name))

test.each([
  [[], []],
  [['no-v3-port-reads'], ['v3 ports', 'v3 port']],
  [['no-v3-ports'], ['v3 ports', 'v3 port', 'insert', 'remove']],
  [['update-only'], ['insert', 'remove']],
  [['no-address-groups'], ['address groups']],
  [
    ['no-v3-ports', 'no-address-groups'],
    ['v3 ports', 'v3 port', 'insert', 'remove', 'address groups'],
  ],
  [['v1-and-v2.0'], named(/^v3|insert|remove|address/)],
  [['v1-only'], named(/^v3|insert|remove|address|v2/)],
  [['v2.0-only'], named(/^v3|insert|remove|address|v1/)],
] as const)('a region %j lacks %j', async (like, lacks) => {
  const emulator = await started({ region: { like: [...like] } })
  expect(await missing(emulator)).toEqual(lacks)
})

test('what is missing is refused in each form; the emulator has its own reads still', async () => {
  const emulator = await started({ region: { like: ['v1-only'], no_such_api: 'APIG.0101' } })
  const refused = () => call(emulator, 'GET', paths.ports(project))
  expect((await refused()).body).toMatchObject({ error_code: 'APIG.0101' })
  const set = (no_such_api: string) =>
    call(emulator, 'PUT', '/_emulator/region', { like: ['v1-only'], no_such_api })
  for (const [form, status] of [
    ['bare-404', 404],
    ['bare-405', 405],
  ] as const) {
    await set(form)
    const { body, text, ...bare } = await refused()
    expect([bare.status, body]).toEqual([status, undefined])
    expect(text).toContain(String(status))
  }
  expect((await set('418')).body.error_msg).toMatch(/^no_such_api "418" must be APIGW\.0101 or /)
  expect((await call(emulator, 'GET', `/_emulator${paths.port(project, port)}`)).status).toBe(200)
  // A reset is back at the start.
  await call(emulator, 'POST', '/_emulator/reset')
  expect((await refused()).body).toMatchObject({ error_code: 'APIG.0101' })
})

const BY_ENTERPRISE_PROJECT = [
  ['ports', paths.ports(project)],
  ['security_groups', paths.securityGroups(project)],
  ['address_groups', paths.addressGroups(project)],
  ['ports', v1Paths.ports(project)],
  ['security_groups', v1GroupPaths.securityGroups(project)],
] as const

test('where an enterprise project is wanted, lists are refused or empty without it', async () => {
  const required = await started({ region: { like: ['enterprise-required'] } })
  const empty = await started({ region: { like: ['enterprise-empty'] } })
  for (const [name, path] of BY_ENTERPRISE_PROJECT) {
    const refused = await call(required, 'GET', path)
    expect([refused.status, refused.body.error_code]).toEqual([403, 'VPC.2701'])
    expect((await call(empty, 'GET', path)).body[name]).toEqual([])
    const all = (await call(empty, 'GET', `${path}?enterprise_project_id=all_granted_eps`)).body[name]
    const some = (await call(required, 'GET', `${path}?enterprise_project_id=0`)).body[name]
    expect(all.length).toBeGreaterThan(1)
    expect(all).toEqual(expect.arrayContaining(some))
  }
})

type Rule = Record<string, unknown> & { id: string; security_group_id: string }

test('old rules have one range each, and priority, action and enabled', async () => {
  const emulator = await started()
  const { security_group_rules: v3 } = (await call(emulator, 'GET', paths.rules(project))).body
  const { security_group_rules: v1 } = (await call(emulator, 'GET', v1GroupPaths.rules(project))).body
  const old = new Map<string, Rule>(v1.map((rule: Rule) => [rule.id, rule]))
  expect(old.size).toBe(v1.length)
  expect(v1.length).toBeGreaterThan(v3.length)
  for (const rule of v3 as (Rule & { multiport: string | null })[]) {
    const { id, description, direction, action, priority, enabled, protocol, remote_group_id } = rule
    const same = { description, direction, action, priority, enabled, protocol, remote_group_id }
    expect(old.get(id)).toMatchObject(same)
    expect(old.get(id)).not.toHaveProperty('multiport')
    if (/^\d+$/.test(rule.multiport ?? '') && protocol === 'tcp')
      expect(old.get(id)).toMatchObject({
        port_range_min: Number(rule.multiport),
        port_range_max: Number(rule.multiport),
      })
  }
})

test('the oldest rules have none of them, and none denies or is off', async () => {
  const emulator = await started({ region: { like: ['v2.0-only', 'oldest-rules'] } })
  const { security_group_rules } = (await call(emulator, 'GET', nativePaths.rules)).body
  expect(security_group_rules.length).toBeGreaterThan(100)
  for (const rule of security_group_rules)
    for (const name of ['priority', 'action', 'enabled', 'multiport']) expect(rule).not.toHaveProperty(name)
  const { security_groups } = (await call(emulator, 'GET', nativePaths.securityGroups)).body
  const quarantine = security_groups.find((group: { name: string }) => group.name === 'quarantine')
  expect(quarantine.security_group_rules).toEqual([])
})

test('the native calls take the project of X-Project-Id', async () => {
  const emulator = await started()
  const lab = { 'x-project-id': '0d2c6a1f4b7e4f5e9a38c5d1e7b60f42' }
  const { ports } = (await call(emulator, 'GET', nativePaths.ports, undefined, lab)).body
  expect(ports.map((one: { name: string }) => one.name)).toContain('lab-jump')
  const other = await call(emulator, 'GET', nativePaths.port(port), undefined, lab)
  expect([other.status, other.body.error_code]).toEqual([404, 'VPC.2504'])
  const nobody = await call(emulator, 'GET', nativePaths.ports, undefined, { 'x-project-id': '0123' })
  expect(nobody.status).toBe(403)
})

test('rules are found by several remote groups, ports by several groups, by pages', async () => {
  const emulator = await started()
  const ids = await idsByName(emulator, 'securityGroups')
  const remotes = ['shop-prod-web', 'shop-prod-app'].map((name) => ids.get(name))
  const query = remotes.map((id) => `remote_group_id=${id}`).join('&')
  const { security_group_rules: found } = (await call(emulator, 'GET', `${paths.rules(project)}?${query}`))
    .body
  expect(new Set(found.map((rule: Rule) => rule.remote_group_id))).toEqual(new Set(remotes))
  const groups = remotes.map((id) => `security_groups=${id}`).join('&')
  const all = (await call(emulator, 'GET', `${paths.ports(project)}?${groups}`)).body.ports
  const walked: object[] = []
  for (let marker: string | undefined, more = true; more; more = marker !== undefined) {
    const at = `${paths.ports(project)}?${groups}&limit=2${marker ? `&marker=${marker}` : ''}`
    const { body } = await call(emulator, 'GET', at)
    walked.push(...body.ports)
    marker = body.page_info.next_marker
  }
  expect(walked).toEqual(all)
  expect(all.length).toBeGreaterThan(5)
})

test('address groups are what the rules name; without the permission they are refused', async () => {
  const emulator = await started()
  const { body } = await call(emulator, 'GET', paths.addressGroups(project))
  const { address_groups } = addressGroupsResponse.parse(body)
  const { security_group_rules } = (await call(emulator, 'GET', paths.rules(project))).body
  const used = security_group_rules.flatMap((rule: Rule) => rule.remote_address_group_id ?? [])
  expect(used.length).toBeGreaterThan(5)
  expect(address_groups.map(({ id }) => id)).toEqual(expect.arrayContaining(used))
  const first = address_groups[0]?.id ?? ''
  const faults = [{ kind: 'error', status: 403, times: 0, match: { path: '/address-groups' } }]
  await call(emulator, 'POST', '/_emulator/faults', { faults })
  for (const path of [paths.addressGroups(project), paths.addressGroup(project, first)])
    expect((await call(emulator, 'GET', path)).body).toMatchObject({ error_code: 'VPC.2701' })
  expect((await call(emulator, 'GET', paths.rules(project))).status).toBe(200)
})
