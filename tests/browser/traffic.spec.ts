import type { Locator } from '@playwright/test'
import { expect, expectNoAxeFinding, test } from './portside.ts'

const WEB = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'
const WEB_GROUP = '0787c3ac-1d4d-429e-9f81-440bc122ba07'
const WEB_03 = '6820b4fb-e056-43dd-8b43-911209d12055'

/** The height that a place keeps while the next result is on its way, as the element has it. */
function keptHeight(of: Locator): Promise<string> {
  return of.evaluate((one) => getComputedStyle(one).getPropertyValue('--kept'))
}

test('a group on top that opens SSH: traffic, packet and dialog show it', async ({
  page,
  portPage,
  portPath,
}) => {
  const { traffic } = portPage
  await page.goto(portPath(WEB))
  await portPage.addNamedToTop('ssh-from-anywhere')
  await expect(traffic).toContainText(/newly allowed/)
  await expect(traffic).toContainText('TCP 22 (SSH)')
  // At 1440 × 900, with six groups and a change, all that one decides by is in sight.
  const { rows, plan, catalogue, dryRunButton } = portPage
  for (const part of [rows.first(), rows.nth(6), catalogue.getByRole('button', { name: 'Add to end' })])
    await expect(part).toBeInViewport({ ratio: 1 })
  const opens = plan.getByText(/Opens TCP 22 \(SSH\) from anywhere/).first()
  for (const part of [opens, dryRunButton]) await expect(part).toBeInViewport({ ratio: 1 })
  // Beside a group that is open too: nothing lies over it.
  await portPage.row(WEB_GROUP).locator('[data-control=name]').click()
  await expect(page.getByRole('dialog', { name: 'shop-prod-web' })).toBeVisible()
  for (const part of [rows.first(), plan.getByRole('heading', { name: 'Plan' }), opens, dryRunButton]) {
    await expect(part).toBeInViewport({ ratio: 1 })
    await part.click({ trial: true })
  }
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  // Where the plan is below the list, a bar has the worst of it, and what comes next.
  await page.setViewportSize({ width: 1024, height: 800 })
  const next = page.getByRole('button', { name: 'Dry run', exact: true }).last()
  await expect(next).toBeInViewport({ ratio: 1 })
  await expect(next.locator('../..')).toHaveText(/^Opens TCP 22 \(SSH\) from anywhere/)
  await page.setViewportSize({ width: 1440, height: 900 })
  await expect(traffic).toContainText('ssh-from-anywhere is new and allows it; no rule did before.')
  await traffic.getByText('Rules', { exact: true }).first().click()
  await expect(traffic).toContainText('of group ssh-from-anywhere')
  await expectNoAxeFinding(page)

  const packet = page.getByRole('form', { name: 'Try a packet' })
  await packet.getByLabel('Port', { exact: true }).fill('22')
  // What is wrong is said below its field: the labels stay in line.
  await packet.getByRole('button', { name: 'Try' }).click()
  await expect(packet.getByRole('alert')).toBeVisible()
  const labels = packet.locator('label')
  expect(
    new Set(await labels.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().y))).size,
  ).toBe(1)
  await packet.getByLabel('Remote address').fill('203.0.113.7')
  await packet.getByRole('button', { name: 'Try' }).click()
  await expect(traffic).toContainText(/allowed by rule .* of group ssh-from-anywhere/i)

  await portPage.askToApply()
  await expect(portPage.dialog).toContainText(/Opens TCP 22 \(SSH\) from anywhere/)
  // Sent, it is the same plan: what is typed and open in its traffic stays.
  await page.route('**/operations', (route) =>
    route.request().method() === 'POST' ? route.abort() : route.fallback(),
  )
  await portPage.confirmButton.click()
  await expect(portPage.dialog.getByRole('alert')).toBeVisible()
  await expect(packet.getByLabel('Remote address')).toHaveValue('203.0.113.7')
  await expect(traffic.locator('details[open]')).not.toHaveCount(0)
})

test('a dry run that passed is not plain green where it opens to anywhere or cuts all', async ({
  portPage,
  portPath,
}) => {
  const found = portPage.plan.getByRole('status', { name: 'Dry run' }).locator('div').first()
  const colour = () => found.evaluate((notice) => getComputedStyle(notice).borderLeftColor)
  await portPage.open(portPath(WEB), 6)
  await portPage.addNamedToTop('quarantine')
  await portPage.check()
  await expect(found).toContainText('Dry run passed')
  const green = await colour()
  await portPage.resetButton.click()
  await portPage.addNamedToTop('ssh-from-anywhere')
  await portPage.check()
  await expect(found).toContainText('Dry run passed. Opens TCP 22 (SSH) from anywhere')
  expect(await colour()).not.toBe(green)

  await portPage.resetButton.click()
  await portPage.grips.first().press('ControlOrMeta+a')
  await portPage.page.keyboard.press('Delete')
  await expect(portPage.plan).toContainText('No group will be left')
  await portPage.check()
  await expect(found).toContainText('Dry run passed. No group will be left')
  expect(await colour()).not.toBe(green)
})

