import { randomUUID } from 'node:crypto'
import type { Page } from '@playwright/test'
import { BulkChangesPage } from './bulk-changes-page.ts'
import { EXAMPLE, expect, expectNoAxeFindingInAnyLook, testOnManyPorts as test } from './portside.ts'

/** Each test carries out many changes. */
test.describe.configure({ timeout: 120_000 })

const CHANGES = `/projects/${EXAMPLE.project}/changes`
const PORTS = `/projects/${EXAMPLE.project}/ports`
const [WEB, SSH] = [EXAMPLE.second, EXAMPLE.inserted[0]]
/** deny-known-attackers */
const DENY = '1dbbb15e-f8cf-478f-b9de-184ab4b2e739'

type Cloud = { someoneElseSets: (port: string, list: string[]) => Promise<void> }

/** Ports of the estate, each with web-public: one in four below bastion-ssh. */
async function webPorts(page: Page, cloud: Cloud, count: number): Promise<Map<string, string[]>> {
  const response = await page.request.get(`/api/v3/${EXAMPLE.project}/ports?limit=2000`)
  const { ports } = (await response.json()) as { ports: { id: string; port_security_enabled?: boolean }[] }
  const ids = ports.filter((port) => port.port_security_enabled !== false).map(({ id }) => id)
  const lists = new Map(ids.slice(0, count).map((id, n) => [id, n % 4 === 0 ? [SSH, WEB] : [WEB, SSH]]))
  for (const [id, list] of lists) await cloud.someoneElseSets(id, list)
  // Nothing else has it.
  for (const id of ids.slice(count)) await cloud.someoneElseSets(id, [SSH])
  return lists
}

