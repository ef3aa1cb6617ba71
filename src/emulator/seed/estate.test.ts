import { expect, test } from 'vitest'
import { DEFAULT_GROUPS_PER_PORT } from '../../vpc/port.ts'
import { isUuid } from '../../vpc/ids.ts'
import { MAIN_PROJECT, makeEstate, SECOND_PROJECT, SMALLEST } from './estate.ts'

const estate = makeEstate({ seed: 1 })
const large = makeEstate({ ports: 10_000, groups: 2000, seed: 7 })
const projects = [...estate.projects, ...large.projects]
const main = estate.projects[0] as (typeof projects)[number]

const length = (text: string) => [...text].length

test('there are two projects, the second smaller', () => {
  expect(estate.projects.map((project) => project.id)).toEqual([MAIN_PROJECT, SECOND_PROJECT])
  expect(estate.projects[1]?.ports.length).toBeLessThan(main.ports.length)
})

// docs/platform.md, Objects, Tables 5 and 9; the console's documentation bounds group names to 64
// characters.
test('names, descriptions and tags keep to the documented bounds', () => {
  for (const { ports, security_groups, security_group_rules } of projects) {
    for (const port of ports) {
      expect(length(port.name ?? '')).toBeLessThanOrEqual(255)
      expect(port.description).toMatch(/^[^<>]*$/)
      expect(length(port.description ?? '')).toBeLessThanOrEqual(255)
    }
    for (const group of security_groups) {
      expect(length(group.name ?? '')).toBeGreaterThanOrEqual(1)
      expect(length(group.name ?? '')).toBeLessThanOrEqual(64)
    }
    for (const { description } of [...security_groups, ...security_group_rules]) {
      expect(description).toMatch(/^[^<>]*$/)
      expect(length(description ?? '')).toBeLessThanOrEqual(255)
    }
    for (const { tags } of [...ports, ...security_groups]) {
      for (const { key, value } of tags ?? []) {
        expect(key).toMatch(/^[\w.:+=\-\u4e00-\u9fff]{1,128}$/)
        expect(value).toMatch(/^[\w.:+=\-\u4e00-\u9fff]{0,255}$/)
      }
      expect(new Set(tags?.map((tag) => tag.key)).size).toBe(tags?.length)
    }
  }
})

test('every ID is a UUID, none twice, and every reference leads somewhere', () => {
  for (const { ports, security_groups, security_group_rules, address_groups } of projects) {
    const addressGroups = new Set(address_groups.map(({ id }) => id))
    const groups = new Set(security_groups.map((group) => group.id))
    const ids = [...ports, ...security_groups, ...security_group_rules].map((item) => item.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !isUuid(id))).toEqual([])
    expect(new Set(security_groups.map((group) => group.name)).size).toBe(security_groups.length)
    for (const port of ports) {
      expect(port.security_groups.filter((id) => !groups.has(id))).toEqual([])
      expect(new Set(port.security_groups).size).toBe(port.security_groups.length)
      expect(port.security_groups.length).toBeLessThanOrEqual(DEFAULT_GROUPS_PER_PORT)
    }
    for (const rule of security_group_rules) {
      expect(groups.has(rule.security_group_id)).toBe(true)
      if (rule.remote_group_id) expect(groups.has(rule.remote_group_id)).toBe(true)
      const named = rule.remote_address_group_id
      if (named) expect(addressGroups.has(named)).toBe(true)
      const remotes = [rule.remote_group_id, rule.remote_ip_prefix, rule.remote_address_group_id]
      expect(remotes.filter(Boolean).length).toBeLessThanOrEqual(1)
      expect(rule.priority).toBeGreaterThanOrEqual(1)
      expect(rule.priority).toBeLessThanOrEqual(100)
    }
  }
})

test('no two ports of a project have the same address or MAC address', () => {
  for (const { ports } of projects) {
    const addresses = ports.flatMap((port) => port.private_ips?.map((ip) => ip.ip_address) ?? [])
    expect(new Set(addresses).size).toBe(addresses.length)
    const macs = ports.map((port) => port.mac_address)
    expect(new Set(macs).size).toBe(macs.length)
  }
})

test('the estate has every device owner and state, and every length of list', () => {
  const owners = new Set(main.ports.map((port) => port.device_owner?.replace(/^compute:.+/, 'compute:xxx')))
  expect([...owners].toSorted()).toEqual([
    '',
    'compute:xxx',
    'network:dhcp',
    'network:endpoint_interface',
    'network:nat_gateway',
    'network:router_interface_distributed',
    'network:ucmp',
    'neutron:LOADBALANCERV2',
    'neutron:LOADBALANCERV3',
    'neutron:VIP_PORT',
  ])
  expect([...new Set(main.ports.map((port) => port.status))].toSorted()).toEqual(['ACTIVE', 'BUILD', 'DOWN'])
  const lengths = new Set(main.ports.map((port) => port.security_groups.length))
  for (const wanted of [0, 1, 2, 12, 100]) expect(lengths).toContain(wanted)
  const names = main.ports.map((port) => length(port.name ?? ''))
  expect(names).toContain(255)
  expect(names).toContain(0)
  expect(main.ports.some((port) => port.port_security_enabled === false)).toBe(true)
  expect(main.ports.some((port) => port.instance_type === 'RDS')).toBe(true)
  expect(main.security_groups.length).toBeGreaterThanOrEqual(60)
})

test('servers have a flavor, old ones too, and other ports have none', () => {
  for (const port of main.ports)
    expect(port.ecs_flavor !== '').toBe(port.device_owner?.startsWith('compute:') ?? false)
  const flavors = new Set(main.ports.map((port) => String(port.ecs_flavor).split('.')[0]))
  expect([...flavors].toSorted()).toEqual(['', 'c7', 'm1', 'm7', 's1', 's6'])
})

test('the rules have every kind that the platform knows', () => {
  const rules = main.security_group_rules
  expect(new Set(rules.map((rule) => rule.protocol))).toEqual(
    new Set([null, 'tcp', 'udp', 'icmp', 'icmpv6', '47', '50', '51', '89', '112', '132']),
  )
  for (const kind of [
    rules.some((rule) => rule.enabled === false),
    rules.some((rule) => rule.direction === 'egress' && rule.action === 'deny'),
    rules.some((rule) => rule.remote_address_group_id),
    rules.some((rule) => rule.remote_group_id),
    rules.some((rule) => rule.ethertype === 'IPv6' && rule.remote_ip_prefix),
    rules.some((rule) => /^\d+-\d+$/.test(String(rule.multiport))),
    rules.some((rule) => /^\d+(,[\d-]+)+$/.test(String(rule.multiport))),
  ])
    expect(kind).toBe(true)
})

test('a large estate is as large as was asked, and the same every time', () => {
  const [project] = large.projects
  expect([project?.ports.length, project?.security_groups.length]).toEqual([10_000, 2000])
  expect(makeEstate({ ports: 10_000, groups: 2000, seed: 7 })).toEqual(large)
  // What every estate has is the same in this one, and another seed makes another rest.
  expect(project?.ports.slice(0, SMALLEST.ports)).toEqual(main.ports)
  const other = makeEstate({ ports: SMALLEST.ports + 50, groups: SMALLEST.groups + 50, seed: 8 }).projects[0]
  const same = makeEstate({ ports: SMALLEST.ports + 50, groups: SMALLEST.groups + 50, seed: 7 }).projects[0]
  expect(other?.security_group_rules).not.toEqual(same?.security_group_rules)
  expect(other?.ports.slice(0, SMALLEST.ports)).toEqual(main.ports)
})
