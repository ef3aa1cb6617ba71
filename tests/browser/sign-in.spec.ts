import { test as base, type Locator, type Page } from '@playwright/test'
import { BulkChangesPage } from './bulk-changes-page.ts'
import { PortPage } from './port-page.ts'
import { EXAMPLE, expect, expectNoAxeFinding } from './portside.ts'
import { startPortside, type Portside } from '../stage/servers.ts'
import { freePort } from '../servers/sign-in/browser.ts'
import { startProvider } from '../servers/sign-in/provider.ts'

/** A team's Portside: a provider with its login page, and a proxy that knows it. */
const test = base.extend<{ portPage: PortPage; quietFonts: void }, { team: Portside }>({
  team: [
    async ({}, use) => {
      const [provider, port] = await Promise.all([startProvider(), freePort()])
      const origin = `http://127.0.0.1:${port}`
      const portside = await startPortside({
        ...provider.environment,
        PORTSIDE_LISTEN_PORT: `${port}`,
        PORTSIDE_PUBLIC_ORIGIN: origin,
      })
      await use({ ...portside, origin })
      await portside.stop()
      await provider.stop()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ team }, use) => use(team.origin),
  portPage: async ({ page }, use) => use(new PortPage(page)),
  // The provider's pages want a font from the network, which may not be there.
  quietFonts: [
    async ({ page }, use) => {
      await page.route(/fonts\.googleapis\.com/, (route) => route.abort())
      await use()
    },
    { auto: true },
  ],
})

// One worker for all: they share what is started.
test.describe.configure({ mode: 'default' })

const PORT = `/projects/${EXAMPLE.project}/ports/${EXAMPLE.port}`
const signedOut = (page: Page) => page.getByRole('heading', { name: 'Signed out' })

async function logIn(page: Page, login: string) {
  await page.getByPlaceholder('Enter any login').fill(login)
  await page.getByPlaceholder('and password').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
}

/** The key does nothing, and the button says why. */
async function pressInVain(button: Locator, why: string) {
  await expect(button).toHaveAccessibleDescription(why)
  await button.press('Enter')
}

