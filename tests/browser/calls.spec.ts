import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { BrowserContext, Page, Request } from '@playwright/test'
import { planChange } from '../../src/vpc/plan-change.ts'
import { api, type Operation } from '../../src/vpc/portside-api.ts'
import { BulkChangesPage } from './bulk-changes-page.ts'
import { EXAMPLE, expect, test as base, type Cloud } from './portside.ts'
import { PortPage } from './port-page.ts'

/** The platform's calls, as docs/platform.md names them. */
const NAMES: Readonly<Record<string, string>> = {
  'GET /v3/{project_id}/ports/{id}': 'show a port',
  'GET /v3/{project_id}/ports': 'list ports',
  'GET /v3/{project_id}/vpc/security-groups': 'list groups',
  'GET /v3/{project_id}/vpc/security-group-rules': 'list rules',
  'GET /v3/{project_id}/vpc/address-groups': 'list address groups',
  'PUT /v3/{project_id}/ports/{id}/insert-security-groups': 'insert groups',
  'PUT /v3/{project_id}/ports/{id}/remove-security-groups': 'remove groups',
  'PUT /v1/{project_id}/ports/{id}': 'update a port',
}

/** So long nothing is called before what was done is over: a search waits for 400 ms. */
const QUIET_MS = 700

const PORTS = `/projects/${EXAMPLE.project}/ports`
const ORDERS = `/projects/${EXAMPLE.project}/standing-orders`
/** Ports that no other test changes, and that two things on this page do not share. */
const [WEB, OTHER] = ['e660ba30-01c6-4edf-81fb-ae0d056403b9', '56ecc8c6-dab4-4466-83de-5855d242376e']
const [SSH] = EXAMPLE.inserted

type Row = [what: string, calls: string, which: string]

/** The rows of a part of docs/calls.md. */
function documented(part: string): Row[] {
  const text = readFileSync(new URL('../../docs/calls.md', import.meta.url), 'utf8')
  const [, after = ''] = text.split(`## ${part}\n`)
  return after
    .split('## ')[0]!
    .split('\n')
    .filter((line) => /^\|.*\| +\d+ +\|/.test(line))
    .map(
      (line) =>
        line
          .split('|')
          .slice(1, 4)
          .map((cell) => cell.trim()) as Row,
    )
}

/** Counts what each thing that is done costs in calls of the platform. */
class Counted {
  readonly rows: Row[] = []
  readonly #cloud: Cloud
  /** Requests of pages that have no response yet, but for those that wait for news. */
  readonly #open = new Set<Request>()
  #lastAt = 0
  #last = ''

  constructor(cloud: Cloud) {
    this.#cloud = cloud
  }

