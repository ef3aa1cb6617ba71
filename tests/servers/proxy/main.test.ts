import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { EXAMPLE, started } from '../../stage/emulator.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { builtProxy, type Built } from '../operations/killable.ts'
import { Browser, freePort } from '../sign-in/browser.ts'
import { SECRET, startProvider } from '../sign-in/provider.ts'

let built: Built
beforeAll(async () => {
  built = await builtProxy()
})
afterAll(() => built.remove())

/** Runs the program with only these environment variables. Returns what it prints until it ends. */
function run(environment: Record<string, string>) {
  const child = spawn(process.execPath, [built.program], {
    env: { PORTSIDE_DATA: built.dataFolder, PORTSIDE_LISTEN_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, printed, ended }
}

test('a wrong setting ends in one line that says what to do', async () => {
  const { printed, ended } = run({ PORTSIDE_UPSTREAM_TIMEOUT_MS: 'soon' })
  expect(await ended).toBe(2)
  expect(printed.stdout).toBe('')
  expect(printed.stderr).toBe(
    'portside: PORTSIDE_UPSTREAM_TIMEOUT_MS is "soon": it must be a whole number of milliseconds from 100 to 600000.\n',
  )
})

/** As on Alpine: the package is there, but its build can't be loaded. */
const WITHOUT_BUILDS = `--import=data:text/javascript,${encodeURIComponent(
  "import Module from 'node:module'; Module._extensions['.node'] = () => { throw new Error('no build') }",
)}`

test('a system that can not lock files ends in one line too', async () => {
  const { printed, ended } = run({ NODE_OPTIONS: WITHOUT_BUILDS, PORTSIDE_LOG_LEVEL: 'silent' })
  expect(await ended).toBe(2)
  expect(printed.stderr).toMatch(
    /^portside: PORTSIDE_DATA: the journal in .* can't be locked: .*musl\. .*DATABASE_URL\.\n$/,
  )
})

test('a port that is taken ends in one line too', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  const { printed, ended } = run({ PORTSIDE_LISTEN_PORT: String(port), PORTSIDE_LOG_LEVEL: 'silent' })
  expect(await ended).toBe(2)
  expect(printed.stderr).toMatch(/^portside: PORTSIDE_LISTEN_PORT is taken by another program: .*\n$/)
})

test('it prints where to sign in, logs no secret, and stops when asked to', async () => {
  const keys = { accessKey: 'TESTACCESSKEY0000001', secretKey: 'test-secret-key-00000000000001' }
  const securityToken = 'test-security-token-000001'
  const emulator = await started({ credentials: { ...keys, securityToken } })
  const { child, printed, ended } = run({
    PORTSIDE_UPSTREAM: emulator.address,
    PORTSIDE_LOG_LEVEL: 'trace',
    HUAWEICLOUD_SDK_AK: keys.accessKey,
    HUAWEICLOUD_SDK_SK: keys.secretKey,
    HUAWEICLOUD_SDK_SECURITY_TOKEN: securityToken,
  })
  const signIn = /http:\/\/127\.0\.0\.1:\d+\/sign-in\/([\w-]{43})\n/
  await expect.poll(() => printed.stdout, { timeout: 15_000 }).toMatch(signIn)
  const [signInAddress, token] = signIn.exec(printed.stdout)!
  expect(printed.stdout).toContain(`${emulator.address} (the embedded emulator)`)

  const { origin } = new URL(signInAddress)
  const [cookie] = (await fetch(signInAddress.trim(), { redirect: 'manual' })).headers.getSetCookie()
  const headers = { cookie: cookie!.split(';')[0]! }
  const port = paths.port(EXAMPLE.project, EXAMPLE.port)
  expect((await fetch(`${origin}/api${port}`, { headers })).status).toBe(200)
  expect((await fetch(`${origin}/api${port}x`, { headers })).status).toBe(400)
  expect((await fetch(`${origin}/sign-in/${token}x`)).status).toBe(403)

  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(printed.stderr).toContain('upstream responded')
  const value = decodeURIComponent(headers.cookie.split('=')[1]!)
  for (const secret of [keys.secretKey, keys.accessKey, securityToken, token!, value, 'Signature='])
    expect(printed.stderr).not.toContain(secret)
})

test('a team signs in where it prints; no code, token or secret of that is logged', async () => {
  const provider = await startProvider()
  onTestFinished(() => provider.stop())
  const origin = `http://127.0.0.1:${await freePort()}`
  const { child, printed, ended } = run({
    ...provider.environment,
    PORTSIDE_PUBLIC_ORIGIN: origin,
    PORTSIDE_LISTEN_PORT: new URL(origin).port,
    PORTSIDE_UPSTREAM: 'http://127.0.0.1:9',
    PORTSIDE_LOG_LEVEL: 'trace',
  })
  await expect.poll(() => printed.stdout, { timeout: 40_000 }).toContain(`${origin}/sign-in\n`)
  expect(printed.stdout).toContain(`Its users sign in at ${provider.issuer}`)

  const secrets = [SECRET]
  for (const login of ['olga', 'nora']) {
    const browser = new Browser()
    const { url } = await browser.logIn(await browser.open(`${origin}/sign-in`), login, /callback/)
    const { code, state } = Object.fromEntries(url.searchParams)
    secrets.push(code!, state!, browser.cookiesFor(origin).split('=')[1]!)
    await browser.open(url)
    // Again, and as someone who found the address.
    await browser.open(url)
    await new Browser().open(url)
    secrets.push(...browser.cookiesFor(`${origin}/api/sign-out`).split(/; |=/))
    const out = await browser.request(`${origin}/api/sign-out`, { method: 'POST', headers: { origin } })
    const idToken = new URL((await out.json()).go_to).searchParams.get('id_token_hint')
    if (idToken) secrets.push(idToken)
  }
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(printed.stderr).toContain('signed in')
  expect(printed.stderr).toContain('no value of the role claim gives a role')
  const long = secrets.filter((secret) => secret.length > 20)
  expect(long.length).toBeGreaterThanOrEqual(10)
  for (const secret of long) expect(printed.stderr).not.toContain(secret)
}, 60_000)
