import { test as base, expect, type Locator, type Page } from '@playwright/test'
import { PortPage } from './port-page.ts'
import { startPortside, type Portside } from '../stage/servers.ts'

/** A project of 1,200 ports and 300 groups: six pages of ports, three of groups. */
const test = base.extend<{ ports: Page; cloud: Portside['cloud'] }, { running: Portside }>({
  running: [
    async ({}, use) => {
      const portside = await startPortside({}, ['--ports', '1200', '--groups', '300'])
      await use(portside)
      await portside.stop()
    },
    { scope: 'worker' },
  ],
  cloud: async ({ running }, use) => {
    await running.cloud.reset()
    await use(running.cloud)
  },
  // Signed in, with the first page read; faults that a test sets come after.
  ports: async ({ page, running, cloud }, use) => {
    await cloud.noFaults()
    await page.goto(running.signIn)
    await expect(found(page)).toContainText('Read 200 ports so far')
    await use(page)
  },
})

// One worker for all: they share what is started.
test.describe.configure({ mode: 'default' })

const found = (page: Page) => page.getByRole('region', { name: 'Ports found' })
/** Playwright's click would scroll to the button, and the end of the list reads on. */
const pressWithoutScrolling = (button: Locator) => button.evaluate((element: HTMLElement) => element.click())
const rows = (page: Page) => page.getByRole('row')

test('rows out of sight are not in the document, and scrolling reads on to the end', async ({ ports }) => {
  expect(await rows(ports).count()).toBeLessThan(60)
  await expect(ports.getByRole('table', { name: 'Ports' })).toHaveAttribute('aria-rowcount', '-1')
  await ports.mouse.move(700, 600)
  await expect(async () => {
    await ports.mouse.wheel(0, 20_000)
    await expect(found(ports)).toContainText('All 1,200 ports', { timeout: 500 })
  }).toPass()
  await expect(ports.getByRole('table', { name: 'Ports' })).toHaveAttribute('aria-rowcount', '1201')
  expect(await rows(ports).count()).toBeLessThan(60)
  // The scroll bar is true: rows that nobody has seen are as high as they will be. Cards too,
  // within what fonts make of them.
  for (const [width, within] of [
    [1440, 0],
    [390, 60],
  ] as const) {
    await ports.setViewportSize({ width, height: 900 })
    await ports.evaluate(() => window.scrollTo(0, 0))
    await expect(ports.locator('[aria-rowindex="2"]')).toBeInViewport()
    const length = await ports.evaluate(() => document.documentElement.scrollHeight)
    await ports.evaluate((middle) => window.scrollTo(0, middle), length / 2)
    await expect(ports.locator('[aria-rowindex="602"]')).toBeInViewport()
    const later = await ports.evaluate(() => document.documentElement.scrollHeight)
    expect(Math.abs(later - length)).toBeLessThanOrEqual(within)
  }
})

test('rows ahead of the scrolling come whole, and after a jump all cells come', async ({ ports }) => {
  await ports.evaluate(() => {
    const came: boolean[] = []
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const one of addedNodes)
          if (one instanceof HTMLElement && one.dataset.index !== undefined)
            came.push(one.querySelector('td[aria-hidden]') === null)
    }).observe(document.querySelector('[aria-label=Ports] tbody')!, { childList: true })
    Object.assign(globalThis, { came })
  })
  const came = () => ports.evaluate(() => (globalThis as unknown as { came: boolean[] }).came)
  await ports.mouse.move(700, 600)
  for (let steps = 1; steps <= 10; steps++) {
    await ports.mouse.wheel(0, 120)
    await expect(async () => expect((await came()).length).toBeGreaterThanOrEqual(steps * 3)).toPass()
  }
  const all = await came()
  // On a busy machine, one or the other is in sight before it is drawn.
  expect(all.filter(Boolean).length).toBeGreaterThan(all.length / 2)

  await ports.mouse.wheel(0, 6000)
  await expect(ports.locator('[aria-rowindex="180"]')).toBeInViewport()
  await expect(ports.locator('tbody td[aria-hidden]')).toHaveCount(0)
})

