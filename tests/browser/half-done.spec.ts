import type { Page } from '@playwright/test'
import { PortPage } from './port-page.ts'
import { EXAMPLE, expect, expectNoAxeFinding, isCut, testInSteps as test } from './portside.ts'

/** Ports that no other test changes. */
const STOPS = '56ecc8c6-dab4-4466-83de-5855d242376e'
const DRAFT = 'shop-prod-web-02'

const banner = (page: Page) => page.getByRole('region', { name: 'Not finished' })

test('what is half done is said on every page; History rolls a stopped change back', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  const list = [EXAMPLE.first, EXAMPLE.second]
  await cloud.someoneElseSets(STOPS, list)
  await portPage.open(portPath(STOPS), 2)
  const port = (await page.getByRole('heading', { level: 1 }).textContent())!
  await cloud.faults({
    kind: 'error',
    status: 403,
    error_code: 'VPC.0010',
    error_msg: 'Not now.',
    match: { method: 'PUT', path: STOPS },
    after: 1,
  })
  const moved = (await portPage.rows.nth(1).getByRole('checkbox').getAttribute('aria-label'))!.slice(7)
  await portPage.move(moved, 'up')
  await portPage.apply()
  await expect(portPage.alert('stopped after 1 of 2 steps')).toBeVisible()
  // The port's own page says it itself.
  await expect(banner(page)).toBeHidden()

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Ports' }).click()
  await expect(banner(page)).toContainText('1 change stopped and waits for a choice')
  const search = page.getByRole('searchbox', { name: 'Search' })
  await search.fill(port)
  const marked = page.getByRole('row', { name: port })
  for (const width of [720, 860, 1440]) {
    await page.setViewportSize({ width, height: 900 })
    await expect(marked.getByText('Stopped')).toBeVisible()
    expect(await isCut(marked.getByRole('link', { name: port }))).toBe(false)
  }
  await search.fill('shop-prod')
  await expect(page).toHaveURL(/q=shop-prod$/)
  await page.getByRole('link', { name: DRAFT, exact: true }).click()
  await new PortPage(page).addNamedToTop('deny-admin-ports')
  await page.getByRole('link', { name: 'History', exact: true }).click()
  await expect(banner(page)).toContainText(`1 arrangement not applied:${DRAFT}`)
  await expectNoAxeFinding(page)

  const row = page.getByRole('region', { name: 'Audit records' }).getByRole('listitem').first()
  await expect(row).toContainText(`${moved} 2 → 1`)
  await row.getByRole('link').click()
  await expect(page.getByRole('alert')).toContainText('Off the port right now')
  await expectNoAxeFinding(page)
  await cloud.noFaults()
  await portPage.goBack.click()
  await expect(page.getByText('Superseded', { exact: true })).toBeVisible()
  await expect.poll(() => cloud.list(STOPS)).toEqual(list)
  await expect(banner(page)).not.toContainText('stopped')

  await page.getByRole('link', { name: 'The change that took its place' }).click()
  await banner(page).getByRole('link', { name: DRAFT }).click()
  await expect(portPage.plan).toContainText('1 added')
  await portPage.resetButton.click()
  const crumbs = page.getByRole('navigation', { name: 'Breadcrumb' })
  await expect(crumbs).toHaveText('Ports')
  await crumbs.getByRole('link', { name: 'Ports' }).click()
  await expect(search).toHaveValue('shop-prod')
  await expect(page.getByRole('row', { name: DRAFT })).not.toContainText('Not applied')
  // What was rolled back is still arranged.
  await expect(banner(page)).toContainText(`1 arrangement not applied:${port}`)
  await search.fill(port)
  await expect(page.getByRole('row', { name: port })).toContainText('Not applied')
})
