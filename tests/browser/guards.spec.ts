import type { Page } from '@playwright/test'
import { BulkChangesPage } from './bulk-changes-page.ts'
import { EXAMPLE, expect, expectNoAxeFinding, test } from './portside.ts'

const GUARD = { name: 'No SSH or RDP from anywhere', protocol: 'tcp', ports: '22,3389', remote: 'anywhere' }
test.use({ environment: { PORTSIDE_GUARDS: JSON.stringify([GUARD]), PORTSIDE_CHANGES: 'steps' } })

// One worker for all: they share what is started.
test.describe.configure({ mode: 'default' })

const WEB = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'
const STOPPED = '1c39e52e-803c-4207-8666-d6c51802fe78'

async function idOf(page: Page, name: string): Promise<string> {
  const path = `/api/v3/${EXAMPLE.project}/vpc/security-groups`
  const response = await page.request.get(path, { params: { name } })
  return (await response.json()).security_groups[0].id
}

test('a change that breaks a guard is explained, and sent once the port is named', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await page.goto(portPath(WEB))
  const before = await cloud.list(WEB)
  await portPage.addNamedToTop('ssh-from-anywhere')
  const name = await page.getByRole('heading', { level: 1 }).textContent()
  await portPage.askToApply()
  const guard = portPage.brokenGuard(portPage.dialog)
  await expect(guard).toContainText(
    'No SSH or RDP from anywhere: never newly allow TCP 22 (SSH) and 3389 (RDP) from anywhere.',
  )
  await expect(guard).toContainText(/allowed now by rule .* of group ssh-from-anywhere/)
  const apply = portPage.confirmButton
  await expect(apply).toHaveAccessibleDescription('Type the port’s name or ID first')
  await expectNoAxeFinding(page)

  const field = guard.getByRole('textbox', { name: /^To apply it all the same, type the port’s name/ })
  await field.fill('yes')
  // Its `aria-disabled` keeps Playwright from pressing it; an operator can.
  await apply.click({ force: true })
  await expect(apply).toHaveAccessibleDescription('Type the port’s name or ID first')
  expect(await cloud.list(WEB)).toEqual(before)

  await field.fill(name!.trim())
  await apply.click()
  await expect(portPage.dialog).toBeHidden()
  await expect.poll(() => cloud.list(WEB)).toEqual([await idOf(page, 'ssh-from-anywhere'), ...before])
})

test('a roll-back over a guarded group needs the port’s name', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await page.goto(portPath(STOPPED))
  const others = (await cloud.list(STOPPED)).slice(0, 2)
  const ssh = await idOf(page, 'ssh-from-anywhere')
  await cloud.someoneElseSets(STOPPED, [ssh, ...others])
  await page.reload()
  await expect(portPage.rows).toHaveCount(3)
  // SSH is open already: moving the group down breaks no guard.
  await portPage.move('ssh-from-anywhere', 'down', 2)
  await cloud.faults({
    kind: 'error',
    status: 403,
    error_code: 'VPC.0010',
    // Not what finds out which calls there are, which names no port that exists.
    match: { method: 'PUT', path: `${STOPPED}/insert-security-groups` },
  })
  await portPage.apply()
  const stopped = portPage.alert('Off the port right now: ssh-from-anywhere')
  await expect(stopped).toBeVisible()
  expect(await cloud.list(STOPPED)).toEqual(others)

  const { goBack } = portPage
  await goBack.click()
  const guard = portPage.brokenGuard(stopped)
  await expect(guard).toContainText('No SSH or RDP from anywhere: never newly allow')
  await expect(guard).toContainText('of group ssh-from-anywhere')
  await expect(guard).toContainText('The list from before the change allowed it, too.')
  await expect(goBack).toHaveAccessibleDescription('Type the port’s name or ID first')
  await expectNoAxeFinding(page)
  expect(await cloud.list(STOPPED)).toEqual(others)

  await guard.getByRole('textbox', { name: /^To roll back all the same/ }).fill(STOPPED)
  await goBack.click()
  await expect.poll(() => cloud.list(STOPPED)).toEqual([ssh, ...others])
  await expect(stopped).toBeHidden()
})

test('a guard on many ports: their number is typed, and it begins once', async ({ page, cloud }) => {
  const bulk = new BulkChangesPage(page)
  const ssh = await idOf(page, 'ssh-from-anywhere')
  const before = await cloud.list(WEB)
  const changes = `/projects/${EXAMPLE.project}/changes`
  await page.goto(`${changes}/new?ports=${WEB},${STOPPED}&do=insert&groups=${ssh}`)
  await expect(bulk.kinds).toContainText('Breaks the guard No SSH or RDP from anywhere')
  await expect(bulk.review).toBeInViewport()
  await bulk.review.click()
  await expect(bulk.begin).toHaveAccessibleDescription('Type the number of ports first')
  const field = bulk.dialog.getByRole('textbox', { name: /type the number of ports \(2\)/ })
  await field.fill('1')
  await bulk.begin.click({ force: true })
  await expect(bulk.begin).toHaveAccessibleDescription('Type the number of ports first')
  await expectNoAxeFinding(page)

  // It arrives, and its response does not.
  await page.route(
    (url) => url.pathname.endsWith('/bulk-changes'),
    async (route) => {
      await route.fetch()
      await route.abort()
    },
    { times: 1 },
  )
  await field.fill('2')
  await bulk.begin.click()
  await expect(bulk.dialog).toContainText('Whether the change has begun is unknown')
  await bulk.dialog.getByRole('button', { name: 'Cancel' }).click()
  await bulk.review.click()
  await field.fill('2')
  await bulk.begin.dblclick()
  await expect(bulk.carryingOut).toContainText('waits for somebody to go on with 1 port')
  await expect(bulk.happened).toContainText('confirmed the broken guards by the number of ports')
  expect(await cloud.list(WEB)).toEqual([ssh, ...before])
  await page.goto(changes)
  await expect(page.getByRole('region', { name: 'Open' }).getByRole('listitem')).toHaveCount(1)
})
