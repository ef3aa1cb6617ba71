import type { Locator } from '@playwright/test'
import { holdBack } from './hold-back.ts'
import {
  EXAMPLE,
  expect,
  expectNoAxeFinding,
  expectNoAxeFindingInAnyLook,
  isCut,
  test as base,
} from './portside.ts'

const colour = (button: Locator) => button.evaluate((element) => getComputedStyle(element).backgroundColor)

/** With the port of the vendor's example open. */
const test = base.extend({
  portPage: async ({ page, portPage, portPath }, use) => {
    await page.goto(portPath(EXAMPLE.port))
    await expect(portPage.rows).toHaveCount(2)
    await use(portPage)
  },
})

base(
  'the vendor’s example by mouse: find, drag, preview, dry run, apply',
  async ({ page, portPage, cloud }) => {
    // From the ports view, as an operator comes.
    await page.goto('/')
    await page.getByRole('link', { name: EXAMPLE.port }).click()
    await expect(portPage.rows).toHaveCount(2)

    await portPage.find(...EXAMPLE.inserted)
    for (const id of EXAMPLE.inserted) await portPage.row(id).getByRole('checkbox').check()
    await portPage.drag(
      portPage.row(EXAMPLE.inserted[0]).locator('[class*=grip]').first(),
      await portPage.gapAbove(1),
    )

    const whole = [EXAMPLE.first, ...EXAMPLE.inserted, EXAMPLE.second]
    await expect.poll(() => portPage.ids()).toEqual(whole)
    await expect(portPage.rows.getByText('New')).toHaveCount(2)
    await expect(portPage.plan).toContainText('index 1: after the 1st group')
    await expect(portPage.plan).toContainText(
      `/v3/${EXAMPLE.project}/ports/${EXAMPLE.port}/insert-security-groups`,
    )
    await expect
      .poll(() => portPage.bodies())
      .toEqual([{ port: { security_groups: [...EXAMPLE.inserted], index: 1 }, dry_run: true }])

    await portPage.check()
    await expect(portPage.plan).toContainText('Dry run passed')
    await expect(portPage.plan).toContainText('202')
    expect(await cloud.list(EXAMPLE.port)).toEqual([EXAMPLE.first, EXAMPLE.second])

    await portPage.dryRun.uncheck()
    await expect
      .poll(() => portPage.bodies())
      .toEqual([{ port: { security_groups: [...EXAMPLE.inserted], index: 1 } }])
    await portPage.applyButton.click()
    const { dialog } = portPage
    await expect(dialog).toContainText('Before')
    await expect(dialog).toContainText('After')
    await expectNoAxeFinding(page)
    await portPage.confirmButton.click()

    await expect.poll(() => cloud.list(EXAMPLE.port)).toEqual(whole)
    await expect(dialog).toBeHidden()
    await expect.poll(() => portPage.ids()).toEqual(whole)
    await expect(portPage.rows.getByText('New')).toHaveCount(0)
    await expect(page.getByText(/Request ID/i).first()).toBeVisible()
    const details = page.getByRole('region', { name: /details|returned/i }).first()
    await expect(details).toContainText('fa:16:3e:1f:17:df')
    await expectNoAxeFinding(page)
  },
)

base(
  'Space on a grip before dragging is loaded lifts the group as soon as it is',
  async ({ page, portPage, portPath }) => {
    let load!: () => void
    const loaded = new Promise<void>((resolve) => (load = resolve))
    await page.route(/\/assets\/RowsArea-.*\.js$/, async (route) => {
      await loaded
      await route.continue()
    })
    await page.goto(portPath(EXAMPLE.port))
    await expect(portPage.rows).toHaveCount(2)
    await portPage.grips.nth(1).focus()
    await page.keyboard.press('Space')
    load()
    await expect(page.getByText(/lifted, position 2 of 2/)).toBeAttached()
    await page.keyboard.press('ArrowUp')
    await expect(page.getByText(/over position 1 of 2/)).toBeAttached()
    await page.keyboard.press('Space')
    await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.second, EXAMPLE.first])
  },
)

