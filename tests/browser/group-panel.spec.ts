import { holdBack } from './hold-back.ts'
import { EXAMPLE, expect, expectNoAxeFinding, test } from './portside.ts'

const WEB = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'
const ATTACKERS = '1dbbb15e-f8cf-478f-b9de-184ab4b2e739'
const SHOP_WEB = '0787c3ac-1d4d-429e-9f81-440bc122ba07'

test('a group is read beside the page, by keys; Esc and Back return the focus', async ({
  page,
  portPage,
  portPath,
}) => {
  await portPage.open(portPath(WEB), 6)
  // It comes with what opens groups, after the list.
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
  const name = portPage.row(ATTACKERS).locator('[data-control=name]')
  await portPage.row(ATTACKERS).locator('[data-control=grip]').focus()
  // Past the checkbox and the position.
  for (let n = 0; n < 3; n++) await page.keyboard.press('Tab')
  await expect(name).toBeFocused()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('dialog', { name: 'deny-known-attackers' })
  await expect(panel.getByRole('heading', { name: 'deny-known-attackers' })).toBeFocused()
  expect(new URL(page.url()).searchParams.get('panel')).toBe(ATTACKERS)
  await expect(panel).toContainText('Blocklist of the SOC')

  const rules = panel.getByRole('row')
  await expect(rules).toHaveText([
    /Priority.*Remote/,
    /^1Priority 1IngressDeny.*185\.220\.100\.0\/22/,
    /45\.155\.204\.0\/24/,
    /193\.32\.162\.0\/24/,
    /address group soc-blocklist/,
    /2a0b:f4c2::\/32/,
    /203\.0\.113\.66\/32.*Disabled/,
    /Priority 100EgressAllow/,
    /Priority 100EgressAllow/,
  ])
  await expect(panel.getByRole('listitem').filter({ hasText: 'shop-prod-web-01' })).toContainText(
    'position 1 of 6',
  )
  await expectNoAxeFinding(page)
  // On paper, it would lie over the page.
  await page.emulateMedia({ media: 'print' })
  await expect(panel).toBeHidden()
  await page.emulateMedia({ media: 'screen' })

  // The page beside it goes on.
  await portPage.move('deny-known-attackers', 'down')
  const firstTwo = async () => (await portPage.ids()).slice(0, 2)
  await expect.poll(firstTwo).toEqual([SHOP_WEB, ATTACKERS])
  await page.keyboard.press('Control+z')
  await expect.poll(firstTwo).toEqual([ATTACKERS, SHOP_WEB])
  await page.keyboard.press('Control+y')
  await expect.poll(firstTwo).toEqual([SHOP_WEB, ATTACKERS])
  await name.focus()
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(name).toBeFocused()
  expect(page.url()).not.toContain('panel')

  await portPage.row(SHOP_WEB).getByRole('button', { name: '4 rules of shop-prod-web' }).click()
  await expect(page.getByRole('dialog', { name: 'shop-prod-web' })).toBeVisible()
  await page.getByRole('button', { name: 'group load-balancer-front', exact: true }).click()
  await expect(page.getByRole('dialog').getByRole('heading', { name: 'load-balancer-front' })).toBeFocused()
  await page.goBack()
  await expect(page.getByRole('dialog', { name: 'shop-prod-web' })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(portPage.row(SHOP_WEB).locator('[data-control=rules]')).toBeFocused()
})

test('a group clicked before the panel’s code is there opens once it is', async ({
  page,
  portPage,
  portPath,
}) => {
  const code = await holdBack(page, /\/assets\/LaterInShell-.*\.js$/)
  await portPage.open(portPath(WEB), 6)
  await portPage.row(ATTACKERS).locator('[data-control=name]').click()
  await expect.poll(code.asked).toBe(1)
  await code.release()
  await expect(page.getByRole('dialog', { name: 'deny-known-attackers' })).toBeVisible()
})

test('text is selected by mouse; beside it, a row is dragged; rows are copied', async ({
  page,
  portPage,
  portPath,
  context,
}) => {
  await context.grantPermissions(['clipboard-write'])
  // The console's pages may not read the clipboard: pasted elsewhere.
  const elsewhere = await context.newPage()
  await elsewhere.setContent('<textarea aria-label="Pasted">')
  const copied = async () => {
    await elsewhere.getByLabel('Pasted').clear()
    await elsewhere.getByLabel('Pasted').press('Control+V')
    return elsewhere.getByLabel('Pasted').inputValue()
  }
  await page.bringToFront()
  await portPage.open(portPath(WEB), 6)
  await portPage.canDrag()
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
  const before = await portPage.ids()
  const row = portPage.row(SHOP_WEB)
  const name = row.locator('[data-control=name]')
  const { x, y, width, height } = (await name.boundingBox())!
  await page.mouse.move(x + 1, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width - 1, y + height / 2 + 3, { steps: 8 })
  await page.mouse.up()
  expect(await page.evaluate(() => String(getSelection()))).toBe('shop-prod-web')
  await page.keyboard.press('Control+C')
  expect(await copied()).toBe('shop-prod-web')
  expect(await portPage.ids()).toEqual(before)

  // Where it is empty, beside its text.
  await page.evaluate(() => {
    const slides: unknown[] = []
    const marks: Animation[] = []
    const animate = Element.prototype.animate
    Element.prototype.animate = function (keyframes, options) {
      slides.push([this.getAttribute('data-row'), JSON.stringify(keyframes)])
      const animation = animate.call(this, keyframes, options)
      if (!JSON.stringify(keyframes).includes('opacity')) return animation
      // It ends when the test says so.
      marks.push(animation)
      animation.pause()
      return animation
    }
    Object.assign(globalThis, { slides, marks })
  })
  const box = (await row.boundingBox())!
  const to = await portPage.gapAbove(0)
  await page.mouse.move(box.x + box.width / 2, box.y + 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2, box.y - 8, { steps: 3 })
  await page.mouse.move(to.x, to.y, { steps: 6 })
  await page.mouse.up()
  await expect.poll(async () => (await portPage.ids()).slice(0, 2)).toEqual([SHOP_WEB, ATTACKERS])
  // The one that was dropped is marked; a hand has put it there, so none slides.
  const animated = (what: string) =>
    page.evaluate((part) => {
      const { slides } = globalThis as unknown as { slides: [string, string][] }
      return slides.filter(([, keyframes]) => keyframes.includes(part)).map(([id]) => id)
    }, what)
  await expect.poll(() => animated('opacity')).toEqual([SHOP_WEB])
  expect(await animated('translateY')).toEqual([])
  // By its button, both slide to their places.
  await row.getByRole('button', { name: 'Move shop-prod-web down' }).click()
  await expect.poll(async () => new Set(await animated('translateY'))).toEqual(new Set([SHOP_WEB, ATTACKERS]))
  // It was marked again, and stays so when its first mark ends.
  expect(await animated('opacity')).toEqual([SHOP_WEB, SHOP_WEB])
  const endMark = (n: number) =>
    page.evaluate(async (at) => {
      const mark = (globalThis as unknown as { marks: Animation[] }).marks[at]!
      mark.finish()
      await mark.finished
    }, n)
  await endMark(0)
  await expect(row).toHaveAttribute('data-landed')
  await endMark(1)
  await expect(row).not.toHaveAttribute('data-landed')
  await page.keyboard.press('Control+Z')
  await expect.poll(async () => (await portPage.ids())[0]).toBe(SHOP_WEB)

  await page.keyboard.down('Shift')
  await name.click()
  await page.keyboard.up('Shift')
  await expect(portPage.checkbox('shop-prod-web')).toBeChecked()
  await expect(row).toContainText('4 rules')
  await portPage.checkbox('deny-known-attackers').check()
  await page.keyboard.press('Control+C')
  await expect(page.getByText('Copied.', { exact: true })).toBeAttached()
  expect(await copied()).toBe(`1\tshop-prod-web\t${SHOP_WEB}\t4\n2\tdeny-known-attackers\t${ATTACKERS}\t8`)
  await portPage.checkbox('deny-known-attackers').uncheck()
  await row.click({ button: 'right', position: { x: box.width / 2, y: 2 } })
  await expectNoAxeFinding(page)
  await page.getByRole('menuitem', { name: 'Copy ID' }).click()
  await expect.poll(copied).toBe(SHOP_WEB)
  await expect(page.getByRole('menu')).toHaveCount(0)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await name.click()
  await expect(page.getByRole('dialog', { name: 'shop-prod-web' })).toBeVisible()
})

test('an address opens a group, over the page on a phone; what failed is read again', async ({
  page,
  cloud,
}) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await cloud.faults({ kind: 'error', status: 403, times: 1, match: { path: '/ports' } })
  await page.goto(`/projects/${EXAMPLE.project}/history?panel=${ATTACKERS.toUpperCase()}`)
  const panel = page.getByRole('dialog', { name: 'deny-known-attackers' })
  await expect(panel.getByRole('alert')).toContainText('The ports could not be read')
  await panel.getByRole('button', { name: 'Try again' }).click()
  await expect(panel.getByRole('listitem').filter({ hasText: 'shop-prod-web-01' })).toBeVisible()
  await expectNoAxeFinding(page)
  // Beside it, the page is as without it.
  const records = page.getByLabel('Audit records')
  await expect(records).toHaveAttribute('aria-busy', 'false')
  await expect(records.getByRole('alert')).toHaveCount(0)
  await panel.getByRole('button', { name: 'Close' }).click()
  await expect(panel).toBeHidden()
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeFocused()
  expect(page.url()).not.toContain('panel')
})

test('what a group would change is said before it is placed, for its position', async ({
  page,
  portPage,
  portPath,
}) => {
  await portPage.open(portPath(WEB), 6)
  await portPage.find('ssh-from-anywhere')
  await portPage.checkbox('ssh-from-anywhere').check()
  const said = portPage.catalogue.getByRole('status', { name: 'What would change' })
  await expect(said).toBeEmpty()
  await portPage.catalogue.getByRole('button', { name: 'What would change?' }).click()
  await expect(said).toContainText('At the top: opens TCP 22 (SSH) from anywhere')
  await expect(said).toContainText('At the end: ')
  await expectNoAxeFinding(page)

  await portPage.checkbox('ssh-from-anywhere').uncheck()
  await portPage.find('quarantine')
  await portPage.checkbox('quarantine').check()
  await expect(said).toBeEmpty()
  await portPage.catalogue.getByRole('button', { name: 'What would change?' }).click()
  await portPage.insertAt.fill('7')
  await expect(said).toHaveText('At position 7: no traffic changes.')
  await portPage.insertAt.fill('1')
  await expect(said).toHaveText(/^At position 1: nothing is newly allowed; denies ICMP type 8/)
  expect(await portPage.ids()).toHaveLength(6)
})
