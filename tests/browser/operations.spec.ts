import { PortPage } from './port-page.ts'
import { EXAMPLE, expect, expectNoAxeFinding, testInSteps as test } from './portside.ts'
import { controls, newFolder, startEmulator, startProxy } from '../stage/servers.ts'

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

// Changes that stop half way: a list that is replaced in one call is in one-call.spec.ts.
const moved = <T>(list: T[], from: number, to: number) =>
  list.toSpliced(from, 1).toSpliced(to, 0, list[from]!)

/** Moves the last group to the top: a remove and an insert. @returns its name */
async function lastToTop(portPage: PortPage) {
  const count = await portPage.rows.count()
  const checkbox = portPage.rows.nth(count - 1).getByRole('checkbox')
  await checkbox.check()
  const name = (await checkbox.getAttribute('aria-label'))!.replace('Select ', '')
  await portPage.move(name, 'up', count - 1)
  await expect(portPage.plan).toContainText('2 calls')
  return name
}

test('reorder: the plan says which groups are off the port in between', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await portPage.open(portPath(PORTS.reorder), 6)
  const before = await portPage.ids()
  const name = await lastToTop(portPage)
  await expect(portPage.plan).toContainText(`Remove ${name}`)
  await expect(portPage.plan).toContainText(`Insert ${name} at the top`)
  await expect(portPage.plan).toContainText(/off the port/i)
  await portPage.check()
  await expect(portPage.plan).toContainText('1 of 2 steps checked by the platform, 1 by Portside only')
  expect(await cloud.list(PORTS.reorder)).toEqual(before)
  await portPage.apply()
  await expect.poll(() => cloud.list(PORTS.reorder)).toEqual(moved(before, 5, 0))
  await expect.poll(() => portPage.ids()).toEqual(moved(before, 5, 0))
  await expectNoAxeFinding(page)
})

test('selected groups move together, another is detached, in one plan', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await portPage.open(portPath(PORTS.together), 6)
  const [a, b, c, d, e, f] = await portPage.ids()
  for (const n of [3, 4]) await portPage.rows.nth(n).getByRole('checkbox').check()
  await portPage.grips.nth(3).focus()
  await page.keyboard.press('Alt+ArrowUp')
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => portPage.ids()).toEqual([a, d, e, b, c, f])
  await portPage.rows.nth(5).locator('[data-control=detach]').click()
  await expect(page.getByRole('region', { name: 'Will be detached' })).toBeVisible()
  await expect.poll(() => portPage.ids()).toEqual([a, d, e, b, c])
  await portPage.apply()
  await expect.poll(() => cloud.list(PORTS.together)).toEqual([a, d, e, b, c])
})

test('429 with Retry-After: the operation waits, then goes on', async ({ portPage, cloud, portPath }) => {
  await portPage.open(portPath(PORTS.waits), 3)
  const before = await portPage.ids()
  await lastToTop(portPage)
  const match = { method: 'PUT', path: `${PORTS.waits}/insert-security-groups` }
  await cloud.faults({ kind: 'error', status: 429, retry_after: 2, error_code: 'APIGW.0308', match })
  await portPage.apply()
  await expect(portPage.plan).toContainText('the platform asked to wait')
  await expect(portPage.plan).toContainText(/off the port right now/i)
  await expect.poll(() => cloud.list(PORTS.waits)).toEqual(moved(before, 2, 0))
  await expect.poll(() => portPage.ids()).toEqual(moved(before, 2, 0))
})

test('a lost response is resolved by reading the port back', async ({ page, portPage, cloud, portPath }) => {
  await portPage.open(portPath(PORTS.lost), 4)
  const before = await portPage.ids()
  await lastToTop(portPage)
  await cloud.faults({
    kind: 'drop_after',
    match: { method: 'PUT', path: `${PORTS.lost}/remove-security-groups` },
  })
  await portPage.apply()
  await expect.poll(() => portPage.ids()).toEqual(moved(before, 3, 0))
  await expect(
    page.getByText('the response was lost, but the port has the list that this step makes'),
  ).toBeVisible()
  expect(await cloud.list(PORTS.lost)).toEqual(moved(before, 3, 0))
})

