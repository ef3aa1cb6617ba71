import { EXAMPLE, expect, expectNoAxeFinding, test } from './portside.ts'

const PORT = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'
const READ = 'GET /v3/{project_id}/ports/{id}'
const [X, Y] = EXAMPLE.inserted

test('a page in front finds out that the list was changed elsewhere', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await page.clock.install()
  await portPage.open(portPath(PORT), 6)
  await expect(page.getByText(/^Read at \d\d:\d\d/)).toBeVisible()
  const before = (await portPage.ids()).filter((id) => id !== X && id !== Y)
  await cloud.someoneElseSets(PORT, before)
  await page.getByRole('button', { name: 'Read again' }).click()
  await expect.poll(() => portPage.ids()).toEqual(before)
  await page.getByRole('button', { name: 'Hide' }).click()
  await cloud.faults({ kind: 'error', status: 403, times: 1, match: { path: `/ports/${PORT}` } })
  await page.getByRole('button', { name: 'Read again' }).click()
  await expect(portPage.alert('The port could not be read again')).toBeVisible()
  await expect(page.getByText('the list is as before')).toHaveCount(0)

  await cloud.someoneElseSets(PORT, [...before, X])
  await cloud.forgetCalls()
  await page.clock.fastForward(30_000)
  await expect.poll(() => portPage.ids()).toEqual([...before, X])
  await expect(page.locator('#main').getByText('The list was changed elsewhere: 1 group added')).toBeVisible()
  await expectNoAxeFinding(page)
  expect((await cloud.calls())[READ]).toBe(1)

  // With something arranged, the operator is asked.
  await portPage.grips.nth(0).focus()
  await page.keyboard.press('Alt+ArrowDown')
  await cloud.someoneElseSets(PORT, before)
  await page.clock.fastForward(30_000)
  await expect(portPage.listChanged).toBeVisible()
})
