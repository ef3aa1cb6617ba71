import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { parse } from 'csv-parse/sync'
import { planChange } from '../../src/vpc/plan-change.ts'
import { api, type Operation } from '../../src/vpc/portside-api.ts'
import type { AuditRecord } from '../../src/vpc/audit-log.ts'
import { EXAMPLE, expect, expectNoAxeFinding, test } from './portside.ts'

/** A port that no other test changes. */
const PORT = '56ecc8c6-dab4-4466-83de-5855d242376e'

/** Puts the port's groups in the opposite order, through the proxy. @returns the done operation */
async function changed(page: Page, origin: string, list: string[]): Promise<Operation> {
  const operation_id = randomUUID()
  const desired = list.toReversed()
  const steps = planChange(list, desired).steps.map(({ step }) => step)
  const sent = { data: { operation_id, planned_from: list, desired, steps }, headers: { origin } }
  const posted = await page.request.post(api.portOperations(EXAMPLE.project, PORT), sent)
  expect(posted.status(), await posted.text()).toBe(202)
  for (let after = 0; ;) {
    const response = await page.request.get(`${api.operation(operation_id)}?after=${after}&wait=20`)
    const { operation } = (await response.json()) as { operation: Operation }
    if (operation.status === 'done') return operation
    after = operation.revision
  }
}

/** What the browser saves when a link is clicked. */
async function saved(page: Page, link: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: link }).click(),
  ])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

test('a change is found by its request ID, read, undone on the port and exported', async ({
  page,
  portPage,
  running,
  cloud,
}) => {
  const list = [EXAMPLE.first, EXAMPLE.second]
  await cloud.someoneElseSets(PORT, list)
  const { operation_id, steps } = await changed(page, running.origin, list)
  const requestId = steps[1]!.request_id!

  await page.goto('/')
  await page.getByRole('link', { name: 'History', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeFocused()
  const rows = page.getByRole('region', { name: 'Audit records' }).getByRole('listitem')
  const search = page.getByRole('searchbox', { name: 'Search' })
  // The proxy takes no more.
  await expect(search).toHaveAttribute('maxlength', '200')
  await search.fill(requestId)
  await expect(rows).toHaveCount(1)
  await expect(rows).toContainText(['web-public 2 → 1 · 2 calls'])
  await expect(rows).toContainText([requestId])
  await expect(rows.getByText('Done')).toBeVisible()
  expect(new URL(page.url()).searchParams.get('q')).toBe(requestId)
  await expectNoAxeFinding(page)

  // The name of the group that was moved finds it too, and is exported with it.
  await page.getByRole('searchbox', { name: 'Search' }).fill('web-public')
  await expect(rows.first()).toContainText('web-public 2 → 1')
  await expect(page.getByRole('link', { name: 'Export CSV' })).toHaveAttribute('href', /q_group=/)
  await page.getByRole('searchbox', { name: 'Search' }).fill(requestId)
  await expect(page.getByRole('link', { name: 'Export CSV' })).not.toHaveAttribute('href', /q_group=/)

  const csv = await saved(page, 'Export CSV')
  expect(csv.name).toMatch(/^portside-records-.*\.csv$/)
  expect(parse(csv.text, { columns: true, bom: true })).toMatchObject([
    { record_id: operation_id, outcome: 'done', before: list.join(' '), after: list.toReversed().join(' ') },
  ])
  const { text } = await saved(page, 'Export JSON lines')
  const [exported] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditRecord)
  expect(exported).toMatchObject({
    record_id: operation_id,
    request_ids: steps.map((step) => step.request_id),
  })

  // By keyboard.
  await rows.getByRole('link', { name: 'Change' }).focus()
  await page.keyboard.press('Enter')
  const happened = page.getByRole('region', { name: 'What happened' })
  await expect(happened.getByText('Step 2: done (200)')).toBeVisible()
  await expect(happened).toContainText(requestId)
  await expect(page.getByRole('region', { name: 'Lists' })).toContainText('moved from 2')
  await expectNoAxeFinding(page)

  await page.getByRole('button', { name: 'Undo this change…' }).press('Enter')
  await expect(portPage.rows.first()).toHaveAttribute('data-row', EXAMPLE.first)
  await expect(portPage.plan).toContainText('1 moved · 1 call')
  expect(await cloud.list(PORT)).toEqual(list.toReversed())

  // Somebody has put it back meanwhile: then there is nothing left to undo.
  await cloud.someoneElseSets(PORT, list)
  await page.getByRole('link', { name: 'History of this port' }).click()
  await expect(page).toHaveTitle(/^History of (?!port)\S+ · Portside$/)
  await rows.first().getByRole('link').click()
  await expect(page.getByText('The port has the list from before this change again.')).toBeVisible()
})
