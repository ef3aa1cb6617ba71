import { expect, type Page, type Route } from '@playwright/test'

/**
 * Holds back the responses to these reads: each read goes to the proxy at once, and its response to
 * the page when `release` is called.
 */
export async function holdBack(page: Page, path: RegExp) {
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
    /** Lets through the reads from now on. */
    noMore: () => page.unroute(path, hold),
    async release() {
      release?.()
      await expect.poll(() => handedOn).toBe(asked)
    },
  }
}
