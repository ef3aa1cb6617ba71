import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { createEmulator, type Emulator } from '../../../src/emulator/server.ts'
import { api } from '../../../src/vpc/portside-api.ts'
import { auditLogApi } from '../../../src/vpc/audit-log.ts'
import { builtProxy, KillableProxy, type Built } from '../operations/killable.ts'
import { operationsOver, planned, PROJECT, portIds } from '../operations/ask-operations.ts'
import { createDatabase, POSTGRES } from '../../stage/postgres.ts'
import { auditLogOver } from '../audit-log/read-audit-log.ts'
import { controls, KEYS } from '../../stage/servers.ts'
import { Browser, freePort } from '../sign-in/browser.ts'
import { SECRET, startProvider } from '../sign-in/provider.ts'
import { startGateway, type TestedGateway } from './gateway.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

// With characters that are written differently in addresses, in JSON and in base64.
const SECURITY_TOKEN = 'security-token/+=&%"0000000001'
const AUTH_TOKEN = 'auth-token/+=&%"00000000000001'
const SESSION_SECRET = 'session-secret/+=&%"0000000000001'
const DATABASE_PASSWORD = 'database-password-0000000001'

type Call = KillableProxy['call']

let emulator: Emulator
let gateway: TestedGateway
let built: Built
beforeAll(async () => {
  emulator = await createEmulator({
    credentials: { ...KEYS, securityToken: SECURITY_TOKEN, authToken: AUTH_TOKEN },
  })
  gateway = await startGateway(emulator.address)
  built = await builtProxy()
})
afterAll(async () => {
  await gateway.close()
  await emulator.close()
  await built.remove()
})

/** Everything that a proxy sent, logged and stored, by a name for the message. */
type Said = Map<string, string>

/**
 * A call that keeps the whole response, except its cookies: those are for the browser.
 */
function noting(call: Call, said: Said): Call {
  return async (path, init) => {
    const response = await call(path, { redirect: 'manual', ...init })
    const headers = [...response.headers].filter(([name]) => name !== 'set-cookie')
    const text = await response.clone().text()
    said.set(
      `${said.size} ${init?.method ?? 'GET'} ${path}`,
      `${response.status} ${JSON.stringify(headers)} ${text}`,
    )
    return response
  }
}

/** The main job, each way in which the platform can fail, and every address that there is. */
async function fullRun(call: Call): Promise<void> {
  const operations = operationsOver(call)
  const records = auditLogOver(call)
  const [portId = ''] = await portIds(emulator.address)
  const platform = controls(emulator.address)
  const path = `/api/v3/${PROJECT}/ports/${portId}`
  const start = await platform.list(portId)
  const desired = start.toReversed()

  await records.check(portId, start, desired)
  const { operation } = await operations.post(portId, planned(start, desired))
  expect((await operations.settled(operation.operation_id)).status).toBe('done')

  for (const manner of [
    'spoil',
    'page',
    'break',
    { echo: 400 },
    { echo: 401 },
    { echo: 403 },
    { echo: 500 },
  ] as const) {
    gateway.manner.GET = manner
    expect((await call(path)).status).toBeGreaterThanOrEqual(400)
    gateway.manner.GET = 'hand on'
    gateway.manner.PUT = manner
    await records.check(portId, desired, start)
    const stopped = await operations.post(portId, planned(desired, start))
    const { status } = await operations.settled(stopped.operation.operation_id)
    expect(status).toBe('stopped')
    gateway.manner.PUT = 'hand on'
    await operations.choose(stopped.operation.operation_id, 'leave')
  }

  const { records: all } = await (await call(`${auditLogApi.records()}?project_id=${PROJECT}`)).json()
  expect(all.length).toBeGreaterThan(10)
  for (const { record_id } of all) await call(auditLogApi.record(record_id))
  for (const format of ['csv', 'jsonl']) await call(`${auditLogApi.exported()}?format=${format}`)
  for (const other of [
    '/',
    '/healthz',
    '/readyz',
    '/sign-in/x',
    '/sign-in/callback?code=x',
    '/%zz',
    '/nothing',
  ])
    await call(other)
  for (const other of [api.session(), api.guards(), '/api/nothing', `${path}x`]) await call(other)
  await call(path, { headers: { cookie: 'portside_session=x' } })
  await call(`${path}/insert-security-groups`, { method: 'PUT', json: { port: {} } })
  await call(api.portOperations(PROJECT, portId))
  await call(api.signOut(), { method: 'POST' })
}

/** All files below a folder, except the one whose purpose is to keep a secret. */
async function readFolder(folder: string, said: Said): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.name !== 'session-secret')
      said.set(
        join(entry.parentPath, entry.name),
        await readFile(join(entry.parentPath, entry.name), 'latin1'),
      )
}

