import type { Browser, Page } from '@playwright/test'
import type { Subject } from './subject.ts'
import { openPage, signedIn, SLOW_CPU, startBrowser } from './browser.ts'
import { newFigure, type Figure } from './figures.ts'
import { idsOf, PROJECT, run, type Running } from './running.ts'

const RUNS = 3
/** When no file has come for so long, none comes without a click. */
const QUIET_MS = 1_500

/**
 * A view is useful when there are elements of the selector and all of them hold the text; the first
 * row is painted when there is one of them, drawn by the console or early (console/early-view.ts).
 */
type View = { name: string; path: string; row: string; text: string }

/**
 * What the browser loads until the first useful view, as the proxy sends it, and how long that
 * takes on a slow CPU over Fast 3G, with an empty cache and with a warm one. Useful is: ports to
 * choose from; a port's groups by name, with their rules counted, to be arranged by keys and
 * buttons. The catalogue, the plan, dragging by mouse, traffic and the port in full come after
 * that: their bytes have a row of their own.
 */
export const firstView: Subject = async () => {
  const running = await run()
  const browser = await startBrowser()
  try {
    const [port] = await idsOf(running, 'ports', 1)
    const ports = `/projects/${PROJECT}/ports`
    const views: View[] = [
      { name: 'ports', path: ports, row: '[aria-label=Ports] tbody th a', text: '' },
      { name: 'a port', path: `${ports}/${port}`, row: '[data-rows=list] [data-row]', text: 'rule' },
    ]
    const figures: Figure[] = []
    for (const view of views) {
      figures.push(...(await sizes(browser, running, view)))
      figures.push(...(await times(browser, running, view)))
    }
    return figures
  } finally {
    await browser.close()
    await running.stop()
  }
}

/** A file counts as needed when it is there before the view is useful. */
async function sizes(browser: Browser, running: Running, view: View): Promise<Figure[]> {
  const row = (what: string, below?: number) =>
    newFigure('first view', `${view.name}: ${what}`, 'kB', below === undefined ? undefined : { below })
  const rows = ['gzip', 'br'].map((encoding) => ({
    encoding,
    js: row(`JavaScript to the useful view, ${encoding}`, encoding === 'gzip' ? 150 : undefined),
    css: row(`CSS to it, ${encoding}`),
    after: row(`JavaScript and CSS after it, without a click, ${encoding}`),
  }))
  for (let n = 0; n < RUNS; n++) {
    const context = await signedIn(browser, running)
    const { page } = await openPage(context)
    const useful = await timeToUseful(page, view)
    await quiet(page)
    const files = await filesOf(page)
    await context.close()
    for (const { encoding, js, css, after } of rows) {
      const sent = await Promise.all(
        files.map(async ({ path, end }) => ({
          kind: end > useful ? after : path.endsWith('.js') ? js : css,
          bytes: await bytesOf(running.origin + path, encoding),
        })),
      )
      for (const kind of [js, css, after])
        kind.values.push(sent.reduce((sum, one) => sum + (one.kind === kind ? one.bytes : 0), 0) / 1000)
    }
  }
  return rows.flatMap(({ js, css, after }) => [js, css, after])
}

/** The bytes of a file's body as the proxy sends it to a browser that takes this encoding. */
async function bytesOf(url: string, encoding: string): Promise<number> {
  const response = await fetch(url, { headers: { 'accept-encoding': encoding } })
  await response.arrayBuffer()
  return Number(response.headers.get('content-length'))
}

async function times(browser: Browser, running: Running, view: View): Promise<Figure[]> {
  const slow = `CPU ${SLOW_CPU}x slower, Fast 3G`
  const cold = newFigure('first view', `${view.name}: useful after, ${slow}, cache empty`, 'ms', {
    below: 3000,
  })
  const row = (cache: string) =>
    newFigure('first view', `${view.name}: first row painted after, ${slow}, cache ${cache}`, 'ms')
  const rows = { cold: row('empty'), warm: row('warm') }
  const warm = newFigure('first view', `${view.name}: useful after, ${slow}, cache warm`, 'ms', {
    below: 1800,
  })
  for (let n = 0; n < RUNS; n++) {
    const context = await signedIn(browser, running)
    for (const { useful, first } of [
      { useful: cold, first: rows.cold },
      { useful: warm, first: rows.warm },
    ]) {
      const { page } = await openPage(context, { cpu: SLOW_CPU, fast3G: true })
      useful.values.push(await timeToUseful(page, view))
      first.values.push(await timeOf(page, 'first row'))
      // What comes after is cached for the second visit too.
      await quiet(page)
      await page.close()
    }
    await context.close()
  }
  return [rows.cold, cold, rows.warm, warm]
}

/**
 * Opens the view. @returns ms from the navigation's start to the frame that has painted it useful
 */
async function timeToUseful(page: Page, { path, row, text }: View): Promise<number> {
  await page.addInitScript(
    (wanted) => {
      const isUseful = () => {
        const found = [...document.querySelectorAll(`#root:not(.under) ${wanted.row}`)]
        return found.length > 0 && found.every((one) => one.textContent.includes(wanted.text))
      }
      let hasRow = false
      const look = () => {
        if (!hasRow && document.querySelector(wanted.row)) {
          hasRow = true
          requestAnimationFrame(() => performance.mark('first row'))
        }
        // Seen before one frame is painted, so it is on the screen in the next.
        if (isUseful()) requestAnimationFrame(() => performance.mark('useful'))
        else requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    },
    { row, text },
  )
  await page.goto(path, { waitUntil: 'commit' })
  return timeOf(page, 'useful')
}

/** When the mark was set, in ms from the navigation's start. */
async function timeOf(page: Page, mark: string): Promise<number> {
  const time = await page.waitForFunction((name) => performance.getEntriesByName(name)[0]?.startTime, mark, {
    timeout: 60_000,
  })
  return (await time.jsonValue())!
}

/** Waits until nothing has been asked for during a while. */
async function quiet(page: Page): Promise<void> {
  let last = Date.now()
  const note = () => (last = Date.now())
  page.on('request', note).on('requestfinished', note)
  while (Date.now() - last < QUIET_MS) await page.waitForTimeout(100)
}

/** The scripts and styles that the page has loaded; `end` in ms from the navigation's start. */
async function filesOf(page: Page): Promise<{ path: string; end: number }[]> {
  const files = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry instanceof PerformanceResourceTiming)
      .map(({ name, responseEnd }) => ({ path: new URL(name).pathname, end: responseEnd })),
  )
  return files.filter(({ path }) => /\.(?:js|css)$/.test(path))
}
