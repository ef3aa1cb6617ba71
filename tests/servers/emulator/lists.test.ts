import { expect, test } from 'vitest'
import {
  portsResponse,
  rulesResponse,
  securityGroupResponse,
  securityGroupsResponse,
} from '../../../src/vpc/responses.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { call, EXAMPLE, idsByName, started } from '../../stage/emulator.ts'
import type { Emulator } from '../../../src/emulator/server.ts'

const { project } = EXAMPLE
const PORTS = paths.ports(project)
const GROUPS = paths.securityGroups(project)
const RULES = paths.rules(project)
const V1_PORTS = `/v1/${project}/ports`

const items = (body: Record<string, unknown>): { id: string }[] =>
  Object.values(body).find((value) => Array.isArray(value)) as { id: string }[]

async function list(emulator: Emulator, path: string, query: string) {
  const { status, body } = await call(emulator, 'GET', `${path}?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

test.each([PORTS, GROUPS, RULES])('a walk page by page through %s sees everything once', async (path) => {
  const emulator = await started()
  const all = items(await list(emulator, path, ''))
  for (const limit of [1, 7, all.length - 1, all.length, all.length + 1]) {
    const seen: { id: string }[] = []
    let marker = ''
    for (;;) {
      const body = await list(emulator, path, `limit=${limit}${marker && `&marker=${marker}`}`)
      const found = items(body)
      seen.push(...found)
      expect(body.page_info).toEqual({
        previous_marker: found[0]?.id,
        current_count: found.length,
        ...(seen.length < all.length && { next_marker: found.at(-1)?.id }),
      })
      if (!body.page_info.next_marker) break
      marker = body.page_info.next_marker
    }
    expect(seen).toEqual(all)
  }
})

test('after the last one there is an empty page', async () => {
  const emulator = await started()
  const last = items(await list(emulator, PORTS, '')).at(-1)?.id
  const body = await list(emulator, PORTS, `marker=${last}`)
  expect(body).toMatchObject({ ports: [], page_info: { current_count: 0 } })
  expect(body.page_info).not.toHaveProperty('next_marker')
})

test.each([
  ['limit=0', 'limit must be 1 or more'],
  ['limit=2001', 'limit must be at most 2000'],
  ['limit=-1', 'limit'],
  ['limit=ten', 'limit'],
  ['limit=1.5', 'limit'],
  ['marker=nobody', 'nobody'],
  ['admin_state_up=maybe', 'admin_state_up'],
])('a ports list with %s is refused by name', async (query, names) => {
  const emulator = await started()
  for (const path of [PORTS, V1_PORTS]) {
    const { status, body } = await call(emulator, 'GET', `${path}?${query}`)
    expect([status, body.error_msg]).toEqual([400, expect.stringContaining(names)])
  }
})

const SHOP_WEB_1 = 'shop-prod-web-01'
const names = (body: { ports: { name: string }[] }) => body.ports.map((port) => port.name)

test('ports are found by each filter, matched whole', async () => {
  const emulator = await started()
  const all = (await list(emulator, PORTS, '')).ports
  const one = all.find((port: { name: string }) => port.name === SHOP_WEB_1)
  const other = all.find((port: { name: string }) => port.name === 'domain-controller-1')
  for (const [name, value] of Object.entries({
    id: one.id,
    name: one.name,
    description: one.description,
    device_id: one.device_id,
    mac_address: one.mac_address,
    private_ips: one.private_ips[1].ip_address,
  }))
    expect(names(await list(emulator, PORTS, new URLSearchParams({ [name]: value }).toString()))).toEqual([
      SHOP_WEB_1,
    ])
  for (const name of ['status', 'device_owner', 'virsubnet_id', 'vpc_id']) {
    const found = (await list(emulator, PORTS, `${name}=${one[name]}`)).ports
    expect(found).toEqual(all.filter((port: Record<string, unknown>) => port[name] === one[name]))
    expect(found.length).toBeGreaterThan(1)
    expect(found.length).toBeLessThan(all.length)
  }
  expect(names(await list(emulator, PORTS, `name=${one.name}&name=${other.name}`))).toEqual([
    one.name,
    other.name,
  ])
  expect(names(await list(emulator, PORTS, `name=${one.name}&status=DOWN`))).toEqual([])
  expect(names(await list(emulator, PORTS, 'name=shop-prod'))).toEqual([])
})

test('ports are found by group, by port security and by enterprise project', async () => {
  const emulator = await started()
  const all = (await list(emulator, PORTS, '')).ports
  const groups = await idsByName(emulator, 'securityGroups')
  const wanted = [groups.get('quarantine'), groups.get('sip-trunks')]
  const found = await list(emulator, PORTS, wanted.map((id) => `security_groups=${id}`).join('&'))
  expect(names(found)).toEqual(['shop-prod-web-03', 'partner-gateway-01'])
  const off = (await list(emulator, PORTS, 'port_security_enabled=false')).ports
  expect(off).toEqual(all.filter((port: { port_security_enabled: boolean }) => !port.port_security_enabled))
  expect(off.length).toBeGreaterThan(0)
  const defaultProject = await list(emulator, PORTS, 'enterprise_project_id=0')
  expect(names(defaultProject)).toContain('prometheus')
  expect(names(defaultProject)).not.toContain(SHOP_WEB_1)
  expect((await list(emulator, PORTS, 'enterprise_project_id=all_granted_eps')).ports).toEqual(all)
})

test('a filter and paging go together', async () => {
  const emulator = await started()
  const all = (await list(emulator, PORTS, 'status=DOWN')).ports
  const first = await list(emulator, PORTS, 'status=DOWN&limit=2')
  const second = await list(emulator, PORTS, `status=DOWN&limit=2000&marker=${first.page_info.next_marker}`)
  expect([...first.ports, ...second.ports]).toEqual(all)
  expect(all.length).toBeGreaterThan(3)
})

test('query parameters that the platform does not know, and empty ones, are ignored', async () => {
  const emulator = await started()
  const all = await list(emulator, PORTS, '')
  const body = await list(emulator, PORTS, 'sort_key=name&name=&constructor=x&__proto__=x')
  expect(body.ports).toEqual(all.ports)
})

test('groups are found by name, ID and description, and come without their rules', async () => {
  const emulator = await started()
  const ids = await idsByName(emulator, 'securityGroups')
  const byName = await list(
    emulator,
    GROUPS,
    'name=quarantine&name=%E6%9D%B1%E4%BA%AC-%E3%83%90%E3%83%83%E3%83%81',
  )
  expect(byName.security_groups.map((group: { name: string }) => group.name)).toEqual([
    'quarantine',
    '東京-バッチ',
  ])
  const byId = await list(emulator, GROUPS, `id=${ids.get('quarantine')}`)
  expect(byId.security_groups).toEqual([byName.security_groups[0]])
  expect(byId.security_groups[0]).not.toHaveProperty('security_group_rules')
  const { description } = byId.security_groups[0]
  const byDescription = await list(emulator, GROUPS, new URLSearchParams({ description }).toString())
  expect(byDescription.security_groups).toEqual(byId.security_groups)
})

test('a group is shown with its rules, the same as the rules list has for it', async () => {
  const emulator = await started()
  const id = (await idsByName(emulator, 'securityGroups')).get('deny-admin-ports') as string
  const shown = await call(emulator, 'GET', paths.securityGroup(project, id))
  const rules = (await list(emulator, RULES, `security_group_id=${id}`)).security_group_rules
  expect(rules.length).toBeGreaterThan(3)
  expect(shown.body.security_group.security_group_rules).toEqual(rules)
  const denied = await list(
    emulator,
    RULES,
    `security_group_id=${id}&action=deny&direction=ingress&priority=10`,
  )
  expect(denied.security_group_rules).toEqual(
    rules.filter(
      (rule: { action: string; priority: number }) => rule.action === 'deny' && rule.priority === 10,
    ),
  )
  expect(denied.security_group_rules.length).toBeGreaterThan(1)
  const off = (await list(emulator, RULES, 'enabled=false')).security_group_rules
  expect(off.length).toBeGreaterThan(0)
  expect(new Set(off.map((rule: { enabled: boolean }) => rule.enabled))).toEqual(new Set([false]))
  const gre = (await list(emulator, RULES, 'protocol=47&ethertype=IPv4')).security_group_rules
  expect(gre.map((rule: { description: string }) => rule.description)).toEqual(['GRE'])
})

test("every response has the form of src/vpc's schemas", async () => {
  const emulator = await started()
  portsResponse.parse(await list(emulator, PORTS, ''))
  const groups = securityGroupsResponse.parse(await list(emulator, GROUPS, ''))
  rulesResponse.parse(await list(emulator, RULES, ''))
  for (const { id } of groups.security_groups)
    securityGroupResponse.parse((await call(emulator, 'GET', paths.securityGroup(project, id))).body)
})

test('the old ports read has the old names and filters, and none of the new', async () => {
  const emulator = await started()
  const v3 = (await list(emulator, PORTS, `name=${SHOP_WEB_1}`)).ports[0]
  const [v1] = (await list(emulator, V1_PORTS, `name=${SHOP_WEB_1}`)).ports
  expect(v1).toMatchObject({
    id: v3.id,
    network_id: v3.virsubnet_id,
    fixed_ips: v3.private_ips.map((ip: { subnet_cidr_id: string; ip_address: string }) => ({
      subnet_id: ip.subnet_cidr_id,
      ip_address: ip.ip_address,
    })),
    security_groups: v3.security_groups,
    tenant_id: project,
  })
  for (const name of [
    'private_ips',
    'virsubnet_id',
    'vpc_id',
    'tags',
    'description',
    'created_at',
    'project_id',
  ])
    expect(v1).not.toHaveProperty(name)
  const shown = await call(emulator, 'GET', `${V1_PORTS}/${v1.id}`)
  expect(shown.body.port).toEqual(v1)
  for (const query of [
    `fixed_ips=${encodeURIComponent(`ip_address=${v3.private_ips[0].ip_address}`)}`,
    `network_id=${v3.virsubnet_id}&mac_address=${v3.mac_address}`,
  ])
    expect((await list(emulator, V1_PORTS, query)).ports).toEqual([v1])
  const paged = await list(emulator, V1_PORTS, `limit=1&marker=${EXAMPLE.port}`)
  expect(paged.ports).toEqual([v1])
  expect(paged).not.toHaveProperty('page_info')
})
