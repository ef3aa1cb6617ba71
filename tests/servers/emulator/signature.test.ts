import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js'
import { expect, test } from 'vitest'
import { paths } from '../../../src/vpc/paths.ts'
import { call, EXAMPLE, started } from '../../stage/emulator.ts'
import type { Emulator } from '../../../src/emulator/server.ts'

const KEYS = { accessKey: 'EMULATORACCESSKEY', secretKey: 'secret' }
const LIST = paths.ports(EXAMPLE.project)
const INSERT = paths.insert(EXAMPLE.project, EXAMPLE.port)
const BODY = { port: { security_groups: [EXAMPLE.inserted[0]], index: 0 }, dry_run: true }

type ToSign = { method: string; path: string; query?: Record<string, string | string[]>; body?: object }

/** Headers as the official signer makes them; `headers` are signed too. */
function sign(
  { address }: Emulator,
  { method, path, query, body }: ToSign,
  headers: Record<string, string> = {},
) {
  const signed = AKSKSigner.sign(
    {
      endpoint: address + path,
      method,
      queryParams: query ?? {},
      headers: { 'content-type': 'application/json', ...headers },
      data: body,
    } as never,
    { getAk: () => KEYS.accessKey, getSk: () => KEYS.secretKey } as never,
  )
  // fetch adds the host, the same one.
  const { host: _, ...rest } = signed as Record<string, string>
  return rest
}

/** X-Sdk-Date this many minutes from now. */
const minutesFromNow = (minutes: number) =>
  new Date(Date.now() + minutes * 60_000).toISOString().replace(/[-:]|\.\d+/g, '')

const start = () => started({ credentials: KEYS })
const refused = (reason: string) => ({
  status: 401,
  body: {
    error_code: 'APIGW.0301',
    error_msg: expect.stringContaining(reason),
    request_id: expect.any(String),
  },
})

test('a call signed by the official signer is let in, with query and with body', async () => {
  const emulator = await start()
  const query = { name: ['b ü', 'a+&=/?%41😀', "!'()*~-._"], limit: '2', description: 'ä' }
  const wire = Object.entries(query)
    .flatMap(([name, values]) => [values].flat().map((value) => `${name}=${encodeURIComponent(value)}`))
    .join('&')
  const list = await call(
    emulator,
    'GET',
    `${LIST}?${wire}`,
    undefined,
    sign(emulator, { method: 'GET', path: LIST, query }),
  )
  expect([list.status, list.body.error_msg]).toEqual([200, undefined])
  const put = await call(
    emulator,
    'PUT',
    INSERT,
    BODY,
    sign(emulator, { method: 'PUT', path: INSERT, body: BODY }),
  )
  expect(put.status).toBe(202)
})

test('a changed body, query, path, method or signed header is refused', async () => {
  const emulator = await start()
  const put = sign(emulator, { method: 'PUT', path: INSERT, body: BODY }, { 'X-Project-Id': EXAMPLE.project })
  const other = { ...BODY, dry_run: false }
  for (const response of [
    await call(emulator, 'PUT', INSERT, other, put),
    await call(emulator, 'PUT', `${INSERT}?limit=1`, BODY, put),
    await call(emulator, 'PUT', paths.remove(EXAMPLE.project, EXAMPLE.port), BODY, put),
    await call(emulator, 'PUT', INSERT, BODY, { ...put, 'X-Project-Id': 'another' }),
    await call(emulator, 'GET', LIST, undefined, sign(emulator, { method: 'PUT', path: LIST })),
  ])
    expect(response).toMatchObject(refused('verify aksk signature fail'))
})

test('a date more than 15 minutes away, either way, is refused; 14 minutes is not', async () => {
  const emulator = await start()
  const at = (minutes: number) =>
    call(
      emulator,
      'GET',
      LIST,
      undefined,
      sign(emulator, { method: 'GET', path: LIST }, { 'X-Sdk-Date': minutesFromNow(minutes) }),
    )
  for (const minutes of [-14, 14]) expect((await at(minutes)).status).toBe(200)
  for (const minutes of [-16, 16]) expect(await at(minutes)).toMatchObject(refused('15 minutes'))
})

test('the refusal of a call without a full signature says what is missing', async () => {
  const emulator = await start()
  const good = sign(emulator, { method: 'GET', path: LIST })
  const authorization = good.Authorization as string
  const get = (headers: Record<string, string>) => call(emulator, 'GET', LIST, undefined, headers)
  expect(await get({})).toMatchObject(refused('Authorization'))
  expect(await get({ 'X-Auth-Token': 'anything' })).toMatchObject(refused('Authorization'))
  expect(await get({ ...good, Authorization: 'Basic eDp5' })).toMatchObject(refused('SDK-HMAC-SHA256'))
  expect(await get({ ...good, Authorization: authorization.replace('x-sdk-date', 'accept') })).toMatchObject(
    refused('x-sdk-date must be among'),
  )
  expect(await get({ ...good, 'X-Sdk-Date': 'yesterday' })).toMatchObject(refused('20230510T013502Z'))
  expect(
    await get({ ...good, Authorization: authorization.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }),
  ).toMatchObject(refused('verify aksk signature fail'))
  expect((await get(good)).status).toBe(200)
})

test('a temporary key needs its token, signed along; an IAM token needs no signature', async () => {
  const credentials = { ...KEYS, securityToken: 'sts-token', authToken: 'iam-token' }
  const emulator = await started({ credentials })
  const what = { method: 'GET', path: LIST }
  const get = (headers: Record<string, string>) => call(emulator, 'GET', LIST, undefined, headers)
  expect((await get(sign(emulator, what, { 'X-Security-Token': 'sts-token' }))).status).toBe(200)
  expect(await get(sign(emulator, what))).toMatchObject(refused('X-Security-Token'))
  expect(await get({ ...sign(emulator, what), 'X-Security-Token': 'sts-token' })).toMatchObject(
    refused('x-security-token must be among'),
  )
  expect((await get({ 'X-Auth-Token': 'iam-token' })).status).toBe(200)
  expect(await get({ 'X-Auth-Token': 'another' })).toMatchObject(refused('token is not valid'))
})

test("the emulator's own endpoints stay unsigned, and no refusal shows the key", async () => {
  const emulator = await start()
  expect((await call(emulator, 'GET', '/_emulator/faults')).status).toBe(200)
  const { text } = await call(emulator, 'GET', LIST, undefined, {
    ...sign(emulator, { method: 'PUT', path: LIST }),
  })
  expect(text).not.toContain(KEYS.secretKey)
})