test('a day: 40 ports by a filter, one first, a failure, a pause, and all undone', async ({
  page,
  cloud,
}) => {
  const bulk = new BulkChangesPage(page)
  const lists = await webPorts(page, cloud, 40)
  await page.goto(`${PORTS}?group=${WEB}`)
  await page.getByRole('button', { name: 'Choose ports' }).click()
  await page.getByRole('link', { name: 'Change all that match…' }).click()
  await expect(bulk.wanted.getByRole('button', { name: '40 ports that have web-public' })).toBeVisible()

  await bulk.putAbove('deny-known-attackers', 'web-public')
  await bulk.wanted.getByRole('textbox', { name: 'Note' }).fill('INC-48213')
  await expect(bulk.figure('ports change')).toHaveText('40')
  await expect(bulk.figure('open')).toHaveText('0')
  await expect(bulk.kinds.getByRole('listitem').first()).toContainText('deny-known-attackers · new')
  await expect(bulk.kinds).toContainText('Newly denied: TCP 80 (HTTP) and 443 (HTTPS) from 7 networks')
  await expectNoAxeFindingInAnyLook(page)
  await page.setViewportSize({ width: 1440, height: 900 })

  await bulk.review.click()
  await expect(bulk.dialog).toContainText('In 4 waves: 1, 5, 25 and 9 ports.')
  await expect(bulk.dialog).toContainText('Cuts traffic on')
  await bulk.begin.click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'Put deny-known-attackers above web-public; inserted where missing',
  )
  await expect(bulk.carryingOut).toContainText('it waits for somebody to go on with 5 ports')
  await expect(bulk.carryingOut).toContainText('1 done · 39 waiting')
  await expect(bulk.carryingOut).toContainText('Calls left: 39 that change a list, besides reads.')
  await expect(page.getByText('INC-48213')).toBeVisible()

  // The third of the ports that come next is refused, until somebody looks after it.
  const failing = [...lists.keys()].filter((id) => lists.get(id)![0] === WEB)[3]!
  await cloud.faults({ kind: 'error', status: 403, times: 0, match: { method: 'PUT', path: failing } })
  await bulk.goOn.click()
  await expect(bulk.carryingOut).toContainText('1 port failed, and it was to stop after 1.')
  await expect(bulk.notDone.getByRole('listitem')).toHaveCount(1)
  await expect(bulk.notDone.getByRole('link', { name: 'Record' })).toHaveAttribute('href', /history/)
  await expectNoAxeFindingInAnyLook(page)
  await page.setViewportSize({ width: 1440, height: 900 })
  await cloud.noFaults()

  // Every other page says it.
  const other = await page.context().newPage()
  await other.goto(PORTS)
  const unfinished = other.getByRole('region', { name: 'Not finished' })
  await expect(unfinished).toContainText('1 change on many ports stopped:')
  await unfinished.getByRole('link', { name: 'Put deny-known-attackers above web-public' }).click()
  // Every other tab shows the same.
  await expect(other).toHaveURL(page.url())
  await expect(unfinished).not.toContainText('on many ports')
  const elsewhere = new BulkChangesPage(other)
  // Of the wave that stopped, a port may be left.
  await expect(async () => {
    if (await bulk.goOn.isEnabled()) await bulk.goOn.click()
    await expect(elsewhere.carryingOut).toContainText('waits for somebody to go on with 9 ports', {
      timeout: 2000,
    })
  }).toPass()
  await elsewhere.pause.click()
  await expect(bulk.carryingOut).toContainText('Nothing is begun until somebody goes on.')
  await other.close()
  await page.reload()
  await bulk.goOn.click()
  await expect(bulk.carryingOut).toContainText('Every port had its turn.', { timeout: 30_000 })
  await expect(bulk.carryingOut).toContainText('39 done · 1 failed')
  for (const [id, list] of lists)
    expect(await cloud.list(id)).toEqual(
      id === failing ? list : list.flatMap((one) => (one === WEB ? [DENY, WEB] : [one])),
    )

  // Whoever looks at it sees that it is undone.
  const watched = await page.context().newPage()
  await watched.goto(page.url())
  await expect(new BulkChangesPage(watched).undo).toBeEnabled()
  await bulk.undo.click()
  const dialog = page.getByRole('dialog', { name: 'Undo this change?' })
  await dialog.getByLabel('Ports in the first wave').fill('100')
  await expect(dialog).toContainText('In one wave: all 40 ports.')
  await dialog.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Undo: Put deny-known-attackers')
  await expect(bulk.carryingOut).toContainText('Every port had its turn.', { timeout: 30_000 })
  await expect(bulk.carryingOut).toContainText('39 done · 1 left out')
  for (const [id, list] of lists) expect(await cloud.list(id)).toEqual(list)
  // What an undo has left can be undone again.
  await expect(watched.getByRole('link', { name: 'The change that undoes this one' })).toBeVisible()
  await expect(watched.getByRole('button', { name: 'Undo again…' })).toBeEnabled()
  await watched.close()

  await page.getByRole('link', { name: 'Audit records of its ports' }).click()
  const records = page.getByRole('region', { name: 'Audit records' }).getByRole('listitem')
  await expect(records).toHaveCount(39)
  await records.first().getByRole('link', { name: 'on many ports' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Undo: Put deny-known-attackers')
})

test('ports are pasted, and all is done by keyboard', async ({ page, cloud }) => {
  const bulk = new BulkChangesPage(page)
  const [first, second] = [...(await webPorts(page, cloud, 2)).keys()]
  const { keyboard } = page
  const press = async (name: string | RegExp) => {
    await page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .last()
      .focus()
    await keyboard.press('Enter')
  }
  await page.goto(CHANGES)
  await expect(page.getByRole('heading', { level: 1, name: 'Changes' })).toBeVisible()
  await press('New change')
  await expect(page.getByRole('heading', { level: 1, name: 'New change' })).toBeFocused()
  await press('Choose ports…')
  await expect(page.getByRole('heading', { name: 'Which ports?' })).toBeFocused()
  await page.getByLabel('Or paste IDs, names or IP addresses').focus()
  await keyboard.type(`${first}, ${second}\nno-such-port`)
  await press('Find these ports')
  await expect(page.getByRole('alert')).toContainText('no-such-port')
  await press('Take 2 ports')
  // The address can be shared.
  await expect(page).toHaveURL(new RegExp(`ports=${first}%2C${second}`))

  await bulk.wanted.getByRole('combobox', { name: 'What to do' }).selectOption('detach')
  await press('Add to groups')
  await bulk.pick('bastion-ssh')
  await expect(bulk.figure('ports change')).toHaveText('2')
  await press('Review and carry out…')
  await press('Begin with the first wave')
  await expect(bulk.carryingOut).toContainText('waits for somebody to go on with 1 port')
  // What can be chosen comes first.
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  for (const _ of ['Copy change ID', 'Audit records', 'Pause']) await keyboard.press('Tab')
  await expect(bulk.pause).toBeFocused()
  await press('End here…')
  await press('End here')
  await expect(bulk.carryingOut).toContainText('It was ended before every port had its turn.')
  await expect(bulk.notDone).toContainText('Left out')
  expect(await cloud.list(first!)).toEqual([WEB])
  expect(await cloud.list(second!)).toEqual([WEB, SSH])

  // The ports left out are planned anew.
  await press('Plan anew…')
  await expect(page).toHaveURL(new RegExp(`ports=${second}&do=detach&groups=${SSH}`))
  await expect(bulk.figure('port changes')).toHaveText('1')
})

test('a dry run of all ports can be stopped; without a network no port is blamed', async ({
  page,
  cloud,
  context,
}) => {
  const { dryRun } = new BulkChangesPage(page)
  await webPorts(page, cloud, 30)
  await page.goto(`${CHANGES}/new?group=${WEB}&do=detach&groups=${SSH}`)
  await expect(dryRun.getByRole('option')).toHaveText([
    'One of each kind, 2 ports',
    '20 of them',
    'All, 30 ports',
  ])
  await dryRun.getByLabel('On which ports').selectOption('all')
  const begin = dryRun.getByRole('button', { name: /^Dry run/ })
  const run = async (waiting: number) => {
    await cloud.faults({ kind: 'delay', milliseconds: waiting, times: 0, match: { method: 'PUT' } })
    await begin.click()
    await expect(dryRun).toContainText(/[1-9]\d* of 30/)
  }
  await run(300)
  await dryRun.getByRole('button', { name: 'Stop' }).click()
  await expect(dryRun).toContainText(/ports? passed, 0 did not; stopped after \d+/)

  await run(300)
  await context.setOffline(true)
  await expect(dryRun.getByRole('alert')).toContainText('The other ports could not be checked')
  await expect(dryRun).toContainText(/ports? passed, 0 did not; stopped after \d+/)
  await context.setOffline(false)

  await cloud.noFaults()
  await begin.click()
  await expect(dryRun).toContainText('30 ports passed, 0 did not')
  const said = page.locator('output[aria-live]')
  await expect(said).toHaveText('Dry run: 30 ports passed, 0 did not.')

  // Of one that is left behind, the next page says nothing.
  await run(300)
  const saidSince = await said.evaluateHandle((output) => {
    const texts: (string | null)[] = []
    new MutationObserver(() => texts.push(output.textContent)).observe(output, { childList: true })
    return texts
  })
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Ports' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Ports' })).toBeFocused()
  expect((await saidSince.jsonValue()).filter((text) => text?.includes('Dry run'))).toEqual([])
})

