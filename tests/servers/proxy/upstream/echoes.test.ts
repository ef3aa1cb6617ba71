import { afterEach, expect, test } from 'vitest'
import type { ScriptedResponse, ScriptedPlatform } from '../../../stage/scripted-platform.ts'
import { startScriptedPlatform } from '../../../stage/scripted-platform.ts'

const PORTS = '/api/v3/f5dab68cd75740e68c599e9af5fe0aed/ports'
const ACCESS_KEY = 'ECHOEDACCESSKEY00001'
const SECURITY_TOKEN = 'echoed-security-token/+=0001'
const AUTH_TOKEN = 'echoed-auth-token/+=00000001'

let platform: ScriptedPlatform
afterEach(() => platform.close())

/** All that was sent with the request, in a body and headers of the response. */
function echo(status: number, written: (text: string) => string): ScriptedResponse {
  return (response, { headers }) => {
    const sent = Object.entries(headers).map(([name, value]) => `${name}: ${written(String(value))}`)
    const parts = String(headers.authorization).match(/[^=,\s]{12,}/g) ?? []
    const error_msg = [...sent, ...parts.map(written)].join(' ')
    const ports = [{ id: '99fd0c77-56b4-4bf6-8365-df352e45d5fc', name: error_msg, security_groups: [] }]
    response
      .writeHead(status, {
        'content-type': 'application/json',
        'x-request-id': written(String(headers['x-security-token'] ?? headers['x-auth-token'])),
      })
      .end(JSON.stringify(status === 200 ? { ports } : { error_code: 'APIGW.0301', error_msg }))
  }
}

const forms: [string, (text: string) => string][] = [
  ['as they are', (text) => text],
  ['for an address', encodeURIComponent],
  ['with slashes escaped', (text) => text.replaceAll('/', '\\/')],
  ['in base64', (text) => Buffer.from(text).toString('base64')],
  ['in hex', (text) => Buffer.from(text).toString('hex')],
]

async function responseOf(environment: Record<string, string>, scripted: ScriptedResponse) {
  platform = await startScriptedPlatform(environment)
  platform.responses = [scripted]
  const { status, headers, text } = await platform.proxy.call(PORTS).then(async (one) => ({
    status: one.status,
    headers: JSON.stringify([...one.headers]),
    text: await one.text(),
  }))
  const { authorization = '' } = platform.calls[0]!.headers
  const signature = /Signature=(\w+)/.exec(authorization)?.[1]
  return { status, all: headers + text, signature }
}

test.each(forms)('secrets that the platform repeats %s do not get through', async (_, written) => {
  const keys = {
    HUAWEICLOUD_SDK_AK: ACCESS_KEY,
    HUAWEICLOUD_SDK_SK: 'never-sent-secret-key',
    HUAWEICLOUD_SDK_SECURITY_TOKEN: SECURITY_TOKEN,
  }
  const { status, all, signature } = await responseOf(keys, echo(400, written))
  expect(status).toBe(400)
  expect(all).toContain('APIGW.0301')
  expect(all).toContain('(left out by Portside)')
  expect(signature).toHaveLength(64)
  for (const secret of [ACCESS_KEY, SECURITY_TOKEN, signature!]) expect(all).not.toContain(written(secret))
})

test('nor a token in place of a key', async () => {
  const { all } = await responseOf({ PORTSIDE_AUTH_TOKEN: AUTH_TOKEN }, echo(403, String))
  expect(all).toContain('(left out by Portside)')
  expect(all).not.toContain(AUTH_TOKEN)
})

test('nor in a response that looks like a success', async () => {
  const { status, all } = await responseOf({ PORTSIDE_AUTH_TOKEN: AUTH_TOKEN }, echo(200, String))
  expect(status).toBe(200)
  expect(all).toContain('(left out by Portside)')
  expect(all).not.toContain(AUTH_TOKEN)
})