base('from the search to applied in six actions', async ({ page, portPage, cloud }) => {
  const port = '04a433a3-7b46-44f5-bde0-1b6bb6e2918a'
  const notFound: string[] = []
  page.on('response', (response) => response.status() === 404 && notFound.push(response.url()))
  await page.goto('/')
  await page.getByRole('searchbox', { name: 'Search' }).fill('k8s-control-1')
  await page.getByRole('link', { name: 'k8s-control-1' }).click()
  // One element from beginning to end: screen readers announce what appears in it.
  const said = portPage.plan.getByRole('status', { name: 'What the plan changes' })
  await expect(said).toBeEmpty()
  const region = (await said.elementHandle())!
  const isSame = () => said.evaluate((now, before) => now === before, region)
  await page.getByRole('button', { name: 'Add quarantine to the end of the list' }).click()
  await expect(said).toContainText('Traffic: ')
  expect(await isSame()).toBe(true)
  await portPage.dryRunButton.click()
  await portPage.applyButton.click()
  expect(await isSame()).toBe(true)
  await portPage.confirmButton.click()
  await expect.poll(() => cloud.list(port)).toHaveLength(5)
  await expect(portPage.lastChange).toContainText('Applied: 1 group added')
  await expect(said).toBeEmpty()
  expect(await isSame()).toBe(true)
  // The port as returned comes before all else that is below the list.
  const below = page.getByRole('region', { name: /^(Port details|What traffic changes)$/ })
  await expect(below.first()).toHaveAccessibleName('Port details')
  await expect(below.first()).toContainText(/changed: .*security_groups/)
  expect(notFound).toEqual([])
})

test('once the dry run has passed, Apply is beside it as the primary button', async ({ page, portPage }) => {
  const { dryRunButton, applyButton } = portPage
  await portPage.add(EXAMPLE.inserted[0])
  await expect(portPage.plan).toContainText('1 added')
  await expect(applyButton).toHaveCount(0)
  const primary = await colour(dryRunButton)
  await portPage.check()
  await expect(applyButton).toBeVisible()
  // A button under the pointer has another colour.
  await page.mouse.move(0, 0)
  await expect.poll(() => colour(applyButton)).toBe(primary)
  expect((await applyButton.boundingBox())!.y).toBe((await dryRunButton.boundingBox())!.y)
  expect(await colour(dryRunButton)).not.toBe(primary)
  // Another plan has had no dry run.
  await portPage.add(EXAMPLE.inserted[1])
  await expect(portPage.plan).toContainText('The plan changed since the dry run')
  await expect(applyButton).toHaveCount(0)
})

test('the dry run that is switched off stays off after a reload', async ({ page, portPage }) => {
  await portPage.dryRun.uncheck()
  await expect(portPage.dryRunButton).toHaveCount(0)
  await page.reload()
  await expect(portPage.applyButton).toBeVisible()
  await expect(portPage.dryRun).not.toBeChecked()
  await expect(portPage.dryRunButton).toHaveCount(0)
})

test('the question before Apply names the port, and says all that is dangerous', async ({
  page,
  portPage,
}) => {
  await page.setViewportSize({ width: 390, height: 600 })
  const { applyButton, dialog, confirmButton } = portPage
  await portPage.dryRun.uncheck()
  await portPage.addNamedToTop('ssh-from-anywhere')
  await page.mouse.move(0, 0)
  const primary = await colour(applyButton)
  await applyButton.click()
  await expect(dialog.getByRole('heading', { name: 'Apply this change?' })).toBeFocused()
  await expect(dialog.getByText(EXAMPLE.port, { exact: true })).toBeVisible()
  await expect(dialog.getByText(`production ${EXAMPLE.project}`)).toBeVisible()
  await expect(dialog).toContainText('Opens TCP 22 (SSH) from anywhere')
  await expect(dialog.getByText(/open connections/i)).toHaveCount(1)
  expect(await colour(confirmButton)).not.toBe(primary)
  await expectNoAxeFinding(page)
  // What is below the fold is reached by keys.
  const lists = dialog.getByText(/^After \d/)
  await expect(lists).not.toBeInViewport()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('End')
  await expect(lists).toBeInViewport()
})

