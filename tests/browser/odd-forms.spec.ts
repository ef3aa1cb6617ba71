import type { Page } from '@playwright/test'
import { EXAMPLE, expect, expectNoAxeFinding, testReadingAnew as test } from './portside.ts'

// What the platform sends in another form than documented hides nothing but itself.

const WEB = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'
const SSH = 'ssh-from-anywhere'

const read = async (page: Page, path: string) =>
  (await page.request.get(`/api/v3/${EXAMPLE.project}/vpc/${path}`)).json()
const groupNamed = async (page: Page, name: string): Promise<string> =>
  (await read(page, `security-groups?name=${name}`)).security_groups[0].id
const ruleOf = async (page: Page, name: string): Promise<string> => {
  const id = await groupNamed(page, name)
  const { security_group_rules } = await read(
    page,
    `security-group-rules?security_group_id=${id}&direction=ingress`,
  )
  return security_group_rules[0].id
}

test('ports in odd forms are listed, and the one that can’t be read is named', async ({ page, cloud }) => {
  const odd = { tags: ['blue'], zone_id: 7, private_ips: null, name: 31337, created_at: 1683682502 }
  await cloud.overlays(
    { id: WEB, set: { ...odd, admin_state_up: 'true', 'binding:profile': null } },
    { id: EXAMPLE.port, set: { security_groups: null } },
  )
  await page.goto('/')
  const found = page.getByRole('region', { name: 'Ports found' })
  await expect(found.getByText('1 port can’t be read')).toBeVisible()
  await expect(found).toContainText(`${EXAMPLE.port}: security_groups must be an array`)
  await expect(found).toContainText('; 1 can’t be read')
  await expectNoAxeFinding(page)

  await page.getByRole('link', { name: '31337' }).click()
  await expect(page.getByRole('heading', { name: '31337', level: 1 })).toBeVisible()
  const details = page.getByRole('region', { name: 'Port details' })
  await expect(details).toContainText('Not as documented: a number; documented is String')
  await expect(details).toContainText('Not as documented: null; documented is Array of PrivateIpInfo objects')
  await expect(details).toContainText('Not as documented: a string; documented is Boolean')
  await expect(details).toContainText('1683682502')
})

test('a group and a rule in odd forms: only the traffic of that rule is left open', async ({
  page,
  cloud,
  portPage,
  portPath,
}) => {
  // Its name is a number.
  const odd = { id: await groupNamed(page, SSH), set: { name: 4711, enterprise_project_id: 0 } }
  await cloud.overlays(odd, { id: await ruleOf(page, SSH), set: { source_ports: '1-1023' } })
  await page.goto(portPath(WEB))
  await portPage.addNamedToTop('4711')
  await expect(portPage.rows.first()).toContainText('4711')
  const unread = 'rule "allow TCP 22 from 0.0.0.0/0" of group 4711'
  await expect(portPage.traffic).toContainText(`${unread}: what 'source_ports' means is not known`)
  await expect(portPage.traffic).toContainText(`Unknown, because ${unread} can't be read`)
  // The group's other rule decides.
  await portPage.traffic.getByText('Rules', { exact: true }).first().click()
  await expect(portPage.traffic).toContainText('allowed now by rule "allow TCP 22 from ::/0" of group 4711')
})

test('traffic is compared without the names of groups', async ({ page, cloud, portPage, portPath }) => {
  const match = { method: 'GET', path: '/vpc/security-groups?id=' }
  await cloud.faults({ kind: 'error', status: 403, times: 0, match })
  await page.goto(portPath(WEB))
  await portPage.addNamedToTop(SSH)
  await expect(portPage.traffic).toContainText('TCP 22 (SSH)')
  await expect(portPage.traffic).toContainText(/newly allowed/)
})

test('a refusal is shown in its own words, with code, status and request ID', async ({ page, cloud }) => {
  const words = { error_code: 'SecurityGroupNotFound', error_msg: 'Group x does not exist.' }
  await cloud.faults({ kind: 'error', status: 404, times: 0, form: 'NeutronError', ...words })
  await page.goto('/')
  const panel = page.getByRole('alert')
  await expect(panel).toContainText('Group x does not exist.')
  await expect(panel).toContainText('SecurityGroupNotFound (status 404)')
  await expect(panel).not.toContainText('none given')
})