test('rows are chosen in the table of ports', async ({ page, cloud }) => {
  const bulk = new BulkChangesPage(page)
  await webPorts(page, cloud, 4)
  await page.goto(`${PORTS}?group=${WEB}`)
  await page.getByRole('button', { name: 'Choose ports' }).click()
  const boxes = page.getByRole('table', { name: 'Ports' }).getByRole('checkbox')
  await boxes.nth(0).check()
  await boxes.nth(2).click({ modifiers: ['Shift'] })
  await expect(page.getByText('3 chosen')).toBeVisible()
  await page.getByRole('button', { name: 'Change them…' }).click()
  await expect(bulk.wanted.getByRole('button', { name: '3 ports' })).toBeVisible()

  // No list is emptied before somebody has said so.
  await bulk.wanted.getByRole('combobox', { name: 'What to do' }).selectOption('exactly')
  await expect(bulk.wanted).toContainText('Choose the groups, or say that no group is to be left.')
  await bulk.wanted.getByRole('checkbox', { name: 'no group at all' }).check()
  await expect(bulk.kinds).toContainText('No group will be left')
  await page.reload()
  await expect(bulk.kinds).toContainText('No group will be left')
})

test('a change whose response was lost is named after a reload, before it begins again', async ({
  page,
  cloud,
}) => {
  const bulk = new BulkChangesPage(page)
  const ports = [...(await webPorts(page, cloud, 4)).keys()]
  await page.goto(`${CHANGES}/new?group=${WEB}&do=detach&groups=${SSH}`)
  await expect(bulk.figure('ports change')).toHaveText('4')
  await page.route(/\/bulk-changes$/, async (route) => {
    if (route.request().method() === 'POST') {
      await route.fetch()
      await route.abort()
    } else await route.fallback()
  })
  await bulk.review.click()
  await bulk.begin.click()
  await expect(bulk.dialog).toContainText('Whether the change has begun is unknown')
  await page.unroute(/\/bulk-changes$/)
  // Its first wave has one port, which then no longer changes.
  const done = async () => {
    const lists = await Promise.all(ports.map((port) => cloud.list(port)))
    return lists.filter((list) => !list.includes(SSH)).length
  }
  await expect.poll(done).toBe(1)

  // With a note it is another one. What is open comes up in the dialog: nobody has read it when a
  // click falls into that moment.
  await page.keyboard.press('Escape')
  await bulk.wanted.getByRole('textbox', { name: 'Note' }).fill('INC-48213')
  const asked = page.waitForResponse(/\/bulk-changes$/)
  await page.evaluate(() => {
    const watch = new MutationObserver(() => {
      const buttons = [...document.querySelectorAll<HTMLElement>('dialog button')]
      const anyway = buttons.find(({ textContent }) => textContent === 'Begin anyway')
      if (anyway === undefined) return
      watch.disconnect()
      anyway.click()
    })
    watch.observe(document.body, { childList: true, subtree: true, characterData: true })
  })
  await bulk.review.click()
  expect((await asked).status()).toBe(409)
  await expect(bulk.dialog).toContainText('An open change has 3 of these ports')
  await expect(bulk.dialog.getByRole('button', { name: 'Begin anyway' })).toBeEnabled()
  await page.reload()
  await expect(bulk.figure('ports change')).toHaveText('3')
  const named = bulk.carryingOut.getByRole('alert')
  await expect(named).toContainText('An open change has 3 of these ports: Detach bastion-ssh')
  await expectNoAxeFindingInAnyLook(page)
  await page.setViewportSize({ width: 1440, height: 900 })
  await bulk.review.click()
  await expect(bulk.dialog).toContainText('An open change has 3 of these ports')
  await expect(bulk.begin).toHaveCount(0)
  await bulk.dialog.getByRole('link', { name: 'Look at the open change' }).click()
  await expect(bulk.carryingOut).toContainText('1 done · 3 waiting')

  // Begun beside it all the same, both have their turn.
  await page.goBack()
  await expect(bulk.figure('ports change')).toHaveText('3')
  await bulk.review.click()
  await bulk.dialog.getByRole('button', { name: 'Begin anyway' }).click()
  await expect(bulk.carryingOut).toContainText('1 done · 2 waiting')
})