test('by keyboard only: add a group, move another, undo, redo, apply', async ({ page, portPage, cloud }) => {
  const [added] = EXAMPLE.inserted
  await portPage.find(added)
  await portPage.row(added).getByRole('checkbox').focus()
  await page.keyboard.press('Space')
  await portPage.insertAt.focus()
  await page.keyboard.type('2')
  await page.keyboard.press('Enter')
  await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.first, added, EXAMPLE.second])

  // Lifted by its grip, two up, dropped; then taken back.
  await portPage.grips.nth(2).focus()
  await page.keyboard.press('Space')
  await expect(page.getByText(/lifted, position 3 of 3/)).toBeAttached()
  await page.keyboard.press('ArrowUp')
  await expect(page.getByText(/over position 2 of 3/)).toBeAttached()
  await page.keyboard.press('ArrowUp')
  await expect(page.getByText(/over position 1 of 3/)).toBeAttached()
  await page.keyboard.press('Space')
  await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.second, EXAMPLE.first, added])
  await page.keyboard.press('Control+z')
  await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.first, added, EXAMPLE.second])
  await expect(page.getByText('Undone: web-public is at position 3')).toBeAttached()
  await page.keyboard.press('Control+y')
  await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.second, EXAMPLE.first, added])
  await page.keyboard.press('Control+z')

  await portPage.dryRun.focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Tab')
  await expect(portPage.applyButton).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(portPage.dialog).toContainText('This arrangement had no dry run')
  await portPage.confirmButton.focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => cloud.list(EXAMPLE.port)).toEqual([EXAMPLE.first, added, EXAMPLE.second])
})

test('a drag that can’t end any more ends without a move', async ({ page, portPage }) => {
  const ended = page.getByText(/^Cancelled: .* stays where it was/)
  const lifted = page.locator('[data-lifted]')
  const middleOf = async (n: number) => {
    const { x, y, width, height } = (await portPage.grips.nth(n).boundingBox())!
    return [x + width / 2, y + height / 2] as const
  }
  const lift = async () => {
    await page.mouse.move(...(await middleOf(1)))
    await page.mouse.down()
    await page.mouse.move(...(await middleOf(0)), { steps: 4 })
    await expect(lifted).toHaveCount(1)
  }
  await portPage.canDrag()
  // The window loses focus; the button was released outside the window.
  await lift()
  await page.evaluate(() => window.dispatchEvent(new Event('blur')))
  await expect(lifted).toHaveCount(0)
  await page.mouse.up()
  await lift()
  await page.evaluate(() => document.body.dispatchEvent(new MouseEvent('mousemove', { bubbles: true })))
  await expect(lifted).toHaveCount(0)
  await page.mouse.up()
  // The focus leaves the grip of a lifted group.
  await portPage.grips.nth(1).focus()
  await page.keyboard.press('Space')
  await expect(lifted).toHaveCount(1)
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Tab')
  await portPage.search.focus()
  await expect(lifted).toHaveCount(0)
  await expect(ended).toBeAttached()
  await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.first, EXAMPLE.second])
})