test('what is below the traffic stays there while the next plan is compared', async ({
  page,
  portPage,
  portPath,
}) => {
  await page.goto(portPath(WEB))
  await portPage.addNamedToTop('ssh-from-anywhere')
  await expect(portPage.traffic).toContainText('ssh-from-anywhere is new and allows it')
  const tops = await page.evaluate(() => {
    const heading = document.querySelector('#port-details')!
    const seen: number[] = []
    const look = () => {
      // Whole pixels: sections may end between two.
      seen.push(Math.round(heading.getBoundingClientRect().top + scrollY))
      requestAnimationFrame(look)
    }
    look()
    Object.assign(globalThis, { seen })
    return seen
  })
  // The height is the place's alone: what is in it is not styled anew for it.
  const place = page.locator('[style*="--kept"]')
  expect(await keptHeight(place)).toMatch(/^[1-9]\d*px$/)
  expect(await keptHeight(place.locator('*').first())).toBe('0px')
  await portPage.move('ssh-from-anywhere', 'down')
  await expect(portPage.traffic.locator('[data-waiting]')).toHaveCount(0)
  await expect(portPage.plan).toContainText('index 1')
  await expect(portPage.traffic).toContainText('newly')
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: number[] }).seen)
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(Math.min(tops[0]!, seen.at(-1)!))
})

test('a port whose port security is off says that groups have no effect', async ({ page, portPage }) => {
  await page.goto('/')
  await page.getByLabel('Port security').selectOption('off')
  await page.getByRole('link', { name: 'firewall-appliance' }).click()
  await expect(page.getByRole('heading', { name: 'Security groups' })).toBeVisible()
  await expect(page.getByText(/no effect on this port/i).first()).toBeVisible()
  await page.getByRole('button', { name: 'Detach enterprise-router', exact: true }).click()
  const { plan } = portPage
  // Nothing that passes is cut.
  await expect(plan).toContainText('Remove enterprise-router')
  await expect(plan).not.toContainText('Open connections')
})

test('step by step, the plan is picked that opens nothing in between', async ({ portPage, portPath }) => {
  const { plan, traffic } = portPage
  await portPage.open(portPath(WEB_03), 3)
  await portPage.move('quarantine', 'up')
  await plan.getByRole('radio', { name: /Step by step/ }).click()
  await expect(plan).toContainText('Remove web-public')
  await expect(traffic).toContainText('Nothing extra is allowed or denied while it is applied.')
  await portPage.check()
  await expect(plan).toContainText('Dry run passed')

  const quarantined = await portPage.ids()
  await portPage.apply()
  await expect(portPage.lastChange).toBeVisible()
  expect(await portPage.ids()).toEqual(quarantined)
})

test('detaching a group says what it cuts on other ports', async ({ page, portPage, portPath }) => {
  const { traffic } = portPage
  await portPage.open(portPath(WEB_03), 3)
  await page.getByRole('button', { name: 'Detach shop-prod-web', exact: true }).click()
  await expect(traffic).toContainText('This port: no traffic changes. 3 other ports: 2 newly denied')
  const others = traffic.getByRole('region', { name: 'Other ports' })
  await expect(others).toContainText('shop-prod-app-01 and shop-prod-app-02')
  await expect(others).toContainText('TCP 9000-9099')
  await expect(others).toContainText('of group shop-prod-app')
  await portPage.askToApply()
  await expect(portPage.dialog).toContainText('3 other ports: 2 newly denied')
})

test('an address group is resolved; without the permission it is named', async ({
  portPage,
  portPath,
  cloud,
}) => {
  const path = portPath('56ecc8c6-dab4-4466-83de-5855d242376e')
  await portPage.open(path, 2)
  await portPage.addNamedToTop('office-vpn')
  await expect(portPage.traffic).toContainText('Address group office-ranges resolved to 3 entries')
  await expect(portPage.traffic).toContainText('from 10.30.0.0/15 and 172.20.8.0/22')

  await cloud.faults({ kind: 'error', status: 403, times: 0, match: { path: 'address-groups' } })
  await portPage.traffic.getByRole('button', { name: 'Read their addresses again' }).click()
  await expect(portPage.traffic).toContainText('it takes the permission vpc:addressGroups:get')
})
