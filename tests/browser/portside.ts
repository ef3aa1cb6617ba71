import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test as base, expect, type Locator, type Page } from '@playwright/test'
import type { AxeResults, ElementContext, RunOptions } from 'axe-core'
import { PortPage } from './port-page.ts'
import { startPortside, type Portside } from '../stage/servers.ts'

/** The vendor's example (docs/platform.md, Insert). */
export const EXAMPLE = {
  project: 'f5dab68cd75740e68c599e9af5fe0aed',
  port: '99fd0c77-56b4-4bf6-8365-df352e45d5fc',
  first: '567be4e3-d171-46ce-9e8a-c15e91cfe86a',
  second: '4940b983-5992-4663-bed9-d1d1e15d1009',
  inserted: ['8edd3747-ccd4-49a1-82b9-a165eec314b4', '6c2d4540-3b7d-4207-a319-a7231b439995'],
} as const

/** How long a step waits before it is sent again: short, as the emulator is near. */
const SHORT_WAITS = { PORTSIDE_STEP_RETRY_MS: '400', PORTSIDE_LATE_ANSWER_MS: '200' }

/**
 * Each worker has an emulator and a proxy of its own, with more settings where `environment` has
 * any; each test starts with the estate as new, signed in, and with no page open.
 */
export const test = base.extend<
  { cloud: Portside['cloud']; portPage: PortPage; signedOut: Page; portPath: (id: string) => string },
  { running: Portside; environment: Record<string, string> }
>({
  environment: [{}, { option: true, scope: 'worker' }],
  running: [
    async ({ environment }, use) => {
      const records = Object.keys(environment).length === 0 ? 'embedded' : 'postgresql'
      const portside = await startPortside({ ...SHORT_WAITS, ...environment }, [], records)
      await use(portside)
      await portside.stop()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ running }, use) => use(running.origin),
  cloud: [
    async ({ running }, use) => {
      await running.cloud.reset()
      await use(running.cloud)
    },
    { auto: true },
  ],
  page: async ({ page, running }, use) => {
    // The cookie is enough: the page that sign-in leads to would be drawn for nothing.
    await page.request.get(running.signIn, { maxRedirects: 0 })
    await use(page)
  },
  portPage: async ({ page }, use) => use(new PortPage(page)),
  signedOut: async ({ browser, running }, use) => {
    const context = await browser.newContext({ baseURL: running.origin })
    await use(await context.newPage())
    await context.close()
  },
  portPath: async ({}, use) => use((id) => `/projects/${EXAMPLE.project}/ports/${id}`),
})

/** Where changes are made step by step. One proxy for all files: a start takes seconds. */
export const testInSteps = test.extend({
  environment: [{ PORTSIDE_CHANGES: 'steps' }, { scope: 'worker' }],
})

/**
 * Where many ports are changed: a proxy of its own, as changes that stopped stay known to it. The
 * setting is the default.
 */
export const testOnManyPorts = test.extend({
  environment: [{ PORTSIDE_CHANGES: 'choose' }, { scope: 'worker' }],
})

/** Where the proxy keeps no read: for tests that change the platform behind it. */
export const testReadingAnew = test.extend({
  environment: [{ PORTSIDE_KEEP_READS_S: '0' }, { scope: 'worker' }],
})

/** Rows that look like those before them: contrast is not looked at in these. */
const ROWS_ALIKE = '[data-rows="catalogue"] > :nth-child(n + 4), tbody > tr:nth-child(n + 9)'

/**
 * No finding of axe on the page as it is now, in WCAG 2.2 A and AA and the best practices. Contrast
 * takes most of the time: where a dialog is open, it is looked at there alone.
 */
export async function expectNoAxeFinding(page: Page) {
  // At once where it can be: for each time, axe reads the whole page.
  if (!(await isDialogOpen(page))) return expect(await findings(page, {})).toEqual([])
  expect(await findings(page, { rules: { 'color-contrast': { enabled: false } } })).toEqual([])
  await expectContrast(page)
}

const OPEN_DIALOG = 'dialog:modal'

async function isDialogOpen(page: Page): Promise<boolean> {
  return (await page.locator(OPEN_DIALOG).count()) > 0
}

async function expectContrast(page: Page) {
  const within = (await isDialogOpen(page)) ? OPEN_DIALOG : 'main'
  expect(await findings(page, { runOnly: ['color-contrast'] }, { include: [within] })).toEqual([])
}

/** Each page reads it anew: half as long as the form with comments, it takes half the time. */
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** axe's own selectors know no :nth-child. */
const CONTRAST = { id: 'color-contrast', selector: '*:not([data-alike], [data-alike] *)' }

type Axe = {
  configure(spec: unknown): void
  run(context: unknown, options: unknown): Promise<AxeResults>
}

/** Each rule that is broken, with the places; once nothing is dimmed as the next is on its way. */
async function findings(page: Page, options: RunOptions, context?: ElementContext): Promise<string[]> {
  await expect(page.locator('[aria-busy=true], [data-replanning]')).toHaveCount(0)
  // A document keeps it, until the next one is loaded.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE)
  const asked = {
    context,
    options: { ...options, resultTypes: ['violations'] },
    rules: [CONTRAST],
    alike: ROWS_ALIKE,
  }
  const { violations } = await page.evaluate(
    (ask) => {
      for (const row of document.querySelectorAll('[data-alike]')) row.removeAttribute('data-alike')
      for (const row of document.querySelectorAll(ask.alike)) row.setAttribute('data-alike', '')
      const { axe } = globalThis as unknown as { axe: Axe }
      axe.configure({ rules: ask.rules })
      return axe.run(ask.context ?? document, ask.options)
    },
    asked as { alike: string; rules: unknown; context: unknown; options: unknown },
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)
}

/** No finding of axe, and nothing that scrolls sideways: light and dark, wide and narrow. */
export async function expectNoAxeFindingInAnyLook(page: Page) {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 850 })
    await page.emulateMedia({ colorScheme: 'light' })
    await expectNoAxeFinding(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    // Colours are all that differs.
    await expectContrast(page)
    const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
    expect(scrollWidth).toBe(clientWidth)
  }
}

/** True when there is no room for all of a text: the element, or the one around it, hides some. */
export function isCut(text: Locator): Promise<boolean> {
  return text.evaluate((element) =>
    [element, element.parentElement!].some(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth),
  )
}

/** The emulator's controls. */
export type Cloud = Portside['cloud']

export { expect }
