import type { Page, Request } from '@playwright/test'
import { EXAMPLE, expect, test } from './portside.ts'
import { filesOf, PORT_PAGE } from '../build/size.ts'
import { holdBack } from './hold-back.ts'

/** The paths and parameters that the page asks the proxy for, from now on, as they come. */
function asked(page: Page): URL[] {
  const urls: URL[] = []
  page.on('request', (request: Request) => {
    const url = new URL(request.url())
    if (url.pathname.startsWith('/api/')) urls.push(url)
  })
  return urls
}

/** What the page has loaded, as the browser has it. */
const loaded = (page: Page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry instanceof PerformanceResourceTiming)
      .map(({ name, startTime, responseEnd, transferSize, decodedBodySize }) => {
        return { path: new URL(name).pathname, startTime, responseEnd, transferSize, decodedBodySize }
      }),
  )

const twice = (all: readonly string[]) => all.filter((one, n) => all.indexOf(one) !== n)

/** No other test changes it: a port's page also reads the groups of its last change. */
const UNCHANGED = '87304eb6-7507-4aaf-b044-ed025de9d6ec'
/** Near the top of the list of ports. No other test opens or changes it. */
const READ_AHEAD = { id: 'dacc377c-4539-443e-87e8-c7c10393bcc0', name: 'shop-stage-web-01' }
/** Changed by one test alone. */
const CHANGED = '65670314-ab5a-4432-ad6f-c4c1e025c95c'

test('a port asks for one page of groups, and for nothing twice', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  // The ports, where the page begins, still ask for names.
  await page.goto('about:blank')
  const urls = asked(page)
  await page.goto(portPath(UNCHANGED))
  await expect(portPage.list).toContainText('rule')
  await page.waitForLoadState('networkidle')
  expect(urls.map(String)).not.toEqual([])
  expect(twice(urls.map(String))).toEqual([])
  const groups = urls.filter(({ pathname }) => pathname.endsWith('/vpc/security-groups'))
  expect(groups.filter(({ searchParams }) => !searchParams.has('id')).map(({ search }) => search)).toEqual([
    '?limit=100',
  ])
  expect(twice(groups.flatMap(({ searchParams }) => searchParams.getAll('id')))).toEqual([])
  const rules = urls.filter(({ pathname }) => pathname.endsWith('/vpc/security-group-rules'))
  const ofGroups = rules.flatMap(({ searchParams }) => searchParams.getAll('security_group_id'))
  expect(ofGroups.toSorted()).toEqual((await cloud.list(UNCHANGED)).toSorted())
})

test('a view’s code and data are asked for before the console’s code is there', async ({
  page,
  portPage,
  portPath,
}) => {
  let release: (() => void) | undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route(/\/assets\/index-.*\.js$/, async (route) => {
    await held
    await route.continue()
  })
  const ports = page.waitForResponse(/\/ports\?limit=200$/)
  const pageOfPorts = page.waitForResponse(/\/assets\/PortsPage-.*\.js$/)
  await page.goto(portPath(''), { waitUntil: 'commit' })
  await Promise.all([ports, pageOfPorts, page.waitForResponse(/\/api\/session$/)])

  const urls = asked(page)
  const groups = page.waitForResponse(/\/vpc\/security-groups\?id=/)
  const rules = page.waitForResponse(/\/vpc\/security-group-rules\?/)
  const pageOfPort = page.waitForResponse(/\/assets\/PortPage-.*\.js$/)
  await page.goto(portPath(UNCHANGED), { waitUntil: 'commit' })
  await Promise.all([groups, rules, pageOfPort])
  expect(await page.evaluate(() => document.querySelector('#root [data-rows=list]'))).toBeNull()
  release?.()
  await expect(portPage.list).toContainText('rule')
  await page.waitForLoadState('networkidle')
  // What was asked for ahead is used.
  expect(twice(urls.map(String))).toEqual([])
})