/** Where a secret is, in any form in which programs write one. */
function found(said: Said, secrets: Record<string, string>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const bytes = Buffer.from(secret)
    const forms = {
      'as it is': secret,
      'for an address': encodeURIComponent(secret),
      'in JSON': JSON.stringify(secret).slice(1, -1),
      'in base64': bytes.toString('base64').replace(/=+$/, ''),
      'in base64url': bytes.toString('base64url'),
      'in hex': bytes.toString('hex'),
    }
    return Object.entries(forms).flatMap(([form, text]) =>
      [...said].filter(([, all]) => all.includes(text)).map(([where]) => `${name} ${form}: ${where}`),
    )
  })
}

test.runIf(POSTGRES)(
  'a temporary key, PostgreSQL and the printed address: no secret shown or kept',
  async () => {
    const database = await createDatabase(inject('postgresFolder'))
    onTestFinished(() => database.remove())
    const proxy = new KillableProxy(built, gateway.address, {
      PORTSIDE_LOG_LEVEL: 'trace',
      HUAWEICLOUD_SDK_SECURITY_TOKEN: SECURITY_TOKEN,
      PORTSIDE_SESSION_SECRET: SESSION_SECRET,
      DATABASE_URL: database.url.replace('portside@', `portside:${DATABASE_PASSWORD}@`),
      PORTSIDE_LATE_ANSWER_MS: '1',
    })
    await proxy.start()
    onTestFinished(async () => void (await proxy.stop('SIGKILL')))
    const said: Said = new Map()
    await fullRun(noting(proxy.call, said))
    // While it can't reach its database, it logs that.
    await database.shutOut()
    await noting(proxy.call, said)(`${auditLogApi.records()}?project_id=${PROJECT}`)
    await database.letIn()
    const cookie = proxy.cookie.split('=')[1]!
    await proxy.stop('SIGTERM')

    said.set('the log', proxy.log)
    const tables = await database.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    )
    expect(tables.length).toBeGreaterThan(2)
    for (const { name } of tables) {
      const rows = await database.query<{ row: string }>(`select t::text as row from ${name} t`)
      said.set(`table ${name}`, rows.map(({ row }) => row).join('\n'))
    }
    expect(proxy.log).toContain('"upstream responded"')
    const [, signInToken = ''] = /\/sign-in\/(\S+)/.exec(proxy.signInAddress) ?? []
    expect(
      found(said, {
        'access key': KEYS.accessKey,
        'secret key': KEYS.secretKey,
        'security token': SECURITY_TOKEN,
        'session secret': SESSION_SECRET,
        'database password': DATABASE_PASSWORD,
        'sign-in token': signInToken,
        'session cookie': decodeURIComponent(cookie),
        ...Object.fromEntries([...gateway.seen].map((signature, n) => [`signature ${n}`, signature])),
      }),
    ).toEqual([])
  },
)

test('a token from a file, the data folder and a provider: no secret shown or kept', async () => {
  const provider = await startProvider()
  onTestFinished(() => provider.stop())
  const file = join(built.dataFolder, '..', 'credentials.json')
  await writeFile(file, JSON.stringify({ default: { auth_token: AUTH_TOKEN } }))
  const port = String(await freePort())
  const proxy = new KillableProxy(built, gateway.address, {
    ...provider.environment,
    HUAWEICLOUD_SDK_AK: '',
    HUAWEICLOUD_SDK_SK: '',
    PORTSIDE_LOG_LEVEL: 'trace',
    PORTSIDE_LISTEN_PORT: port,
    PORTSIDE_PUBLIC_ORIGIN: `http://127.0.0.1:${port}`,
    PORTSIDE_CREDENTIALS_FILE: file,
    PORTSIDE_LATE_ANSWER_MS: '1',
  })
  await proxy.start()
  onTestFinished(async () => void (await proxy.stop('SIGKILL')))
  const { origin } = new URL(proxy.signInAddress)
  const browser = new Browser()
  await browser.signIn(origin, 'olga')
  const said: Said = new Map()
  const cookie = browser.cookiesFor(origin)
  const call: Call = (path, init) =>
    proxy.call(path, { ...init, headers: { cookie, ...(init?.headers as Record<string, string>) } })
  await fullRun(noting(call, said))
  // Now neither the provider nor the file is right.
  await provider.stop()
  await writeFile(file, `{"default": {"auth_token": ${JSON.stringify(`${AUTH_TOKEN}2`)}`)
  gateway.manner.GET = 'spoil'
  for (const path of ['/sign-in', `/api/v3/${PROJECT}/ports`]) await noting(call, said)(path)
  gateway.manner.GET = 'hand on'
  await proxy.stop('SIGTERM')

  said.set('the log', proxy.log)
  await readFolder(built.dataFolder, said)
  const session = /portside_session=([^;]*)/.exec(cookie)?.[1] ?? ''
  expect(session.length).toBeGreaterThan(50)
  expect(
    found(said, {
      'token of IAM': AUTH_TOKEN,
      'secret of the client': SECRET,
      'session secret': (await readFile(join(built.dataFolder, 'session-secret'), 'utf8')).trim(),
      'session cookie': session,
    }),
  ).toEqual([])
})
