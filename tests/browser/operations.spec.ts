import type { Page } from '@playwright/test'
import { EXAMPLE, expect, expectNoAxeFinding, test } from './portside.ts'
import { controls, newFolder, startEmulator, startProxy } from '../stage/servers.ts'

const rows = (page: Page) =>
  page.getByRole('list', { name: 'Security groups in the order they are decided' }).locator('[data-row]')
const plan = (page: Page) => page.getByRole('region', { name: 'Plan', exact: true })
const idsOf = (page: Page) =>
  rows(page).evaluateAll((all) => all.map((row) => row.getAttribute('data-row') ?? ''))

// Stopped operations stay with their port: each test has a port of its own.
const PORTS = {
  reorder: 'e660ba30-01c6-4edf-81fb-ae0d056403b9',
  together: 'f9a413c1-3c62-4621-9e24-50346fa48ef1',
  waits: '6820b4fb-e056-43dd-8b43-911209d12055',
  lost: '8880f5f4-27c0-4b07-bec4-9b3f8faf1547',
  back: '1c39e52e-803c-4207-8666-d6c51802fe78',
  on: '2ea53e6d-71d7-4cd5-ab69-622519b2e2d7',
  leave: 'ec37e4ba-58bc-4bf5-b160-b62bd9c2b4f4',
  changed: '65a61843-0d9b-4846-8786-7e0dc376c9cb',
  undo: '95a7444b-19ef-46c4-bbfe-741f588721ab',
  queued: '138f4793-72c8-4429-8a43-047ede1e2dcb',
  killed: 'fdb9aff5-a0e9-4b0c-95c9-cf1faf4a1b62',
}

const moved = <T>(list: T[], from: number, to: number) =>
  list.toSpliced(from, 1).toSpliced(to, 0, list[from]!)

async function open(page: Page, path: string, groups: number) {
  await page.goto(path)
  await expect(rows(page)).toHaveCount(groups)
  // Until the groups' names are read, a row and its buttons are named by the start of the ID.
  await expect(rows(page).getByRole('checkbox', { name: /…$/ })).toHaveCount(0)
}

/** Moves the last group to the top: a remove and an insert. */
async function lastToTop(page: Page) {
  const count = await rows(page).count()
  const last = rows(page).nth(count - 1)
  await last.getByRole('checkbox').check()
  const name = (await last.getByRole('checkbox').getAttribute('aria-label'))!.replace('Select ', '')
  for (let n = 1; n < count; n++)
    await page.getByRole('button', { name: `Move ${name} up`, exact: true }).click()
  await expect(plan(page)).toContainText('2 calls')
  return name
}

async function apply(page: Page) {
  await page.getByRole('switch', { name: 'Dry run' }).uncheck()
  await plan(page).getByRole('button', { name: 'Apply…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Apply this change?' })
  await dialog.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(dialog).toBeHidden()
}

test('reorder: what is off the port in between is said before the change', async ({
  page,
  cloud,
  portPath,
}) => {
  await open(page, portPath(PORTS.reorder), 6)
  const before = await idsOf(page)
  const name = await lastToTop(page)
  await expect(plan(page)).toContainText(`Remove ${name}`)
  await expect(plan(page)).toContainText(`Insert ${name} at the top`)
  await expect(plan(page)).toContainText(/off the port/i)
  await plan(page).getByRole('button', { name: 'Check' }).click()
  await expect(plan(page)).toContainText('1 step checked by the platform, 1 by Portside only')
  expect(await cloud.list(PORTS.reorder)).toEqual(before)
  await apply(page)
  await expect.poll(() => cloud.list(PORTS.reorder)).toEqual(moved(before, 5, 0))
  await expect.poll(() => idsOf(page)).toEqual(moved(before, 5, 0))
  await expectNoAxeFinding(page)
})

test('several selected groups move together; one is detached; one plan does it all', async ({
  page,
  cloud,
  portPath,
}) => {
  await open(page, portPath(PORTS.together), 6)
  const [a, b, c, d, e, f] = await idsOf(page)
  for (const n of [3, 4]) await rows(page).nth(n).getByRole('checkbox').check()
  await rows(page).nth(3).locator('[data-control=grip]').focus()
  await page.keyboard.press('Alt+ArrowUp')
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => idsOf(page)).toEqual([a, d, e, b, c, f])
  await rows(page).nth(5).locator('[data-control=detach]').click()
  await expect(page.getByRole('region', { name: 'Will be detached' })).toBeVisible()
  await expect.poll(() => idsOf(page)).toEqual([a, d, e, b, c])
  await apply(page)
  await expect.poll(() => cloud.list(PORTS.together)).toEqual([a, d, e, b, c])
})

