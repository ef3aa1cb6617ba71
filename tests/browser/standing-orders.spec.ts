import type { Page } from '@playwright/test'
import {
  EXAMPLE,
  expect,
  expectNoAxeFinding,
  expectNoAxeFindingInAnyLook,
  testReadingAnew as test,
} from './portside.ts'

const PAGE = `/projects/${EXAMPLE.project}/standing-orders`
/** A port that no other test changes. */
const DEPARTS = 'shop-prod-web-03'
const ORDER = 'attackers above the public web'

const orderOn = (page: Page, name = ORDER) => page.getByRole('listitem', { name })

async function pick(page: Page, group: string) {
  const find = page.getByRole('combobox', { name: 'Find a group' })
  await find.fill(group)
  await expect(page.getByRole('dialog').getByRole('option').first()).toContainText(group)
  await find.press('Enter')
}

test('an order is made, shows who departs, leads to the change that mends it', async ({ page, cloud }) => {
  await page.goto(PAGE)
  await expect(page.getByRole('heading', { name: 'No standing orders yet' })).toBeVisible()
  await page.getByText('Who made, changed and deleted standing orders').click()
  const empty = page.getByRole('button', { name: 'Export CSV' })
  await expect(empty).toHaveAccessibleDescription('There is nothing to export')
  await expectNoAxeFinding(page)
  await page.getByRole('button', { name: 'New standing order' }).click()
  const form = page.getByRole('region', { name: 'New standing order' })
  await expect(form.getByRole('heading', { name: 'New standing order' })).toBeFocused()
  await form.getByRole('button', { name: 'Keep and check' }).click()
  await expect(form.getByText('Give it a name.')).toBeVisible()
  await expect(form.getByText('Choose the groups.')).toBeVisible()
  await form.getByLabel('Name', { exact: true }).fill(ORDER)
  await form.getByLabel('What to do').selectOption('put')
  await form.getByRole('button', { name: 'Add to groups' }).click()
  await pick(page, 'deny-known-attackers')
  await form.getByRole('button', { name: 'The group above which they go' }).click()
  await pick(page, 'web-public')
  await form.getByRole('button', { name: 'The group that ports have' }).click()
  await pick(page, 'web-public')
  await expect(form).toContainText('Put deny-known-attackers above web-public; inserted where missing.')
  await expect(form).toContainText('For ports that have web-public.')
  await expectNoAxeFinding(page)
  await form.getByRole('button', { name: 'Keep and check' }).click()

  const order = orderOn(page)
  await expect(order).toContainText(/\d+ ports depart/)
  await expect(order).toContainText('For ports that have web-public')
  await expect(order).toContainText('Checked every hour')
  const ports = order.getByRole('region', { name: `Ports that depart from ${ORDER}` })
  const departs = ports.getByRole('listitem').filter({ hasText: DEPARTS })
  await expect(departs).toContainText('deny-known-attackers · new')
  await departs.getByText('Both lists').click()
  await expect(departs.getByRole('region', { name: 'As the order has it' })).toContainText('added')
  await expectNoAxeFindingInAnyLook(page)
  await page.setViewportSize({ width: 1440, height: 900 })

  // The table of ports says it too, without a call of the platform for it.
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Ports' }).click()
  const row = page.getByRole('row', { name: DEPARTS })
  const badge = row.getByRole('link', { name: `departs from ${ORDER}` })
  await expect(badge).toBeVisible()
  await badge.click()
  await expect(page).toHaveURL(/standing-orders\?order=/)

  await order.getByRole('button', { name: 'Mend…' }).click()
  await expect(page).toHaveURL(/changes\/new\?.*do=put/)
  await expect(page).toHaveURL(/ports=[0-9a-f-]+/)
  await expect(page.getByLabel('What to do')).toHaveValue('put')
  await expect(page.getByRole('heading', { name: 'Kinds of change' })).toBeVisible()
  await expect(page.getByRole('main')).toContainText(
    'deny-known-attackers is new, and comes before web-public',
  )
  await page.goBack()

  // Somebody mends it by hand.
  const before = (await order.textContent())!.match(/(\d+) ports depart/)![1]
  const href = await ports.getByRole('link', { name: DEPARTS }).getAttribute('href')
  const id = href!.split('/').at(-1)!
  const list = await cloud.list(id)
  const groups = await page.request.get(
    `/api/v3/${EXAMPLE.project}/vpc/security-groups?name=deny-known-attackers`,
  )
  await cloud.someoneElseSets(id, [(await groups.json()).security_groups[0].id, ...list])
  await order.getByRole('button', { name: 'Check now' }).click()
  await expect(order).toContainText(new RegExp(`${Number(before) - 1} ports? departs?`))
  await expect(ports.getByRole('link', { name: DEPARTS })).toBeHidden()
})

test('by keys alone: an order is changed, then deleted, and its record stays', async ({ page, running }) => {
  const name = 'exactly this list'
  const made = await page.request.post(`/api/v3/${EXAMPLE.project}/standing-orders`, {
    headers: { origin: running.origin },
    data: {
      order_id: crypto.randomUUID(),
      name,
      intent: { kind: 'exactly', groups: [EXAMPLE.first] },
      ports: { ports: [EXAMPLE.port] },
      check_every_minutes: null,
    },
  })
  expect(made.status()).toBe(202)
  await page.goto(PAGE)
  const order = orderOn(page, name)
  await expect(order).toContainText('1 port departs')
  await order.getByRole('button', { name: 'Show ports' }).press('Enter')
  await expect(order.getByRole('button', { name: 'Hide ports' })).toHaveAttribute('aria-expanded', 'true')
  await expect(order.getByRole('region', { name: `Ports that depart from ${name}` })).toBeVisible()

  await order.getByRole('button', { name: 'Change…' }).press('Enter')
  const form = page.getByRole('region', { name: `Change ‘${name}’` })
  await expect(form.getByRole('heading')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(form.getByLabel('Name', { exact: true })).toBeFocused()
  await form.getByLabel('Checked').selectOption('1440')
  await form.getByLabel('They are among these').fill('no-such-port')
  await form.getByRole('button', { name: 'Keep' }).press('Enter')
  await expect(form.getByRole('alert')).toContainText('No port has this as its ID, name or IP address')
  await form.getByLabel('They are among these').fill('shop-prod-db-01')
  await form.getByRole('button', { name: 'Keep' }).press('Enter')
  await expect(order).toContainText('Checked every day')
  await expect(order.getByRole('button', { name: 'Change…' })).toBeFocused()
  await expect(order).toContainText('shop-prod-db-01')

  await order.getByRole('button', { name: 'Delete…' }).press('Enter')
  await expectNoAxeFinding(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter')
  await expect(order).toBeHidden()
  const title = page.getByRole('heading', { level: 1, name: 'Standing orders' })
  await expect(title).toBeFocused()
  await page.getByText('Who made, changed and deleted standing orders').press('Enter')
  await expect(page.getByText(/root \(operator\) deleted/)).toBeVisible()

  // It is looked for in History.
  const pages = page.getByRole('navigation', { name: 'Pages' })
  await expect(pages.locator('[aria-current]')).toHaveText('Changes')
  await pages.getByRole('link', { name: 'History' }).press('Enter')
  await page.getByRole('link', { name: 'Record of standing orders' }).press('Enter')
  await expect(page.getByText(/root \(operator\) deleted/)).toBeVisible()
  const saved = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export JSON lines' }).press('Enter')
  expect((await saved).suggestedFilename()).toMatch(/^portside-standing-orders-[\d-]+\.jsonl$/)
  await expect(page.getByText(/root \(operator\) changed/).first()).toBeVisible()
})
