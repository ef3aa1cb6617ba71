import { chromium, type Browser, type BrowserContext, type CDPSession, type Page } from '@playwright/test'
import { installedChromium } from '../src/run/chromium.mjs'
import type { Running } from './running.ts'

/** How much slower than this machine's the CPU is, where a subject measures on a slow one. */
export const SLOW_CPU = 4

/** Lighthouse's and DevTools' 'Fast 3G': ms of round trip, bytes a second. */
const FAST_3G = { latency: 562.5, downloadThroughput: (1.6e6 * 0.9) / 8, uploadThroughput: (750e3 * 0.9) / 8 }

/** Starts a headless Chromium, as the tests have it. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: installedChromium(),
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

/** A browser profile with an empty cache that is signed in to the proxy. */
export async function signedIn(browser: Browser, { origin, cookie }: Running): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: origin, viewport: { width: 1440, height: 900 } })
  const cookies = cookie.split('; ').map((one) => {
    const [name = '', ...value] = one.split('=')
    return { name, value: value.join('='), url: origin }
  })
  await context.addCookies(cookies)
  return context
}

/** A page on a CPU `cpu` times slower than this machine's, over Fast 3G if asked. */
export async function openPage(
  context: BrowserContext,
  { cpu = 1, fast3G = false }: { cpu?: number; fast3G?: boolean } = {},
): Promise<{ page: Page; cdp: CDPSession }> {
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  if (fast3G) {
    await cdp.send('Network.enable')
    await cdp.send('Network.emulateNetworkConditions', { offline: false, ...FAST_3G })
  }
  if (cpu !== 1) await cdp.send('Emulation.setCPUThrottlingRate', { rate: cpu })
  return { page, cdp }
}

/** The JavaScript heap of the page after a garbage collection, in bytes. */
export async function heapAfterCollection(cdp: CDPSession): Promise<number> {
  // What was let go while collecting (by finalizers) is gone after the second time.
  for (let n = 0; n < 2; n++) await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize
}