test('moving a group draws the rows that move, and nothing of the catalogue', async ({ ports, cloud }) => {
  const { portPage, groups } = await openLongList(ports, cloud)
  await portPage.grips.nth(2).focus()
  await ports.waitForLoadState('networkidle')
  const drawn = await watchDrawing(ports)
  await ports.keyboard.press('Alt+ArrowDown')
  await expect(portPage.plan).toContainText('1 call')
  const [a, b, c, d] = groups
  expect(await portPage.ids()).toEqual([a, b, d, c, ...groups.slice(4)])
  expect((await drawn()).toSorted()).toEqual([c, d].toSorted())
})

test('a group that keys move through a long list stays in sight', async ({ ports, cloud }) => {
  const { portPage, groups } = await openLongList(ports, cloud)
  await portPage.canDrag()
  const grip = portPage.row(groups[2]!).locator('[data-control=grip]')
  await grip.focus()
  await ports.keyboard.press('Space')
  for (let n = 0; n < 30; n++) await ports.keyboard.press('ArrowDown')
  await expect(ports.locator('[data-line]')).toBeInViewport()
  await ports.keyboard.press('Space')
  const moved = groups.toSpliced(2, 1).toSpliced(32, 0, groups[2]!)
  await expect.poll(() => portPage.ids()).toEqual(moved)
  await expect(grip).toBeFocused()
  await expect(grip).toBeInViewport()
})

test('keys wait for no drawing, and each finds the list that the one before made', async ({
  ports,
  cloud,
}) => {
  const { portPage, groups } = await openLongList(ports, cloud)
  const [a, b, c, d] = groups
  const [f, g, ...others] = groups.slice(5)
  const grip = portPage.row(a!).locator('[data-control=grip]')
  await grip.focus()
  const tops = await pressInOneTask(ports, KEYS)
  expect(tops.slice(0, 3)).toEqual([a, a, b])
  await expect.poll(() => portPage.ids()).toEqual([b, c, d, g, f, ...others])
  await expect(portPage.row(f!).locator('[data-control=grip]')).toBeFocused()
  await expect(portPage.plan).toContainText(/step|call/)
})

type Keys = readonly (readonly [key: string, altKey: boolean])[]

/** Three down, detached, the next one too, and the one after it down; each with Alt or without. */
const KEYS: Keys = [
  ['ArrowDown', true],
  ['ArrowDown', true],
  ['ArrowDown', true],
  ['Delete', false],
  ['Delete', false],
  ['ArrowDown', true],
]

/**
 * Presses keys on whatever has the focus then: that stays with the group, or goes to the next one.
 * @returns the first row of the list, before the keys and after each
 */
function pressInOneTask(page: Page, keys: Keys): Promise<(string | undefined)[]> {
  return page.evaluate(async (all) => {
    const seen: (string | undefined)[] = []
    const look = () =>
      seen.push(document.querySelector<HTMLElement>('[data-rows="list"] > [data-row]')?.dataset['row'])
    look()
    for (const [key, altKey] of all) {
      const pressed = new KeyboardEvent('keydown', { key, altKey, bubbles: true, cancelable: true })
      document.activeElement?.dispatchEvent(pressed)
      // What React draws at once it draws before this goes on.
      await Promise.resolve()
      look()
    }
    return seen
  }, keys)
}

test('a key right after a typed position is for the row that goes there', async ({ ports, cloud }) => {
  const { portPage, groups } = await openLongList(ports, cloud)
  const [a, b, c, d, ...others] = groups
  const position = portPage.row(a!).locator('[data-control=position]')
  await position.click()
  await position.fill('3')
  await pressInOneTask(ports, [
    ['Enter', false],
    ['ArrowDown', true],
  ])
  await expect.poll(() => portPage.ids()).toEqual([b, c, d, a, ...others])
  await expect(portPage.row(a!).getByRole('button', { name: /^Position 4/ })).toBeFocused()
})

