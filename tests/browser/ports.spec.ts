import type { Page } from '@playwright/test'
import { EXAMPLE, expect, expectNoAxeFinding, expectNoAxeFindingInAnyLook, test } from './portside.ts'

const found = (page: Page) => page.getByRole('region', { name: 'Ports found' })
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search' })

test('finding a port: by name, ID, IP and status; opening it by keyboard', async ({ page, running }) => {
  await page.goto(running.signIn)
  await expect(page).toHaveURL(new RegExp(`/projects/${EXAMPLE.project}/ports`))
  await expect(page.getByRole('heading', { name: 'Ports', level: 1 })).toBeVisible()
  await expect(page.getByText('Emulator: practice data')).toBeVisible()
  await expect(page.getByRole('row').nth(1)).toBeVisible()

  // The search is in the address, and survives a reload.
  await search(page).fill('PAYMENTS-prod')
  await expect(page).toHaveURL(/q=PAYMENTS-prod/)
  await expect(found(page)).toContainText('3 ports match. Searched all')
  await page.reload()
  await expect(search(page)).toHaveValue('PAYMENTS-prod')
  await expect(page.getByRole('link', { name: 'payments-prod-web-01' })).toBeVisible()

  // The platform is asked for an ID and for an IP.
  await search(page).fill(EXAMPLE.port)
  await expect(found(page)).toContainText('1 port with this port ID')
  await search(page).fill('192.168.158.228')
  await expect(found(page)).toContainText('1 port with this')
  await expect(page.getByRole('link', { name: EXAMPLE.port })).toBeVisible()

  await search(page).fill('')
  await page.getByLabel('Status').selectOption('BUILD')
  await expect(page).toHaveURL(/status=BUILD/)
  await expect(page.getByRole('cell', { name: 'BUILD' }).first()).toBeVisible()
  await expect(page.getByRole('cell', { name: 'ACTIVE' })).toHaveCount(0)
  await search(page).fill('no such port')
  await expect(found(page)).toContainText('No ports match')
  await page.getByRole('button', { name: 'Clear', exact: true }).click()

  await page.getByRole('link', { name: 'shop-prod-web-01' }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('link', { name: 'shop-prod-web-02' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('shop-prod-web-02')
})

test('anywhere by keys: the search, all keys, and the palette', async ({ page, portPage }) => {
  await page.goto('/')
  // Loaded with the end of the header, after the first view.
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
  await page.keyboard.press('/')
  await expect(search(page)).toBeFocused()
  // In a field, a key is text.
  await page.keyboard.type('?/')
  await expect(search(page)).toHaveValue('?/')
  await search(page).fill('')
  await search(page).blur()
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await expect(keys).toContainText('Goes to a page, port or group')
  await expectNoAxeFinding(page)
  await page.keyboard.press('Escape')
  await expect(keys).toBeHidden()

  const palette = page.getByRole('dialog', { name: 'Go to…' })
  const field = palette.getByRole('combobox')
  await page.keyboard.press('Control+k')
  await expect(field).toBeFocused()
  // The groups of the ports in the table are known: no call is needed.
  await page.keyboard.type('web-public')
  await expect(palette.getByRole('option', { name: 'web-public Security group' })).toBeVisible()
  await field.fill('')
  await page.keyboard.type('web-0')
  await expect(palette.getByRole('option').first()).toContainText('web-01')
  await page.keyboard.press('ArrowDown')
  await expect(palette.getByRole('option', { selected: true })).toContainText('web-02')
  await page.setViewportSize({ width: 390, height: 844 })
  await expectNoAxeFinding(page)
  await page.keyboard.press('Enter')
  await expect(palette).toBeHidden()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('web-02')
  // What was opened comes first.
  await expect(portPage.list).toContainText('rule')
  await page.keyboard.press('Control+k')
  await expect(palette.getByRole('option').first()).toContainText('web-02')
  await page.keyboard.press('Escape')
  await expect(palette).toBeHidden()
})

test('by network and by group, sorted; the way back from a port keeps all of it', async ({ page }) => {
  await page.goto('/')
  await search(page).fill('10.20.1.0/24')
  await expect(found(page)).toContainText(/[1-9]\d* ports match in this network. Searched all \d+ ports/)
  await expect(page.getByRole('link', { name: 'shop-prod-web-01' })).toBeVisible()
  await expect(page.getByText('192.168.158.228')).toBeHidden()

  await search(page).fill('web-public')
  await page.getByRole('button', { name: 'Filter by group web-public' }).click()
  await expect(page).toHaveURL(/ports\?group=4940b983/)
  await expect(search(page)).toHaveValue('')
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
    await page.goto('/')
    await expect(page.getByText('VPC.0010')).toBeVisible()
    await expect(page.getByText('No permission.')).toBeVisible()
    await expect(page.getByText(/request ID/i).first()).toBeVisible()
    await cloud.reset()
    await page.getByRole('button', { name: /again/i }).first().click()
    await expect(page.getByRole('link', { name: 'shop-prod-web-01' })).toBeVisible()
  })

  test('a lost session and a wrong sign-in address say what to do', async ({ signedOut }) => {
    await signedOut.goto('/')
    await expect(signedOut.getByRole('heading', { name: 'Signed out' })).toBeVisible()
    await expect(signedOut.getByText('npm start')).toBeVisible()
    await expectNoAxeFinding(signedOut)
    const response = await signedOut.goto('/sign-in/wrong')
    expect(response?.status()).toBe(403)
    await expect(signedOut.getByText(/Open the complete address that Portside printed/)).toBeVisible()
  })

  test('an address that leads nowhere', async ({ page }) => {
    await page.goto('/nowhere')
    await expect(page.getByText('There is no such page')).toBeVisible()
    await page.goto(`/projects/unknown/ports?panel=${EXAMPLE.first}`)
    await expect(page.getByText('You don’t have access to this project')).toBeVisible()
    // With the rest of the frame, the group would be there.
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
    await page.waitForLoadState('networkidle')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expectNoAxeFinding(page)
  })
})

test('no finding of axe, light or dark, wide or narrow', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('link', { name: 'shop-prod-web-01' })).toBeVisible()
  await expectNoAxeFindingInAnyLook(page)
})