test('ports that were deleted before their turn are named, and need not wait for ever', async ({
  page,
  running,
}) => {
  const bulk = new BulkChangesPage(page)
  const [id, ...gone] = [randomUUID(), randomUUID(), randomUUID()]
  const begun = await page.request.post(`/api/v3/${EXAMPLE.project}/bulk-changes`, {
    headers: { origin: running.origin },
    data: {
      ...{ bulk_change_id: id, words: `Detach ${'bastion-ssh, '.repeat(20)}and no more.`, note: null },
      intent: { kind: 'detach', groups: [SSH] },
      kinds: [
        {
          ...{ planned_from: [WEB, SSH], desired: [WEB] },
          steps: [{ kind: 'remove', security_groups: [SSH] }],
          ports: gone.map((port_id, n) => ({ port_id, name: `gone-${n}`, port_updated_at: null })),
        },
      ],
      pace: {
        ...{ first: 2, growth: 1, largest_wave: 2, stop_after: 3 },
        ...{ pause_seconds: null, ports_per_minute: null },
      },
    },
  })
  expect(begun.status()).toBe(202)
  await page.goto(`${CHANGES}/${id}`)
  await expect(bulk.notDone.getByText('could not be found')).toHaveCount(2)
  // A phone has all that it does, too.
  await page.setViewportSize({ width: 390, height: 850 })
  const title = page.getByRole('heading', { level: 1 })
  const hidden = await title.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)
  expect(hidden).toBeLessThanOrEqual(1)
  await page.setViewportSize({ width: 1440, height: 900 })

  // Others may wait there too.
  const waiting = page.getByRole('region', { name: 'Not finished' })
  const named = (port: string | undefined) => waiting.getByText(`port ${port!.slice(0, 8)}…`)
  // What waits is read every 30 s: perhaps last before the second one had its turn.
  for (const port of gone) await expect(named(port)).toHaveCount(1, { timeout: 35_000 })

  // From its port's page, and from its record.
  const leave = page.getByRole('button', { name: 'Leave as it is' })
  await page.goto(`${PORTS}/${gone[0]}`)
  await expect(page.getByRole('alert').filter({ has: leave })).toContainText('the platform has no such port')
  await expectNoAxeFindingInAnyLook(page)
  await leave.click()
  await expect(leave).toHaveCount(0)
  await page.goto(`${CHANGES}/${id}`)
  await expect(named(gone[1])).toHaveCount(1)
  await expect(named(gone[0])).toHaveCount(0)
  await bulk.notDone.getByRole('link', { name: 'Record' }).last().click()
  await leave.click()
  await expect(page.getByText('Left as it was', { exact: true })).toBeVisible()
  await expect(named(gone[1])).toHaveCount(0)

  // It is over: the page still looks, but waits for nothing. A browser makes few connections.
  const looked = page.waitForRequest((request) => request.url().includes(`/${id}?after=`))
  await page.goto(`${CHANGES}/${id}`)
  expect(new URL((await looked).url()).searchParams.get('wait')).toBe('0')

  // Nothing was sent: there is nothing to undo.
  const undo = bulk.carryingOut.getByRole('button', { name: 'Undo…' })
  await expect(undo).toHaveAccessibleDescription('Nothing was sent to any port')
})