test('429 with Retry-After waits and goes on by itself', async ({ page, cloud, portPath }) => {
  await open(page, portPath(PORTS.waits), 3)
  const before = await idsOf(page)
  await lastToTop(page)
  const match = { method: 'PUT', path: 'insert-security-groups' }
  await cloud.faults({ kind: 'error', status: 429, retry_after: 2, error_code: 'APIGW.0308', match })
  await apply(page)
  await expect(plan(page)).toContainText('the platform asked to wait')
  await expect(plan(page)).toContainText(/off the port right now/i)
  await expect.poll(() => cloud.list(PORTS.waits)).toEqual(moved(before, 2, 0))
  await expect.poll(() => idsOf(page)).toEqual(moved(before, 2, 0))
})

test('a lost answer is resolved by reading the port back', async ({ page, cloud, portPath }) => {
  await open(page, portPath(PORTS.lost), 4)
  const before = await idsOf(page)
  await lastToTop(page)
  await cloud.faults({ kind: 'drop_after', match: { method: 'PUT', path: 'remove-security-groups' } })
  await apply(page)
  await expect.poll(() => idsOf(page)).toEqual(moved(before, 3, 0))
  await expect(
    page.getByText(/the response was lost, the port read back has the expected list/),
  ).toBeVisible()
  expect(await cloud.list(PORTS.lost)).toEqual(moved(before, 3, 0))
})

/** The platform refuses the next insert. */
const refused = (cloud: ReturnType<typeof controls>) =>
  cloud.faults({
    kind: 'error',
    status: 403,
    error_code: 'VPC.0010',
    error_msg: 'Not now.',
    match: { method: 'PUT', path: 'insert-security-groups' },
  })

test.describe('a step fails: the true list, and three ways on', () => {
  test('go back to the order before', async ({ page, cloud, portPath }) => {
    await open(page, portPath(PORTS.back), 4)
    const before = await idsOf(page)
    const name = await lastToTop(page)
    await refused(cloud)
    await apply(page)
    const stopped = page.getByRole('alert').filter({ hasText: 'stopped after 1 of 2 steps' })
    await expect(stopped).toContainText(`Off the port right now: ${name}`)
    await expect(stopped).toContainText('VPC.0010')
    await expect(stopped).toContainText('Not now.')
    expect(await cloud.list(PORTS.back)).toEqual(before.slice(0, 3))
    await expectNoAxeFinding(page)
    // Found again by whoever opens the port later.
    await page.reload()
    await stopped.getByRole('button', { name: 'Go back to the order before' }).click()
    await expect.poll(() => cloud.list(PORTS.back)).toEqual(before)
    await expect(stopped).toBeHidden()
    // What was arranged is not lost by going back: it can be tried again, or reset.
    await expect(plan(page)).toContainText('1 moved · 2 calls')
    await page.getByRole('button', { name: 'Reset' }).click()
    await expect.poll(() => idsOf(page)).toEqual(before)
  })

  test('go on', async ({ page, cloud, portPath }) => {
    await open(page, portPath(PORTS.on), 4)
    const before = await idsOf(page)
    await lastToTop(page)
    await refused(cloud)
    await apply(page)
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect.poll(() => cloud.list(PORTS.on)).toEqual(moved(before, 3, 0))
    await expect.poll(() => idsOf(page)).toEqual(moved(before, 3, 0))
  })

  test('leave as is', async ({ page, cloud, portPath }) => {
    await open(page, portPath(PORTS.leave), 3)
    const before = await idsOf(page)
    await lastToTop(page)
    await refused(cloud)
    await apply(page)
    await page.getByRole('button', { name: 'Leave as is' }).click()
    await expect(page.getByRole('button', { name: 'Leave as is' })).toBeHidden()
    expect(await cloud.list(PORTS.leave)).toEqual(before.slice(0, 2))
  })
})

