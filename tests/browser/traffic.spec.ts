import type { Page } from '@playwright/test'
import { expect, expectNoAxeFinding, test } from './portside.ts'

const WEB = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'

const traffic = (page: Page) => page.getByRole('region', { name: 'What traffic changes' })

test('a group at the top that opens SSH: shown in plan, confirmation and packet', async ({
  page,
  portPath,
}) => {
  await page.goto(portPath(WEB))
  await page.getByRole('searchbox', { name: 'Search groups' }).fill('ssh-from-anywhere')
  await page.getByRole('checkbox', { name: 'Select ssh-from-anywhere' }).check()
  await page.getByRole('button', { name: 'Add to top' }).click()
  await expect(traffic(page)).toContainText(/newly allowed/)
  await expect(traffic(page)).toContainText('TCP 22 (SSH)')
  await expect(traffic(page)).toContainText('of group ssh-from-anywhere')
  await expectNoAxeFinding(page)

  const packet = page.getByRole('form', { name: 'Try a packet' })
  await packet.getByLabel('Port', { exact: true }).fill('22')
  await packet.getByLabel('Remote address').fill('203.0.113.7')
  await packet.getByRole('button', { name: 'Try' }).click()
  await expect(traffic(page)).toContainText(/allowed by rule .* of group ssh-from-anywhere/i)

  await page.getByRole('switch', { name: 'Dry run' }).uncheck()
  await page.getByRole('button', { name: 'Apply…' }).click()
  await expect(page.getByRole('dialog')).toContainText(/Opens TCP 22 \(SSH\) from anywhere/)
})

test('a port whose port security is off says that groups have no effect', async ({ page }) => {
  await page.getByLabel('Port security').selectOption('off')
  await page.getByRole('row').nth(1).getByRole('link').first().click()
  await expect(page.getByRole('heading', { name: 'Security groups' })).toBeVisible()
  await expect(page.getByText(/no effect on this port/i).first()).toBeVisible()
})