/**
 * The platform refuses the port's next insert, whatever else is sent to find out what it offers.
 */
const refused = (cloud: ReturnType<typeof controls>, port: string) =>
  cloud.faults({
    kind: 'error',
    status: 403,
    error_code: 'VPC.0010',
    error_msg: 'Not now.',
    match: { method: 'PUT', path: `${port}/insert-security-groups` },
  })

test.describe('a step fails: the true list and three choices', () => {
  test('roll back', async ({ page, portPage, cloud, portPath }) => {
    await portPage.open(portPath(PORTS.back), 4)
    const before = await portPage.ids()
    const name = await lastToTop(portPage)
    await refused(cloud, PORTS.back)
    await portPage.apply()
    const stopped = portPage.alert('stopped after 1 of 2 steps')
    await expect(stopped).toContainText(`Off the port right now: ${name}`)
    await expect(stopped.getByRole('region', { name: 'compared with the list before' })).toContainText(
      'Cut: ICMP type 3 code 4, type 8 code 0 and type 11; ICMPv6 type 2 and type 128',
    )
    // Each choice in a sentence, its traffic on demand; the list is in sight below it.
    await expect(stopped).toContainText('Finish the changeSends 1 call: insert icmp-basic at the top. Opens')
    await expect(stopped).toContainText('5 newly allowed, 1 newly denied.')
    await expect(stopped).toContainText('Roll backSends 1 call: insert icmp-basic at the end. Opens')
    for (const row of [0, 1, 2]) await expect(portPage.rows.nth(row)).toBeInViewport({ ratio: 1 })
    const inFull = stopped.getByText('no rule did').first()
    await expect(inFull).toBeHidden()
    await stopped.getByText('What it allows and denies').first().click()
    await expect(inFull).toBeVisible()
    await expect(stopped).toContainText('VPC.0010')
    await expect(stopped).toContainText('Not now.')
    expect(await cloud.list(PORTS.back)).toEqual(before.slice(0, 3))
    await expectNoAxeFinding(page)
    // An operator who opens the port later finds it again.
    await page.reload()
    await portPage.goBack.click()
    await expect.poll(() => cloud.list(PORTS.back)).toEqual(before)
    await expect(stopped).toBeHidden()
    // What was arranged is not lost by rolling back: it can be tried again, or reset.
    await expect(portPage.plan).toContainText('1 moved · 2 calls')
    await portPage.resetButton.click()
    await expect.poll(() => portPage.ids()).toEqual(before)
  })

  test('finish the change', async ({ portPage, cloud, portPath }) => {
    await portPage.open(portPath(PORTS.on), 4)
    const before = await portPage.ids()
    await lastToTop(portPage)
    await refused(cloud, PORTS.on)
    await portPage.apply()
    await portPage.goOn.click()
    await expect.poll(() => cloud.list(PORTS.on)).toEqual(moved(before, 3, 0))
    await expect.poll(() => portPage.ids()).toEqual(moved(before, 3, 0))
  })

  test('leave as it is', async ({ portPage, cloud, portPath }) => {
    await portPage.open(portPath(PORTS.leave), 3)
    const before = await portPage.ids()
    await lastToTop(portPage)
    await refused(cloud, PORTS.leave)
    await portPage.apply()
    await portPage.leaveAsIs.click()
    await expect(portPage.leaveAsIs).toBeHidden()
    expect(await cloud.list(PORTS.leave)).toEqual(before.slice(0, 2))
  })
})

