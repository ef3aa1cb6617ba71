import type { Locator, Page } from '@playwright/test'
import { EXAMPLE, expect, expectNoAxeFinding, test } from './portside.ts'

const list = (page: Page) => page.getByRole('list', { name: 'Security groups in the order they are decided' })
const rows = (page: Page) => list(page).locator('[data-row]')
const plan = (page: Page) => page.getByRole('region', { name: 'Plan', exact: true })
const idsOf = (page: Page) =>
  rows(page).evaluateAll((all) => all.map((row) => row.getAttribute('data-row') ?? ''))
/** The JSON bodies of the previewed requests, in order. */
const bodies = async (page: Page) =>
  (await plan(page).locator('pre').allTextContents())
    .map((text) => text.slice(text.indexOf('{')))
    .map((text) => JSON.parse(text) as unknown)

async function findInCatalogue(page: Page, ...ids: string[]) {
  await page.getByRole('searchbox', { name: 'Search groups' }).fill(ids.join(' '))
  await expect(page.locator(`[data-row="${ids[0]}"]`)).toBeVisible()
}

async function drag(page: Page, from: Locator, to: { x: number; y: number }) {
  const box = (await from.boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2 + 8, box.y + box.height / 2 + 8, { steps: 3 })
  await page.mouse.move(to.x, to.y, { steps: 12 })
  await page.mouse.up()
}

/** A point just over the upper edge of the nth row of the list, counted from 0. */
async function gapAbove(page: Page, n: number) {
  const box = (await rows(page).nth(n).boundingBox())!
  return { x: box.x + box.width / 3, y: box.y + 2 }
}

test.beforeEach(async ({ page, portPath }) => {
  await page.goto(portPath(EXAMPLE.port))
  await expect(rows(page)).toHaveCount(2)
})

test('the reference’s example by mouse: find, drag, preview, dry run, apply, read', async ({
  page,
  cloud,
}) => {
  // From the ports view, as an operator comes.
  await page.goto('/')
  await page.getByRole('link', { name: EXAMPLE.port }).click()
  await expect(rows(page)).toHaveCount(2)

  await findInCatalogue(page, ...EXAMPLE.inserted)
  for (const id of EXAMPLE.inserted) await page.locator(`[data-row="${id}"]`).getByRole('checkbox').check()
  const dragged = page.locator(`[data-row="${EXAMPLE.inserted[0]}"]`)
  await drag(page, dragged, await gapAbove(page, 1))

  const whole = [EXAMPLE.first, ...EXAMPLE.inserted, EXAMPLE.second]
  await expect.poll(() => idsOf(page)).toEqual(whole)
  await expect(rows(page).getByText('New')).toHaveCount(2)
  await expect(plan(page)).toContainText('index 1: after the 1st group')
  await expect(plan(page)).toContainText(
    `/v3/${EXAMPLE.project}/ports/${EXAMPLE.port}/insert-security-groups`,
  )
  expect(await bodies(page)).toEqual([
    { port: { security_groups: [...EXAMPLE.inserted], index: 1 }, dry_run: true },
  ])

  await plan(page).getByRole('button', { name: 'Check' }).click()
  await expect(plan(page)).toContainText('Check passed')
  await expect(plan(page)).toContainText('202')
  expect(await cloud.list(EXAMPLE.port)).toEqual([EXAMPLE.first, EXAMPLE.second])

  await page.getByRole('switch', { name: 'Dry run' }).uncheck()
  expect(await bodies(page)).toEqual([{ port: { security_groups: [...EXAMPLE.inserted], index: 1 } }])
  await plan(page).getByRole('button', { name: 'Apply…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Apply this change?' })
  await expect(dialog).toContainText('Before')
  await expect(dialog).toContainText('After')
  await expectNoAxeFinding(page)
  await dialog.getByRole('button', { name: 'Apply', exact: true }).click()

  await expect.poll(() => cloud.list(EXAMPLE.port)).toEqual(whole)
  await expect(dialog).toBeHidden()
  await expect.poll(() => idsOf(page)).toEqual(whole)
  await expect(rows(page).getByText('New')).toHaveCount(0)
  await expect(page.getByText(/Request ID/i).first()).toBeVisible()
  const details = page.getByRole('region', { name: /details|returned/i }).first()
  await expect(details).toContainText('fa:16:3e:1f:17:df')
  await expectNoAxeFinding(page)
})

