import type { Page } from '@playwright/test'
import { PortPage } from './port-page.ts'
import { expect, test } from './portside.ts'

// Tabs that show the same port share its arrangement. What one of them sends is what it shows.

const PORTS = {
  asked: '87304eb6-7507-4aaf-b044-ed025de9d6ec',
  atOnce: '6003d75b-cef8-47ce-8081-8b2242e13d7f',
}

/** Two tabs on the port, each with the dry run off. */
async function twoTabs(page: Page, path: string): Promise<[PortPage, PortPage]> {
  const tabs = [new PortPage(page), new PortPage(await page.context().newPage())] as const
  for (const tab of tabs) {
    await tab.open(path, 4)
    await tab.dryRun.uncheck()
  }
  return [...tabs]
}

/** Moves the nth group one down, and waits until the list shows it. */
async function moveDown(tab: PortPage, n: number): Promise<string[]> {
  const before = await tab.ids()
  await tab.grips.nth(n).focus()
  await tab.page.keyboard.press('Alt+ArrowDown')
  await expect.poll(() => tab.ids()).not.toEqual(before)
  return tab.ids()
}

/** The lists that the page asks the proxy to apply. */
function sentBy({ page }: PortPage): unknown[] {
  const sent: unknown[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/operations'))
      sent.push((request.postDataJSON() as { desired: unknown }).desired)
  })
  return sent
}

test('what another tab arranges never takes its place in the question', async ({ page, cloud, portPath }) => {
  const [first, second] = await twoTabs(page, portPath(PORTS.asked))
  const before = await second.ids()
  const sent = sentBy(second)
  const mine = await moveDown(second, 0)
  await second.applyButton.click()
  await expect(second.dialog).toBeVisible()
  await expect.poll(() => first.ids()).toEqual(mine)
  const theirs = await moveDown(first, 2)
  expect(theirs).not.toEqual(mine)

  await expect(second.alert('The arrangement changed while you were asked')).toBeVisible()
  await expect(second.dialog).toBeHidden()
  expect(await second.ids()).toEqual(theirs)
  // The question does not come up again with the list that it was about.
  await first.page.keyboard.press('Control+z')
  await expect.poll(() => second.ids()).toEqual(mine)
  await expect(second.dialog).toBeHidden()
  expect(await cloud.list(PORTS.asked)).toEqual(before)

  await second.applyButton.click()
  await second.confirmButton.click()
  await expect(second.lastChange).toBeVisible()
  expect(sent).toEqual([mine])
  expect(await cloud.list(PORTS.asked)).toEqual(mine)
})

test('a key that is quicker than the question is no other tab', async ({ page, portPage, portPath }) => {
  await portPage.open(portPath(PORTS.asked), 4)
  await portPage.dryRun.uncheck()
  const [moved, ...others] = await portPage.ids()
  await moveDown(portPage, 0)
  await expect(portPage.plan).toContainText('call')
  // Within one task, so that the plan can't follow between them.
  await page.evaluate(async () => {
    const apply = [...document.querySelectorAll('button')].find((one) => one.textContent === 'Apply…')
    const init = { key: 'ArrowDown', altKey: true, bubbles: true, cancelable: true }
    const press = () => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', init))
    for (const act of [press, () => apply?.click(), press]) {
      act()
      await Promise.resolve()
    }
  })
  await expect.poll(() => portPage.ids()).toEqual([...others, moved])
  await expect(page.locator('[data-replanning]')).toHaveCount(0)
  expect(await portPage.alert('The arrangement changed while you were asked').count()).toBe(0)
  await expect(portPage.dialog).toBeHidden()
  expect(await portPage.ids()).toEqual([...others, moved])
})

