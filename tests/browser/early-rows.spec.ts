import type { Page } from '@playwright/test'
import { EXAMPLE, expect, expectNoAxeFinding, testReadingAnew as test } from './portside.ts'

// The head of the page draws the first rows before the console's code is there; here that is held
// back for as long as a test says.

const CODE = /\/assets\/index-.*\.js$/
const WEB = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'
const LONG = 'a-name-that-is-longer-than-its-column-'.repeat(6)

/** What rows say and where they are; `inside` is the early view, or what React draws. */
const shown = (page: Page, inside: string) =>
  page.evaluate(
    (root) =>
      [
        ...document.querySelectorAll(
          `${root} :is(h1, tbody th, tbody th a, [data-row], [data-row] [data-group], main nav a)`,
        ),
      ]
        .filter((one) => one.getAttribute('data-control') !== 'rules')
        .map((one) => {
          const { x, y, width, height } = one.getBoundingClientRect()
          const text = one.matches('[data-row]') ? one.getAttribute('data-row') : one.textContent
          const place = one.matches('[data-group]') ? [x, y] : [x, y, width, height]
          return [text, one.getAttribute('href'), one.getAttribute('title'), ...place].join(' | ')
        }),
    inside,
  )

/** Opens a page whose code does not come until `release` is called. */
async function openHeld(page: Page, path: string) {
  let release!: () => void
  const released = new Promise<void>((resolve) => (release = resolve))
  await page.route(CODE, async (route) => {
    await released
    await route.continue().catch(() => {})
  })
  await page.addInitScript(() => {
    const seen = { shift: 0, frames: [] as string[] }
    Object.assign(globalThis, { seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
    const look = () => {
      const early = document.querySelector('#early :is(tbody th, [data-row])')
      const whole = document.querySelector('#root:not(.under) :is(tbody th, [data-row])')
      seen.frames.push(early ? 'early' : whole ? 'whole' : 'none')
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
  await page.goto(path, { waitUntil: 'commit' })
  return release
}

/** What was painted, one after the other, and how much moved. */
const painted = (page: Page) =>
  page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: { shift: number; frames: string[] } }
    return { shift: seen.shift, frames: seen.frames.filter((one, n, all) => one !== all[n - 1]) }
  })

/** Lets the code come. @returns what React showed in the frame in which it took over */
async function takenOver(page: Page, release: () => void): Promise<string[]> {
  const whole = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        new MutationObserver(() => {
          if (document.getElementById('early') === null) resolve()
        }).observe(document.body, { childList: true })
      }),
  )
  release()
  await whole
  return shown(page, '#root')
}

test('ports are there before the code, and stay where they are', async ({ page, cloud, portPath }) => {
  await cloud.overlays(
    { id: WEB, set: { name: 31337, port_security_enabled: false } },
    { id: EXAMPLE.port, set: { name: LONG } },
  )
  const release = await openHeld(page, portPath(''))
  const early = page.locator('#early')
  await expect(early.getByRole('link', { name: '31337' })).toBeVisible()
  await expect(page.getByRole('main')).toHaveCount(1)
  await expect(page.getByRole('banner')).toHaveCount(1)
  await expectNoAxeFinding(page)
  // What is below the screen may not be drawn by the console.
  const rows = (await shown(page, '#early')).slice(0, 20)
  expect(rows.at(-1)).toContain('shop-stage-app-01')
  const link = early.getByRole('link', { name: '31337' })
  await link.focus()
  const whole = await takenOver(page, release)
  expect(whole.slice(0, rows.length)).toEqual(rows)
  await expect(page.locator('#root').getByRole('link', { name: '31337' })).toBeFocused()
  await expect(page.locator('#root')).toContainText('46 ports')
  // What is said of one page comes after what all pages share, as without the early rows.
  const sheets = await page.evaluate(() => [...document.styleSheets].map(({ href }) => String(href)))
  expect(sheets.filter((href) => href.includes('/assets/'))[0]).toMatch(/\/index-.*\.css$/)
  const { frames, shift } = await painted(page)
  expect(frames.slice(frames.indexOf('early'))).toEqual(['early', 'whole'])
  expect(shift).toBeLessThan(0.01)
})

test('a port’s groups are there before the code, in order', async ({ page, cloud, portPath }) => {
  const list = await cloud.list(EXAMPLE.port)
  await cloud.overlays({ id: EXAMPLE.second, set: { name: '', description: LONG } })
  const release = await openHeld(page, portPath(EXAMPLE.port))
  await expect(page.locator('#early [data-group]').first()).toBeVisible()
  expect(
    await page
      .locator('#early [data-row]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row'))),
  ).toEqual(list)
  await expect(page.locator('#early').getByText('(no name)')).toBeVisible()
  await expectNoAxeFinding(page)
  const rows = await shown(page, '#early')
  expect(await takenOver(page, release)).toEqual(rows)
  await expect(page.locator('#root')).toContainText('rules')
  expect((await painted(page)).shift).toBeLessThan(0.01)
})

test('an early link leads to its port before the code is there', async ({ page, portPage, portPath }) => {
  const release = await openHeld(page, portPath(''))
  await page.locator('#early').getByRole('link', { name: 'shop-prod-web-01' }).click()
  await expect(page).toHaveURL(/\/ports\/[-0-9a-f]{36}$/)
  release()
  await expect(portPage.list).toContainText('rule')
})

test('early rows give way where the code does not come', async ({ page, portPath }) => {
  await page.clock.install()
  await openHeld(page, portPath(''))
  await expect(page.locator('#early tbody a').first()).toBeVisible()
  await page.clock.fastForward(16_000)
  await page.evaluate(() => document.getAnimations().forEach((one) => one.finish()))
  await expect(page.getByRole('heading', { name: 'Portside has not loaded' })).toBeVisible()
  await expect(page.locator('#early')).toHaveCount(0)
})

test('what can’t be drawn as the console draws it is not drawn early', async ({ page, cloud, portPath }) => {
  await cloud.overlays({ id: EXAMPLE.port, set: { security_groups: null } })
  const read = page.waitForResponse(/\/ports\?limit=200$/)
  const release = await openHeld(page, portPath(''))
  await read
  await page.waitForTimeout(500)
  await expect(page.locator('#early')).toHaveCount(0)
  release()
  await expect(page.getByText('1 port can’t be read').first()).toBeVisible()
  expect((await painted(page)).frames).not.toContain('early')
})