base('a lifted group follows each key, however quick', async ({ page, portPage, portPath, cloud }) => {
  const port = 'f9a413c1-3c62-4621-9e24-50346fa48ef1'
  await portPage.open(portPath(port), 6)
  await portPage.canDrag()
  const [a, b, c, d, ...rest] = await portPage.ids()
  const lifted = page.locator('[data-lifted]')
  const grip = portPage.row(a!).locator('[data-control=grip]')
  const says = (words: string) => expect(page.getByText(words)).toBeAttached()

  // Space that is held down lifts once, and does not drop.
  await grip.focus()
  await page.keyboard.down('Space')
  await page.keyboard.down('Space')
  await page.keyboard.up('Space')
  await expect(lifted).toHaveCount(1)
  // All within one task, before anything is drawn.
  const arrows = (code: string, times: number) =>
    grip.evaluate(
      (element, [key, count]) => {
        for (let n = 0; n < count; n++)
          element.dispatchEvent(
            new KeyboardEvent('keydown', { code: key, key, bubbles: true, cancelable: true }),
          )
      },
      [code, times] as const,
    )
  await arrows('ArrowDown', 3)
  await says('over position 4 of 6')
  // The list ends there.
  await arrows('ArrowDown', 9)
  await says('over position 6 of 6')
  await page.keyboard.press('Escape')
  await says('stays where it was')
  await expect(lifted).toHaveCount(0)
  expect(await portPage.ids()).toEqual([a, b, c, d, ...rest])

  await page.keyboard.press('Space')
  await arrows('ArrowDown', 3)
  await arrows('ArrowUp', 1)
  await page.keyboard.press('Enter')
  await says('dropped at position 3 of 6')
  await expect.poll(() => portPage.ids()).toEqual([b, c, a, d, ...rest])
  await expect(grip).toBeFocused()
  await expect(lifted).toHaveCount(0)
  expect(await cloud.list(port)).toEqual([a, b, c, d, ...rest])

  // Two drops, the second as soon as the first is drawn: what is lifted stays marked until then.
  const marks = await page.evaluate(async () => {
    const list = document.querySelector('[data-rows=list]')!
    const marked: number[] = []
    for (const drop of [1, 2]) {
      const before = list.textContent
      for (const code of ['Space', 'ArrowDown', 'Space'])
        document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { code, key: code, bubbles: true }),
        )
      while (list.textContent === before) {
        if (drop === 2) marked.push(list.querySelectorAll('[data-lifted], [data-drop]').length)
        await new Promise(requestAnimationFrame)
      }
    }
    return marked
  })
  expect(new Set(marks)).toEqual(new Set([2]))
  await expect.poll(() => portPage.ids()).toEqual([b, c, d, rest[0], a, ...rest.slice(1)])
  await expect(grip).toBeFocused()
  await expect(lifted).toHaveCount(0)
})

base(
  'keys let go of a row when the list changes or a pointer takes it',
  async ({ page, portPage, portPath }) => {
    const errors: Error[] = []
    page.on('pageerror', (error) => errors.push(error))
    await portPage.open(portPath('f9a413c1-3c62-4621-9e24-50346fa48ef1'), 6)
    await portPage.canDrag()
    const before = await portPage.ids()
    const lifted = page.locator('[data-lifted]')
    const grip = portPage.row(before[1]!).locator('[data-control=grip]')

    await portPage.row(before[0]!).locator('[data-control=grip]').press('Alt+ArrowDown')
    await expect.poll(() => portPage.ids()).not.toEqual(before)
    await grip.press('Space')
    await expect(lifted).toHaveCount(1)
    await grip.press('Control+z')
    await expect.poll(() => portPage.ids()).toEqual(before)
    await expect(lifted).toHaveCount(0)
    await expect(page.getByText('stays where it was')).toBeAttached()

    // The mouse drags what keys have lifted: then Escape is for that.
    await grip.press('Space')
    await grip.hover()
    await page.mouse.down()
    const { x, y } = (await portPage.grips.nth(4).boundingBox())!
    await page.mouse.move(x + 5, y, { steps: 5 })
    await expect(page.locator('[data-drop]')).toHaveCount(1)
    await page.keyboard.press('Escape')
    await page.mouse.up()
    await expect(lifted).toHaveCount(0)
    expect(await portPage.ids()).toEqual(before)
    expect(errors).toEqual([])
  },
)

base('a group in sight stays selected while its ID is asked for', async ({ page, portPage, portPath }) => {
  const [added] = EXAMPLE.inserted
  const reads = await holdBack(page, new RegExp(`/security-groups\\?.*${added}`))
  await page.goto(portPath(EXAMPLE.port))
  await expect(portPage.row(added)).toBeVisible()
  await portPage.find(added)
  await expect(portPage.catalogue.getByText('Reading…')).toBeVisible()
  await portPage.row(added).getByRole('checkbox').check()
  await portPage.addToTop.click()
  await expect.poll(() => portPage.ids()).toEqual([added, EXAMPLE.first, EXAMPLE.second])
  await reads.release()
  await expect(portPage.catalogue).toContainText('1 of 1 ID found, 1 on the list')
})

