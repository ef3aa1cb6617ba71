import { writeFile } from 'node:fs/promises'
import { placeOf } from '../../src/run/other-browsers.mjs'
import { client, SIZE, type Driven, type Point } from './driven.ts'

/** The part of puppeteer that is used. */
type Puppeteer = {
  launch(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>
}
type Page = {
  goto(address: string): Promise<unknown>
  evaluate(asked: string): Promise<unknown>
  keyboard: Record<'down' | 'up' | 'type', (text: string) => Promise<void>>
  mouse: {
    move(x: number, y: number): Promise<void>
    down(): Promise<void>
    up(): Promise<void>
  }
  on(event: 'pageerror', listener: (error: Error) => void): void
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void
  screenshot(): Promise<Uint8Array>
}

/** Starts Firefox without a window, and drives it by WebDriver BiDi. */
export async function startFirefox(): Promise<Driven> {
  const puppeteer = client('puppeteer-core') as Puppeteer
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: placeOf('firefox'),
    headless: true,
    defaultViewport: SIZE,
  })
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  const { mouse, keyboard } = page
  return {
    async open(address) {
      await page.goto(address)
    },
    ask: async (asked, ...args) => (await page.evaluate(`(${asked})(...${JSON.stringify(args)})`)) as never,
    async drag(first: Point, ...others) {
      await mouse.move(first.x, first.y)
      await mouse.down()
      for (const { x, y } of others) await mouse.move(x, y)
      await mouse.up()
    },
    async press(...keys) {
      for (const key of keys) await keyboard.down(key)
      for (const key of keys.toReversed()) await keyboard.up(key)
    },
    type: (text) => keyboard.type(text),
    screenshot: async (path) => writeFile(path, await page.screenshot()),
    errors: async () => errors,
    close: () => browser.close(),
  }
}