test('by keyboard only: a group placed, another moved, undone, checked and applied', async ({
  page,
  cloud,
}) => {
  const [added] = EXAMPLE.inserted
  await findInCatalogue(page, added)
  const checkbox = page.locator(`[data-row="${added}"]`).getByRole('checkbox')
  await checkbox.focus()
  await page.keyboard.press('Space')
  await page.getByLabel('Insert at position').focus()
  await page.keyboard.type('2')
  await page.keyboard.press('Enter')
  await expect.poll(() => idsOf(page)).toEqual([EXAMPLE.first, added, EXAMPLE.second])

  // Lifted by its grip, two up, dropped; then taken back.
  await rows(page).nth(2).locator('[data-control=grip]').focus()
  await page.keyboard.press('Space')
  await expect(page.getByText(/lifted, position 3 of 3/)).toBeAttached()
  await page.keyboard.press('ArrowUp')
  await expect(page.getByText(/over position 2 of 3/)).toBeAttached()
  await page.keyboard.press('ArrowUp')
  await expect(page.getByText(/over position 1 of 3/)).toBeAttached()
  await page.keyboard.press('Space')
  await expect.poll(() => idsOf(page)).toEqual([EXAMPLE.second, EXAMPLE.first, added])
  await page.keyboard.press('Control+z')
  await expect.poll(() => idsOf(page)).toEqual([EXAMPLE.first, added, EXAMPLE.second])
  await page.keyboard.press('Control+y')
  await expect.poll(() => idsOf(page)).toEqual([EXAMPLE.second, EXAMPLE.first, added])
  await page.keyboard.press('Control+z')

  await page.getByRole('switch', { name: 'Dry run' }).focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Tab')
  await expect(plan(page).getByRole('button', { name: 'Apply…' })).toBeFocused()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Apply this change?' })
  await expect(dialog).toContainText('Not checked')
  await dialog.getByRole('button', { name: 'Apply', exact: true }).focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => cloud.list(EXAMPLE.port)).toEqual([EXAMPLE.first, added, EXAMPLE.second])
})

test('by buttons alone: at the end of the list the index is left out of the request', async ({ page }) => {
  const [added] = EXAMPLE.inserted
  await findInCatalogue(page, added)
  await page.locator(`[data-row="${added}"]`).locator('[data-control=add]').click()
  await expect.poll(() => idsOf(page)).toEqual([EXAMPLE.first, EXAMPLE.second, added])
  await expect(plan(page)).toContainText('index left out: the end of the list (the same as index 2)')
  expect(await bodies(page)).toEqual([{ port: { security_groups: [added] }, dry_run: true }])
  await page.getByRole('button', { name: 'Reset' }).click()
  await expect.poll(() => idsOf(page)).toEqual([EXAMPLE.first, EXAMPLE.second])
  await expect(plan(page)).toContainText('Nothing is arranged yet')
})

test('an arrangement survives a reload and a lost session', async ({ page, context, running }) => {
  const [added] = EXAMPLE.inserted
  await findInCatalogue(page, added)
  await page.locator(`[data-row="${added}"]`).locator('[data-control=add]').click()
  await expect(rows(page)).toHaveCount(3)
  await context.clearCookies()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Signed out' })).toBeVisible()
  const other = await context.newPage()
  await other.goto(running.signIn)
  await other.close()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => idsOf(page)).toEqual([EXAMPLE.first, EXAMPLE.second, added])
  await expect(rows(page).getByText('New')).toHaveCount(1)
})

test('an arrangement is never applied to a list it was not made for: rebase or drop', async ({
  page,
  cloud,
}) => {
  const [mine, theirs] = EXAMPLE.inserted
  await findInCatalogue(page, mine)
  await page.locator(`[data-row="${mine}"]`).locator('[data-control=add]').click()
  await expect(rows(page)).toHaveCount(3)
  await cloud.someoneElseSets(EXAMPLE.port, [theirs, EXAMPLE.first, EXAMPLE.second])
  await page.reload()
  await expect(page.getByText('The list changed since you arranged it')).toBeVisible()
  await page.getByRole('button', { name: 'Rebase my arrangement' }).click()
  await expect.poll(() => idsOf(page)).toEqual([theirs, EXAMPLE.first, EXAMPLE.second, mine])
  expect(await bodies(page)).toEqual([{ port: { security_groups: [mine] }, dry_run: true }])
})

