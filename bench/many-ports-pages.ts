import { readFile, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { MOST_KINDS } from '../src/vpc/bulk-changes-api.ts'
import { ordersApi } from '../src/vpc/standing-orders-api.ts'
import { BulkChangesPage } from '../tests/browser/bulk-changes-page.ts'
import { newFolder, startEmulator } from '../tests/stage/servers.ts'
import { openPage, signedIn, SLOW_CPU, startBrowser } from './browser.ts'
import { newFigure, type Figure } from './figures.ts'
import { framesDuring } from './frames.ts'
import { PROJECT, run, type Running } from './running.ts'
import type { Subject } from './subject.ts'

/** Other sizes take minutes more. */
const SIZES = (process.env.PORTSIDE_BENCH_PORTS ?? '10000').split(',').map(Number)
/** The names of two groups that the estate has. */
const [PUT, ABOVE] = ['deny-known-attackers', 'web-public']
const PASTED = 1_000
const RUNNING_MS = 10_000
/** The goal for the page's longest task, at this machine's own speed and on a slow CPU. */
const GOAL_MS = { 1: 50, [SLOW_CPU]: 200 } as Record<number, number>

/** What one size and speed is measured with. */
type Day = { page: Page; bulk: BulkChangesPage; size: number; estate: Estate }
/** A step of an operator's day; what is not of the step itself is done in `before`. */
type Step = { name: string; before?: (day: Day) => Promise<void>; act: (day: Day) => Promise<void> }

/**
 * The pages of changes on many ports, in an operator's day: the longest task that keeps the page's
 * main thread in each step. As many kinds as there can be. `PORTSIDE_BENCH_PORTS=100,1000,10000`
 * shows how it grows with the ports.
 */
export const manyPortsPages: Subject = async () => {
  const figures: Figure[] = []
  for (const { name } of STEPS)
    for (const cpu of [1, SLOW_CPU])
      for (const size of SIZES)
        figures.push(
          newFigure('pages of many ports', nameOf(name, cpu, size), 'ms', { below: GOAL_MS[cpu]! }),
        )
  for (const size of SIZES)
    for (const cpu of [1, SLOW_CPU])
      for (const [name, longest] of await day(size, cpu))
        figures.find((one) => one.name === nameOf(name, cpu, size))!.values.push(longest)
  return figures
}

function nameOf(step: string, cpu: number, size: number): string {
  return `${step}: longest task${cpu === 1 ? '' : `, CPU ${cpu}x slower`}, ${size.toLocaleString('en')} ports`
}

/** One day, from a new estate on: the longest task of each step. */
async function day(size: number, cpu: number): Promise<[string, number][]> {
  const folder = await newFolder()
  const estate = await writeEstate(folder.path, size)
  const running = await run({ estate: folder.path })
  const browser = await startBrowser()
  try {
    await makeOrder(running, estate)
    const context = await signedIn(browser, running)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const { page } = await openPage(context, { cpu })
    page.setDefaultTimeout(120_000)
    const today: Day = { page, bulk: new BulkChangesPage(page), size, estate }
    const found: [string, number][] = []
    for (const { name, before, act } of STEPS) {
      await before?.(today)
      await page.waitForTimeout(500)
      const { tasks } = await framesDuring(page, async () => {
        await act(today)
        await page.waitForTimeout(500)
      })
      found.push([name, Math.max(...tasks)])
    }
    return found
  } finally {
    await browser.close()
    await running.stop()
    await folder.remove()
  }
}

const STEPS: readonly Step[] = [
  {
    name: 'all chosen in the table',
    async before({ page, size }) {
      await page.goto(`/projects/${PROJECT}/ports`, { waitUntil: 'networkidle' })
      const search = page.getByLabel('Search', { exact: true })
      await search.fill('no port has this')
      await page
        .getByText(`searched all ${size.toLocaleString('en')}`)
        .first()
        .waitFor()
      await search.fill('')
      await page.getByRole('button', { name: 'Choose ports' }).click()
    },
    async act({ page, size, estate }) {
      const boxes = page.getByRole('table', { name: 'Ports' }).getByRole('checkbox')
      await boxes.first().check()
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
      const last = page.locator(`[aria-label=Ports] tr[aria-rowindex="${size + 1}"]`)
      await last.getByRole('checkbox').click({ modifiers: ['Shift'] })
      await page.getByText(`${size.toLocaleString('en')} chosen`).waitFor()
      await page.getByRole('button', { name: 'Change them…' }).click()
      await page.getByRole('button', { name: `${estate.ports.length.toLocaleString('en')} ports` }).waitFor()
    },
  },
  {
    name: `IDs of at most ${PASTED.toLocaleString('en')} ports pasted`,
    async before({ page }) {
      await page.goto(`/projects/${PROJECT}/changes/new`, { waitUntil: 'networkidle' })
    },
    async act({ page, estate }) {
      const ids = estate.ports.slice(0, PASTED)
      await page.getByRole('button', { name: 'Choose ports…' }).first().click()
      await page.evaluate((text) => navigator.clipboard.writeText(text), ids.join('\n'))
      await page.getByLabel('Or paste IDs, names or IP addresses').press('Control+V')
      await page.getByRole('button', { name: 'Find these ports' }).click()
      await page.getByRole('button', { name: `Take ${ids.length.toLocaleString('en')} ports` }).click()
      await page.getByRole('button', { name: `${ids.length.toLocaleString('en')} ports` }).waitFor()
    },
  },
  {
    name: 'what is wanted said, and planned',
    async before({ page, size }) {
      await page.goto(`/projects/${PROJECT}/changes/new?all=true`, { waitUntil: 'networkidle' })
      await page.getByRole('button', { name: `All ${size.toLocaleString('en')} ports` }).waitFor()
    },
    async act({ bulk, size }) {
      await bulk.putAbove(PUT!, ABOVE!)
      await bulk.figure('ports change').getByText(size.toLocaleString('en'), { exact: true }).waitFor()
      await bulk.review.waitFor()
    },
  },
  {
    name: 'kinds opened',
    async act({ page }) {
      // By selectors: to find a role among so many elements is a long task too.
      const more = page.locator('main button', { hasText: /^Show .* more of/ })
      for (let n = 0; n < 3; n++) if (await more.isVisible()) await more.click()
      const details = page.locator('main li summary')
      for (let n = 0; n < 4; n++) await details.nth(n).click()
    },
  },
  {
    name: 'review opened',
    async before({ page }) {
      await page.getByText('Change the pace').click()
      for (const [label, text] of [
        ['Ports in the first wave', '1000'],
        ['Ports in a wave, at most', '1000'],
        ['Stop after failures', '1000'],
      ])
        await page.getByLabel(label!).fill(text!)
    },
    async act({ bulk }) {
      await bulk.review.click()
      await bulk.begin.waitFor()
    },
  },
  {
    name: 'begun, and its page opened',
    async act({ bulk, page }) {
      await bulk.begin.click()
      await bulk.endHere.waitFor()
      await page.getByRole('region', { name: 'Ports of this change' }).waitFor()
    },
  },
  {
    name: 'followed for 10 s',
    async act({ page }) {
      await page.waitForTimeout(RUNNING_MS)
    },
  },
  {
    name: 'standing orders, and ports that depart',
    async act({ page }) {
      await page.getByRole('link', { name: 'Changes' }).first().click()
      await page.getByRole('link', { name: 'Standing orders' }).click()
      await page.getByRole('button', { name: 'Show ports' }).click()
      await page.getByRole('region', { name: /^Ports that depart/ }).waitFor()
    },
  },
]

/** The IDs of its ports, and of the groups PUT and ABOVE. */
type Estate = { ports: string[]; put: string; above: string }

/**
 * An estate of the emulator with so many ports, each with the group ABOVE, and as many lists as a
 * change may have kinds, but at most one for two ports.
 */
async function writeEstate(folder: string, size: number): Promise<Estate> {
  const groups = MOST_KINDS + 100
  const emulator = await startEmulator(
    ['--data', folder, '--ports', `${size}`, '--groups', `${groups}`],
    true,
  )
  await emulator.stop()
  const path = join(folder, 'estate.json')
  const written = JSON.parse(await readFile(path, 'utf8')) as {
    projects: {
      id: string
      security_groups: { id: string; name: string }[]
      ports: { id: string; security_groups: string[] }[]
    }[]
  }
  const project = written.projects.find(({ id }) => id === PROJECT)!
  const named = (name: string) => project.security_groups.find((group) => group.name === name)!.id
  const [put, above] = [named(PUT!), named(ABOVE!)]
  const others = project.security_groups.map(({ id }) => id).filter((id) => id !== put && id !== above)
  const kinds = Math.min(MOST_KINDS, project.ports.length / 2)
  for (const [n, port] of project.ports.entries()) {
    const at = n % kinds
    port.security_groups = [
      above,
      others[at]!,
      others[(at + 1) % others.length]!,
      others[(at + 7) % others.length]!,
    ]
    // What else makes ports of another kind is the same for all.
    Object.assign(port, { port_security_enabled: true, allowed_address_pairs: [], ecs_flavor: '' })
  }
  await writeFile(path, JSON.stringify(written))
  return { ports: project.ports.map(({ id }) => id), put, above }
}

async function makeOrder({ origin, cookie }: Running, { put, above }: Estate): Promise<void> {
  const response = await fetch(origin + ordersApi.ofProject(PROJECT), {
    method: 'POST',
    headers: { cookie, origin, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ order_id: randomUUID(), name: 'attackers first', check_every_minutes: null },
      intent: { kind: 'put', groups: [put], order: 'above', group: above, where_missing: 'insert' },
      ports: {},
    }),
  })
  if (!response.ok) throw new Error(`standing order: ${response.status} ${await response.text()}`)
}
