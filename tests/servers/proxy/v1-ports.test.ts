import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { portResponse, portsResponse, type PortsResponse } from '../../../src/vpc/responses.ts'
import { dryRunRequest } from '../../../src/vpc/step-request.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { addressesOf } from '../../../src/vpc/port-facts.ts'
import type { Port } from '../../../src/vpc/port.ts'
import { queryString } from '../../../src/vpc/query-string.ts'
import type { PortsQuery } from '../../../src/vpc/requests.ts'
import { V1_READ } from '../../../src/vpc/v1-read.ts'
import { operationsOver, planned, PROJECT, startStage } from '../operations/ask-operations.ts'

// A region without v3 port reads. The emulator's own endpoints show what v3 would have returned.

let stage: Awaited<ReturnType<typeof startStage>>
/** All ports, as v3 has them. */
let ports: Port[]

beforeAll(async () => {
  stage = await startStage({}, { region: { like: ['no-v3-port-reads'] } })
  ports = (await v3({})).ports
})
afterAll(() => stage.close())

async function v3(query: PortsQuery): Promise<PortsResponse> {
  const response = await fetch(`${stage.emulator}/_emulator${paths.ports(PROJECT)}?${queryString(query)}`)
  return portsResponse.parse(await response.json())
}

const list = (query: PortsQuery) => stage.proxy.call(`/api${paths.ports(PROJECT)}?${queryString(query)}`)
const idsOf = (page: Pick<PortsResponse, 'ports'>) => page.ports.map(({ id }) => id)

/** The IDs on each page, by the markers to the end. */
async function walk(query: PortsQuery): Promise<string[][]> {
  const pages: string[][] = []
  let marker: string | undefined
  do {
    const response = await list({ ...query, marker })
    expect(response.status).toBe(200)
    const page = portsResponse.parse(await response.json())
    pages.push(idsOf(page))
    marker = page.page_info?.next_marker ?? undefined
  } while (marker !== undefined)
  return pages
}

test('a port has the documented form, and the further fields of v1', async () => {
  for (const before of ports) {
    const response = await stage.proxy.call(`/api${paths.port(PROJECT, before.id)}`)
    const { port, request_id } = portResponse.parse(await response.json())
    expect(request_id).toMatch(/^[0-9a-f-]{36}$/)
    const { tenant_id, dns_name, dns_assignment, [V1_READ]: marked, ...translated } = port
    expect({ tenant_id, marked }).toEqual({ tenant_id: PROJECT, marked: true })
    expect({ dns_name, dns_assignment }).toEqual({ dns_name: expect.any(String), dns_assignment: [] })
    // It has what v3 has; the old form gives defaults where v3 leaves a field out.
    const missing = { allowed_address_pairs: [], extra_dhcp_opts: [], enable_efi: false }
    const empty = { private_ips: [], 'binding:vif_details': {}, 'binding:profile': {} }
    expect({ ...missing, ...empty, ...before }).toMatchObject(translated)
    for (const name of ['network_id', 'fixed_ips', 'vpc_id', 'tags']) expect(port).not.toHaveProperty(name)
  }
})

/** The first `count` values that ports have of a field, or of their addresses. */
const some = (name: keyof Port, count: number) =>
  [...new Set(ports.map((port) => port[name] as string).filter(Boolean))].slice(0, count)
const addresses = (count: number) => ports.flatMap(addressesOf).slice(0, count)

