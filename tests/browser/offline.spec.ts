import { expect, expectNoAxeFinding, test } from './portside.ts'

const PORT = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'

test('what can’t be loaded is said in the page, and tried again', async ({
  page,
  context,
  portPage,
  cloud,
  portPath,
}) => {
  const missing = portPage.alert('This part of the page could not be loaded')
  await portPage.open(portPath(PORT), 6)
  const before = await portPage.ids()
  await portPage.addNamedToTop('ssh-from-anywhere')

  // The response of a dry run is lost.
  await page.route('**/checks', async (route) => {
    await route.fetch()
    await route.abort()
  })
  await portPage.check()
  const lost = portPage.alert('The dry run’s response was lost')
  await expect(lost).toContainText('Nothing was changed. Run it again.')
  expect(await cloud.list(PORT)).toEqual(before)

  // The dialog can't be loaded: the page stays, and so does the arrangement.
  await page.route('**/ApplyDialog-*', (route) => route.abort())
  await portPage.askToApply()
  await expect(missing).toContainText('What you arranged is kept.')
  await expectNoAxeFinding(page)
  await context.setOffline(true)
  await missing.getByRole('button', { name: 'Try again' }).click()
  await expect(missing).toContainText('Portside still can’t be reached.')
  await context.setOffline(false)
  await page.unrouteAll()
  await missing.getByRole('button', { name: 'Try again' }).click()
  await expect(missing).toBeHidden()
  await expect(portPage.rows).toHaveCount(7)

  // So it is with the palette, each time, and once with what of the frame comes later.
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
  await page.route('**/{Palette,LaterInShell}-*', (route) => route.abort())
  for (const _ of [1, 2]) {
    await page.keyboard.press('Control+k')
    await expect(missing).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(missing).toBeHidden()
  }
  await page.reload()
  await expect(missing).toHaveCount(1)
  await page.unrouteAll()
  await missing.getByRole('button', { name: 'Try again' }).click()
  await expect(missing).toBeHidden()

  // So it is with a page.
  await page.route('**/HistoryPage-*', (route) => route.abort())
  await page.getByRole('link', { name: 'History of this port' }).click()
  await expect(missing).toBeVisible()
  await page.unrouteAll()
  await missing.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: /^History of / })).toBeVisible()

  // Where no script can be loaded, the page says so after a while; the address is tried again.
  await page.route('**/*.js', (route) => route.abort())
  await page.reload()
  const notLoaded = page.getByRole('heading', { name: 'Portside has not loaded' })
  await expect(notLoaded).toBeHidden()
  await page.evaluate(() => document.getAnimations().forEach((one) => one.finish()))
  await expect(notLoaded).toBeVisible()
  await expectNoAxeFinding(page)
  await page.unrouteAll()
  await page.getByRole('link', { name: 'Reload the page' }).click()
  await expect(page.getByRole('heading', { name: /^History of / })).toBeVisible()

  await context.setOffline(true)
  await page.getByRole('link', { name: 'Export CSV' }).click()
  await expect(page.getByRole('link', { name: 'No response from Portside: try again' }).first()).toBeVisible()
})
