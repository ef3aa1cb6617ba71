import type { CDPSession, Page } from '@playwright/test'
import { PortPage } from '../tests/browser/port-page.ts'
import type { Subject } from './subject.ts'
import { heapAfterCollection, openPage, signedIn, startBrowser } from './browser.ts'
import { median, newFigure, type Figure } from './figures.ts'
import { AT_THE_TICK, framesDuring } from './frames.ts'
import { idsOf, PROJECT, run } from './running.ts'

const PORTS = 10_000
const GROUPS = 2_000
const RUNS = 3
/**
 * An operator at work does something every three seconds: so many rounds of ten actions are as much
 * as ten minutes.
 */
const ROUNDS = 20
const TYPED = 'prod-web'
/** The pixels of each movement of the wheel: steps, then jumps. */
const WHEEL = [...Array<number>(100).fill(240), ...Array<number>(20).fill(4000)]
/** The height of a row, in pixels. */
const ROW = 40
/** So many rows the browser draws together, where no script does. */
const ROWS_OF_A_PIECE = 10

/**
 * The console over a large estate: first rows, the search box with all ports read, scrolling,
 * memory.
 */
export const largeEstate: Subject = async () => {
  const running = await run({ ports: PORTS, groups: GROUPS })
  const browser = await startBrowser()
  const row = (name: string, unit: string, goal?: Figure['goal']) =>
    newFigure('large estate', `${PORTS.toLocaleString('en')} ports: ${name}`, unit, goal)
  const figures = {
    rows: row('first rows, cache warm', 'ms'),
    all: row('all ports read and searched', 'ms'),
    letter: row('keystroke to the filtered rows painted', 'ms', { below: 50 }),
    frame: row('scrolling, frame, median', 'ms', AT_THE_TICK),
    worst: row('scrolling, frame, worst', 'ms', { below: 33 }),
    long: row('scrolling, long tasks', ''),
    bareFrame: row('such rows without a script, scrolling, median', 'ms'),
    bareWorst: row('such rows without a script, scrolling, worst', 'ms'),
    heap: row('JavaScript heap, all ports read', 'MB'),
    later: row(`the same after ${ROUNDS * 10} actions (ten minutes of use)`, 'MB'),
  }
  try {
    const ids = await idsOf(running, 'ports', ROUNDS)
    for (let n = 0; n < RUNS; n++) {
      const context = await signedIn(browser, running)
      await (await openPage(context)).page.goto(`/projects/${PROJECT}/ports`, { waitUntil: 'networkidle' })
      const { page, cdp } = await openPage(context)
      figures.rows.values.push(await firstRows(page))
      figures.all.values.push(await readAll(page))
      figures.letter.values.push(...(await letters(page)))
      const { intervals, longTasks } = await framesDuring(page, () => scroll(page))
      figures.frame.values.push(median(intervals))
      figures.worst.values.push(Math.max(...intervals))
      figures.long.values.push(longTasks.length)
      const bare = await scrollWithoutScript(page)
      figures.bareFrame.values.push(median(bare))
      figures.bareWorst.values.push(Math.max(...bare))
      // Ten minutes once: what is left of them does not depend on chance.
      if (n === 0) await tenMinutes(page, cdp, ids, figures)
      await context.close()
    }
    return Object.values(figures)
  } finally {
    await browser.close()
    await running.stop()
  }
}

const rowsIn = (page: Page) => page.locator('[aria-label=Ports] tbody th a')
const found = (page: Page) => page.getByRole('region', { name: 'Ports found' })
const searchBox = (page: Page) => page.getByLabel('Search', { exact: true })

/** ms from the navigation's start to the first rows. */
async function firstRows(page: Page): Promise<number> {
  await page.goto(`/projects/${PROJECT}/ports`, { waitUntil: 'commit' })
  await page.waitForSelector('[aria-label=Ports] tbody th a')
  return page.evaluate(() => performance.now())
}

/** Searches for what no port has, so that all are read. @returns ms until they are */
async function readAll(page: Page): Promise<number> {
  const began = performance.now()
  await searchBox(page).fill('no port has this')
  await found(page)
    .getByText(`searched all ${PORTS.toLocaleString('en')}`)
    .waitFor({ timeout: 120_000 })
  const took = performance.now() - began
  await searchBox(page).fill('')
  await rowsIn(page).first().waitFor()
  return took
}

/**
 * Types letter by letter. @returns ms from each key to the frame that has painted what it filters,
 * if that is something
 */
