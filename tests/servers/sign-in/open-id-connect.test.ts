import { request as httpRequest } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'
import { bulkApi } from '../../../src/vpc/bulk-changes-api.ts'
import { ordersApi } from '../../../src/vpc/standing-orders-api.ts'
import { api } from '../../../src/vpc/portside-api.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { EXAMPLE } from '../../stage/emulator.ts'
import { Browser, freePort } from './browser.ts'
import { SECRET, startProvider, type TestedProvider } from './provider.ts'

const SHARED_SECRET = { PORTSIDE_SESSION_SECRET: 'one secret for all proxies of the team' }
const HOUR = 60 * 60 * 1000

let provider: TestedProvider
let proxy: TestedProxy
let origin: string
beforeAll(async () => {
  provider = await startProvider()
  proxy = await startTeamProxy()
  origin = proxy.address
})
afterAll(async () => {
  await proxy.close()
  await provider.stop()
})

async function startTeamProxy(environment: Record<string, string> = {}): Promise<TestedProxy> {
  const port = await freePort()
  return startProxy({
    ...provider.environment,
    ...SHARED_SECRET,
    PORTSIDE_PUBLIC_ORIGIN: `http://127.0.0.1:${port}`,
    PORTSIDE_LISTEN_PORT: String(port),
    PORTSIDE_UPSTREAM: 'http://127.0.0.1:9',
    ...environment,
  })
}

/** Another proxy, for one test. */
async function another(environment: Record<string, string>): Promise<TestedProxy> {
  const started = await startTeamProxy(environment)
  onTestFinished(() => started.close())
  return started
}

/** Another provider, for one test. */
async function anotherProvider(configuration?: Parameters<typeof startProvider>[0]): Promise<TestedProvider> {
  const started = await startProvider(configuration)
  onTestFinished(() => started.stop())
  return started
}

const sessionOf = async (browser: Browser, at = origin) => {
  const response = await browser.request(at + api.session())
  return { status: response.status, ...(await response.json()) }
}

/** Signs in until just before the provider sends the browser back. Returns that address. */
async function beforeCallback(browser: Browser, login: string, returnTo = '/') {
  const asked = `${origin}/sign-in?return_to=${encodeURIComponent(returnTo)}`
  return (await browser.logIn(await browser.open(asked), login, /\/sign-in\/callback/)).url
}

