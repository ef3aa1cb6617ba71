import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core'
import { Logger4jInstance } from '@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger.js'
import { v2, v3 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { expect, test } from 'vitest'
import { EXAMPLE, listNow, started } from '../../stage/emulator.ts'
import type { Emulator } from '../../../src/emulator/server.ts'

// The judge of the emulator: the platform's official client makes every call that it has a method
// for, signed. It prints every refusal with the whole request; the tests look at refusals
// themselves.
Logger4jInstance.level = 'off'

const KEYS = { accessKey: 'EMULATORACCESSKEY', secretKey: 'the-secret/of+the=emulator' }

function credentials({ accessKey, secretKey } = KEYS) {
  return new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(EXAMPLE.project)
}
// Without a user agent of ours the client writes a file into the home folder to make its own.
const options = { customUserAgent: 'emulator-tests' }
const clientOf = ({ address }: Emulator, keys = KEYS) =>
  v3.VpcClient.newBuilder()
    .withCredential(credentials(keys))
    .withEndpoint(address)
    .withOptions(options)
    .build()
const oldClientOf = ({ address }: Emulator) =>
  v2.VpcClient.newBuilder().withCredential(credentials()).withEndpoint(address).withOptions(options).build()

const signed = () => started({ credentials: KEYS })
const [A, B] = EXAMPLE.groups
const [X, Y] = EXAMPLE.inserted

/** The client's classes know no `dry_run` (SDK 3.1.173), but send what else a body has. */
const withDryRun = <T extends object>(body: T, dry_run?: boolean): T =>
  dry_run === undefined ? body : Object.assign(body, { dry_run })

function insertRequest(groups: string[], index?: number, dryRun?: boolean) {
  const option = new v3.InsertSecurityGroupOption(groups)
  if (index !== undefined) option.withIndex(index)
  const body = new v3.AddSecurityGroupsRequestBody(option)
  return new v3.AddSecurityGroupsRequest(EXAMPLE.port).withBody(withDryRun(body, dryRun))
}
function removeRequest(groups: string[], dryRun?: boolean) {
  const body = new v3.RemoveSecurityGroupsRequestBody(new v3.RemoveSecurityGroupOption(groups))
  return new v3.RemoveSecurityGroupsRequest(EXAMPLE.port).withBody(withDryRun(body, dryRun))
}

test('addSecurityGroups: the reference example, and a dry run', async () => {
  const client = clientOf(await signed())
  const dry = await client.addSecurityGroups(insertRequest([X, Y], 1, true))
  expect(dry.httpStatusCode).toBe(202)
  const response = await client.addSecurityGroups(insertRequest([X, Y], 1))
  expect(response.httpStatusCode).toBe(200)
  expect(response.port).toMatchObject({ id: EXAMPLE.port, security_groups: [A, X, Y, B] })
})

test('removeSecurityGroups, and a dry run', async () => {
  const client = clientOf(await signed())
  expect((await client.removeSecurityGroups(removeRequest([A], true))).httpStatusCode).toBe(202)
  const response = await client.removeSecurityGroups(removeRequest([A]))
  expect(response.httpStatusCode).toBe(200)
  expect(response.port).toMatchObject({ security_groups: [B] })
})

type Named = { id: string; name: string }

/**
 * A response as the client gives it: its classes name the fields in camel case, what comes out has
 * the wire's names.
 */
function wire<T>(response: unknown): T {
  return response as T
}

test('listSecurityGroups walks the pages; repeated filters reach the emulator signed', async () => {
  const client = clientOf(await signed())
  const list = async (request: v3.ListSecurityGroupsRequest) =>
    wire<{ security_groups: Named[]; page_info: { next_marker?: string } }>(
      await client.listSecurityGroups(request),
    )
  const all = (await list(new v3.ListSecurityGroupsRequest())).security_groups
  const walked: Named[] = []
  let marker: string | undefined
  do {
    const request = new v3.ListSecurityGroupsRequest().withLimit(50)
    if (marker !== undefined) request.withMarker(marker)
    const page = await list(request)
    walked.push(...page.security_groups)
    marker = page.page_info.next_marker
  } while (marker !== undefined)
  expect(walked).toEqual(all)
  expect(walked.length).toBeGreaterThan(100)

  const names = ['東京-バッチ', 'Отчёты']
  const some = await list(
    new v3.ListSecurityGroupsRequest().withName([...names]).withEnterpriseProjectId('0'),
  )
  expect(some.security_groups.map((group) => group.name)).toEqual(names)
  const odd = await list(new v3.ListSecurityGroupsRequest().withDescription(["!'()*~ a+b&c=d/?%25 ü😀"]))
  expect(odd.security_groups).toEqual([])
})

test('showSecurityGroup, listSecurityGroupRules and showSecurityGroupRule agree', async () => {
  const client = clientOf(await signed())
  type Rule = { id: string; direction: string }
  const { security_group: shown } = wire<{ security_group: Named & { security_group_rules: Rule[] } }>(
    await client.showSecurityGroup(new v3.ShowSecurityGroupRequest(X)),
  )
  expect(shown).toMatchObject({ id: X, name: 'bastion-ssh' })
  const list = wire<{ security_group_rules: Rule[] }>(
    await client.listSecurityGroupRules(
      new v3.ListSecurityGroupRulesRequest().withSecurityGroupId([X]).withDirection('ingress'),
    ),
  )
  const ingress = shown.security_group_rules.filter((rule) => rule.direction === 'ingress')
  expect(list.security_group_rules).toEqual(ingress)
  expect(ingress).toHaveLength(3)
  const one = await client.showSecurityGroupRule(new v3.ShowSecurityGroupRuleRequest(ingress[0]?.id))
  expect(wire<{ security_group_rule: Rule }>(one).security_group_rule).toEqual(ingress[0])
})

test('the old client lists and shows ports', async () => {
  const client = oldClientOf(await signed())
  const down = await client.listPorts(new v2.ListPortsRequest().withStatus('DOWN').withLimit(2))
  expect(down.ports).toHaveLength(2)
  const one = await client.showPort(new v2.ShowPortRequest(EXAMPLE.port))
  expect(one.port).toEqual(down.ports?.[0])
  expect(one.port).toMatchObject({
    fixed_ips: [{ subnet_id: 'ffe98087-6d4f-45cd-988b-1c87f75d2d53', ip_address: '192.168.158.228' }],
    network_id: '3847b263-2370-45c0-8236-38a1de568049',
    security_groups: [A, B],
  })
  const byGroup = await client.listPorts(
    new v2.ListPortsRequest().withSecurityGroups([B]).withId([EXAMPLE.port]),
  )
  expect(byGroup.ports?.map((port) => port.id)).toEqual([EXAMPLE.port])
})

test('updatePort and neutronUpdatePort replace the list, and change a name', async () => {
  const client = oldClientOf(await signed())
  const option = new v2.UpdatePortOption().withSecurityGroups([Y, A, X])
  const replaced = await client.updatePort(
    new v2.UpdatePortRequest(EXAMPLE.port).withBody(new v2.UpdatePortRequestBody(option)),
  )
  expect(replaced.httpStatusCode).toBe(200)
  expect(replaced.port).toMatchObject({
    id: EXAMPLE.port,
    fixed_ips: [{ ip_address: '192.168.158.228' }],
    security_groups: [Y, A, X],
  })
  const native = new v2.NeutronUpdatePortOption().withName('renamed').withSecurityGroups([B])
  const again = await client.neutronUpdatePort(
    new v2.NeutronUpdatePortRequest(EXAMPLE.port).withBody(new v2.NeutronUpdatePortRequestBody(native)),
  )
  expect(again.port).toMatchObject({ name: 'renamed', security_groups: [B] })
  const nothing = new v2.UpdatePortRequestBody(new v2.UpdatePortOption().withSecurityGroups([]))
  await expect(
    client.updatePort(new v2.UpdatePortRequest(EXAMPLE.port).withBody(nothing)),
  ).rejects.toMatchObject({ httpStatusCode: 400, errorCode: 'VPC.2500' })
  const { port } = await client.showPort(new v2.ShowPortRequest(EXAMPLE.port))
  expect(port).toMatchObject({ name: 'renamed', security_groups: [B] })
})

type OldRule = { id: string; security_group_id: string; port_range_min: number | null }
type OldGroup = { id: string; name: string; security_group_rules: OldRule[] }

test('listSecurityGroups and listSecurityGroupRules of v1, rules inside', async () => {
  const client = oldClientOf(await signed())
  const { security_groups: all } = wire<{ security_groups: OldGroup[] }>(
    await client.listSecurityGroups(new v2.ListSecurityGroupsRequest()),
  )
  const second = wire<{ security_groups: OldGroup[] }>(
    await client.listSecurityGroups(
      new v2.ListSecurityGroupsRequest()
        .withLimit(1)
        .withMarker(all[0]?.id ?? '')
        .withEnterpriseProjectId('0'),
    ),
  )
  expect(second.security_groups).toEqual([all[1]])
  const shown = wire<{ security_group: OldGroup }>(
    await client.showSecurityGroup(new v2.ShowSecurityGroupRequest(X)),
  ).security_group
  expect(shown).toEqual(all.find(({ id }) => id === X))
  expect(shown.security_group_rules.map((rule) => rule.port_range_min)).toEqual([22, 22, 22, null, null])
  const { security_group_rules: rules } = wire<{ security_group_rules: OldRule[] }>(
    await client.listSecurityGroupRules(new v2.ListSecurityGroupRulesRequest().withSecurityGroupId(X)),
  )
  expect(rules).toEqual(shown.security_group_rules)
})

test('the native lists of groups, rules and ports, with a link to the next page', async () => {
  const client = oldClientOf(await signed())
  const groups = wire<{
    security_groups: OldGroup[]
    security_groups_links: { rel: string; href: string }[]
  }>(await client.neutronListSecurityGroups(new v2.NeutronListSecurityGroupsRequest().withLimit(2)))
  expect(groups.security_groups).toHaveLength(2)
  const [next] = groups.security_groups_links
  expect([next?.rel, new URL(next?.href ?? '').search]).toEqual(['next', `?limit=2&marker=${B}`])
  const rules = wire<{ security_group_rules: OldRule[] }>(
    await client.neutronListSecurityGroupRules(
      new v2.NeutronListSecurityGroupRulesRequest().withSecurityGroupId(B).withDirection('ingress'),
    ),
  ).security_group_rules
  // 80 and 443 are two rules of this form each time; ICMP has its type as the lower number.
  expect(rules.map((rule) => rule.port_range_min)).toEqual([80, 443, 80, 443, 8])
  const { ports } = wire<{ ports: object[] }>(
    await client.neutronListPorts(new v2.NeutronListPortsRequest().withSecurityGroups([A]).withLimit(1)),
  )
  expect(ports).toMatchObject([{ id: EXAMPLE.port, project_id: EXAMPLE.project, security_groups: [A, B] }])
  expect(ports).toMatchObject([{ fixed_ips: [{ ip_address: '192.168.158.228' }] }])
})

test('listAddressGroup and showAddressGroup', async () => {
  const client = clientOf(await signed())
  type AddressGroup = { id: string; name: string; ip_set: string[]; ip_extra_set: { ip: string }[] }
  const { address_groups: all } = wire<{ address_groups: AddressGroup[] }>(
    await client.listAddressGroup(new v3.ListAddressGroupRequest().withIpVersion(4)),
  )
  expect(all.map(({ name }) => name)).toEqual(['soc-blocklist', 'office-ranges', 'cdn-edges'])
  const [first] = all
  expect(first?.ip_extra_set.map(({ ip }) => ip)).toEqual(first?.ip_set)
  const shown = await client.showAddressGroup(new v3.ShowAddressGroupRequest(first?.id ?? ''))
  expect(wire<{ address_group: AddressGroup }>(shown).address_group).toEqual(first)
  const { security_group_rules: rules } = wire<{ security_group_rules: object[] }>(
    await client.listSecurityGroupRules(
      new v3.ListSecurityGroupRulesRequest().withRemoteAddressGroupId([first?.id ?? '']),
    ),
  )
  expect(rules).toHaveLength(1)
})

test("a refusal reaches the client's exception with code, message and request ID", async () => {
  const client = clientOf(await signed())
  await expect(client.addSecurityGroups(insertRequest([A]))).rejects.toMatchObject({
    httpStatusCode: 409,
    errorCode: 'VPC.2505',
    errorMsg: expect.stringContaining(A),
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
})

test('the client with another access key or another secret gets in nowhere', async () => {
  const emulator = await signed()
  for (const keys of [
    { ...KEYS, secretKey: 'another' },
    { ...KEYS, accessKey: 'ANOTHER' },
  ])
    await expect(clientOf(emulator, keys).removeSecurityGroups(removeRequest([A]))).rejects.toMatchObject({
      httpStatusCode: 401,
      errorCode: 'APIGW.0301',
    })
  // Reading needs the right key, too; the list is looked at with it.
  const { port } = await oldClientOf(emulator).showPort(new v2.ShowPortRequest(EXAMPLE.port))
  expect(port).toMatchObject({ security_groups: [A, B] })
})

test('a temporary key: the client sends its token, signed along, or is refused', async () => {
  const securityToken = 'sts-token/+='
  const emulator = await started({ credentials: { ...KEYS, securityToken } })
  const temporary = v3.VpcClient.newBuilder()
    .withCredential(credentials().withSecurityToken(securityToken))
    .withEndpoint(emulator.address)
    .withOptions(options)
    .build()
  const response = await temporary.addSecurityGroups(insertRequest([X, Y], 1))
  expect(response.port).toMatchObject({ security_groups: [A, X, Y, B] })
  await expect(clientOf(emulator).removeSecurityGroups(removeRequest([A]))).rejects.toMatchObject({
    httpStatusCode: 401,
    errorCode: 'APIGW.0301',
  })
})

test('without keys the emulator takes signed and unsigned calls alike', async () => {
  const emulator = await started()
  await clientOf(emulator).addSecurityGroups(insertRequest([X]))
  expect(await listNow(emulator)).toEqual([A, B, X])
})