async function letters(page: Page): Promise<number[]> {
  const times: number[] = []
  await searchBox(page).focus()
  for (const letter of TYPED) {
    await page.evaluate(() => {
      Object.assign(globalThis, {
        painted: new Promise<number>((resolve) => {
          let pressed = 0
          addEventListener('keydown', ({ timeStamp }) => (pressed = timeStamp), { once: true, capture: true })
          const region = document.querySelector('[aria-label="Ports found"]')!
          const observer = new MutationObserver(() => {
            observer.disconnect()
            // A task after the frame in which the change is painted.
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel()
              port1.addEventListener('message', () => resolve(performance.now() - pressed))
              port1.start()
              // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
              port2.postMessage(null)
            })
          })
          observer.observe(region, { childList: true, characterData: true, subtree: true })
        }),
      })
    })
    await page.keyboard.press(letter)
    await page.waitForTimeout(600)
    // A letter that leaves all rows as they were paints nothing.
    const time = await page.evaluate(() => {
      const { painted } = globalThis as unknown as { painted: Promise<number> }
      return Promise.race([painted, new Promise<undefined>((resolve) => setTimeout(resolve))])
    })
    if (time !== undefined) times.push(time)
  }
  await searchBox(page).fill('')
  await page.waitForTimeout(300)
  return times
}

async function scroll(page: Page): Promise<void> {
  await page.mouse.move(700, 600)
  for (const pixels of WHEEL) {
    await page.mouse.wheel(0, pixels)
    await page.waitForTimeout(12)
  }
}

/**
 * How the browser alone scrolls such rows: in a page without a script they look the same, and it
 * draws them in pieces as they come near. @returns ms from each frame to the next
 */
async function scrollWithoutScript(page: Page): Promise<number[]> {
  const pixels = WHEEL.reduce((sum, one) => sum + one)
  const html = await page.evaluate(
    ({ count, height, perPiece }) => {
      const ports = '[aria-label=Ports]'
      const rows = [...document.querySelectorAll(`${ports} tbody tr[data-index]`)]
      const copy = document.documentElement.cloneNode(true) as HTMLElement
      for (const one of copy.querySelectorAll('script, link:not([rel=stylesheet])')) one.remove()
      const table = copy.querySelector(ports)!
      table.querySelector('thead')!.remove()
      const piece = (at: number) => {
        const some = Array.from({ length: perPiece }, (_, n) => rows[(at + n) % rows.length]!.outerHTML)
        table.querySelector('tbody')!.innerHTML = some.join('')
        return `<div style="content-visibility: auto; contain-intrinsic-height: ${perPiece * height}px">${table.outerHTML}</div>`
      }
      table.outerHTML = Array.from({ length: count / perPiece }, (_, n) => piece(n * perPiece)).join('')
      return `<!doctype html>${copy.outerHTML}`
    },
    // A screen more than is scrolled through.
    { count: pixels / ROW + 5 * ROWS_OF_A_PIECE, height: ROW, perPiece: ROWS_OF_A_PIECE },
  )
  const bare = await page.context().newPage()
  await bare.route('/rows', (route) => route.fulfill({ contentType: 'text/html', body: html }))
  await bare.goto('/rows', { waitUntil: 'networkidle' })
  const { intervals } = await framesDuring(bare, () => scroll(bare))
  await bare.close()
  return intervals
}

/**
 * What operators do, as fast as it goes: look through the list, search, open a port, move a group,
 * take it back, place one, look at the plan, and go back to the list.
 */
async function tenMinutes(
  page: Page,
  cdp: CDPSession,
  ids: string[],
  figures: Record<'heap' | 'later', Figure>,
): Promise<void> {
  figures.heap.values.push((await heapAfterCollection(cdp)) / 1e6)
  for (const id of ids.slice(0, ROUNDS)) {
    await searchBox(page).fill(id.slice(0, 6)) // 1
    await page.mouse.wheel(0, 3000) // 2
    await searchBox(page).fill('') // 3
    await page.mouse.wheel(0, -30_000) // 4
    const link = rowsIn(page).first()
    await link.hover() // 5
    await link.click() // 6
    const { list, grips, search } = new PortPage(page)
    await list.waitFor()
    await search.fill('g-00') // 7
    if ((await grips.count()) > 0) await grips.first().press('Alt+ArrowDown') // 8
    await page.keyboard.press('Control+z') // 9
    await page.goBack() // 10
    await rowsIn(page).first().waitFor()
  }
  figures.later.values.push((await heapAfterCollection(cdp)) / 1e6)
}
