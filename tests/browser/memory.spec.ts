import { expect, test as base, type CDPSession, type Page } from '@playwright/test'
import config from '../../playwright.config.ts'
import { EXAMPLE } from './portside.ts'
import { repeats } from '../stage/repeats.ts'
import { startPortside } from '../stage/servers.ts'

const PORTS = repeats(480, 700)
/**
 * Opened before memory is looked at: the code is loaded, and what is kept for those who come back
 * is full by then.
 */
const BEFORE = 300
/** After this many more ports each, memory is looked at again. */
const EACH = 30
/**
 * The bytes by which each further port may raise the trend. About 0.5 kB is kept of each: the
 * router's match of the address (of the last 1,000), its scroll position, and an update that React
 * never needs. With the responses about a port it is 6 kB.
 *
 * The router keeps a scroll position of every address for as long as the tab is open, 0.24 kB each:
 * its cache has no bound and no way to remove one (router-core, scroll-restoration.ts), and keys
 * that are used again would open a page where another was left. So it stays: 1,000 visits are a
 * quarter of a megabyte.
 */
const MOST_EACH = 2_500

const launch = config.use?.launchOptions
base.use({
  // A trace would keep a picture of every frame. Little is drawn: this is about what is kept.
  trace: 'off',
  viewport: { width: 480, height: 320 },
  // What is compiled because it runs often comes and goes by the megabyte, as the engine sees fit.
  // Here all is compiled once, when it first runs: what is left is the page's own.
  launchOptions: {
    ...launch,
    args: [...(launch?.args ?? []), '--js-flags=--no-opt --no-maglev --always-sparkplug --no-flush-bytecode'],
  },
})

const test = base.extend<{ signIn: string }>({
  signIn: async ({}, use) => {
    const portside = await startPortside({}, ['--ports', `${PORTS}`])
    await use(portside.signIn)
    await portside.stop()
  },
})

test(`memory stops growing over ${PORTS} opened ports`, async ({ page, signIn }) => {
  test.setTimeout(300_000)
  await page.goto(signIn)
  await expect(page.getByRole('table', { name: 'Ports' })).toBeVisible()
  const response = await page.request.get(
    `${new URL(signIn).origin}/api/v3/${EXAMPLE.project}/ports?limit=${PORTS}`,
  )
  const { ports } = (await response.json()) as { ports: { id: string }[] }
  const ids = ports.map(({ id }) => id)
  expect(ids).toHaveLength(PORTS)
  const cdp = await page.context().newCDPSession(page)
  await openOneAfterTheOther(page, ids.slice(0, BEFORE))
  // The first look finds a megabyte less, whenever it is taken.
  await heapOf(page, cdp)
  const heaps: number[] = []
  for (let opened = BEFORE; opened < PORTS; opened += EACH) {
    await openOneAfterTheOther(page, ids.slice(opened, opened + EACH))
    heaps.push(await heapOf(page, cdp))
  }
  const each = trend(heaps) / EACH
  expect(each, `${Math.round(each)} bytes a port; ${heaps.join(', ')}`).toBeLessThan(MOST_EACH)
})

/**
 * By how much the values rise from one to the next: the median over all pairs (Theil and Sen), so
 * that a few that stick out, because something was under way just then, do not count.
 */
function trend(values: readonly number[]): number {
  const slopes = values
    .flatMap((from, i) => values.slice(i + 1).map((to, n) => (to - from) / (n + 1)))
    .toSorted((a, b) => a - b)
  const middle = slopes.length / 2
  return (slopes[Math.ceil(middle) - 1]! + slopes[Math.floor(middle)]!) / 2
}

/** Opens ports within the page, each as soon as the list of the one before is shown. */
function openOneAfterTheOther(page: Page, ports: string[]): Promise<void> {
  return page.evaluate(
    async ({ path, ids }) => {
      const isShown = (id: string): boolean =>
        document.querySelector('[data-rows=list]') !== null &&
        document.querySelector('main')!.textContent.includes(id) &&
        location.pathname === path + id
      for (const id of ids) {
        // The router listens to the history.
        history.pushState({}, '', path + id)
        await new Promise<void>((resolve) => {
          const observer = new MutationObserver(() => {
            if (!isShown(id)) return
            observer.disconnect()
            resolve()
          })
          observer.observe(document.body, { subtree: true, childList: true, characterData: true })
        })
      }
    },
    { path: `/projects/${EXAMPLE.project}/ports/`, ids: ports },
  )
}

/**
 * The bytes of the page's JavaScript heap once the page has nothing to do, after a garbage
 * collection.
 */
async function heapOf(page: Page, cdp: CDPSession): Promise<number> {
  await page.evaluate(async () => {
    for (let n = 0; n < 3; n++) await new Promise((resolve) => requestIdleCallback(resolve))
  })
  // What is let go while collecting is gone after the second time.
  for (let n = 0; n < 2; n++) await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize
}
