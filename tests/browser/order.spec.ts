import type { Page, Route } from '@playwright/test'
import { expect, test } from './portside.ts'

// Reads that were asked for before a change and answered after it, as slow networks and clouds have
// them.

const PORTS = {
  operations: 'e660ba30-01c6-4edf-81fb-ae0d056403b9',
  port: 'f9a413c1-3c62-4621-9e24-50346fa48ef1',
  midway: '6820b4fb-e056-43dd-8b43-911209d12055',
  stopped: '8880f5f4-27c0-4b07-bec4-9b3f8faf1547',
  offline: '1c39e52e-803c-4207-8666-d6c51802fe78',
}

const rows = (page: Page) =>
  page.getByRole('list', { name: 'Security groups in the order they are decided' }).locator('[data-row]')
const plan = (page: Page) => page.getByRole('region', { name: 'Plan', exact: true })
const idsOf = (page: Page) =>
  rows(page).evaluateAll((all) => all.map((row) => row.getAttribute('data-row') ?? ''))

/**
 * Holds back the answers to these reads: each is asked of the proxy at once, and handed on when
 * `release` is called.
 */
async function holdBack(page: Page, path: RegExp) {
  let release: (() => void) | undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  let handedOn = 0
  let asked = 0
  const hold = async (route: Route) => {
    if (route.request().method() !== 'GET') return route.fallback()
    const response = await route.fetch()
    asked++
    await released
    // The page may have given it up by now.
    await route.fulfill({ response }).catch(() => {})
    handedOn++
  }
  await page.route(path, hold)
  return {
    asked: () => asked,
    /** Lets through what is asked from now on. */
    noMore: () => page.unroute(path, hold),
    async release() {
      release?.()
      await expect.poll(() => handedOn).toBe(asked)
    },
  }
}

/** Writes down every order that the list shows from now on, and whether it can be applied. */
async function watch(page: Page) {
  await page.evaluate(() => {
    const seen: { orders: string[]; locks: string[] } = { orders: [], locks: [] }
    const look = () => {
      const shown = [...document.querySelectorAll<HTMLElement>('ol [data-row]')]
      const order = shown.map((row) => row.dataset['row']).join(' ')
      if (seen.orders.at(-1) !== order) seen.orders.push(order)
      const free = [...document.querySelectorAll('button')].some(
        (one) => one.textContent === 'Apply…' && one.ariaDisabled !== 'true',
      )
      const lock = free ? 'free' : 'locked'
      if (seen.locks.at(-1) !== lock) seen.locks.push(lock)
    }
    look()
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
    Object.assign(globalThis, { seen })
  })
  return () => page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)
}
type Seen = { orders: string[]; locks: string[] }

async function open(page: Page, path: string, groups: number) {
  await page.goto(path)
  await expect(rows(page)).toHaveCount(groups)
  await expect(rows(page).getByRole('checkbox', { name: /…$/ })).toHaveCount(0)
  await page.getByRole('switch', { name: 'Dry run' }).uncheck()
}

/** Swaps the first two groups: a remove and an insert. @returns the list before, and as arranged */
async function swap(page: Page): Promise<[string[], string[]]> {
  const [a, b, ...rest] = await idsOf(page)
  await rows(page).nth(0).locator('[data-control=grip]').focus()
  await page.keyboard.press('Alt+ArrowDown')
  await expect(plan(page)).toContainText('2 calls')
  return [
    [a!, b!, ...rest],
    [b!, a!, ...rest],
  ]
}

