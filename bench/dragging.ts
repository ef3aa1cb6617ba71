import type { Page } from '@playwright/test'
import { PortPage } from '../tests/browser/port-page.ts'
import type { Subject } from './subject.ts'
import { openPage, signedIn, SLOW_CPU, startBrowser } from './browser.ts'
import { median, newFigure, type Figure } from './figures.ts'
import { AT_THE_TICK, framesDuring, type Frames } from './frames.ts'
import { idsOf, PROJECT, run } from './running.ts'

const RUNS = 3
const GROUPS = 100
/** The pointer goes over the list for so many steps, one about every frame. */
const STEPS = 180

/**
 * Dragging a row over a list of 100 groups on a slow CPU: from the press to the drop, across all of
 * the list that is in sight and past its edge, so that it scrolls too. Then the same by keys, and
 * the keys that change the list at once. INP is the slowest of the presses, drops and keys, as
 * browsers report it.
 */
export const dragging: Subject = async () => {
  const running = await run()
  const browser = await startBrowser()
  try {
    const [port] = await idsOf(running, 'ports', 1)
    await running.cloud.someoneElseSets(port!, await idsOf(running, 'security_groups', GROUPS))
    const row = (name: string, unit: string, goal?: Figure['goal']) =>
      newFigure('dragging', `${GROUPS} groups, CPU ${SLOW_CPU}x slower: ${name}`, unit, goal)
    const figures = {
      middle: row('frame, median', 'ms', AT_THE_TICK),
      worst: row('frame, worst', 'ms', { below: 50 }),
      over: row('frames over 50 ms', ''),
      long: row('long tasks', ''),
      press: row('press and drop by mouse, INP', 'ms', { below: 100 }),
      keys: row('lift, move and drop by keys, INP', 'ms', { below: 100 }),
      atOnce: row('move, detach and undo by one key each, INP', 'ms', { below: 100 }),
    }
    for (let n = 0; n < RUNS; n++) {
      const context = await signedIn(browser, running)
      const { page, cdp } = await openPage(context)
      await page.goto(`/projects/${PROJECT}/ports/${port}`)
      // The layer that drags says for screen readers what it does.
      await page.locator('[data-drag-words]').waitFor({ state: 'attached' })
      await page.waitForLoadState('networkidle')
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOW_CPU })
      await watchInteractions(page)
      const drag = await readyToDrag(page)
      const frames = await framesDuring(page, drag)
      add(figures, frames)
      figures.press.values.push(await slowestInteraction(page))
      // What is still drawn after the drop by mouse is not the keys'.
      await page.waitForTimeout(1_000)
      await dragByKeys(page)
      figures.keys.values.push(await slowestInteraction(page))
      await page.waitForTimeout(700)
      await arrangeByKeys(page)
      figures.atOnce.values.push(await slowestInteraction(page))
      await context.close()
    }
    return Object.values(figures)
  } finally {
    await browser.close()
    await running.stop()
  }
}

function add(
  figures: Record<'middle' | 'worst' | 'over' | 'long', Figure>,
  { intervals, longTasks }: Frames,
) {
  figures.middle.values.push(median(intervals))
  figures.worst.values.push(Math.max(...intervals))
  figures.over.values.push(intervals.filter((ms) => ms > 50).length)
  figures.long.values.push(longTasks.length)
}

/**
 * Drags the third row down over the list, beyond its lower edge, and up again to the fifth. Where
 * the rows are is asked before: to answer takes the page 60 ms.
 */
async function readyToDrag(page: Page): Promise<() => Promise<void>> {
  const { rows } = new PortPage(page)
  const [from, to] = [(await rows.nth(2).boundingBox())!, (await rows.nth(5).boundingBox())!]
  // At the grip: on text, a mouse selects it.
  const x = from.x + 14
  return async () => {
    await page.mouse.move(x, from.y + from.height / 2)
    await page.mouse.down()
    for (let n = 0; n <= STEPS; n++) {
      const share = 1 - Math.abs((2 * n) / STEPS - 1)
      const y = n === STEPS ? to.y : from.y + from.height / 2 + share * 700
      await page.mouse.move(x + 10, Math.min(y, 860))
      await page.waitForTimeout(12)
    }
    await page.mouse.up()
    // The frames that show the drop, and what is drawn after it: they count too.
    await page.waitForTimeout(300)
  }
}

/** Lifts the third row with Space, moves it by the arrow keys, drops it. */
async function dragByKeys(page: Page): Promise<void> {
  await focusGrip(page, 2)
  await page.keyboard.press('Space')
  for (let n = 0; n < 10; n++) {
    await page.keyboard.press('ArrowDown')
    await page.waitForTimeout(50)
  }
  await page.keyboard.press('Space')
}

/** Moves the first row down and detaches the one that is first then: all others move up. */
async function arrangeByKeys(page: Page): Promise<void> {
  for (const key of ['Alt+ArrowDown', 'Delete', 'Control+z']) {
    await focusGrip(page, 0)
    await page.keyboard.press(key)
    await page.waitForTimeout(700)
  }
}

/** To find the grip takes the page 20 to 30 ms, which are not the next key's. */
async function focusGrip(page: Page, n: number): Promise<void> {
  await new PortPage(page).grips.nth(n).focus()
  await page.waitForTimeout(300)
}

async function watchInteractions(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: number[] = []
    Object.assign(globalThis, { seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { interactionId: number })[])
        if (entry.interactionId > 0) seen.push(entry.duration)
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
  })
}

/**
 * ms of the slowest interaction since it was last asked. Those under 16 ms are not reported: they
 * count as 16.
 */
async function slowestInteraction(page: Page): Promise<number> {
  await page.waitForTimeout(300)
  return page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: number[] }
    return Math.max(16, ...seen.splice(0))
  })
}