test('the list changed between arranging and applying: nothing is sent, then rebase', async ({
  page,
  cloud,
  portPath,
}) => {
  await open(page, portPath(PORTS.changed), 3)
  const [a, b, c] = await idsOf(page)
  await lastToTop(page)
  await page.getByRole('switch', { name: 'Dry run' }).uncheck()
  await plan(page).getByRole('button', { name: 'Apply…' }).click()
  await cloud.someoneElseSets(PORTS.changed, [a!, b!, c!, EXAMPLE.inserted[0]])
  await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(page.getByText('The list changed since you arranged it')).toBeVisible()
  expect(await cloud.list(PORTS.changed)).toEqual([a, b, c, EXAMPLE.inserted[0]])
  await page.getByRole('button', { name: 'Rebase my arrangement' }).click()
  await expect.poll(() => idsOf(page)).toEqual([c, a, b, EXAMPLE.inserted[0]])
  await apply(page)
  await expect.poll(() => cloud.list(PORTS.changed)).toEqual([c, a, b, EXAMPLE.inserted[0]])
})

test('two operators on one port: the second change waits, and needs its own list', async ({
  page,
  signedOut,
  running,
  cloud,
  portPath,
}) => {
  await signedOut.goto(running.signIn)
  for (const one of [page, signedOut]) {
    await open(one, portPath(PORTS.queued), 2)
    await lastToTop(one)
  }
  const before = (await idsOf(page)).toReversed()
  await cloud.faults({
    kind: 'delay',
    milliseconds: 6000,
    match: { method: 'PUT', path: 'remove-security-groups' },
  })
  await apply(page)
  await expect(plan(page)).toContainText('Carrying out step 1 of 2')
  await apply(signedOut)
  await expect(plan(signedOut)).toContainText('Queued: another change to this port is under way')
  await expect.poll(() => cloud.list(PORTS.queued), { timeout: 20_000 }).toEqual(before.toReversed())
  await expect(signedOut.getByText(/The list changed since|Nothing is arranged yet/).first()).toBeVisible()
  expect(await cloud.list(PORTS.queued)).toEqual(before.toReversed())
})

test('undo of an applied change arranges the opposite, and sends nothing by itself', async ({
  page,
  cloud,
  portPath,
}) => {
  await open(page, portPath(PORTS.undo), 3)
  const before = await idsOf(page)
  await lastToTop(page)
  await apply(page)
  await expect.poll(() => cloud.list(PORTS.undo)).toEqual(moved(before, 2, 0))
  await page.getByRole('button', { name: 'Undo this change' }).click()
  await expect.poll(() => idsOf(page)).toEqual(before)
  expect(await cloud.list(PORTS.undo)).toEqual(moved(before, 2, 0))
  await apply(page)
  await expect.poll(() => cloud.list(PORTS.undo)).toEqual(before)
})

test('the proxy is killed half way: found again at start, told truly, gone on with', async ({
  browser,
  portPath,
}) => {
  const data = await newFolder()
  const emulator = await startEmulator()
  const cloud = controls(emulator.address)
  const env = { PORTSIDE_DATA: data.path, PORTSIDE_LATE_ANSWER_MS: '200' }
  const first = await startProxy(emulator.address, env)
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(first.address)
  await open(page, new URL(portPath(PORTS.killed), first.address).href, 3)
  const before = await idsOf(page)
  await lastToTop(page)
  await cloud.faults({
    kind: 'delay',
    milliseconds: 30_000,
    match: { method: 'PUT', path: 'insert-security-groups' },
  })
  await apply(page)
  await expect.poll(() => cloud.list(PORTS.killed)).toEqual(before.slice(0, 2))
  await first.stop('SIGKILL')
  await cloud.noFaults()
  const second = await startProxy(emulator.address, env)
  await page.goto(second.address)
  await page.goto(new URL(portPath(PORTS.killed), second.address).href)
  await expect(
    page.getByText('The proxy ended while this port was being changed: 1 of 2 steps were made'),
  ).toBeVisible()
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect.poll(() => cloud.list(PORTS.killed)).toEqual(moved(before, 2, 0))
  await context.close()
  await second.stop()
  await emulator.stop()
  await data.remove()
})
