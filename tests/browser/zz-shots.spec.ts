import { expect, expectNoAxeFinding, test } from './portside.ts'
const WEB = 'e660ba30-01c6-4edf-81fb-ae0d056403b9'
for (const [name, width, scheme] of [
  ['1440', 1440, 'light'],
  ['1440d', 1440, 'dark'],
  ['390', 390, 'light'],
] as const)
  test(`shot ${name}`, async ({ page, portPage, portPath }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await page.setViewportSize({ width, height: 900 })
    await page.goto(portPath(WEB) + '?show=rules')
    await expect(page.getByRole('table', { name: /Rules in order/ })).toBeVisible()
    if (width > 400) await portPage.addNamedToTop('ssh-from-anywhere')
    await page.waitForTimeout(1500)
    const section = page.getByRole('region', { name: 'Effective rules' })
    await section.scrollIntoViewIfNeeded()
    await page.waitForTimeout(300)
    await section.screenshot({ path: `/tmp/shots/rules-${name}.png` })
    console.log(await section.innerText())
    await expectNoAxeFinding(page)
  })
