import { test as base, expect } from '@playwright/test'
import { startPortside, type Portside } from '../stage/servers.ts'
import type { Driven, Point } from './driven.ts'
import { startFirefox } from './firefox.ts'
import { startWebkit } from './webkit.ts'

export type Options = { engine: 'firefox' | 'webkit' }

/** An emulator, a proxy before it, and the browser of the project. */
export const test = base.extend<{ hands: Hands }, Options & { running: Portside }>({
  engine: ['firefox', { option: true, scope: 'worker' }],
  running: [
    async ({}, use) => {
      const portside = await startPortside({}, [], 'embedded')
      await use(portside)
      await portside.stop()
    },
    { scope: 'worker' },
  ],
  hands: async ({ engine }, use, info) => {
    const driven = await (engine === 'firefox' ? startFirefox() : startWebkit())
    try {
      await use(new Hands(driven))
      expect(await driven.errors()).toEqual([])
    } finally {
      await driven.screenshot(info.outputPath('at-the-end.png'))
      await driven.close()
    }
  },
})

/** What an operator does on a page, by mouse and keys. Elements are named by an XPath. */
export class Hands {
  readonly driven: Driven

  constructor(driven: Driven) {
    this.driven = driven
  }

  /** Waits until that many elements are in the document. */
  async sees(path: string, count = 1): Promise<void> {
    await expect.poll(() => this.driven.ask(countOf, path), { message: path }).toBe(count)
  }

  /** Waits until an element has the text. */
  async reads(path: string, text: string | RegExp): Promise<void> {
    await expect.poll(() => this.driven.ask(textOf, path), { message: path }).toMatch(text)
  }

  /** Clicks the middle of an element, once it is there. */
  async click(path: string): Promise<void> {
    await this.driven.drag(await this.middleOf(path))
  }

  /** The middle of an element, scrolled into view: at rest, and not covered by another. */
  async middleOf(path: string): Promise<Point> {
    let middle: Point | string = ''
    await expect(async () => {
      const before = await this.driven.ask(middleInSight, path)
      await this.driven.ask(nextFrame)
      middle = await this.driven.ask(middleInSight, path)
      expect(middle, path).toEqual({ x: expect.any(Number), y: expect.any(Number) })
      expect(middle, path).toEqual(before)
    }).toPass({ timeout: 15_000 })
    return middle as unknown as Point
  }

  /** Gives an element the focus. */
  async focus(path: string): Promise<void> {
    await this.sees(path)
    await this.driven.ask(focusOn, path)
  }

  /** The attribute of each of these elements. */
  async all(path: string, attribute: string): Promise<(string | null)[]> {
    return this.driven.ask(attributesOf, path, attribute)
  }
}

/** The path of a button by its name. */
export const button = (name: string, within = ''): string =>
  `${within}//button[normalize-space()="${name}" or @aria-label="${name}"]`

/** The path of a panel of the page by its title. */
export const panel = (title: string): string => `//section[.//h2[normalize-space()="${title}"]]`

function countOf(path: string): number {
  return document.evaluate(`count(${path})`, document, null, XPathResult.NUMBER_TYPE).numberValue
}

function textOf(path: string): string {
  const type = XPathResult.FIRST_ORDERED_NODE_TYPE
  const found = document.evaluate(path, document, null, type).singleNodeValue as HTMLElement | null
  return found?.innerText ?? ''
}

function focusOn(path: string): void {
  const type = XPathResult.FIRST_ORDERED_NODE_TYPE
  const found = document.evaluate(path, document, null, type).singleNodeValue as HTMLElement
  found.focus()
}

function attributesOf(path: string, attribute: string): (string | null)[] {
  const type = XPathResult.ORDERED_NODE_SNAPSHOT_TYPE
  const found = document.evaluate(path, document, null, type)
  return Array.from({ length: found.snapshotLength }, (_, n) =>
    (found.snapshotItem(n) as Element).getAttribute(attribute),
  )
}

function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, 50))
}

function middleInSight(path: string): { x: number; y: number } | string {
  const type = XPathResult.FIRST_ORDERED_NODE_TYPE
  const found = document.evaluate(path, document, null, type).singleNodeValue as HTMLElement | null
  if (!found) return 'not there'
  const before = found.getBoundingClientRect()
  if (before.top < 0 || before.bottom > window.innerHeight) found.scrollIntoView({ block: 'center' })
  const { x, y, width, height } = found.getBoundingClientRect()
  const middle = { x: Math.round(x + width / 2), y: Math.round(y + height / 2) }
  const there = document.elementFromPoint(middle.x, middle.y)
  if (width > 0 && (found.contains(there) || there?.contains(found))) return middle
  return `covered by ${there?.outerHTML.slice(0, 200)}`
}