test('groups that a port had last time are asked for with it, those it has are shown', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await portPage.open(portPath(EXAMPLE.port), 2)
  const seen = () => page.evaluate(() => localStorage.getItem('portside.groups-seen'))
  await expect.poll(seen).toContain(EXAMPLE.port)
  const port = await holdBack(page, new RegExp(`/api/.*/ports/${EXAMPLE.port}$`))
  const before = page.waitForResponse(/\/vpc\/security-group-rules\?/)
  await page.goto(portPath(EXAMPLE.port), { waitUntil: 'commit' })
  await before
  await port.noMore()
  await port.release()
  await expect(portPage.list).toContainText('rule')

  await cloud.someoneElseSets(EXAMPLE.port, [EXAMPLE.inserted[0]])
  await portPage.open(portPath(EXAMPLE.port), 1)
  await expect(portPage.list).toContainText('rule')
})

test('a port’s code that its list does not need is asked for after the list', async ({
  page,
  portPage,
  portPath,
}) => {
  const needed = new Set(filesOf([PORT_PAGE]).js.map((file) => `/${file}`))
  // Again where the machine was so busy that the rest waited for the list as long as it ever does
  // (list-drawn.ts).
  await expect(async () => {
    await page.goto(portPath(UNCHANGED))
    await expect(portPage.list).toContainText('rule')
    await page.waitForLoadState('networkidle')
    const read = await loaded(page)
    const rules = read.filter(({ path }) => path.endsWith('/vpc/security-group-rules'))
    const listRead = Math.max(...rules.map(({ responseEnd }) => responseEnd))
    const rest = read.filter(({ path }) => /^.assets.*\.js$/.test(path) && !needed.has(path))
    expect(rules).not.toEqual([])
    expect(rest.length).toBeGreaterThan(3)
    expect(rest.filter(({ startTime }) => startTime < listRead)).toEqual([])
  }).toPass({ timeout: 40_000 })
})

for (const way of ['the pointer', 'the keyboard'])
  test(`a port that ${way} rests on is read ahead, once, with all its code`, async ({ page, portPage }) => {
    await page.goto('/')
    const urls = asked(page)
    const port = `/ports/${READ_AHEAD.id}`
    const link = page.getByRole('link', { name: READ_AHEAD.name, exact: true })
    await expect(link).toBeVisible()
    const code = page.waitForResponse(/\/assets\/PlanArea-.*\.js$/)
    const data = page.waitForResponse((response) => new URL(response.url()).pathname.endsWith(port))
    if (way === 'the pointer') await link.hover()
    else await link.focus()
    await Promise.all([code, data])
    await link.press('Enter')
    await expect(portPage.list).toContainText('rule')
    expect(urls.filter(({ pathname }) => pathname.endsWith(port))).toHaveLength(1)
  })

test('a port is read once though its last operation left another list', async ({
  page,
  portPage,
  cloud,
  portPath,
}) => {
  await portPage.open(portPath(CHANGED), 2)
  await portPage.grips.nth(0).focus()
  await page.keyboard.press('Alt+ArrowDown')
  await portPage.apply()
  await expect(portPage.lastChange).toBeVisible()
  const [first] = await cloud.list(CHANGED)
  await cloud.someoneElseSets(CHANGED, [first!])
  const urls = asked(page)
  // Again where the operation ended so lately that the clocks of several proxies might differ.
  await expect(async () => {
    await page.goto('about:blank')
    urls.length = 0
    await portPage.open(portPath(CHANGED), 1)
    await page.waitForLoadState('networkidle')
    expect(urls.filter(({ pathname }) => pathname.endsWith(`/ports/${CHANGED}`))).toHaveLength(1)
  }).toPass()
})

test('the console’s files come compressed by brotli, and once for ever', async ({ page, portPath }) => {
  const assetsOf = async (visited: Page) => {
    await visited.goto(portPath(EXAMPLE.port))
    await visited.waitForLoadState('networkidle')
    return (await loaded(visited)).filter(({ path }) => path.startsWith('/assets/'))
  }
  const encodings = new Map<string, string | undefined>()
  page.on('response', (response) =>
    encodings.set(new URL(response.url()).pathname, response.headers()['content-encoding']),
  )
  const files = await assetsOf(page)
  const large = files.filter(({ decodedBodySize }) => decodedBodySize > 1024)
  expect(large.length).toBeGreaterThan(5)
  expect(large.filter(({ path }) => encodings.get(path) !== 'br')).toEqual([])

  const again = await assetsOf(await page.context().newPage())
  expect(again.length).toBeGreaterThan(5)
  expect(again.filter(({ transferSize }) => transferSize > 0)).toEqual([])
})
