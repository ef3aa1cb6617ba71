import { EXAMPLE, expect, expectNoAxeFinding, test } from './portside.ts'

const turned = [EXAMPLE.second, EXAMPLE.first]

test.beforeEach(async ({ portPage, portPath }) => {
  await portPage.open(portPath(EXAMPLE.port), 2)
  await portPage.list
    .getByRole('button', { name: /^Move .* up$/ })
    .nth(1)
    .click()
})

test('a group that moves goes in one call, and never leaves the port', async ({ page, portPage, cloud }) => {
  const { plan } = portPage
  await expect(plan.getByRole('radio', { name: /^In one call/ })).toBeChecked()
  await expect(plan).toContainText('no group is off the port at any time')
  await expect(plan).toContainText(`PUT /v1/${EXAMPLE.project}/ports/${EXAMPLE.port}`)
  await expect.poll(() => portPage.bodies()).toEqual([{ port: { security_groups: turned } }])
  await expect(plan).not.toContainText('Groups are off the port for a moment')
  await expectNoAxeFinding(page)

  await portPage.check()
  await expect(plan).toContainText('Dry run passed')
  await expect(plan).toContainText('the platform can’t check this replacement')
  await portPage.askToApply()
  await portPage.confirmButton.click()
  await expect.poll(() => cloud.list(EXAMPLE.port)).toEqual(turned)
  await expect(portPage.lastChange).toBeVisible()
  await expect.poll(() => portPage.ids()).toEqual(turned)
})

test('step by step is a choice beside it, by keyboard too', async ({ page, portPage, cloud }) => {
  const { plan } = portPage
  await plan.getByRole('radio', { name: /^In one call/ }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(plan.getByRole('radio', { name: /^Step by step, 2 calls/ })).toBeChecked()
  await expect(plan).toContainText('Groups are off the port for a moment')
  await expect.poll(() => portPage.bodies()).toHaveLength(2)
  await portPage.apply()
  await expect.poll(() => cloud.list(EXAMPLE.port)).toEqual(turned)
})

test('the dry run of a replacement checks its new groups, and says no more', async ({ portPage }) => {
  const { plan } = portPage
  await portPage.add(EXAMPLE.inserted[0])
  await expect(plan).toContainText('The platform has no dry run for a replacement')
  await expect
    .poll(() => portPage.bodies())
    .toEqual([
      { port: { security_groups: [EXAMPLE.inserted[0]] }, dry_run: true },
      { port: { security_groups: [...turned, EXAMPLE.inserted[0]] } },
    ])
  await portPage.check()
  await expect(plan).toContainText('can be inserted. Not checked: the replacement itself')
  // The other way is another plan: what was checked does not hold for it.
  await plan.getByRole('radio', { name: /^Step by step/ }).check()
  await expect(plan).not.toContainText('Dry run passed')
})