test('an operator’s day: sign in, arrange, lose the session twice, apply, leave', async ({
  page,
  portPage,
  context,
  team,
}) => {
  await team.cloud.reset()
  await page.goto(PORT)
  await expect(signedOut(page)).toBeVisible()
  await expect(page.getByText('npm start')).toHaveCount(0)
  await expectNoAxeFinding(page)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await logIn(page, 'olga')
  await expect(page).toHaveURL(team.origin + PORT)
  await expect(page.getByText('olga', { exact: true })).toBeVisible()

  const [added] = EXAMPLE.inserted
  await portPage.add(added)
  await expect(portPage.rows).toHaveCount(3)
  // All that the arrangement needs is read: the check is the first to find the session gone.
  await expect(portPage.traffic).toContainText('decide as before')
  await page.waitForLoadState('networkidle')
  // What a browser does with a cookie whose time is over.
  await context.clearCookies({ name: 'portside_session' })
  await portPage.check()
  await expect(signedOut(page)).toBeVisible()
  await expect(page.getByText('The dry run was not finished.')).toBeVisible()
  // The provider still knows her.
  await page.getByRole('link', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(team.origin + PORT)
  await expect(portPage.rows).toHaveCount(3)

  await portPage.askToApply()
  // The dialog has read what it shows: the request to apply is the first to find the session gone.
  await expect(portPage.confirmButton).toBeVisible()
  await page.waitForLoadState('networkidle')
  await context.clearCookies({ name: 'portside_session' })
  await portPage.confirmButton.click()
  await expect(page.getByText('Your request to apply the change started nothing.')).toBeVisible()
  expect(await team.cloud.list(EXAMPLE.port)).toEqual([EXAMPLE.first, EXAMPLE.second])
  await page.getByRole('link', { name: 'Sign in' }).click()
  await expect(portPage.rows).toHaveCount(3)
  await portPage.apply()
  await expect.poll(() => team.cloud.list(EXAMPLE.port)).toEqual([EXAMPLE.first, EXAMPLE.second, added])

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Yes, sign me out' }).click()
  await expect(page).toHaveURL(`${team.origin}/`)
  await expect(signedOut(page)).toBeVisible()
  await page.goto(PORT)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await expect(page.getByPlaceholder('Enter any login')).toBeVisible()
})

test('a viewer’s day: everything but checking and applying, and why not', async ({
  page,
  portPage,
  team,
}) => {
  await team.cloud.reset()
  await page.goto(`/sign-in?return_to=${PORT}`)
  await logIn(page, 'vera')
  await expect(page.getByText('vera (viewer)')).toBeVisible()
  const [added] = EXAMPLE.inserted
  await portPage.add(added)
  await expect(portPage.rows).toHaveCount(3)
  await expect(portPage.plan).toContainText('insert-security-groups')
  await expect(portPage.traffic).toContainText(/allowed|denied/)
  const why = 'Viewers can arrange, but not check or apply'
  await expect(portPage.dryRunButton).toHaveAccessibleDescription(why)
  await portPage.dryRun.uncheck()
  await expect(portPage.applyButton).toHaveAccessibleDescription(why)
  await portPage.applyButton.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expectNoAxeFinding(page)

  // So it is on many ports: a viewer plans and sees.
  const bulk = new BulkChangesPage(page)
  const one = `ports=${EXAMPLE.port}&do=insert&groups=${added}`
  await page.goto(`/projects/${EXAMPLE.project}/changes/new?${one}`)
  await expect(bulk.figure('port changes')).toHaveText('1')
  await expect(bulk.review).toHaveAccessibleDescription(why)
  await expect(bulk.dryRun.getByRole('button', { name: 'Dry run' })).toHaveAccessibleDescription(why)
  await bulk.review.focus()
  await page.keyboard.press('Enter')
  await expect(bulk.dialog).toHaveCount(0)
})

test('a viewer’s day on many ports: all is seen, nothing is sent', async ({ page, browser, team }) => {
  await team.cloud.reset()
  const changes = `/projects/${EXAMPLE.project}/changes`
  const [added] = EXAMPLE.inserted
  const ports = [EXAMPLE.port, '87304eb6-7507-4aaf-b044-ed025de9d6ec']
  const name = 'one group on the port of the example'
  for (const id of ports) await team.cloud.someoneElseSets(id, [EXAMPLE.first, EXAMPLE.second])
  const operators = await browser.newContext({ baseURL: team.origin })
  await operators.route(/fonts\.googleapis\.com/, (route) => route.abort())
  const operator = await operators.newPage()
  await operator.goto('/sign-in')
  await logIn(operator, 'olga')
  await expect(operator.getByText('olga', { exact: true })).toBeVisible()
  const kept = await operator.request.post(`/api/v3/${EXAMPLE.project}/standing-orders`, {
    headers: { origin: team.origin },
    data: {
      order_id: crypto.randomUUID(),
      name,
      intent: { kind: 'exactly', groups: [EXAMPLE.second] },
      ports: { ports: [EXAMPLE.port] },
      check_every_minutes: null,
    },
  })
  expect(kept.status()).toBe(202)
  await operator.goto(`${changes}/new?ports=${ports.join()}&do=insert&groups=${added}`)
  const begun = new BulkChangesPage(operator)
  await begun.review.click()
  await begun.begin.click()
  await expect(begun.carryingOut).toContainText('waits for somebody to go on with 1 port')
  const untouched = await team.cloud.list(ports[1]!)

  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(`${request.method()} ${new URL(request.url()).pathname}`)
  })
  await page.goto(`/sign-in?return_to=${changes}`)
  await logIn(page, 'vera')
  await expect(page.getByText('vera (viewer)')).toBeVisible()
  sent.length = 0
  await page.getByRole('region', { name: 'Open' }).getByRole('link').click()
  const bulk = new BulkChangesPage(page)
  await expect(bulk.carryingOut).toContainText('1 done · 1 waiting')
  for (const button of [bulk.pause, bulk.goOn, bulk.endHere, bulk.carryingOut.getByText('Undo…')])
    await pressInVain(button, 'Viewers look, and change nothing')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expectNoAxeFinding(page)

  await page.goto(`/projects/${EXAMPLE.project}/standing-orders`)
  const order = page.getByRole('listitem', { name })
  const why = 'Viewers look and check; operators make and change standing orders'
  for (const button of ['New standing order', 'Change…', 'Delete…'])
    await pressInVain(page.getByRole('button', { name: button }), why)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByLabel('Name', { exact: true })).toHaveCount(0)
  await expectNoAxeFinding(page)
  expect(sent).toEqual([])
  await order.getByRole('button', { name: 'Check now' }).click()
  await expect(order).toContainText('asked for by vera')
  await order.getByRole('button', { name: 'Mend…' }).click()
  await expect(bulk.figure('port changes')).toHaveText('1')
  await pressInVain(bulk.review, 'Viewers can arrange, but not check or apply')
  await expect(bulk.dialog).toHaveCount(0)

  // What was sent asks, and changes nothing.
  expect(sent.every((one) => /\/(check|open-on-ports)$/.test(one))).toBe(true)
  expect(await team.cloud.list(ports[1]!)).toEqual(untouched)
  await begun.endHere.click()
  await operator.getByRole('button', { name: 'End here', exact: true }).click()
  await expect(begun.carryingOut).toContainText('It was ended before every port had its turn.')
  await operators.close()
})

test('a user without a role reads so, and can sign in as someone else', async ({ page, team }) => {
  await page.setViewportSize({ width: 390, height: 800 })
  await page.goto('/sign-in')
  await logIn(page, 'nora')
  await expect(page.getByRole('heading', { name: 'You have no role in Portside' })).toBeVisible()
  await expect(page.getByText('<b>nora</b>')).toBeVisible()
  await expectNoAxeFinding(page)
  await page.getByRole('link', { name: 'Sign in as someone else' }).click()
  await logIn(page, 'vera')
  await expect(page).toHaveURL(new RegExp(`^${team.origin}/projects/`))
})