test.describe('the platform says no', () => {
  test.beforeEach(async ({ page }) => {
    await findInCatalogue(page, EXAMPLE.inserted[0])
    await page.locator(`[data-row="${EXAMPLE.inserted[0]}"]`).locator('[data-control=add]').click()
    await expect(rows(page)).toHaveCount(3)
  })

  test('to a dry run: code, message and request ID, and the entry it concerns is marked', async ({
    page,
    cloud,
  }) => {
    const [added] = EXAMPLE.inserted
    const error_msg = `Security group ${added} is locked by its owner.`
    await cloud.faults({
      kind: 'error',
      status: 409,
      error_code: 'VPC.0999',
      error_msg,
      match: { method: 'PUT' },
    })
    await plan(page).getByRole('button', { name: 'Check' }).click()
    await expect(plan(page)).toContainText('Check refused')
    await expect(plan(page)).toContainText('VPC.0999')
    await expect(rows(page).nth(2).getByTitle('locked by its owner')).toBeVisible()
    await expect.poll(() => idsOf(page)).toEqual([EXAMPLE.first, EXAMPLE.second, added])
    await expectNoAxeFinding(page)
  })

  for (const [status, error_code] of [
    [401, 'APIGW.0301'],
    [403, 'VPC.0010'],
    [429, 'APIGW.0308'],
    [500, 'VPC.0002'],
    [503, 'VPC.0003'],
  ] as const)
    test(`to a dry run with ${status}: shown with its code, the arrangement stays`, async ({
      page,
      cloud,
    }) => {
      const error_msg = `The platform's own words for ${status}.`
      await cloud.faults({ kind: 'error', status, error_code, error_msg, match: { method: 'PUT' }, times: 0 })
      await plan(page).getByRole('button', { name: 'Check' }).click()
      await expect(plan(page).getByText(error_code).first()).toBeVisible()
      await expect(plan(page)).toContainText(error_msg)
      await expect(rows(page)).toHaveCount(3)
    })

  test('a lost answer to a dry run is not called passed', async ({ page, cloud }) => {
    await cloud.faults({ kind: 'drop_before', match: { method: 'PUT' }, times: 0 })
    await plan(page).getByRole('button', { name: 'Check' }).click()
    await expect(plan(page)).toContainText('Not everything could be checked')
    await expect(plan(page)).not.toContainText('Check passed')
  })
})

test('a port that is not there: code, message and request ID of the platform', async ({ page, portPath }) => {
  await page.goto(portPath('00000000-0000-4000-8000-000000000000'))
  await expect(page.getByText(/VPC\.\d+/).first()).toBeVisible()
  await expect(page.getByText(/request ID/i).first()).toBeVisible()
  await expectNoAxeFinding(page)
})

test.describe('by touch, 390 px wide', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('place, check, apply', async ({ page, cloud }) => {
    const [added] = EXAMPLE.inserted
    await findInCatalogue(page, added)
    await page.locator(`[data-row="${added}"]`).locator('[data-control=add]').tap()
    await expect(rows(page)).toHaveCount(3)
    await plan(page).getByRole('button', { name: 'Check' }).tap()
    await expect(plan(page)).toContainText('Check passed')
    await page.getByRole('switch', { name: 'Dry run' }).tap()
    await plan(page).getByRole('button', { name: 'Apply…' }).tap()
    await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).tap()
    await expect.poll(() => cloud.list(EXAMPLE.port)).toEqual([EXAMPLE.first, EXAMPLE.second, added])
  })
})

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [1440, 390])
    test(`no finding of axe with a plan on screen, ${colorScheme}, ${width} px wide`, async ({ page }) => {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 850 })
      await rows(page).nth(0).locator('[data-control=down]').click()
      await expect(plan(page)).toContainText('2 calls')
      await expectNoAxeFinding(page)
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
      expect(scrollWidth).toBe(clientWidth)
    })
