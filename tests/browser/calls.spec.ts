import type { Page } from '@playwright/test'
import { EXAMPLE, expect, test } from './portside.ts'
import { PortPage } from './port-page.ts'

// A proxy of its own, which has read nothing yet.
test.use({ environment: { PORTSIDE_LOG_LEVEL: 'fatal' } })

const [PORT, PORTS, GROUPS, RULES] = [
  'GET /v3/{project_id}/ports/{id}',
  'GET /v3/{project_id}/ports',
  'GET /v3/{project_id}/vpc/security-groups',
  'GET /v3/{project_id}/vpc/security-group-rules',
]
const MEMBERS_READ = /resolved to \d+ address/

/** A port that no other test changes. */
const SIX = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'

async function opened(page: Page, path: string): Promise<PortPage> {
  const portPage = new PortPage(page)
  await page.goto(path)
  await expect(portPage.list).toContainText('rule')
  await expect(portPage.traffic).toContainText('No changes yet')
  await page.waitForLoadState('networkidle')
  return portPage
}

/** Leaves a page that has asked for everything, so that nothing of it is counted later. */
async function leave(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  await page.goto('about:blank')
}

/** IDs of groups of the project, without asking the platform in the calls that are counted. */
async function groupIds(page: Page): Promise<string[]> {
  const response = await page.request.get(`/api/v3/${EXAMPLE.project}/vpc/security-groups?limit=2000`)
  const { security_groups } = (await response.json()) as { security_groups: { id: string }[] }
  return security_groups.map(({ id }) => id)
}

test('a port costs few calls, and who is in groups is read when needed', async ({
  page,
  cloud,
  portPath,
}) => {
  const groups = await groupIds(page)
  const before = await cloud.list(SIX)
  await cloud.someoneElseSets(SIX, [...new Set([...before, ...groups])].slice(0, 6))
  await leave(page)
  await cloud.forgetCalls()
  const portPage = await opened(page, portPath(SIX))
  expect(await cloud.calls()).toEqual({ [PORT!]: 1, [GROUPS!]: 2, [RULES!]: 1 })

  await portPage.addNamedToTop('ssh-from-anywhere')
  await expect(portPage.traffic).toContainText(MEMBERS_READ)
  // One more for the new group's rules, one for the rules of other ports that name it.
  expect(await cloud.calls()).toMatchObject({ [PORT!]: 1, [PORTS!]: 1, [RULES!]: 3 })

  // A change drops what was read.
  await portPage.apply()
  await expect.poll(() => cloud.list(SIX)).toHaveLength(7)
  await leave(page)
  await cloud.forgetCalls()
  await opened(page, portPath(SIX))
  expect(await cloud.calls()).toMatchObject({ [PORT!]: 1, [RULES!]: 1 })
})

test('a port with 100 groups costs at most 6 calls, and one more for the next user', async ({
  page,
  browser,
  running,
  cloud,
  portPath,
}) => {
  const groups = await groupIds(page)
  await cloud.someoneElseSets(SIX, groups.slice(0, 100))
  expect(await cloud.list(SIX)).toHaveLength(100)
  await leave(page)
  await cloud.forgetCalls()
  await opened(page, portPath(SIX))
  const calls = Object.values(await cloud.calls()).reduce((sum, one) => sum + one, 0)
  expect(calls).toBeLessThanOrEqual(6)

  const other = await browser.newContext({ baseURL: running.origin })
  const theirs = await other.newPage()
  await theirs.goto(running.signIn)
  await leave(theirs)
  await cloud.forgetCalls()
  await opened(theirs, portPath(SIX))
  expect(await cloud.calls()).toEqual({ [PORT!]: 1 })
  await other.close()
})