test('by buttons: at the end of the list the request has no index', async ({ portPage }) => {
  const [added] = EXAMPLE.inserted
  await portPage.add(added)
  await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.first, EXAMPLE.second, added])
  await expect(portPage.plan).toContainText('index left out: the end of the list (the same as index 2)')
  await expect.poll(() => portPage.bodies()).toEqual([{ port: { security_groups: [added] }, dry_run: true }])
  await portPage.resetButton.click()
  await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.first, EXAMPLE.second])
  await expect(portPage.plan).toContainText('No changes yet')
})

test('an arrangement survives a reload and a lost session', async ({ page, portPage, context, running }) => {
  const [added] = EXAMPLE.inserted
  await portPage.add(added)
  await expect(portPage.rows).toHaveCount(3)
  await context.clearCookies()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Signed out' })).toBeVisible()
  const other = await context.newPage()
  await other.goto(running.signIn)
  await other.close()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.first, EXAMPLE.second, added])
  await expect(portPage.rows.getByText('New')).toHaveCount(1)
})

test('an arrangement for another list is not applied: re-apply or discard it', async ({
  page,
  portPage,
  cloud,
}) => {
  const [mine, theirs] = EXAMPLE.inserted
  await portPage.add(mine)
  await expect(portPage.rows).toHaveCount(3)
  await cloud.someoneElseSets(EXAMPLE.port, [theirs, EXAMPLE.first, EXAMPLE.second])
  await page.reload()
  await expect(portPage.listChanged).toBeVisible()
  await portPage.rebaseButton.click()
  await expect.poll(() => portPage.ids()).toEqual([theirs, EXAMPLE.first, EXAMPLE.second, mine])
  await expect.poll(() => portPage.bodies()).toEqual([{ port: { security_groups: [mine] }, dry_run: true }])
})

test.describe('the platform says no', () => {
  test.beforeEach(async ({ portPage }) => {
    await portPage.add(EXAMPLE.inserted[0])
    await expect(portPage.rows).toHaveCount(3)
  })

  test('to a dry run: its code and message are shown, the group is marked', async ({
    page,
    portPage,
    cloud,
  }) => {
    const [added] = EXAMPLE.inserted
    const error_msg = `Security group ${added} is locked by its owner.`
    await cloud.faults({
      kind: 'error',
      status: 409,
      error_code: 'VPC.0999',
      error_msg,
      match: { method: 'PUT' },
      // The first one may be what finds out which calls there are.
      times: 0,
    })
    await portPage.check()
    await expect(portPage.plan).toContainText('Dry run refused')
    await expect(portPage.plan).toContainText('VPC.0999')
    await expect(portPage.rows.nth(2).getByTitle('locked by its owner')).toBeVisible()
    await expect.poll(() => portPage.ids()).toEqual([EXAMPLE.first, EXAMPLE.second, added])
    await expectNoAxeFinding(page)
  })

  test('to a dry run, in any way: shown with its code, the arrangement is kept', async ({
    portPage,
    cloud,
  }) => {
    for (const [status, error_code] of [
      [401, 'APIGW.0301'],
      [403, 'VPC.0010'],
      [429, 'APIGW.0308'],
      [500, 'VPC.0002'],
      [503, 'VPC.0003'],
    ] as const) {
      const error_msg = `The platform's own words for ${status}.`
      await cloud.noFaults()
      await cloud.faults({ kind: 'error', status, error_code, error_msg, match: { method: 'PUT' }, times: 0 })
      await portPage.check()
      await expect(portPage.plan).toContainText(error_msg)
      await expect(portPage.plan.getByText(error_code).first()).toBeVisible()
      await expect(portPage.rows).toHaveCount(3)
    }
    // A lost response does not count as passed.
    await cloud.noFaults()
    await cloud.faults({ kind: 'drop_before', match: { method: 'PUT' }, times: 0 })
    await portPage.check()
    await expect(portPage.plan).toContainText('Not everything could be checked')
    await expect(portPage.plan).not.toContainText('Dry run passed')
  })
})

