import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { session } from '../../../../src/vpc/portside-api.ts'
import { startProxy, type TestedProxy } from '../../../stage/proxy.ts'

const HOUR = 60 * 60 * 1000

/** With another first character. */
const other = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`

describe('sign-in', () => {
  let proxy: TestedProxy
  beforeAll(async () => {
    proxy = await startProxy()
  })
  afterAll(() => proxy.close())

  const withCookie = (cookie: string) => fetch(`${proxy.address}/api/session`, { headers: { cookie } })

  test('the printed address gives a cookie out of reach of scripts and other sites', async () => {
    const response = await fetch(proxy.signInAddress, { redirect: 'manual' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/')
    const [cookie] = response.headers.getSetCookie()
    expect(cookie).toContain('HttpOnly')
    expect(cookie).toContain('SameSite=Strict')
    expect(cookie).toContain('Path=/')
    expect(cookie).toContain('Max-Age=43200')
    expect(cookie).not.toContain('Secure')
  })

  test('it can be opened again while the proxy runs', async () => {
    expect(await proxy.signIn()).not.toBe('')
    expect((await withCookie(await proxy.signIn())).status).toBe(200)
  })

  test('the session says who is signed in and which projects there are', async () => {
    const response = await proxy.call('/api/session')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const given = session.parse(await response.json())
    expect(given.role).toBe('operator')
    expect(given.sign_in).toBe('printed_address')
    expect(given.emulator).toBe(true)
    expect(given.projects[0]).toEqual({
      project_id: 'f5dab68cd75740e68c599e9af5fe0aed',
      name: 'production',
      region: 'local',
      endpoint: 'http://127.0.0.1:8090',
      groups_per_port: 100,
    })
  })

  test.each(['/sign-in', '/sign-in/', '/sign-in/wrong', `/sign-in/${'a'.repeat(43)}`, '/sign-in/a/b'])(
    '%s gets a page that says what to do',
    async (path) => {
      const response = await fetch(proxy.address + path)
      expect(response.status).toBe(403)
      expect(response.headers.getSetCookie()).toEqual([])
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(await response.text()).toContain(
        'Open the complete address that Portside printed when it last started',
      )
    },
  )

  test.each(['/api/session', '/api/v3/f5dab68cd75740e68c599e9af5fe0aed/ports', '/api/nothing'])(
    '%s without a session says how to sign in',
    async (path) => {
      const response = await fetch(proxy.address + path)
      expect(response.status).toBe(401)
      const error = await response.json()
      expect(error.error_code).toBe('Portside.NoSession')
      expect(error.advice).toContain('Open the sign-in address')
      expect(error.sign_in).toBe('printed_address')
    },
  )

  test('a cookie that was changed is no session', async () => {
    const cookie = await proxy.signIn()
    const [name, value] = cookie.split('=') as [string, string]
    const [header, , iv, sealed, tag] = value.split('.') as [string, string, string, string, string]
    const plain = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const changed of [
      `${name}=`,
      `${name}=x`,
      `${name}=%zz`,
      `${name}=....`,
      `${name}=${header}..${iv}.${other(sealed)}.${tag}`,
      `${name}=${header}..${iv}.${sealed}.${other(tag)}`,
      `${name}=${header}..${other(iv)}.${sealed}.${tag}`,
      `${name}=${plain}..${iv}.${sealed}.${tag}`,
      `${name}=${plain}.${Buffer.from('{"role":"operator"}').toString('base64url')}.`,
    ])
      expect((await withCookie(changed)).status).toBe(401)
    expect((await withCookie(cookie)).status).toBe(200)
  })

  test('a planted cookie of the same name that comes first does no harm', async () => {
    const cookie = await proxy.signIn()
    const [name] = cookie.split('=')
    for (const planted of ['x', '', '"', '%zz', `${cookie.slice(name!.length + 1, -4)}AAAA`])
      expect((await withCookie(`${name}=${planted}; other=1; ${name}=y; ${cookie}`)).status).toBe(200)
    expect((await withCookie(`${name}=x; ${name}=y`)).status).toBe(401)
  })

  test('it ends 12 hours after it was last used, and is renewed by use', async () => {
    const cookie = await proxy.signIn()
    const now = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: now + 11 * HOUR })
    try {
      const renewed = (await withCookie(cookie)).headers.getSetCookie()[0]?.split(';')[0]
      expect(renewed).toBeDefined()
      vi.setSystemTime(now + 13 * HOUR)
      expect((await withCookie(cookie)).status).toBe(401)
      expect((await withCookie(renewed!)).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a long read does not renew it: its response may come after a sign-out', async () => {
    const cookie = await proxy.signIn()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR })
    try {
      const read = (query: string) =>
        fetch(`${proxy.address}/api/operations/any${query}`, { headers: { cookie } })
      expect((await read('?wait=0')).headers.getSetCookie()).toEqual([])
      expect((await read('')).headers.getSetCookie()).toHaveLength(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('signing out takes the cookie away, and only a page of its own can do it', async () => {
    const cookie = await proxy.signIn()
    const signOut = (headers: Record<string, string>) =>
      fetch(`${proxy.address}/api/sign-out`, { method: 'POST', headers: { cookie, ...headers } })
    for (const headers of [{}, { origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const refused = await signOut(headers as Record<string, string>)
      expect(refused.status).toBe(403)
      expect(refused.headers.getSetCookie()).toEqual([])
    }
    const response = await signOut({ origin: proxy.address })
    expect(await response.json()).toEqual({ go_to: null })
    expect(response.headers.getSetCookie()[0]).toMatch(
      new RegExp(`^${cookie.split('=')[0]}=; Max-Age=0; Path=/`),
    )
    // Twice is no error: another tab may have been faster.
    const again = { method: 'POST', headers: { origin: proxy.address } }
    expect((await fetch(`${proxy.address}/api/sign-out`, again)).status).toBe(200)
  })
})

describe('the secret of sessions', () => {
  const [old, recent] = ['o'.repeat(32), 'r'.repeat(32)]
  const publicOrigin = { PORTSIDE_PUBLIC_ORIGIN: 'http://localhost:9' }
  const starts = async (PORTSIDE_SESSION_SECRET: string) => {
    const proxy = await startProxy({ ...publicOrigin, PORTSIDE_SESSION_SECRET })
    onTestFinished(() => proxy.close())
    const signInAddress = proxy.address + new URL(proxy.signInAddress).pathname
    const signedIn = async () =>
      (await fetch(signInAddress, { redirect: 'manual' })).headers.getSetCookie()[0]!.split(';')[0]!
    const knows = async (cookie: string) =>
      (await fetch(`${proxy.address}/api/session`, { headers: { cookie } })).status === 200
    return { signedIn, knows }
  }

  test('is all that proxies must share: a session of one is a session of the other', async () => {
    const [one, two] = await Promise.all([starts(recent), starts(recent)])
    expect(await two.knows(await one.signedIn())).toBe(true)
  })

  test('is replaced without signing anyone out: the first of several seals, all open', async () => {
    const [before, during, after] = await Promise.all([
      starts(old),
      starts(`${recent}, ${old}`),
      starts(recent),
    ])
    expect(await during.knows(await before.signedIn())).toBe(true)
    expect(await after.knows(await during.signedIn())).toBe(true)
    expect(await before.knows(await during.signedIn())).toBe(false)
    expect(await after.knows(await before.signedIn())).toBe(false)
  })

  test('survives a restart in a file that only its owner can read, and sessions with it', async () => {
    const data = await mkdtemp(join(tmpdir(), 'portside-proxy-'))
    const environment = { PORTSIDE_DATA: join(data, 'new') }
    const first = await startProxy(environment)
    const cookie = await first.signIn()
    const file = join(data, 'new', 'session-secret')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await first.close()
    const second = await startProxy({ ...environment, PORTSIDE_LISTEN_PORT: new URL(first.address).port })
    const response = await fetch(`${second.address}/api/session`, { headers: { cookie } })
    expect(response.status).toBe(200)
    expect(second.signInAddress).not.toBe(first.signInAddress)
    await second.close()
    await rm(data, { recursive: true })
  })

  test('an empty file, as a full disk once left it, is replaced', async () => {
    const data = await mkdtemp(join(tmpdir(), 'portside-proxy-'))
    const file = join(data, 'session-secret')
    await writeFile(file, '')
    await (await startProxy({ PORTSIDE_DATA: data })).close()
    const made = await readFile(file, 'utf8')
    expect(made).toHaveLength(43)
    await (await startProxy({ PORTSIDE_DATA: data })).close()
    expect(await readFile(file, 'utf8')).toBe(made)
    expect(await readdir(data)).toEqual(['session-secret'])
    await rm(data, { recursive: true })
  })

  test('a damaged file is an error and is not used', async () => {
    const data = await mkdtemp(join(tmpdir(), 'portside-proxy-'))
    await writeFile(join(data, 'session-secret'), 'short')
    await expect(startProxy({ PORTSIDE_DATA: data })).rejects.toThrow(
      /PORTSIDE_DATA .*session-secret is damaged. Delete it/,
    )
    await rm(data, { recursive: true })
  })
})