test('the list changed before Apply: nothing is sent, then re-applied', async ({
  portPage,
  cloud,
  portPath,
}) => {
  await portPage.open(portPath(PORTS.changed), 3)
  const [a, b, c] = await portPage.ids()
  await lastToTop(portPage)
  await portPage.askToApply()
  await cloud.someoneElseSets(PORTS.changed, [a!, b!, c!, EXAMPLE.inserted[0]])
  await portPage.confirmButton.click()
  await expect(portPage.listChanged).toBeVisible()
  expect(await cloud.list(PORTS.changed)).toEqual([a, b, c, EXAMPLE.inserted[0]])
  await portPage.rebaseButton.click()
  await expect.poll(() => portPage.ids()).toEqual([c, a, b, EXAMPLE.inserted[0]])
  await portPage.apply()
  await expect.poll(() => cloud.list(PORTS.changed)).toEqual([c, a, b, EXAMPLE.inserted[0]])
})

test('two operators on one port: the second change waits and is not applied', async ({
  portPage,
  signedOut,
  running,
  cloud,
  portPath,
}) => {
  await signedOut.goto(running.signIn)
  const second = new PortPage(signedOut)
  for (const one of [portPage, second]) {
    await one.open(portPath(PORTS.queued), 2)
    await lastToTop(one)
  }
  const before = (await portPage.ids()).toReversed()
  await cloud.faults({
    kind: 'delay',
    milliseconds: 6000,
    match: { method: 'PUT', path: `${PORTS.queued}/remove-security-groups` },
  })
  await portPage.apply()
  await expect(portPage.plan).toContainText('Carrying out step 1 of 2')
  await second.apply()
  await expect(second.plan).toContainText('Queued: another change to this port is under way')
  await expect.poll(() => cloud.list(PORTS.queued), { timeout: 20_000 }).toEqual(before.toReversed())
  await expect(signedOut.getByText(/The list changed since|No changes yet/).first()).toBeVisible()
  expect(await cloud.list(PORTS.queued)).toEqual(before.toReversed())
})

test('undo makes an arrangement and sends nothing until Apply', async ({ portPage, cloud, portPath }) => {
  await portPage.open(portPath(PORTS.undo), 3)
  const before = await portPage.ids()
  await lastToTop(portPage)
  await portPage.apply()
  await expect.poll(() => cloud.list(PORTS.undo)).toEqual(moved(before, 2, 0))
  await portPage.undoButton.click()
  await expect.poll(() => portPage.ids()).toEqual(before)
  expect(await cloud.list(PORTS.undo)).toEqual(moved(before, 2, 0))
  await portPage.apply()
  await expect.poll(() => cloud.list(PORTS.undo)).toEqual(before)
})

test('the proxy is killed half-way: the next one finds the operation and finishes it', async ({
  browser,
  portPath,
}) => {
  const data = await newFolder()
  const emulator = await startEmulator()
  const cloud = controls(emulator.address)
  const env = { PORTSIDE_CHANGES: 'steps', PORTSIDE_DATA: data.path, PORTSIDE_LATE_ANSWER_MS: '200' }
  const first = await startProxy(emulator.address, env)
  const context = await browser.newContext()
  const page = await context.newPage()
  const portPage = new PortPage(page)
  await page.goto(first.address)
  await portPage.open(new URL(portPath(PORTS.killed), first.address).href, 3)
  const before = await portPage.ids()
  await lastToTop(portPage)
  await cloud.faults({
    kind: 'delay',
    milliseconds: 30_000,
    match: { method: 'PUT', path: `${PORTS.killed}/insert-security-groups` },
  })
  await portPage.apply()
  await expect.poll(() => cloud.list(PORTS.killed)).toEqual(before.slice(0, 2))
  await first.stop('SIGKILL')
  await cloud.noFaults()
  const second = await startProxy(emulator.address, env)
  await page.goto(second.address)
  await page.goto(new URL(portPath(PORTS.killed), second.address).href)
  await expect(
    page.getByText('Portside stopped while it changed this port: 1 of 2 steps are done'),
  ).toBeVisible()
  await portPage.goOn.click()
  await expect.poll(() => cloud.list(PORTS.killed)).toEqual(moved(before, 2, 0))
  await context.close()
  await second.stop()
  await emulator.stop()
  await data.remove()
})