describe('the list is filtered as the new one would be, page by page', () => {
  test.each<[string, () => PortsQuery]>([
    ['nothing', () => ({})],
    ['one ID', () => ({ id: some('id', 1) })],
    ['several IDs', () => ({ id: some('id', 5) })],
    ['one name', () => ({ name: some('name', 1) })],
    ['several names', () => ({ name: some('name', 4) })],
    ['an address', () => ({ private_ips: addresses(1) })],
    ['several addresses', () => ({ private_ips: addresses(6) })],
    ['an address that is nobody’s', () => ({ private_ips: ['10.255.255.254'] })],
    ['one group', () => ({ security_groups: ports[0]!.security_groups.slice(0, 1) })],
    [
      'several groups',
      () => ({ security_groups: [...new Set(ports.flatMap((one) => one.security_groups))].slice(0, 3) }),
    ],
    ['a subnet', () => ({ virsubnet_id: some('virsubnet_id', 1) })],
    ['several subnets, and a status', () => ({ virsubnet_id: some('virsubnet_id', 2), status: ['ACTIVE'] })],
    [
      'device and MAC address',
      () => ({ device_id: some('device_id', 1), mac_address: some('mac_address', 3) }),
    ],
    ['several device owners', () => ({ device_owner: some('device_owner', 2) })],
    ['security switched off', () => ({ port_security_enabled: false })],
    ['administrative state', () => ({ admin_state_up: true })],
    ['an enterprise project', () => ({ enterprise_project_id: '0' })],
  ])('%s', async (_, query) => {
    const expected = idsOf(await v3(query()))
    const whole = await walk(query())
    expect(whole).toEqual([expected])
    const limit = Math.ceil(expected.length / 3) + 1
    const pages = await walk({ ...query(), limit })
    expect(pages.flat()).toEqual(expected)
    // Every page but the last is full; the last may be empty, as nothing said that it would be.
    for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit)
  })

  test.each<[string, PortsQuery]>([
    ['vpc_id', { vpc_id: ['x'], limit: 5 }],
    ['description', { description: ['x'] }],
  ])('%s, which old ports do not have, is refused by name', async (name, query) => {
    const response = await list(query)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error_code: 'Portside.InvalidRequest',
      error_msg: expect.stringContaining(`can't be filtered by ${name}`),
      fields: [{ path: name, message: expect.any(String) }],
      advice: expect.any(String),
    })
  })

  test('a wrong marker is the platform’s own refusal', async () => {
    const response = await list({ marker: '00000000-0000-4000-8000-000000000000' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error_code: 'VPC.2502' })
  })
})

test('a port that is not there is said to be not there, not that there is no such API', async () => {
  const response = await stage.proxy.call(
    `/api${paths.port(PROJECT, '00000000-0000-4000-8000-000000000000')}`,
  )
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ error_code: 'VPC.2504' })
})

test('the whole job: list, show, check, apply, and someone else in between', async () => {
  const operations = operationsOver(stage.proxy.call)
  const portId = await stage.portWith('abcd')
  const found = portsResponse.parse(await (await list({ id: [portId] })).json())
  expect(stage.word(found.ports[0]!.security_groups)).toBe('abcd')

  const [from, to] = [stage.ids('abcd'), stage.ids('xdab')]
  const { steps } = planned(from, to)
  const first = dryRunRequest(steps[0]!, from, PROJECT, portId)!
  const check = await stage.proxy.call(`/api${first.path}`, { method: 'PUT', json: first.body })
  expect(check.status).toBe(202)

  const { operation } = await operations.post(portId, planned(from, to))
  const ended = await operations.settled(operation.operation_id)
  expect(ended).toMatchObject({ status: 'done', list_now: to })
  // The change returns the Port in full.
  expect(ended.port).toHaveProperty('created_at')
  expect(stage.word(await stage.list(portId))).toBe('xdab')
  const { port } = portResponse.parse(
    await (await stage.proxy.call(`/api${paths.port(PROJECT, portId)}`)).json(),
  )
  expect(port).toMatchObject({ security_groups: to, [V1_READ]: true })

  await stage.someoneElseSets(portId, stage.ids('bad'))
  const late = await operations.post(portId, planned(to, from))
  const refused = await operations.settled(late.operation.operation_id)
  expect(refused.status).toBe('list_changed')
  expect(stage.word(await stage.list(portId))).toBe('bad')
})