test('a drag that ends before its first frame leaves nothing lifted', async ({ ports, cloud }) => {
  const { portPage, groups } = await openLongList(ports, cloud)
  await portPage.canDrag()
  for (const ending of ['mouseup', 'keydown'] as const) {
    await portPage.grips.nth(1).evaluate((grip, type) => {
      const { x, y } = grip.getBoundingClientRect()
      const mouse = (name: string, by: number) =>
        new MouseEvent(name, {
          bubbles: true,
          cancelable: true,
          clientX: x + by,
          clientY: y + by,
          buttons: 1,
        })
      grip.dispatchEvent(mouse('mousedown', 2))
      document.dispatchEvent(mouse('mousemove', 20))
      const key = new KeyboardEvent('keydown', { key: 'Escape', code: 'Escape', bubbles: true })
      document.dispatchEvent(type === 'mouseup' ? mouse('mouseup', 20) : key)
    }, ending)
    await expect(ports.locator('[data-lifted], [data-drop]')).toHaveCount(0)
    await expect(ports.locator('[data-drag-words]')).toContainText(/^(dropped|Cancelled)/)
  }
  // What is still being dragged would keep the keys of the list.
  await portPage.grips.nth(0).focus()
  await ports.keyboard.press('Alt+ArrowDown')
  await expect.poll(() => portPage.ids()).toEqual([groups[1], groups[0], ...groups.slice(2)])
})

test('the click that ends a drag by mouse waits for no drawing either', async ({ ports, cloud }) => {
  const { portPage, groups } = await openLongList(ports, cloud)
  const [a, b] = groups
  await portPage.row(a!).locator('[data-control=grip]').focus()
  const tops = await ports.evaluate(() => {
    const list = document.querySelector('[data-rows="list"]')!
    const key = { key: 'ArrowDown', altKey: true, bubbles: true, cancelable: true }
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', key))
    // Of a mouse, then of something that only clicks.
    return [1, 0].map((detail) => {
      list.dispatchEvent(new MouseEvent('click', { detail, bubbles: true }))
      return list.querySelector<HTMLElement>(':scope > [data-row]')?.dataset['row']
    })
  })
  expect(tops).toEqual([a, b])
})

/** Opens a port that has 40 groups. */
async function openLongList(ports: Page, cloud: Portside['cloud']) {
  await ports.locator('[aria-label=Ports] tbody th a').first().click()
  const portPage = new PortPage(ports)
  const candidates = portPage.catalogue.locator('[data-row]')
  await expect(candidates).toHaveCount(40)
  const groups = await candidates.evaluateAll((all) => all.map((row) => row.getAttribute('data-row') ?? ''))
  await cloud.someoneElseSets(ports.url().split('/').at(-1)!, groups)
  await portPage.open(ports.url(), groups.length)
  await expect(candidates).toHaveCount(40)
  return { portPage, groups }
}

/** The rows of the list and of the catalogue that React draws anew from now on. */
async function watchDrawing(page: Page): Promise<() => Promise<string[]>> {
  const ofGroups = page.locator('[data-row]')
  // React keeps with each element what it drew it with last.
  await ofGroups.evaluateAll((all) => {
    const drawnWith = all.map((row) => Object.entries(row).find(([key]) => key.startsWith('__reactProps')))
    const before = new Set(drawnWith.map((entry) => entry?.[1] as object | undefined))
    if (before.size !== all.length) throw new Error('React keeps it elsewhere')
    Object.assign(globalThis, { before })
  })
  return () =>
    ofGroups.evaluateAll((all) => {
      const { before } = globalThis as unknown as { before: Set<unknown> }
      const drawn = all.filter((row) =>
        Object.entries(row).every(([key, value]) => !key.startsWith('__reactProps') || !before.has(value)),
      )
      return drawn.map((row) => row.getAttribute('data-row') ?? '')
    })
}

test('sorted, it says that this holds for what is read, and all can be read', async ({ ports }) => {
  const heads = ports.getByRole('columnheader')
  await heads.getByRole('button', { name: 'Name' }).click()
  await heads.getByRole('button', { name: 'Name' }).click()
  await expect(found(ports)).toContainText(
    'Read 200 ports so far; sorted by name, last first, among the ports read so far',
  )
  // Scrolling puts no row between those in sight.
  await ports.mouse.move(700, 600)
  await ports.mouse.wheel(0, 20_000)
  await expect(ports.getByRole('button', { name: 'Load more' })).toBeInViewport()
  await expect(found(ports)).toContainText('Read 200 ports so far')
  await pressWithoutScrolling(ports.getByRole('button', { name: 'Read all ports' }))
  await expect(found(ports)).toContainText('All 1,200 ports; sorted by name, last first')
})

