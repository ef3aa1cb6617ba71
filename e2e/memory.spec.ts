import { expect, test as base, type CDPSession, type Page } from '@playwright/test'
import { EXAMPLE } from './portside.ts'
import { newFolder, startEmulator, startProxy } from './servers.ts'

const PORTS = 1000
/** Opened before memory is first looked at: code is compiled, and what is kept for those who come back is full by then. */
const BEFORE = 250
/**
 * What the other ports may add, in bytes. It is compiled code mostly, which stops growing; what a page keeps of each port, if
 * only its answers, is several times as much.
 */
const MOST = 2_500_000

// A trace would keep a picture of every frame. Little is drawn: this is about what is kept.
base.use({ trace: 'off', viewport: { width: 480, height: 320 } })

const test = base.extend<{ signIn: string }>({
  signIn: async ({}, use) => {
    const data = await newFolder()
    const emulator = await startEmulator(['--ports', `${PORTS}`])
    const proxy = await startProxy(emulator.address, { PORTSIDE_DATA: data.path })
    await use(proxy.address)
    await proxy.stop()
    await emulator.stop()
    await data.remove()
  },
})

test('memory does not grow over 1,000 opened ports', async ({ page, signIn }) => {
  test.setTimeout(300_000)
  await page.goto(signIn)
  await expect(page.getByRole('table', { name: 'Ports' })).toBeVisible()
  const answer = await page.request.get(
    `${new URL(signIn).origin}/api/v3/${EXAMPLE.project}/ports?limit=${PORTS}`,
  )
  const { ports } = (await answer.json()) as { ports: { id: string }[] }
  const ids = ports.map(({ id }) => id)
  expect(ids).toHaveLength(PORTS)
  const cdp = await page.context().newCDPSession(page)
  await openOneAfterTheOther(page, ids.slice(0, BEFORE))
  const before = await heapOf(cdp)
  await openOneAfterTheOther(page, ids.slice(BEFORE))
  const grown = (await heapOf(cdp)) - before
  expect(grown, `${grown} bytes over ${PORTS - BEFORE} ports`).toBeLessThan(MOST)
})

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
        while (!isShown(id)) await new Promise((resolve) => setTimeout(resolve))
      }
    },
    { path: `/projects/${EXAMPLE.project}/ports/`, ids: ports },
  )
}

/** The bytes of the page's JavaScript heap, after a garbage collection. */
async function heapOf(cdp: CDPSession): Promise<number> {
  // What is let go while collecting is gone after the second time.
  for (let n = 0; n < 2; n++) await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize
}