base('an unknown port: the platform’s code and request ID are shown', async ({ page, portPath }) => {
  await page.goto(portPath('00000000-0000-4000-8000-000000000000'))
  await expect(page.getByText(/VPC\.\d+/).first()).toBeVisible()
  await expect(page.getByText(/request ID/i).first()).toBeVisible()
  await expectNoAxeFinding(page)
})

test.describe('by touch, 390 px wide', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('the menu; place, review, check and apply without scrolling back', async ({
    page,
    portPage,
    cloud,
  }) => {
    const menu = page.getByRole('button', { name: 'Menu' })
    const history = page.getByRole('link', { name: 'History', exact: true })
    await menu.focus()
    await expect(history).toBeHidden()
    await page.keyboard.press('Enter')
    for (const name of ['Project', 'Theme']) await expect(page.getByRole('combobox', { name })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
    await expectNoAxeFinding(page)
    await page.keyboard.press('Escape')
    await expect(menu).toBeFocused()
    await menu.tap()
    await history.tap()
    await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeFocused()
    await expect(history).toBeHidden()
    await page.goBack()
    await expect(portPage.rows).toHaveCount(2)

    const [added] = EXAMPLE.inserted
    await portPage.find(added)
    await portPage.addButton(added).tap()
    await expect(portPage.rows).toHaveCount(3)
    // The bar leads to the plan; the plan's own buttons are in sight there.
    await page.getByRole('button', { name: 'Review' }).tap()
    await expect(portPage.dryRunButton).toBeInViewport({ ratio: 1 })
    await portPage.dryRunButton.tap()
    await expect(portPage.plan).toContainText('Dry run passed')
    await expect(portPage.applyButton).toBeInViewport({ ratio: 1 })
    await expect(page.getByRole('button', { name: 'Apply…' })).toHaveCount(1)
    // Back at the list, what comes next is in the bar; another plan is reviewed first.
    const first = portPage.rows.first()
    const apply = page.getByRole('button', { name: 'Apply…' }).last()
    await first.scrollIntoViewIfNeeded()
    await expect(apply).toBeInViewport({ ratio: 1 })
    await first.locator('[data-control=down]').tap()
    await page.getByRole('button', { name: 'Review' }).tap()
    await portPage.dryRunButton.tap()
    await expect(portPage.plan).toContainText('Dry run passed')
    await first.scrollIntoViewIfNeeded()
    await apply.tap()
    await portPage.confirmButton.tap()
    await expect.poll(() => cloud.list(EXAMPLE.port)).toEqual([EXAMPLE.second, EXAMPLE.first, added])
  })
})

test('no finding of axe with a plan on screen, light or dark, wide or narrow', async ({ page, portPage }) => {
  await portPage.rows.nth(0).locator('[data-control=down]').click()
  await expect(portPage.plan).toContainText('2 calls')
  // At 200 % of 1440 too, names come before the marks beside them.
  await page.setViewportSize({ width: 720, height: 850 })
  await expect(portPage.rows.getByText('Moved from')).toBeVisible()
  for (const name of await portPage.rows.locator('[data-control=name]').all())
    expect(await isCut(name)).toBe(false)
  await expectNoAxeFindingInAnyLook(page)
  // On paper: the list, the plan and the traffic, and nothing to press.
  await page.emulateMedia({ media: 'print' })
  await expect(portPage.catalogue).toBeHidden()
  await expect(portPage.dryRunButton).toBeHidden()
  await expect(portPage.rows.nth(0).locator('[data-control=position]')).toBeVisible()
  for (const part of [portPage.list, portPage.plan, portPage.traffic]) await expect(part).toBeVisible()
  await expect(portPage.plan.getByText('PUT').first()).toBeVisible()
})
