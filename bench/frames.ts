import type { Page } from '@playwright/test'

/**
 * The goal of a median that is at the tick: every 16.67 ms at 60 Hz, and what measuring it varies
 * by. A frame that misses its tick takes 33.
 */
export const AT_THE_TICK = { below: 17 }

/** What a trace of the browser shows of the frames while something was going on. */
export type Frames = {
  /** ms from each frame to the next. */
  intervals: number[]
  /** ms that each task kept the page's main thread. */
  tasks: number[]
  /** Those that kept it for more than 50. */
  longTasks: number[]
}

/** What Chromium calls a task in a trace. */
const TASK = 'ThreadControllerImpl::RunTask'

type TraceEvent = { name: string; ph: string; ts: number; dur?: number; pid: number; tid: number }

/**
 * Traces the page while `act` is going on. A frame begins when the page's animation frame callback
 * is called, at a 60 Hz screen every 16.67 ms: later when the main thread was busy. The times are
 * the trace's, in microseconds: pages themselves see time in steps of 0.1 ms.
 *
 * Only tasks and marks are traced. To write each layout and paint down as well costs more than they
 * do: it made the frames of a list that scrolls twice as long.
 */
export async function framesDuring(page: Page, act: () => Promise<void>): Promise<Frames> {
  const browser = page.context().browser()
  if (browser === null) throw new TypeError('the page has no browser')
  await browser.startTracing(page, {
    categories: ['blink.user_timing', 'toplevel'],
  })
  await page.evaluate(() => {
    // Asks for every frame, whether anything changes or not.
    const next = () => {
      if (performance.getEntriesByName('frames-end').length > 0) return
      performance.mark('frame')
      performance.clearMarks('frame')
      requestAnimationFrame(next)
    }
    performance.clearMarks('frames-end')
    performance.mark('frames-begin')
    requestAnimationFrame(next)
  })
  await act()
  await page.evaluate(() => performance.mark('frames-end'))
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  return readFrames(trace.traceEvents)
}

function readFrames(events: TraceEvent[]): Frames {
  const mark = (name: string) => events.findLast((event) => event.name === name)
  const [begin, end] = [mark('frames-begin'), mark('frames-end')]
  if (begin === undefined || end === undefined) throw new Error('the trace does not hold its marks')
  const main = events
    .filter(({ pid, tid, ts }) => pid === begin.pid && tid === begin.tid && ts > begin.ts && ts < end.ts)
    .toSorted((a, b) => a.ts - b.ts)
  const intervals: number[] = []
  let last: number | undefined
  for (const { name, ts } of main) {
    if (name !== 'frame') continue
    if (last !== undefined) intervals.push((ts - last) / 1000)
    last = ts
  }
  const tasks = main.flatMap(({ name, dur = 0 }) => (name === TASK ? [dur / 1000] : []))
  // Else no task would count as none that is long.
  if (intervals.length === 0 || tasks.length === 0) throw new Error('the trace has no frames or tasks')
  return { intervals, tasks, longTasks: tasks.filter((ms) => ms > 50) }
}
