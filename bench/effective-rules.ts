import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { SecurityGroupRule } from '../src/vpc/security-group.ts'
import { newFolder, startEmulator } from '../tests/stage/servers.ts'
import { openPage, signedIn, startBrowser } from './browser.ts'
import { chance, rulesOf } from './estate-rules.ts'
import { newFigure } from './figures.ts'
import { framesDuring } from './frames.ts'
import { idsOf, PROJECT, run } from './running.ts'
import type { Subject } from './subject.ts'

const RUNS = 3
const GROUPS = 100
const RULES = 50

/**
 * The effective rules of a port with 100 groups of 50 rules, as a table and as the picture: how
 * long until they are there, and the worst frame meanwhile.
 */
export const effectiveRules: Subject = async () => {
  const folder = await newFolder()
  await writeEstate(folder.path)
  const running = await run({ estate: folder.path })
  const browser = await startBrowser()
  try {
    const [port] = await idsOf(running, 'ports', 1)
    await running.cloud.someoneElseSets(port!, await idsOf(running, 'security_groups', GROUPS))
    const row = (name: string, below?: number) =>
      newFigure(
        'effective rules',
        `${GROUPS} groups of ${RULES} rules: ${name}`,
        'ms',
        below ? { below } : undefined,
      )
    const rows: [name: string, act: (page: Page) => Promise<void>][] = [
      ['the table opens', openTable],
      ['the table is filtered', filter],
      ['the picture opens', openPicture],
    ]
    const figures = rows.map(([name]) => ({ time: row(name), worst: row(`${name}, worst frame`, 50) }))
    for (let n = 0; n < RUNS; n++) {
      const context = await signedIn(browser, running)
      const { page } = await openPage(context)
      await page.goto(`/projects/${PROJECT}/ports/${port}`)
      await page.getByRole('status', { name: 'What the plan changes' }).waitFor({ state: 'attached' })
      await page.waitForLoadState('networkidle')
      for (const [at, [, act]] of rows.entries()) {
        const begun = performance.now()
        let took = 0
        const { intervals } = await framesDuring(page, async () => {
          await act(page)
          took = performance.now() - begun
          await page.waitForTimeout(300)
        })
        figures[at]!.time.values.push(took)
        figures[at]!.worst.values.push(Math.max(...intervals))
      }
      await context.close()
    }
    return figures.flatMap(({ time, worst }) => [time, worst])
  } finally {
    await browser.close()
    await running.stop()
    await folder.remove()
  }
}

/** An estate of the emulator in which each of the project's first groups has that many rules. */
async function writeEstate(folder: string): Promise<void> {
  const emulator = await startEmulator(['--data', folder], true)
  await emulator.stop()
  const path = join(folder, 'estate.json')
  const estate = JSON.parse(await readFile(path, 'utf8')) as {
    projects: { id: string; security_groups: { id: string }[]; security_group_rules: SecurityGroupRule[] }[]
  }
  const project = estate.projects.find(({ id }) => id === PROJECT)!
  const sample = project.security_group_rules[0]!
  const groups = project.security_groups.slice(0, GROUPS).map(({ id }) => id)
  const next = chance(GROUPS * RULES)
  project.security_group_rules = groups.flatMap((group) =>
    rulesOf(group, RULES, groups, next).map((rule) => ({
      ...sample,
      ...rule,
      id: `00000000-0000-4000-8000-${Math.floor(next() * 2 ** 47)
        .toString(16)
        .padStart(12, '0')}`,
      description: '',
      remote_address_group_id: null,
    })),
  )
  await writeFile(path, JSON.stringify(estate))
}

const section = (page: Page) => page.getByRole('region', { name: 'Effective rules' })

async function openTable(page: Page): Promise<void> {
  await section(page).getByRole('button', { name: 'Show all rules in order' }).click()
  await section(page).locator('tbody tr[data-index]').first().waitFor()
}

async function filter(page: Page): Promise<void> {
  await section(page).getByLabel('For port').pressSequentially('443', { delay: 100 })
  await section(page).locator('output').first().waitFor()
}

async function openPicture(page: Page): Promise<void> {
  await section(page).getByRole('button', { name: 'Show who gets at what' }).click()
  await page.getByRole('table', { name: /Who gets/ }).waitFor()
}
