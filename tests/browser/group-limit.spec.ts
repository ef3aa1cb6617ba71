import { PortPage } from './port-page.ts'
import { EXAMPLE, expect, test } from './portside.ts'
import { startPortside } from '../stage/servers.ts'

test('a project’s own limit: the page counts by it, and adds no more groups', async ({ browser }) => {
  const portside = await startPortside(
    { PORTSIDE_PROJECTS: JSON.stringify([{ project_id: EXAMPLE.project, groups_per_port: 3 }]) },
    ['--groups-per-port', '3'],
  )
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(portside.signIn)
  await page.goto(new URL(`/projects/${EXAMPLE.project}/ports/${EXAMPLE.port}`, portside.signIn).href)
  const portPage = new PortPage(page)
  const { listPanel, catalogue } = portPage
  await expect(listPanel).toContainText('2 of 3')
  await expect(listPanel).toContainText('Room for 1 more: a port takes at most 3 groups.')
  await catalogue.getByRole('checkbox').nth(0).check()
  await catalogue.getByRole('checkbox').nth(1).check()
  await expect(catalogue).toContainText('There is room for 1 more only: a port takes at most 3 groups.')
  await catalogue.getByRole('checkbox').nth(1).uncheck()
  await portPage.addToEnd.click()
  await expect(listPanel).toContainText('The list is full: a port takes at most 3 groups.')
  await portPage.apply()
  await expect.poll(() => portside.cloud.list(EXAMPLE.port)).toHaveLength(3)
  await context.close()
  await portside.stop()
})