test('a row keeps its height: a card, and one that shows all groups when it comes back', async ({ page }) => {
  // The heights that each row has had, in order, since it came into the document.
  await page.addInitScript(() => {
    const heights = new WeakMap<Element, number[]>()
    const sizes = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        const { height } = target.getBoundingClientRect()
        const before = heights.get(target) ?? []
        if (before.at(-1) !== height) before.push(height)
        heights.set(target, before)
        target.setAttribute('data-heights', before.join(' '))
      }
    })
    new MutationObserver((records) => {
      for (const { addedNodes } of records)
        for (const node of addedNodes)
          if (node instanceof Element)
            for (const row of [node, ...node.querySelectorAll('tr')])
              if (row.matches('tr[data-index]')) sizes.observe(row)
    }).observe(document, { childList: true, subtree: true })
  })
  const row = (index: number) => page.locator(`tr[data-index="${index}"]`)
  const oneHeight = /^[\d.]+$/
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/')
  await expect(row(0)).toContainText('web-public')
  await expect(row(0)).toHaveAttribute('data-heights', oneHeight)

  await page.setViewportSize({ width: 1440, height: 900 })
  const rest = row(0).getByRole('button', { name: /more security groups of/ })
  await page.getByRole('columnheader', { name: 'Security groups' }).getByRole('button').click()
  await rest.click()
  await expect(row(0).getByRole('listitem').first()).toBeVisible()
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
  await expect(row(0)).toHaveCount(0)
  await page.evaluate(() => window.scrollTo(0, 0))
  await expect(row(0).getByRole('listitem').first()).toBeVisible()
  await expect(row(0)).toHaveAttribute('data-heights', oneHeight)
})