  /** Pages of a browser that calls come from. */
  watch(context: BrowserContext): void {
    context.on('request', (request) => {
      this.#lastAt = Date.now()
      if (!request.url().includes('wait=')) this.#open.add(request)
    })
    const end = (request: Request) => {
      if (this.#open.delete(request)) this.#lastAt = Date.now()
    }
    context.on('requestfinished', end)
    context.on('requestfailed', end)
  }

  /** Waits until what was just done without being counted is over. */
  settled(): Promise<unknown> {
    this.#lastAt = Date.now()
    return this.quiet()
  }

  /** Waits until nothing has been asked for or called for a while. */
  async quiet(): Promise<Record<string, number>> {
    for (;;) {
      const calls = await this.#cloud.calls()
      const now = JSON.stringify(calls)
      if (now !== this.#last) this.#lastAt = Date.now()
      this.#last = now
      if (this.#open.size === 0 && Date.now() - this.#lastAt >= QUIET_MS) return calls
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Does something, and counts what was called until it is over. */
  async row(what: string, act: () => Promise<unknown>): Promise<void> {
    await test.step(what, async () => {
      await this.quiet()
      await this.#cloud.forgetCalls()
      this.#last = '{}'
      this.#lastAt = Date.now()
      await act()
      const calls = Object.entries(await this.quiet())
      const named = calls.map(([kind, count]) => `${count} × ${NAMES[kind] ?? kind}`)
      const total = calls.reduce((sum, [, count]) => sum + count, 0)
      this.rows.push([what, String(total), named.toSorted().join(', ') || 'none'])
    })
  }
}

/**
 * A change of a port that is on no page: what the proxy keeps of earlier reads is dropped, so the
 * next thing is counted as for the first user.
 */
async function forgetReads(page: Page, cloud: Cloud, origin: string): Promise<void> {
  const planned_from = await cloud.list(OTHER)
  const desired = planned_from.toReversed()
  const operation_id = randomUUID()
  const steps = planChange(planned_from, desired).steps.map(({ step }) => step)
  const posted = await page.request.post(api.portOperations(EXAMPLE.project, OTHER), {
    data: { operation_id, planned_from, desired, steps },
    headers: { origin },
  })
  expect(posted.status(), await posted.text()).toBe(202)
  for (let after = 0; ;) {
    const response = await page.request.get(`${api.operation(operation_id)}?after=${after}&wait=20`)
    const { operation } = (await response.json()) as { operation: Operation }
    if (operation.status === 'done') return
    after = operation.revision
  }
}

type Counting = {
  counted: Counted
  count: Counted['row']
  /** From here on as for the first user, with no page open. */
  afresh: () => Promise<void>
  /** Opens a port's page, until it shows all that it reads. */
  opened: (id: string, on?: PortPage) => Promise<void>
}

const test = base.extend<{ counting: Counting }>({
  // A proxy of its own, which has read nothing yet.
  environment: [{ PORTSIDE_LOG_LEVEL: 'fatal' }, { scope: 'worker' }],
  counting: async ({ page, cloud, running, portPage, portPath }, use) => {
    const counted = new Counted(cloud)
    counted.watch(page.context())
    await cloud.someoneElseSets(OTHER, [EXAMPLE.first, EXAMPLE.inserted[1]])
    // Else the first plan would find it out.
    await page.request.get(api.offers(EXAMPLE.project))
    await use({
      counted,
      count: counted.row.bind(counted),
      async afresh() {
        await counted.quiet()
        await page.goto('about:blank')
        await forgetReads(page, cloud, running.origin)
      },
      async opened(id, on = portPage) {
        await on.page.goto(portPath(id))
        await expect(on.list).toContainText('rule')
        await expect(on.traffic).toContainText('No changes yet')
      },
    })
  },
})

/** Each does many things, and waits after each until nothing more is called. */
test.describe.configure({ timeout: 180_000 })

test('what the pages of ports cost', async ({ page, portPage, counting }) => {
  const { counted, count, afresh } = counting
  const { traffic } = portPage
  const search = page.getByRole('searchbox', { name: 'Search', exact: true })
  const rows = page.getByRole('table', { name: 'Ports' }).getByRole('row')
  // Twenty groups are a call: here fewer are in sight, however the rows come in.
  await page.setViewportSize({ width: 1440, height: 700 })
  await afresh()
  await count('open Portside: the table of ports', async () => {
    await page.goto('/')
    await expect(rows.nth(1)).toBeVisible()
  })
  await count('find ports by a part of their name', async () => {
    await search.fill('payments-prod')
    await expect(rows).toHaveCount(4)
  })
  await count('find a port by its IP address', async () => {
    await search.fill('192.168.158.228')
    await expect(page.getByRole('link', { name: EXAMPLE.port })).toBeVisible()
  })
  await count('find a port by its ID', async () => {
    await search.fill(EXAMPLE.port)
    await expect(page.getByRole('link', { name: EXAMPLE.port })).toBeVisible()
  })
  await search.fill('')
  await counted.settled()
  await count('go to a port by the palette', async () => {
    await page.keyboard.press('Control+k')
    const palette = page.getByRole('dialog', { name: 'Go to…' })
    await expect(palette.getByRole('combobox')).toBeFocused()
    await page.keyboard.type('payments-prod-web-01')
    await expect(palette.getByRole('option').first()).toContainText('payments-prod-web-01')
    await page.keyboard.press('Enter')
    await expect(portPage.list).toContainText('rule')
    await expect(traffic).toContainText('No changes yet')
  })
  await afresh()
  await count('see the ports that have a group', async () => {
    await page.goto(`${PORTS}?group=${EXAMPLE.second}`)
    await expect(rows.nth(1)).toBeVisible()
  })

  await count('open About this cloud, and find out again what the endpoint offers', async () => {
    await page.goto(`/projects/${EXAMPLE.project}/about`)
    await page.getByRole('button', { name: 'Find out again' }).click()
    await expect(page.getByRole('row').filter({ hasText: 'Address groups' })).toContainText(/\w/)
  })

  expect(counted.rows).toEqual(documented('The pages of ports'))
})

test('what a port’s page costs', async ({ page, browser, running, cloud, portPage, counting }) => {
  const { counted, count, afresh, opened } = counting
  const { plan, traffic } = portPage
  const groups = await groupIds(page)
  await afresh()
  await cloud.someoneElseSets(WEB, groups.slice(0, 100))
  await count('open a port with 100 groups', () => opened(WEB))
  await afresh()
  await cloud.someoneElseSets(WEB, [groups[3]!, groups[4]!, ...groups.slice(6, 10)])
  await count('open a port with 6 groups', () => opened(WEB))
  await counted.quiet()
  await page.goto('about:blank')
  const other = await browser.newContext({ baseURL: running.origin })
  counted.watch(other)
  const theirs = await other.newPage()
  await theirs.goto(running.signIn)
  await theirs.getByRole('row').nth(1).waitFor()
  await counted.quiet()
  await count('open it within a minute after somebody else did', () => opened(WEB, new PortPage(theirs)))
  await other.close()

  await afresh()
  await page.clock.install()
  await opened(WEB)
  await counted.quiet()
  await count('leave a port’s page in front, each 20 seconds', async () => {
    await page.clock.fastForward(20_000)
  })
  await count('read the port again', async () => {
    await page.getByRole('button', { name: 'Read again' }).click()
  })
  await count('search the catalogue', () => portPage.find('ssh-from-anywhere'))
  await count('ask what a group would change, before it is placed', async () => {
    await portPage.checkbox('ssh-from-anywhere').check()
    await portPage.catalogue.getByRole('button', { name: 'What would change?' }).click()
    await expect(portPage.catalogue.getByRole('status', { name: 'What would change' })).toContainText(
      'At the top',
    )
  })
  await afresh()
  await opened(WEB)
  await count('place a group: its plan and its traffic', async () => {
    await portPage.addNamedToTop('ssh-from-anywhere')
    await expect(plan).toContainText('1 call')
    await expect(traffic).toContainText('Newly allowed')
  })
  await count('drag a group elsewhere: the plan and its traffic', async () => {
    await portPage.drag(portPage.grips.nth(0), await portPage.gapAbove(3))
    await expect(plan).toContainText('1 call')
  })
  await count('show all rules in order, and who gets at what', async () => {
    const section = page.getByRole('region', { name: 'Effective rules' })
    await section.getByRole('button', { name: 'Show all rules in order' }).click()
    await expect(section.getByRole('table')).toBeVisible()
    await section.getByRole('button', { name: 'Show who gets at what' }).click()
    await expect(section.getByRole('table', { name: 'Who gets at what: ingress' })).toBeVisible()
  })
  await count('dry-run an insert', async () => {
    await portPage.check()
    await expect(plan).toContainText('Dry run passed')
  })
  await count('apply an insert', async () => {
    await portPage.apply()
    await expect(portPage.lastChange).toBeVisible()
  })
  await count('undo it: plan the way back', async () => {
    await portPage.undoButton.click()
    await expect(plan).toContainText('1 call')
  })
  await count('apply a remove', async () => {
    await portPage.apply()
    await expect.poll(() => cloud.list(WEB)).toHaveLength(6)
  })
  await afresh()
  await opened(WEB)
  await count('move a group: its plan and its traffic', async () => {
    await portPage.list
      .getByRole('button', { name: /^Move .* down$/ })
      .first()
      .click()
    await expect(plan.getByRole('radio', { name: /^In one call/ })).toBeChecked()
  })
  await count('dry-run a list replaced in one call', async () => {
    await portPage.check()
    await expect(plan).toContainText('Dry run passed')
  })
  await count('apply it in one call', async () => {
    await portPage.apply()
    await expect(portPage.lastChange).toBeVisible()
  })
  await portPage.undoButton.click()
  await plan.getByRole('radio', { name: /^Step by step, 2 calls/ }).check()
  await counted.settled()
  await count('dry-run a move step by step, 2 steps', async () => {
    await portPage.check()
    await expect(plan).toContainText('Dry run passed')
  })
  const before = await cloud.list(WEB)
  await count('apply a move step by step, 2 steps', async () => {
    await portPage.apply()
    await expect.poll(() => cloud.list(WEB)).toEqual([before[1], before[0], ...before.slice(2)])
  })
  await afresh()
  await opened(WEB)
  await count('open a group’s panel', async () => {
    await portPage.rows.first().locator('[data-control=name]').click()
    const panel = page.getByRole('dialog')
    await expect(panel.getByRole('row').nth(1)).toBeVisible()
    await expect(panel).toContainText('position')
  })

  expect(counted.rows).toEqual(documented('A port'))
})

// Settings of their own make a proxy of its own, whose audit log has nothing of the tests above.
const testInHistory = test.extend({ environment: [{ PORTSIDE_LOG_LEVEL: 'error' }, { scope: 'worker' }] })

testInHistory(
  'what History, many ports and standing orders cost',
  async ({ page, running, cloud, portPage, counting }) => {
    const { counted, count, afresh } = counting
    const records = page.getByRole('region', { name: 'Audit records' }).getByRole('listitem')
    await afresh()
    await count('open History', async () => {
      await page.goto(`/projects/${EXAMPLE.project}/history`)
      await expect(records.first()).toContainText(/./)
    })
    await count('search History by a group’s name', async () => {
      await page.getByRole('searchbox', { name: 'Search' }).fill('web-public')
      await expect(page.getByRole('link', { name: 'Export CSV' })).toHaveAttribute('href', /q_group=/)
    })
    await count('export it', async () => {
      const download = page.waitForEvent('download')
      await page.getByRole('link', { name: 'Export CSV' }).click()
      await (await download).path()
    })
    await page.getByRole('searchbox', { name: 'Search' }).fill(OTHER)
    await expect(page.getByRole('link', { name: 'Export CSV' })).not.toHaveAttribute('href', /q_group=/)
    await count('open an audit record', async () => {
      await records.getByRole('link', { name: 'Change' }).first().click()
      await expect(page.getByRole('region', { name: 'What happened' })).toContainText('done')
    })
    await count('undo it on its port: plan the way back', async () => {
      await page.getByRole('button', { name: 'Undo this change…' }).click()
      await expect(portPage.plan).toContainText('1 moved')
    })

    const bulk = new BulkChangesPage(page)
    await onlyOn(page, cloud, EXAMPLE.second, 4)
    await afresh()
    await count('plan one change of 4 ports that have a group', async () => {
      await page.goto(
        `/projects/${EXAMPLE.project}/changes/new?group=${EXAMPLE.second}&do=insert&groups=${SSH}&place=top`,
      )
      await expect(bulk.figure('ports change')).toHaveText('4')
      await expect(bulk.figure('open')).toHaveText(/\d/)
    })
    await count('dry-run it on one port of each kind, of 1', async () => {
      await bulk.dryRun.getByRole('button', { name: /^Dry run/ }).click()
      await expect(bulk.dryRun).toContainText('1 port passed')
    })
    await count('carry it out on 4 ports', async () => {
      await bulk.carryingOut.getByText('Change the pace').click()
      await bulk.carryingOut.getByLabel('Ports in the first wave').fill('4')
      await bulk.review.click()
      await bulk.begin.click()
      await expect(bulk.carryingOut).toContainText('Every port had its turn.', { timeout: 30_000 })
    })
    await count('undo it on 4 ports', async () => {
      await bulk.undo.click()
      const dialog = page.getByRole('dialog', { name: 'Undo this change?' })
      await dialog.getByLabel('Ports in the first wave').fill('4')
      await dialog.getByRole('button', { name: 'Undo', exact: true }).click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Undo: ')
      await expect(bulk.carryingOut).toContainText('Every port had its turn.', { timeout: 30_000 })
    })
    await count('open Changes', async () => {
      await page.goto(`/projects/${EXAMPLE.project}/changes`)
      await expect(page.getByRole('main').getByRole('link', { name: /^Undo: / })).toBeVisible()
    })

    const order = page.getByRole('listitem', { name: 'ssh first' })
    const made = await page.request.post(`/api/v3/${EXAMPLE.project}/standing-orders`, {
      headers: { origin: running.origin },
      data: {
        ...{ order_id: randomUUID(), name: 'ssh first', check_every_minutes: null },
        intent: { kind: 'move', groups: [SSH], place: { kind: 'top' } },
        ports: { group: SSH },
      },
    })
    expect(made.status(), await made.text()).toBe(202)
    // It is checked once when it is made.
    await page.goto(ORDERS)
    await expect(order).toContainText(/departs?/)
    await afresh()
    await count('open Standing orders', async () => {
      await page.goto(ORDERS)
      await expect(order).toContainText(/departs?/)
    })
    await count('check a standing order', async () => {
      await order.getByRole('button', { name: 'Check now' }).click()
      await expect.poll(async () => Object.keys(await cloud.calls())).not.toEqual([])
    })

    expect(counted.rows).toEqual(documented('History, many ports, standing orders'))
  },
)

/** IDs of groups of the project. */
async function groupIds(page: Page): Promise<string[]> {
  const response = await page.request.get(`/api/v3/${EXAMPLE.project}/vpc/security-groups?limit=2000`)
  const { security_groups } = (await response.json()) as { security_groups: { id: string }[] }
  return security_groups.map(({ id }) => id)
}

/** Has a group on that many ports alone, each with no other. */
async function onlyOn(page: Page, cloud: Cloud, group: string, count: number): Promise<void> {
  const response = await page.request.get(`/api/v3/${EXAMPLE.project}/ports?limit=2000`)
  const { ports } = (await response.json()) as {
    ports: { id: string; port_security_enabled?: boolean; security_groups: string[] }[]
  }
  const able = ports.filter(
    ({ id, port_security_enabled }) => port_security_enabled !== false && id !== OTHER,
  )
  for (const [n, { id, security_groups }] of able.entries())
    if (n < count) await cloud.someoneElseSets(id, [group])
    else if (security_groups.includes(group))
      await cloud.someoneElseSets(
        id,
        security_groups.filter((one) => one !== group),
      )
}