test('a search reads as far as it must; it can be stopped and taken up again', async ({ ports, cloud }) => {
  await ports.getByLabel('Search').fill('no-such-port')
  await expect(found(ports)).toContainText('No ports match. Searched all 1,200 ports')
  await expect(ports.getByRole('heading', { name: 'No port matches' })).toBeVisible()
  await ports.getByRole('button', { name: 'Clear search and filters' }).click()
  await expect(ports).toHaveURL(/\/ports$/)

  await ports.reload()
  await cloud.faults({ kind: 'delay', milliseconds: 700, match: { path: 'marker' }, times: 0 })
  await ports.getByLabel('Search').fill('no-such-port')
  await ports.getByRole('button', { name: 'Stop' }).click()
  await expect(found(ports)).toContainText(/Searched [48]00 ports so far \(stopped\)/)
  await expect(ports.getByRole('heading', { name: 'No port matches' })).toBeHidden()
  await cloud.reset()
  await ports.getByRole('button', { name: 'Search further' }).click()
  await expect(found(ports)).toContainText('Searched all 1,200 ports')
})

test('a button reads on too; a page that fails can be read again', async ({ ports, cloud }) => {
  await cloud.faults({
    kind: 'error',
    status: 500,
    error_code: 'VPC.0007',
    error_msg: 'Internal error.',
    match: { path: 'marker' },
    times: 1,
  })
  await pressWithoutScrolling(ports.getByRole('button', { name: 'Load more' }))
  const error = ports.getByRole('alert')
  await expect(error).toContainText('Further ports could not be read')
  await expect(error).toContainText('VPC.0007')
  await expect(ports.getByRole('link', { name: 'shop-prod-web-01' })).toBeAttached()
  await pressWithoutScrolling(ports.getByRole('button', { name: 'Try again' }))
  await expect(found(ports)).toContainText('Read 400 ports so far')
  await expect(error).toBeHidden()
  await pressWithoutScrolling(ports.getByRole('button', { name: 'Load more' }))
  await expect(found(ports)).toContainText('Read 600 ports so far')
})

test('a group to filter by is found on any page; a wrong one in the address is ignored', async ({
  ports,
}) => {
  await ports.getByRole('button', { name: 'Choose…' }).click()
  const dialog = ports.getByRole('dialog', { name: 'Filter by security group' })
  await expect(dialog.getByLabel('Find a group')).toBeFocused()
  await ports.keyboard.type('g-0015')
  await expect(dialog.getByRole('option').first()).toContainText('g-0015')
  await ports.keyboard.press('Enter')
  await expect(ports).toHaveURL(/group=[0-9a-f-]{36}/)
  await expect(ports.getByRole('button', { name: 'Remove filter: security group' })).toBeVisible()
  await ports.reload()
  await expect(found(ports)).toContainText('under the filters')
  await ports.getByRole('button', { name: 'Remove filter: security group' }).click()
  await expect(found(ports)).toContainText('Read 200 ports so far')

  // Of a deep link, wrong parameters are ignored, and the others hold.
  await ports.goto(`${ports.url()}?status=BUILD&vpc=nonsense&group=nonsense`)
  await expect(found(ports)).toContainText('under the filters')
  await expect(ports.getByRole('cell', { name: 'BUILD' }).first()).toBeVisible()
  await expect(ports.getByRole('button', { name: 'Remove filter: VPC' })).toBeHidden()
})

test('leaving a port leads back to the place in the list', async ({ ports }) => {
  await ports.mouse.move(700, 600)
  await ports.mouse.wheel(0, 4000)
  // The page still scrolls when the call is over, and the first rows leave the document.
  await expect.poll(() => ports.evaluate(() => window.scrollY)).toBeGreaterThan(3900)
  const row = ports.locator('[aria-rowindex="105"]')
  await expect(row).toBeInViewport()
  const place = await ports.evaluate(() => window.scrollY)
  await row.getByRole('link').first().click()
  await expect(ports).toHaveURL(/ports\/[0-9a-f-]{36}/)
  await ports.goBack()
  await expect(async () => {
    expect(Math.abs((await ports.evaluate(() => window.scrollY)) - place)).toBeLessThan(200)
  }).toPass()
})
