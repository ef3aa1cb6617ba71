import { expectNoAxeFinding, EXAMPLE, expect, test } from './portside.ts'
import { startPortside } from '../stage/servers.ts'

const LAB = '0d2c6a1f4b7e4f5e9a38c5d1e7b60f42'

/** 48 projects in two regions. */
const others = (endpoint: string) =>
  Array.from({ length: 48 }, (_, at) => ({
    project_id: `project${at}`,
    name: `team-${String(at).padStart(2, '0')}`,
    region: at % 2 === 0 ? 'eu-west-101' : 'af-south-1',
    endpoint,
  }))

test('fifty projects in three regions are grouped and found by their first letters', async ({ browser }) => {
  const portside = await startPortside((endpoint) => ({
    PORTSIDE_PROJECTS: JSON.stringify([
      { project_id: EXAMPLE.project, name: 'production', region: 'ap-southeast-1', endpoint },
      ...others(endpoint),
      { project_id: LAB, name: 'lab', region: 'af-south-1', endpoint },
    ]),
  }))
  // axe needs a context of its own.
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(portside.signIn)
  const chooser = page.getByLabel('Project')
  await expect(chooser.locator('option:checked')).toHaveText('production (ap-southeast-1)')
  const groups = chooser.locator('optgroup')
  expect(await groups.evaluateAll((all) => all.map((one) => (one as HTMLOptGroupElement).label))).toEqual([
    'ap-southeast-1',
    'eu-west-101',
    'af-south-1',
  ])
  await expect(groups.nth(1).locator('option')).toHaveCount(24)
  await expect(groups.nth(2).locator('option').last()).toHaveText('lab (af-south-1)')

  await chooser.focus()
  await page.keyboard.type('lab')
  await expect(page).toHaveURL(new RegExp(`/projects/${LAB}/ports`))
  await expect(page.getByRole('link', { name: /^lab-/ }).first()).toBeVisible()
  await expectNoAxeFinding(page)
  await context.close()
  await portside.stop()
})