async function apply(page: Page) {
  await plan(page).getByRole('button', { name: 'Apply…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click()
}

/** The window comes to the front after a while: what may be old is read again. */
const comeBack = (page: Page) =>
  page.evaluate(() => {
    const now = Date.now
    Date.now = () => now() + 60_000
    window.dispatchEvent(new Event('visibilitychange'))
  })

const done = (page: Page) => expect(page.getByRole('status', { name: 'Last change' })).toBeVisible()

test('a read from before Apply does not make the page forget the change', async ({
  page,
  cloud,
  portPath,
}) => {
  const held = await holdBack(page, /\/operations$/)
  await open(page, portPath(PORTS.operations), 6)
  const [before, after] = await swap(page)
  await expect.poll(held.asked).toBe(1)
  await held.noMore()
  const match = { method: 'PUT', path: 'remove-security-groups' }
  await cloud.faults({ kind: 'delay', milliseconds: 1500, match })
  await apply(page)
  await expect(plan(page)).toContainText('Carrying out step 1 of 2')
  const seen = await watch(page)
  await held.release()
  await done(page)
  expect(await idsOf(page)).toEqual(after)
  expect((await seen()).orders).toEqual([after.join(' ')])
  expect((await seen()).locks).toEqual(['locked'])
  expect(before).not.toEqual(after)
})

test('a read of the port from before Apply does not bring its old list back', async ({ page, portPath }) => {
  await open(page, portPath(PORTS.port), 6)
  const [before, after] = await swap(page)
  const held = await holdBack(page, new RegExp(`/ports/${PORTS.port}$`))
  await comeBack(page)
  await expect.poll(held.asked).toBe(1)
  await held.noMore()
  const seen = await watch(page)
  await apply(page)
  await done(page)
  await held.release()
  await expect.poll(() => idsOf(page)).toEqual(after)
  expect((await seen()).orders).toEqual([after.join(' ')])
  // As it was before is what the port has no more: undoing leads there.
  await page.getByRole('button', { name: 'Undo this change' }).click()
  await expect.poll(() => idsOf(page)).toEqual(before)
})

test('a read of the port amid the change does not show a list of that time after it', async ({
  page,
  cloud,
  portPath,
}) => {
  await open(page, portPath(PORTS.midway), 3)
  const [, after] = await swap(page)
  const insert = { method: 'PUT', path: 'insert-security-groups' }
  await cloud.faults({ kind: 'delay', milliseconds: 1500, match: insert })
  const held = await holdBack(page, new RegExp(`/ports/${PORTS.midway}$`))
  const seen = await watch(page)
  await apply(page)
  await expect(plan(page)).toContainText('Carrying out step 2 of 2')
  await comeBack(page)
  await expect.poll(held.asked).toBe(1)
  await held.noMore()
  await held.release()
  await done(page)
  expect((await seen()).orders).toEqual([after.join(' ')])
  expect((await seen()).locks).toEqual(['free', 'locked'])
})

test('a change that stops shows the list that it left, never the one from before it', async ({
  page,
  cloud,
  portPath,
}) => {
  await open(page, portPath(PORTS.stopped), 4)
  const [before, after] = await swap(page)
  const insert = { method: 'PUT', path: 'insert-security-groups' }
  await cloud.faults({ kind: 'error', status: 403, match: insert })
  const seen = await watch(page)
  await apply(page)
  await expect(page.getByRole('alert').filter({ hasText: 'stopped after 1 of 2 steps' })).toBeVisible()
  await expect(rows(page)).toHaveCount(3)
  const orders = (await seen()).orders
  expect(orders).toEqual([after.join(' '), (await cloud.list(PORTS.stopped)).join(' ')])
  expect(orders).not.toContain(before.join(' '))
})

test('offline: what is said of a change that may not have been started is true', async ({
  page,
  cloud,
  portPath,
}) => {
  await open(page, portPath(PORTS.offline), 4)
  const [before, after] = await swap(page)
  await plan(page).getByRole('button', { name: 'Apply…' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.context().setOffline(true)
  await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click()
  const panel = page.getByRole('dialog').getByRole('alert')
  await expect(panel).toContainText('Whether the change was started is unknown')
  await expect(panel).toContainText('this browser is offline')
  await expect(panel).not.toContainText('could not be started')
  expect(await cloud.list(PORTS.offline)).toEqual(before)
  await page.context().setOffline(false)
  await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
  await done(page)
  expect(await cloud.list(PORTS.offline)).toEqual(after)
})