test('what follows a drop at once is done to the list as dropped', async ({ page, portPage, portPath }) => {
  await portPage.open(portPath(PORTS.asked), 4)
  await portPage.dryRun.uncheck()
  await portPage.canDrag()
  const before = await portPage.ids()
  const [a, b, ...rest] = before
  /** Keys that follow each other within one task, before anything is drawn. */
  const press = (...keys: { key: string; code?: string; ctrlKey?: boolean; altKey?: boolean }[]) =>
    page.evaluate((all) => {
      for (const init of all)
        document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }),
        )
    }, keys)
  const space = { code: 'Space', key: ' ' }
  const liftOverFirst = async () => {
    await portPage.grips.nth(1).focus()
    await press(space, { code: 'ArrowUp', key: 'ArrowUp' })
    await expect(page.getByText('over position 1 of 4')).toBeAttached()
  }
  await liftOverFirst()
  await press(space, { key: 'z', ctrlKey: true })
  await expect(page.getByRole('button', { name: 'Redo (1)' })).toBeVisible()
  expect(await portPage.ids()).toEqual(before)
  await expect(portPage.grips.nth(1)).toBeFocused()
  await expect(page.locator('[data-lifted]')).toHaveCount(0)

  // A key of the row itself: the focus is off it while it moves.
  await liftOverFirst()
  await press(space, { code: 'ArrowDown', key: 'ArrowDown', altKey: true })
  await expect.poll(() => portPage.ids()).toEqual(before)
  await expect(portPage.grips.nth(1)).toBeFocused()

  // With a plan that can be applied: the third and the fourth are swapped.
  await moveDown(portPage, 2)
  await expect(portPage.plan).toContainText('call')
  const sent = sentBy(portPage)
  await liftOverFirst()
  await page.evaluate(() => {
    const drop = { code: 'Space', key: ' ', bubbles: true, cancelable: true }
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', drop))
    const buttons = [...document.querySelectorAll('button')]
    buttons.find((one) => one.textContent === 'Apply…')?.click()
  })
  await expect(portPage.dialog).toBeVisible()
  await portPage.confirmButton.click()
  await expect(portPage.lastChange).toBeVisible()
  expect(sent).toEqual([[b, a, rest[1], rest[0]]])
})

test('a key right after the one that lifts counts once', async ({ page, portPage, portPath }) => {
  await portPage.open(portPath(PORTS.asked), 4)
  await portPage.canDrag()
  await portPage.grips.first().focus()
  // Of the timers that the lift sets, all but the first are late: the key comes in between.
  await page.evaluate(() => {
    const grip = document.activeElement!
    const key = { bubbles: true, cancelable: true }
    const set = setTimeout
    let timers = 0
    const late = (act: () => void) => set(act, timers++ === 0 ? 0 : 400)
    Object.assign(globalThis, { setTimeout: late })
    grip.dispatchEvent(new KeyboardEvent('keydown', { ...key, code: 'Space', key: ' ' }))
    Object.assign(globalThis, { setTimeout: set })
    return new Promise((resolve) => {
      set(() => grip.dispatchEvent(new KeyboardEvent('keydown', { ...key, code: 'ArrowDown' })), 150)
      set(resolve, 700)
    })
  })
  await expect(page.getByText('over position 2 of 4')).toBeAttached()
  await page.keyboard.press('Escape')
})

test('tabs that change it at the same time send what they show', async ({ page, cloud, portPath }) => {
  const [first, second] = await twoTabs(page, portPath(PORTS.atOnce))
  const sent = sentBy(second)
  await moveDown(first, 0)
  const shown = await moveDown(second, 2)
  // Neither knows of the other's change yet.
  await second.applyButton.click()
  await expect(second.dialog).toBeVisible()
  expect(await second.ids()).toEqual(shown)
  await second.confirmButton.click()
  await expect(second.lastChange).toBeVisible()
  expect(sent).toEqual([shown])
  expect(await cloud.list(PORTS.atOnce)).toEqual(shown)
  // The other tab finds the change without being looked at.
  await expect.poll(() => first.ids()).toEqual(shown)
})
