import { EXAMPLE, expect, expectNoAxeFinding, test } from './portside.ts'

test.afterEach(async ({ cloud }) => cloud.region())

// A proxy of its own: it remembers for ten minutes what another region lacks.
test.use({ environment: { PORTSIDE_LOG_LEVEL: 'warn' } })

// One worker for all: they share what is started.
test.describe.configure({ mode: 'default' })

test('About this cloud says what is missing and refused; a plan is one call there', async ({
  page,
  portPage,
  portPath,
  cloud,
}) => {
  await cloud.region(['v2.0-only', 'oldest-rules'], 'bare-404')
  await page.goto(`/projects/${EXAMPLE.project}/ports`)
  await page.getByRole('link', { name: 'About this cloud' }).click()
  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) })
  await expect(row('Ports')).toContainText('API v2.0')
  await expect(row('Rules')).toContainText('No rule that was read has action, priority, enabled')
  await expect(row('Insert and remove')).toContainText('Not offered')
  await expect(row('Insert and remove')).toContainText('There is no dry run')
  await expect(row('Replacing a list')).toContainText('PUT /v2.0/ports/{port_id}')
  await expect(row('Address groups')).toContainText('their traffic is undecided')
  await expectNoAxeFinding(page)

  await cloud.region(['update-only'], 'bare-405')
  await cloud.faults({ kind: 'error', status: 403, times: 0, match: { path: 'address-groups' } })
  await page.getByRole('button', { name: 'Find out again' }).click()
  await expect(row('Address groups')).toContainText('Refused. The key needs vpc:addressGroups:get')
  await expect(row('Rules')).toContainText('As documented')

  // A plan that one insert would do is one call here, and says why.
  const { plan } = portPage
  await portPage.open(portPath(EXAMPLE.port), 2)
  await portPage.add(EXAMPLE.inserted[0])
  await expect(plan).toContainText('The platform offers no insert and remove here')
  await expect(plan.getByRole('radio')).toHaveCount(0)
  await expect(plan).toContainText(`PUT /v1/${EXAMPLE.project}/ports/${EXAMPLE.port}`)
  const arranged = [EXAMPLE.first, EXAMPLE.second, EXAMPLE.inserted[0]]
  await expect.poll(() => portPage.bodies()).toEqual([{ port: { security_groups: arranged } }])
  await portPage.check()
  await expect(plan).toContainText('Every step was checked by Portside only')
  await portPage.apply()
  await expect.poll(() => cloud.list(EXAMPLE.port)).toEqual(arranged)
  await expect(portPage.lastChange).toBeVisible()

  // The last group can't be detached there.
  for (const _ of arranged)
    await portPage.list
      .getByRole('button', { name: /^Detach/ })
      .first()
      .click()
  await expect(plan).toContainText('can’t leave a port without any group')
})

test('an empty list of ports or groups names the permission that may be missing', async ({
  page,
  portPage,
  portPath,
  cloud,
}) => {
  await cloud.region(['enterprise-empty'])
  await page.goto(`/projects/${EXAMPLE.project}/ports`)
  await expect(page.getByText('This project has no ports')).toBeVisible()
  await expect(page.getByRole('main')).toContainText('the key needs vpc:ports:get (or vpc:ports:list)')
  await page.goto(portPath(EXAMPLE.port))
  await expect(portPage.catalogue).toContainText('the key needs vpc:securityGroups:get')
})