describe('signing in', () => {
  test('leads to the provider and back to where one was, as who the provider says', async () => {
    const browser = new Browser()
    const page = await browser.signIn(origin, 'olga', '/projects/abc/ports?q=a%26b&status=DOWN#main')
    expect(page.url.href).toBe(`${origin}/projects/abc/ports?q=a%26b&status=DOWN#main`)
    expect(await sessionOf(browser)).toMatchObject({
      status: 200,
      user: 'olga',
      role: 'operator',
      sign_in: 'openid_connect',
    })
  })

  test('gives cookies that no script and no other site gets', async () => {
    const browser = new Browser()
    const begun = await browser.request(`${origin}/sign-in`)
    const [leaving] = begun.headers.getSetCookie()
    expect(leaving).toMatch(/^portside_sign_in_.*; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/)
    const response = await browser.request(await beforeCallback(browser, 'olga'))
    const [gone, session, signOut] = response.headers.getSetCookie()
    expect(gone).toMatch(/^portside_sign_in_.*=; Max-Age=0; Path=\//)
    expect(session).toMatch(/^portside_session=.*; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(signOut).toMatch(/^portside_sign_out=.*; Path=\/api\/sign-out; HttpOnly; SameSite=Strict$/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const secure = await another({ PORTSIDE_PUBLIC_ORIGIN: 'https://portside.example.com' })
    const headers = { host: 'portside.example.com' }
    const { port } = new URL(secure.address)
    const [cookie] = await new Promise<string[]>((resolve) =>
      httpRequest({ port, path: '/sign-in', headers }, (got) =>
        resolve(got.resume().headers['set-cookie'] ?? []),
      ).end(),
    )
    expect(cookie).toMatch(/^__Host-portside_sign_in_.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })

  test.each([
    ['olga', 'operator'],
    ['vera', 'viewer'],
    ['both', 'operator'],
  ])('%s is %s by the role claim', async (login, role) => {
    const browser = new Browser()
    await browser.signIn(origin, login)
    expect((await sessionOf(browser)).role).toBe(role)
  })

  test.each([
    ['nora', '&#60;b&#62;nora&#60;/b&#62;'],
    ['nobody', 'nobody'],
  ])('%s has no role and is refused, with a page that says so', async (login, named) => {
    const browser = new Browser()
    const page = await browser.signIn(origin, login, '/projects/abc/ports')
    expect(page.status).toBe(403)
    expect(page.text).toContain('You have no role in Portside')
    expect(page.text).toContain(`<b>${named}</b>`)
    expect((await sessionOf(browser)).status).toBe(401)
    const other = /href="([^"]*prompt=login)"/.exec(page.text)![1]!.replaceAll('&#38;', '&')
    // The provider asks anew, although it knows them.
    expect((await browser.open(origin + other)).text).toContain('name="login"')
  })

  test('who is refused keeps no session from before', async () => {
    const browser = new Browser()
    await browser.signIn((await another((await anotherProvider()).environment)).address, 'olga')
    expect(await sessionOf(browser)).toMatchObject({ role: 'operator' })
    expect((await browser.signIn(origin, 'nora')).status).toBe(403)
    expect((await sessionOf(browser)).status).toBe(401)
  })

  test('an ID token with the role claim is enough; without it the user info is asked', async () => {
    const telling = await anotherProvider({ conformIdTokenClaims: false })
    const other = await another(telling.environment)
    const browser = new Browser()
    await browser.signIn(other.address, 'vera')
    expect((await sessionOf(browser, other.address)).role).toBe('viewer')
    expect(telling.requests).toContain('POST /token')
    expect(telling.requests).not.toContain('GET /me')
    await new Browser().signIn(origin, 'vera')
    expect(provider.requests).toContain('GET /me')
  })

  test('a public client has no secret, PKCE alone', async () => {
    const other = await another({ PORTSIDE_OIDC_CLIENT_ID: 'public', PORTSIDE_OIDC_CLIENT_SECRET: '' })
    const browser = new Browser()
    await browser.signIn(other.address, 'olga')
    expect((await sessionOf(browser, other.address)).user).toBe('olga')
  })

  test('works in several tabs at once, finished in any order', async () => {
    const browser = new Browser()
    const tabs = []
    for (const path of ['/a', '/b', '/c'])
      tabs.push(await browser.open(`${origin}/sign-in?return_to=${path}`))
    for (const [at, path] of [
      [1, '/b'],
      [2, '/c'],
      [0, '/a'],
    ] as const)
      expect((await browser.logIn(tabs[at]!, 'olga')).url.pathname).toBe(path)
  })

  test('of many sign-ins begun and left, the last ones count: cookies do not pile up', async () => {
    const browser = new Browser()
    for (let n = 0; n < 12; n++) await browser.request(`${origin}/sign-in`)
    expect(browser.cookiesFor(origin).split('; ')).toHaveLength(8)
    expect((await browser.signIn(origin, 'olga', '/last')).url.pathname).toBe('/last')
  })

  test('is not kept out by wrong links, nor by wrong returns, from the same address', async () => {
    const limited = await another({ PORTSIDE_RATE_LIMIT: '4' })
    for (const path of ['/sign-in/x', '/sign-in/callback?state=x&code=y'])
      for (let n = 0; n < 4; n++) await fetch(limited.address + path)
    expect((await fetch(`${limited.address}/sign-in/x`)).status).toBe(429)
    const browser = new Browser()
    await browser.signIn(limited.address, 'olga')
    expect(await sessionOf(browser, limited.address)).toMatchObject({ status: 200, user: 'olga' })
    for (let n = 0; n < 6; n++) {
      const out = { method: 'POST', headers: { origin: limited.address } }
      expect((await browser.request(limited.address + api.signOut(), out)).status).toBe(200)
    }
  })

  test('a planted cookie of the same name, sent first, does not undo a sign-in under way', async () => {
    const browser = new Browser()
    const back = await beforeCallback(browser, 'olga')
    const cookie = browser.cookiesFor(back)
    const planted = cookie.replace(/=[^;]*/g, '=x')
    const response = await fetch(back, { headers: { cookie: `${planted}; ${cookie}` }, redirect: 'manual' })
    expect(response.headers.getSetCookie().join()).toContain('portside_session=')
  })

  test('by another name of this machine leads to the public origin first', async () => {
    const { port } = new URL(origin)
    const response = await fetch(`http://localhost:${port}/sign-in?return_to=/x`, { redirect: 'manual' })
    expect(response.headers.get('location')).toBe(`${origin}/sign-in?return_to=%2Fx`)
  })

  test.each(['https://evil.example/', '//evil.example/', '/\\evil.example'])(
    'never leads on to %s',
    async (elsewhere) => {
      const page = await new Browser().signIn(origin, 'olga', elsewhere)
      expect(page.url.href).toBe(`${origin}/`)
    },
  )
})

test('who signed in at one proxy is signed in at another with the same secret', async () => {
  const browser = new Browser()
  await browser.signIn(origin, 'vera')
  const [same, different] = await Promise.all([
    another({}),
    another({ PORTSIDE_SESSION_SECRET: 'a secret that no other proxy has' }),
  ])
  expect(await sessionOf(browser, same.address)).toMatchObject({ user: 'vera', role: 'viewer' })
  expect((await sessionOf(browser, different.address)).status).toBe(401)
})

test('a user who floods it is refused for a while, and nobody else is', async () => {
  const limited = await another({ PORTSIDE_RATE_LIMIT: '4' })
  const [flooding, other] = [new Browser(), new Browser()]
  await flooding.signIn(origin, 'vera')
  await other.signIn(origin, 'both')
  const statuses = async (browser: Browser) => {
    const all: number[] = []
    for (let n = 0; n < 4; n++) all.push((await sessionOf(browser, limited.address)).status)
    return all
  }
  expect(await statuses(flooding)).toEqual([200, 200, 200, 200])
  expect(await statuses(flooding)).toEqual([429, 429, 429, 429])
  expect(await statuses(other)).toEqual([200, 200, 200, 200])
})

test('the printed address and its sessions do not count where a team signs in', async () => {
  const printed = await startProxy({ ...SHARED_SECRET, PORTSIDE_PUBLIC_ORIGIN: origin })
  onTestFinished(() => printed.close())
  const browser = new Browser()
  await browser.request(printed.address + new URL(printed.signInAddress).pathname)
  expect(await sessionOf(browser, printed.address)).toMatchObject({ role: 'operator' })
  const refused = await sessionOf(browser)
  expect(refused).toMatchObject({ status: 401, sign_in: 'openid_connect' })
  expect(refused.advice).toContain('Sign in again')
  expect(proxy.signInAddress).toBe(`${origin}/sign-in`)
  expect((await browser.request(`${origin}/sign-in/anything`)).status).toBe(404)
})

test('a session ends with the hours that it has, however much it is used', async () => {
  const browser = new Browser()
  await browser.signIn(origin, 'olga')
  const long = await another({ PORTSIDE_SESSION_HOURS: '24' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  onTestFinished(() => void vi.useRealTimers())
  vi.advanceTimersByTime(11 * HOUR)
  expect((await sessionOf(browser)).status).toBe(200)
  expect((await sessionOf(browser, long.address)).status).toBe(200)
  vi.advanceTimersByTime(HOUR)
  expect((await sessionOf(browser)).status).toBe(401)
  expect((await sessionOf(browser, long.address)).status).toBe(200)
  vi.advanceTimersByTime(11 * HOUR)
  expect((await sessionOf(browser, long.address)).status).toBe(200)
  vi.advanceTimersByTime(HOUR)
  expect((await sessionOf(browser, long.address)).status).toBe(401)
})

describe('a viewer', () => {
  const viewer = new Browser()
  beforeAll(() => viewer.signIn(origin, 'vera'))
  const port = paths.port(EXAMPLE.project, EXAMPLE.port)

  test.each([
    ['PUT', `/api${paths.insert(EXAMPLE.project, EXAMPLE.port)}`],
    ['PUT', `/api${paths.remove(EXAMPLE.project, EXAMPLE.port)}`],
    ['POST', api.portChecks(EXAMPLE.project, EXAMPLE.port)],
    ['POST', api.portOperations(EXAMPLE.project, EXAMPLE.port)],
    ['POST', api.operationChoice(crypto.randomUUID(), 'go-on')],
    ['POST', bulkApi.ofProject(EXAMPLE.project)],
    ['POST', bulkApi.choice(crypto.randomUUID(), 'go-on')],
    ['POST', bulkApi.undo(crypto.randomUUID())],
    ['POST', ordersApi.ofProject(EXAMPLE.project)],
    ['PUT', ordersApi.one(crypto.randomUUID())],
    ['DELETE', `${ordersApi.one(crypto.randomUUID())}?revision=1`],
    ['POST', '/api/anything/to/come'],
    ['DELETE', '/api/anything/to/come'],
  ])('can not %s %s', async (method, path) => {
    const response = await viewer.request(origin + path, { method, headers: { origin } })
    expect(response.status).toBe(403)
    const error = await response.json()
    expect(error.error_code).toBe('Portside.Forbidden')
    expect(error.advice).toContain('for the role of an operator')
  })

  test('can read', async () => {
    // 502: it was let through to an upstream where nothing listens.
    expect((await viewer.request(`${origin}/api${port}`)).status).toBe(502)
    expect((await viewer.request(origin + api.guards())).status).toBe(200)
    const bulkChanges = await viewer.request(origin + bulkApi.ofProject(EXAMPLE.project))
    expect([bulkChanges.status, await bulkChanges.json()]).toEqual([200, { bulk_changes: [], next: null }])
  })

  test('can read standing orders, and have one checked', async () => {
    const operator = new Browser()
    await operator.signIn(origin, 'olga')
    const nothing = { intent: { kind: 'exactly', groups: [] }, ports: {}, check_every_minutes: null }
    const body = JSON.stringify({ order_id: crypto.randomUUID(), name: 'nothing', ...nothing })
    const headers = { origin, 'content-type': 'application/json' }
    const made = await operator.request(origin + ordersApi.ofProject(EXAMPLE.project), {
      ...{ method: 'POST', headers, body },
    })
    const { order_id } = (await made.json()).order
    const read = async () => {
      const response = await viewer.request(origin + ordersApi.ofProject(EXAMPLE.project))
      return (await response.json()).orders[0]
    }
    // Nothing listens upstream.
    await expect
      .poll(async () => (await read()).failed?.error.error_code, { timeout: 20_000 })
      .toBe('Portside.Unreachable')
    const asked = await viewer.request(origin + ordersApi.check(order_id), {
      method: 'POST',
      headers: { origin },
    })
    expect([asked.status, (await asked.json()).order.checking?.by]).toEqual([202, 'vera'])
  })
})

/** Opening the address signs nobody in, and says how to begin anew. */
async function over(browser: Browser, address: string | URL) {
  const page = await browser.open(address)
  expect(page.status).toBe(400)
  expect(page.text).toContain('This sign-in is over')
  expect(page.text).toContain('>Sign in</a>')
  expect((await sessionOf(browser)).status).toBe(401)
}

describe('what can go wrong', () => {
  test('nobody is signed in by a code of someone else', async () => {
    const theirs = await beforeCallback(new Browser(), 'olga')
    await over(new Browser(), theirs)
    // Nor when this browser has a sign-in under way.
    const browser = new Browser()
    await browser.request(`${origin}/sign-in`)
    await over(browser, theirs)
    const own = await beforeCallback(new Browser(), 'vera')
    own.searchParams.set('code', theirs.searchParams.get('code')!)
    await over(browser, own)
  })

  test.each(['', '?state=', '?state=a&state=b', '?code=x', `?state=${'x'.repeat(200)}`, '?state=%00%zz'])(
    'the callback with %j says what to do',
    (query) => over(new Browser(), `${origin}/sign-in/callback${query}`),
  )

  test('a callback that is opened again, or ten minutes later, begins anew', async () => {
    const browser = new Browser()
    const callback = await beforeCallback(browser, 'olga')
    expect((await browser.request(callback)).status).toBe(200)
    expect((await browser.open(callback)).text).toContain('This sign-in is over')
    const slow = new Browser()
    const late = await beforeCallback(slow, 'olga')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR / 6 })
    onTestFinished(() => void vi.useRealTimers())
    await over(slow, late)
  })

  test('whatever the address has in it, nobody is sent elsewhere and nothing breaks', async () => {
    const begunState = (await beforeCallback(new Browser(), 'olga')).searchParams.get('state')!
    const name = fc.constantFrom('return_to', 'state', 'code', 'error', 'iss', 'prompt', 'x')
    const value = fc.oneof(
      fc.constantFrom(
        '//evil.example',
        'https://evil.example',
        '/\\evil.example',
        begunState,
        'access_denied',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    )
    const search = fc.array(fc.tuple(name, value), { maxLength: 5 })
    const path = fc.constantFrom('/sign-in', '/sign-in/callback', '/sign-in/x')
    await fc.assert(
      fc.asyncProperty(path, search, async (at, pairs) => {
        const query = pairs.map((pair) => pair.map((one) => encodeURIComponent(one)).join('='))
        const response = await fetch(`${origin}${at}?${query.join('&')}`, { redirect: 'manual' })
        expect(response.status).toBe(at === '/sign-in' ? 303 : at === '/sign-in/x' ? 404 : 400)
        const to = response.headers.get('location')
        if (to !== null) expect(new URL(to).origin).toBe(provider.issuer)
        expect(response.headers.getSetCookie().join()).not.toContain('portside_session')
      }),
      { numRuns: 300 },
    )
  })

  test('a sign-in that is cancelled at the provider says so', async () => {
    const browser = new Browser()
    const login = await browser.open(`${origin}/sign-in?return_to=/x`)
    const page = await browser.open(`${login.url.href}/abort`)
    expect(page.status).toBe(403)
    expect(page.text).toContain('The sign-in was refused')
    expect(page.text).toContain('href="/sign-in?return_to=%2Fx"')
    expect(page.text).not.toContain('End-User aborted')
  })

  test('a wrong client secret is an error for who runs Portside; no secret is shown', async () => {
    const wrong = await another({ PORTSIDE_OIDC_CLIENT_SECRET: `wrong-${SECRET}` })
    const browser = new Browser()
    const { url } = await browser.logIn(await browser.open(`${wrong.address}/sign-in`), 'olga', /callback/)
    const page = await browser.open(url)
    expect(page.status).toBe(502)
    expect(page.text).toContain('does not know this Portside as it is set up')
    expect(page.text).not.toContain(url.searchParams.get('code')!)
    expect(page.text).not.toContain(SECRET)
  })

  test('a token of another time: the clocks differ', async () => {
    const slow = await anotherProvider()
    const other = await another(slow.environment)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    onTestFinished(() => void vi.useRealTimers())
    slow.responded = (request) => {
      if (request === 'POST /token') vi.advanceTimersByTime(HOUR / 4)
    }
    const page = await new Browser().signIn(other.address, 'olga')
    expect(page.status).toBe(502)
    expect(page.text).toContain('The clocks of Portside and the sign-in provider differ')
  })

  test('a provider that is down does not keep Portside from starting, and is asked again', async () => {
    const late = await anotherProvider()
    await late.stop()
    const other = await another(late.environment)
    const browser = new Browser()
    const page = await browser.open(`${other.address}/sign-in?return_to=/x`)
    expect(page.status).toBe(502)
    expect(page.text).toContain('can’t be reached')
    expect(page.text).toContain('href="/sign-in?return_to=%2Fx"')
    await late.start()
    expect((await browser.signIn(other.address, 'olga', '/x')).url.pathname).toBe('/x')
  })

  test('an address that is no provider has an error of its own', async () => {
    const other = await another({ PORTSIDE_OIDC_ISSUER: `${provider.issuer}/no/such/realm` })
    const page = await new Browser().open(`${other.address}/sign-in`)
    expect(page.status).toBe(502)
    expect(page.text).toContain('does not respond as it should')
  })
})

const signOut = (browser: Browser, headers: Record<string, string>) =>
  browser.request(origin + api.signOut(), { method: 'POST', headers })

describe('signing out', () => {
  test('ends the session here, and then the one at the provider', async () => {
    const browser = new Browser()
    await browser.signIn(origin, 'olga')
    const { go_to } = await (await signOut(browser, { origin })).json()
    expect((await sessionOf(browser)).status).toBe(401)
    expect(go_to).toMatch(/^http:\/\/localhost:\d+\/session\/end\?.*id_token_hint=/)
    const asked = await browser.open(go_to)
    const body = new URLSearchParams({
      xsrf: /name="xsrf" value="(\w+)"/.exec(asked.text)![1]!,
      logout: 'yes',
    })
    const ended = await browser.open(new URL('/session/end/confirm', go_to), { method: 'POST', body })
    expect(ended.url.href).toBe(`${origin}/`)
    // The login page is there again.
    expect((await browser.open(`${origin}/sign-in`)).text).toContain('name="login"')
  })

  test('is for pages of our own', async () => {
    const browser = new Browser()
    await browser.signIn(origin, 'olga')
    const foreign: Record<string, string>[] = [
      {},
      { origin: 'null' },
      { origin: provider.issuer },
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of foreign) expect((await signOut(browser, headers)).status).toBe(403)
    expect((await sessionOf(browser)).status).toBe(200)
  })

  test('works while the provider is down', async () => {
    const down = await anotherProvider()
    await down.stop()
    const other = await another(down.environment)
    const browser = new Browser()
    await browser.signIn(origin, 'olga')
    const response = await browser.request(other.address + api.signOut(), {
      method: 'POST',
      headers: { origin: other.address },
    })
    expect(await response.json()).toEqual({ go_to: null })
    expect((await sessionOf(browser, other.address)).status).toBe(401)
  })
})
