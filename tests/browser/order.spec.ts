import type { Page } from '@playwright/test'
import { holdBack } from './hold-back.ts'
import type { PortPage } from './port-page.ts'
import { expect, testInSteps as test } from './portside.ts'

// Reads that begin before a change and end after it, as on slow networks. The changes have two
// steps, so that something is read between them.
const PORTS = {
  operations: 'e660ba30-01c6-4edf-81fb-ae0d056403b9',
  port: 'f9a413c1-3c62-4621-9e24-50346fa48ef1',
  midway: '6820b4fb-e056-43dd-8b43-911209d12055',
  stopped: '8880f5f4-27c0-4b07-bec4-9b3f8faf1547',
  offline: '1c39e52e-803c-4207-8666-d6c51802fe78',
}

/** Writes down every order that the list shows from now on, and whether it can be applied. */
async function watch(page: Page) {
  await page.evaluate(() => {
    const seen: Seen = { orders: [], locks: [], plans: [] }
    const look = () => {
      const shown = [...document.querySelectorAll<HTMLElement>('ol [data-row]')]
      const order = shown.map((row) => row.dataset['row']).join(' ')
      if (seen.orders.at(-1) !== order) seen.orders.push(order)
      const free = [...document.querySelectorAll('button')].some(
        (one) => one.textContent === 'Apply…' && one.ariaDisabled !== 'true',
      )
      const lock = free ? 'free' : 'locked'
      if (seen.locks.at(-1) === lock) return
      seen.locks.push(lock)
      // What a wrong order of locks comes from.
      const plan = [...document.querySelectorAll('section')].find(
        (one) => one.ariaLabel === 'Plan' || one.textContent.startsWith('Plan'),
      )
      seen.plans.push(`${lock}: ${plan?.textContent.slice(0, 300)}`)
    }
    look()
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
    Object.assign(globalThis, { seen })
  })
  return () => page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)
}
type Seen = { orders: string[]; locks: string[]; plans: string[] }

async function open(portPage: PortPage, path: string, groups: number) {
  await portPage.open(path, groups)
  await portPage.dryRun.uncheck()
}

/** Swaps the first two groups: a remove and an insert. @returns the list before, and as arranged */
async function swap(portPage: PortPage): Promise<[string[], string[]]> {
  const [a, b, ...rest] = await portPage.ids()
  await portPage.grips.nth(0).focus()
  await portPage.page.keyboard.press('Alt+ArrowDown')
  await expect(portPage.plan).toContainText('2 calls')
  return [
    [a!, b!, ...rest],
    [b!, a!, ...rest],
  ]
}

/** The window comes to the front after a while: what may be old is read again. */
const comeBack = (page: Page) =>
  page.evaluate(() => {
    const now = Date.now
    Date.now = () => now() + 60_000
    window.dispatchEvent(new Event('visibilitychange'))
  })

const done = (portPage: PortPage) => expect(portPage.lastChange).toBeVisible()

test('a read from before Apply does not make the page forget the change', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  const held = await holdBack(page, new RegExp(`/ports/${PORTS.operations}/operations$`))
  await open(portPage, portPath(PORTS.operations), 6)
  const [before, after] = await swap(portPage)
  await expect.poll(held.asked).toBe(1)
  await held.noMore()
  const match = { method: 'PUT', path: 'remove-security-groups' }
  await cloud.faults({ kind: 'delay', milliseconds: 1500, match })
  await portPage.apply()
  await expect(portPage.plan).toContainText('Carrying out step 1 of 2')
  const seen = await watch(page)
  await held.release()
  await done(portPage)
  expect(await portPage.ids()).toEqual(after)
  expect((await seen()).orders).toEqual([after.join(' ')])
  expect((await seen()).locks).toEqual(['locked'])
  expect(before).not.toEqual(after)
})

test('the page keeps the new list when a port read from before Apply ends late', async ({
  page,
  portPage,
  portPath,
}) => {
  await open(portPage, portPath(PORTS.port), 6)
  const [before, after] = await swap(portPage)
  const held = await holdBack(page, new RegExp(`/ports/${PORTS.port}$`))
  await comeBack(page)
  await expect.poll(held.asked).toBe(1)
  await held.noMore()
  const seen = await watch(page)
  await portPage.apply()
  await done(portPage)
  await held.release()
  await expect.poll(() => portPage.ids()).toEqual(after)
  expect((await seen()).orders).toEqual([after.join(' ')])
  // As it was before is what the port has no more: undoing leads there.
  await portPage.undoButton.click()
  await expect.poll(() => portPage.ids()).toEqual(before)
})

test('the page keeps the new list when a port read amid the change ends late', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await open(portPage, portPath(PORTS.midway), 3)
  const [, after] = await swap(portPage)
  const insert = { method: 'PUT', path: 'insert-security-groups' }
  await cloud.faults({ kind: 'delay', milliseconds: 1500, match: insert })
  const held = await holdBack(page, new RegExp(`/ports/${PORTS.midway}$`))
  const seen = await watch(page)
  await portPage.apply()
  await expect(portPage.plan).toContainText('Carrying out step 2 of 2')
  await comeBack(page)
  await expect.poll(held.asked).toBe(1)
  await held.noMore()
  await held.release()
  await done(portPage)
  const { orders, locks, plans } = await seen()
  expect(orders).toEqual([after.join(' ')])
  expect(locks, plans.join('\n')).toEqual(['free', 'locked'])
})

test('a stopped change shows the list that it left, never the one before', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await open(portPage, portPath(PORTS.stopped), 4)
  const [before, after] = await swap(portPage)
  const insert = { method: 'PUT', path: 'insert-security-groups' }
  await cloud.faults({ kind: 'error', status: 403, match: insert })
  const seen = await watch(page)
  await portPage.apply()
  await expect(portPage.alert('stopped after 1 of 2 steps')).toBeVisible()
  await expect(portPage.rows).toHaveCount(3)
  const orders = (await seen()).orders
  expect(orders).toEqual([after.join(' '), (await cloud.list(PORTS.stopped)).join(' ')])
  expect(orders).not.toContain(before.join(' '))
})

test('offline: the page says that it doesn’t know whether the change started', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await open(portPage, portPath(PORTS.offline), 4)
  const [before, after] = await swap(portPage)
  await portPage.applyButton.click()
  await expect(portPage.dialog).toBeVisible()
  await page.context().setOffline(true)
  await portPage.confirmButton.click()
  const panel = portPage.dialog.getByRole('alert')
  await expect(panel).toContainText('Whether the change was started is unknown')
  await expect(panel).toContainText('this browser is offline')
  await expect(panel).not.toContainText('could not be started')
  expect(await cloud.list(PORTS.offline)).toEqual(before)
  await page.context().setOffline(false)
  await portPage.dialog.getByRole('button', { name: 'Send again' }).click()
  await done(portPage)
  expect(await cloud.list(PORTS.offline)).toEqual(after)
})
