import type { Page } from '@playwright/test'
import { EXAMPLE, expect, expectNoAxeFinding, test } from './portside.ts'

test.beforeEach(({ page, running }) => page.goto(running.signIn))

const found = (page: Page) => page.getByRole('region', { name: 'Ports found' })

test.describe('finding a port', () => {
  test('the sign-in address leads to the ports of the first project', async ({ page }) => {
    await expect(page).toHaveURL(new RegExp(`/projects/${EXAMPLE.project}/ports`))
    await expect(page.getByRole('heading', { name: 'Ports', level: 1 })).toBeVisible()
    await expect(page.getByText('Emulator: practice data')).toBeVisible()
    await expect(page.getByRole('row').nth(1)).toBeVisible()
  })

  test('by a part of its name; the search stays in the address and survives a reload', async ({ page }) => {
    await page.getByRole('searchbox', { name: 'Search' }).fill('PAYMENTS-prod')
    await expect(page).toHaveURL(/q=PAYMENTS-prod/)
    await expect(found(page)).toContainText('3 ports found, searched all')
    await page.reload()
    await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('PAYMENTS-prod')
    await expect(page.getByRole('link', { name: 'payments-prod-web-01' })).toBeVisible()
  })

  test('by its ID and by its IP, by asking the platform', async ({ page }) => {
    await page.getByRole('searchbox', { name: 'Search' }).fill(EXAMPLE.port)
    await expect(found(page)).toContainText('1 port with this port ID')
    await page.getByRole('searchbox', { name: 'Search' }).fill('192.168.158.228')
    await expect(found(page)).toContainText('1 port with this')
    await expect(page.getByRole('link', { name: EXAMPLE.port })).toBeVisible()
  })

  test('by status and device owner; nothing found offers a way out', async ({ page }) => {
    await page.getByLabel('Status').selectOption('BUILD')
    await expect(page).toHaveURL(/status=BUILD/)
    await expect(page.getByRole('cell', { name: 'BUILD' }).first()).toBeVisible()
    await expect(page.getByRole('cell', { name: 'ACTIVE' })).toHaveCount(0)
    await page.getByRole('searchbox', { name: 'Search' }).fill('no such port')
    await expect(found(page)).toContainText('No ports found')
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await expect(page.getByRole('link', { name: 'shop-prod-web-01' })).toBeVisible()
  })

  test('opens it with the keyboard only', async ({ page }) => {
    await page.getByRole('link', { name: 'shop-prod-web-01' }).focus()
    await page.keyboard.press('ArrowDown')
    await expect(page.getByRole('link', { name: 'shop-prod-web-02' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toContainText('shop-prod-web-02')
  })
})

test('by network and by group, sorted; the way back from a port keeps all of it', async ({ page }) => {
  const search = page.getByRole('searchbox', { name: 'Search' })
  await search.fill('10.20.1.0/24')
  await expect(found(page)).toContainText(/[1-9]\d* ports found in this network, searched all \d+ ports/)
  await expect(page.getByRole('link', { name: 'shop-prod-web-01' })).toBeVisible()
  await expect(page.getByText('192.168.158.228')).toBeHidden()

  await search.fill('web-public')
  await page.getByRole('button', { name: 'Filter by group web-public' }).click()
  await expect(page).toHaveURL(/ports\?group=4940b983/)
  await expect(search).toHaveValue('')
  const groups = page.getByRole('columnheader', { name: 'Security groups, in order' })
  await groups.getByRole('button').click()
  await expect(groups).toHaveAttribute('aria-sort', 'descending')
  await expect(found(page)).toContainText('under the filters; sorted by number of groups, most first')

  // All groups of the port with most, by keyboard.
  const first = page.getByRole('row').nth(1)
  const rest = first.getByRole('button', { name: /^\d+ more security groups of / })
  const count = Number((await rest.textContent())!.slice(1))
  await rest.press('Enter')
  await expect(rest).toHaveAttribute('aria-expanded', 'true')
  await expect.poll(() => first.getByRole('listitem').count()).toBeGreaterThan(count)
  await expect(
    first.getByRole('listitem', { name: /web-public/ }).or(first.getByText('web-public')),
  ).toBeVisible()
  await expectNoAxeFinding(page)
  await rest.press('Enter')

  const navigation = page.getByRole('navigation', { name: 'Pages' })
  await expect(navigation.getByRole('link', { name: 'Ports' })).toHaveAttribute('aria-current', 'page')
  await first.getByRole('link').first().click()
  await expect(navigation.getByRole('link', { name: 'Ports' })).toHaveAttribute('aria-current', 'true')
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Ports' }).click()
  await expect(page).toHaveURL(/group=4940b983.*sort=-groups/)
  await expect(groups).toHaveAttribute('aria-sort', 'descending')
})

test.describe('when something is wrong', () => {
  test('an error of the platform shows code, message, request ID, and a way on', async ({ page, cloud }) => {
    await cloud.faults({
      kind: 'error',
      status: 403,
      error_code: 'VPC.0010',
      error_msg: 'No permission.',
      times: 0,
    })
    await page.getByRole('button', { name: 'Read the ports again' }).click()
    await page.reload()
    await expect(page.getByText('VPC.0010')).toBeVisible()
    await expect(page.getByText('No permission.')).toBeVisible()
    await expect(page.getByText(/request ID/i).first()).toBeVisible()
    await cloud.reset()
    await page.getByRole('button', { name: /again/i }).first().click()
    await expect(page.getByRole('link', { name: 'shop-prod-web-01' })).toBeVisible()
  })

  test('a lost session says how to get a new one', async ({ signedOut }) => {
    await signedOut.goto('/')
    await expect(signedOut.getByRole('heading', { name: 'Signed out' })).toBeVisible()
    await expect(signedOut.getByText('npm start')).toBeVisible()
    await expectNoAxeFinding(signedOut)
  })

  test('a wrong sign-in address says what to do', async ({ signedOut }) => {
    const response = await signedOut.goto('/sign-in/wrong')
    expect(response?.status()).toBe(403)
    await expect(signedOut.getByText(/Open the complete address that Portside printed/)).toBeVisible()
  })

  test('an address that leads nowhere', async ({ page }) => {
    await page.goto('/nowhere')
    await expect(page.getByText('There is no such page')).toBeVisible()
    await page.goto('/projects/unknown/ports')
    await expect(page.getByText('This project is not among yours')).toBeVisible()
    await expectNoAxeFinding(page)
  })
})

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [1440, 390])
    test(`no finding of axe, ${colorScheme}, ${width} px wide, and nothing scrolls sideways`, async ({
      page,
    }) => {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 850 })
      await expect(page.getByRole('link', { name: 'shop-prod-web-01' })).toBeVisible()
      await expectNoAxeFinding(page)
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
      expect(scrollWidth).toBe(clientWidth)
    })
