import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import {
  expect,
  expectNoAxeFinding,
  expectNoAxeFindingInAnyLook,
  testReadingAnew as test,
} from './portside.ts'

const WEB = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'

test('all rules of a port, in order: as arranged, as on the port, and what differs', async ({
  page,
  portPage,
  portPath,
}) => {
  await portPage.open(portPath(WEB), 6)
  const section = page.getByRole('region', { name: 'Effective rules' })
  await section.getByRole('button', { name: 'Show all rules in order' }).click()
  await expect(page).toHaveURL(/show=rules/)
  const rows = section.getByRole('table').locator('tbody tr[data-index]')
  await expect(rows.first()).toContainText('deny-known-attackers')
  await expect(rows.first()).toContainText('All it matches')

  await portPage.addNamedToTop('ssh-from-anywhere')
  await expect(rows.first()).toContainText('ssh-from-anywhere')
  await expect(rows.first()).toContainText('New')
  await expect(rows.nth(4)).toContainText('Now: All it matches')
  await expect(rows.nth(4)).toContainText('Earlier rules match some of it, such as rule "allow TCP 22')
  await expectNoAxeFinding(page)

  await section.getByRole('radio', { name: 'On the port now' }).check()
  await expect(rows.first()).toContainText('deny-known-attackers')
  await expect(rows.first()).toContainText('As arranged: A part')

  await section.getByRole('radio', { name: 'As arranged' }).check()
  await section.getByLabel('Which decide').selectOption('Never matches')
  await expect(rows.first()).toContainText('Never matches')
  await expect(rows.filter({ hasText: 'All it matches' }).filter({ hasNotText: 'Now:' })).toHaveCount(0)
})

test('rules are filtered by the traffic they may match; a bad filter hides none', async ({
  page,
  portPath,
}) => {
  await page.goto(`${portPath(WEB)}?show=rules`)
  const section = page.getByRole('region', { name: 'Effective rules' })
  const rows = section.getByRole('table').locator('tbody tr[data-index]')
  const count = section.locator('output')
  await expect(count).toHaveText(/^35 rules/)
  await section.getByLabel('Rules of').selectOption('Ingress')
  await section.getByLabel('For port').fill('22')
  await section.getByLabel('For remote address').fill('185.220.100.7')
  await expect(rows.first()).toContainText('185.220.100.0/22')
  const otherNetwork = section.getByRole('cell', { name: '45.155.204.0/24', exact: true })
  await expect(otherNetwork).toHaveCount(0)
  await expect(rows.filter({ hasText: 'Egress' })).toHaveCount(0)

  await section.getByLabel('For remote address').fill('somewhere')
  await expect(section.getByRole('alert')).toContainText('Enter an address or a network')
  await expect(otherNetwork).toHaveCount(1)
  await section.getByRole('button', { name: 'Clear filters' }).click()
  await expect(count).toHaveText(/^35 rules/)
})

test('rules are gone through by keys, copied and saved', async ({ page, portPath, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`${portPath(WEB)}?show=rules`)
  const section = page.getByRole('region', { name: 'Effective rules' })
  const rowAt = (n: number) => section.locator(`tr[aria-rowindex="${n + 2}"]`)
  await rowAt(0).focus()
  await page.keyboard.press('ArrowDown')
  await expect(rowAt(1)).toBeFocused()
  await page.keyboard.press('End')
  await expect(rowAt(34)).toBeFocused()
  await expect(rowAt(34)).toBeInViewport()
  await page.keyboard.press('Home')
  await expect(rowAt(0)).toBeFocused()
  await expect(section.getByRole('table')).toHaveAttribute('aria-rowcount', '36')

  await section.getByRole('button', { name: 'Copy rules' }).click()
  await expect(section.getByRole('button', { name: 'Copied' })).toBeVisible()
  const address = section.getByLabel('For remote address')
  await address.focus()
  await page.keyboard.press('ControlOrMeta+V')
  await expect(address).toHaveValue(/position\s+group\s+priority.*Tor exits over IPv6/)
  await section.getByRole('button', { name: 'Clear filters' }).click()

  const saving = page.waitForEvent('download')
  await section.getByRole('button', { name: 'Save as CSV' }).click()
  const file = await saving
  expect(file.suggestedFilename()).toMatch(/^rules-.*\.csv$/)
  const saved = parse(readFileSync(await file.path(), 'utf8'), { columns: true, bom: true })
  expect(saved).toHaveLength(35)
  expect(saved[0]).toMatchObject({ position: '1', group: 'deny-known-attackers', decides: 'All it matches' })
})

test('rules that could not be read are named, not left out', async ({ page, portPath, cloud }) => {
  await cloud.faults({ kind: 'error', status: 403, times: 0, match: { path: 'security-group-rules' } })
  await page.goto(`${portPath(WEB)}?show=rules`)
  const section = page.getByRole('region', { name: 'Effective rules' })
  await expect(section).toContainText('The groups’ rules could not be read')
  await cloud.noFaults()
  await section.getByRole('button', { name: 'Try again' }).click()
  await expect(section.getByRole('table')).toBeVisible()
})

test('the picture says who gets at what, and by which group', async ({ page, portPage, portPath }) => {
  await portPage.open(portPath(WEB), 6)
  await portPage.addNamedToTop('ssh-from-anywhere')
  const section = page.getByRole('region', { name: 'Effective rules' })
  await section.getByRole('button', { name: 'Show who gets at what' }).click()
  await expect(page).toHaveURL(/show=picture/)
  const table = section.getByRole('table', { name: 'Who gets at what: ingress' })
  // What opens is first: SSH from anywhere that no other rule names, by the group just placed.
  await expect(table.getByRole('columnheader').nth(1)).toContainText('SSH')
  const fields = table.getByRole('button')
  await expect(fields.first()).toContainText('opens')
  await expect(fields.first()).toContainText('1 ssh-from-anywhere')
  await expect(table.getByRole('rowheader').first()).toContainText('anywhere')

  await section.getByRole('radio', { name: 'On the port now' }).check()
  await expect(fields.first()).toContainText('denied')
  await section.getByRole('radio', { name: 'What differs' }).check()

  // One stop of Tab; arrow keys go from field to field, Enter opens what decides.
  await expect(table.locator('button[tabindex="0"]')).toHaveCount(1)
  await fields.first().focus()
  await page.keyboard.press('ArrowRight')
  await expect(fields.nth(1)).toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('TCP 22 (SSH)')
  await expect(dialog).toContainText(/As arranged: allowed.*of group ssh-from-anywhere/)
  await expectNoAxeFinding(page)
  await page.keyboard.press('Escape')
  await expect(fields.first()).toBeFocused()

  await section.getByRole('radio', { name: 'Egress' }).check()
  await expect(section.getByRole('table', { name: 'Who gets at what: egress' })).toBeVisible()
  await section.getByRole('radio', { name: 'Ingress' }).check()
  await expect(table).toBeVisible()
  await expectNoAxeFindingInAnyLook(page)
  await page.emulateMedia({ media: 'print' })
  await expect(fields.first()).toBeVisible()
  await expect(section.getByText('What differs')).toBeVisible()
  await expect(section.getByText('On the port now')).toBeHidden()
})
