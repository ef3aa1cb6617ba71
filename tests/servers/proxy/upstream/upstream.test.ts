import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  json,
  reset,
  startScriptedPlatform,
  type ScriptedPlatform,
} from '../../../stage/scripted-platform.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const PORT = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
const GROUP = '8edd3747-ccd4-49a1-82b9-a165eec314b4'
const portPath = `/api/v3/${PROJECT}/ports/${PORT}`
const port = { id: PORT, security_groups: [GROUP] }

let platform: ScriptedPlatform
beforeEach(async () => {
  platform = await startScriptedPlatform()
})
afterEach(() => platform.close())

async function read(path = portPath) {
  const response = await platform.proxy.call(path)
  const text = await response.text()
  const error = JSON.parse(text) as Record<string, unknown>
  return { status: response.status, headers: response.headers, text, error }
}

describe('a success', () => {
  test('is passed on as the text it came as, with what nobody here knows', async () => {
    const text = `{ "port": {"id":"${PORT}","security_groups":[],"new_field":12345678901234567890,"name":"端口 \\u00e9"},\n"request_id":"r-1" }`
    platform.responses = [json(200, text)]
    expect((await read()).text).toBe(text)
  })

  test.each<[string, string | Buffer, string | undefined]>([
    ['is not JSON', '<html>', undefined],
    ['is empty', '', undefined],
    ['is cut off', '{"port":{"id":', undefined],
    ['is not UTF-8', Buffer.from('{"port":{"id":"\xff"}}', 'latin1'), undefined],
    [
      'has no list',
      JSON.stringify({ port: { id: PORT }, request_id: 'r-2' }),
      'port.security_groups is missing',
    ],
    [
      'has a list of numbers',
      JSON.stringify({ port: { id: PORT, security_groups: [1] } }),
      'port.security_groups.0 must be a string',
    ],
    [
      'is about another port',
      JSON.stringify({ port: { ...port, id: GROUP } }),
      'port.id is the ID of another port',
    ],
    ['is a list', '[]', 'must be'],
  ])('that %s is Portside.UnreadableAnswer, and not tried again', async (_, body, says) => {
    platform.responses = [json(200, body, { 'x-request-id': 'r-2' })]
    const { status, error } = await read()
    expect(status).toBe(502)
    expect(error).toMatchObject({ error_code: 'Portside.UnreadableAnswer', request_id: 'r-2' })
    expect(error.error_msg).toContain(says ?? 'it is not JSON')
    expect(platform.calls).toHaveLength(1)
  })
})

describe('an error of the platform', () => {
  test.each([
    [
      403,
      { error_code: 'VPC.0001', error_msg: 'no', request_id: 'r' },
      { error_code: 'VPC.0001', error_msg: 'no', request_id: 'r' },
    ],
    [401, { error: { code: 401, message: 'bad token' } }, { error_code: '401', error_msg: 'bad token' }],
    [
      404,
      { code: 'VPC.2', message: 'gone', request_id: 'r' },
      { error_code: 'VPC.2', error_msg: 'gone', request_id: 'r' },
    ],
  ])('%i in any of its forms keeps status, code, message and request ID', async (status, body, says) => {
    platform.responses = [json(status, body)]
    const response = await read()
    expect(response.status).toBe(status)
    expect(response.error).toMatchObject(says)
  })

  test('takes the request ID from the header when the body has none', async () => {
    platform.responses = [json(400, { error_code: 'VPC.1', error_msg: 'no' }, { 'x-request-id': 'r-9' })]
    expect((await read()).error.request_id).toBe('r-9')
  })

  test.each([
    [500, '<html>'],
    [404, ''],
    [400, '{}'],
    [302, ''],
    [302, 'Moved'],
  ])('%i with a body without words is unreadable, and the error says the status', async (status, body) => {
    platform.responses = [json(status, body)]
    const response = await read()
    expect(response.status).toBe(502)
    expect(response.error.error_code).toBe('Portside.UnreadableAnswer')
    expect(response.error.error_msg).toContain(`status ${status}`)
  })
})

describe('a read', () => {
  const busy = { error_code: 'APIGW.0308', error_msg: 'throttled', request_id: 'r' }
  const good = json(200, { port })

  test.each([429, 502, 503, 504])('is tried again after %i', async (status) => {
    platform.responses = [json(status, busy), good]
    expect((await read()).status).toBe(200)
    expect(platform.calls).toHaveLength(2)
  })

  test('is tried again after a broken connection, and after half a response', async () => {
    platform.responses = [
      reset,
      (response) => {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('{"port":')
        response.socket!.destroySoon()
      },
      good,
    ]
    expect((await read()).status).toBe(200)
    expect(platform.calls).toHaveLength(3)
  })

  test.each([400, 401, 403, 404, 409, 500])('is not tried again after %i', async (status) => {
    platform.responses = [json(status, busy), good]
    expect((await read()).status).toBe(status)
    expect(platform.calls).toHaveLength(1)
  })

  test('gives the error on after three more tries', async () => {
    platform.responses = [
      json(503, { ...busy, request_id: 'first' }),
      json(503, { ...busy, request_id: 'later' }),
    ]
    const { status, error } = await read()
    expect(status).toBe(503)
    expect(error).toMatchObject({ ...busy, request_id: 'later' })
    expect(platform.calls).toHaveLength(4)
  })

  test('waits for as long as Retry-After says', async () => {
    let asked = 0
    platform.responses = [
      (response, request) => {
        asked = performance.now()
        json(429, busy, { 'retry-after': '1' })(response, request)
      },
      good,
    ]
    expect((await read()).status).toBe(200)
    expect(performance.now() - asked).toBeGreaterThanOrEqual(995)
  })

  test('is given back at once when Retry-After is longer than a reader should wait', async () => {
    platform.responses = [json(503, busy, { 'retry-after': '120' })]
    const { status, headers, error } = await read()
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('120')
    expect(error).toMatchObject({ ...busy, retry_after: 120 })
    expect(platform.calls).toHaveLength(1)
  })

  test('ends when the platform does not respond, or never ends its response', async () => {
    platform.responses = [() => {}, (response) => response.writeHead(200).write('{"port":')]
    for (const _ of platform.responses.slice()) {
      const { status, error } = await read()
      expect(status).toBe(504)
      expect(error.error_code).toBe('Portside.Timeout')
      expect(error.error_msg).toContain('within 0.4 s')
      expect(error).not.toHaveProperty('outcome')
    }
    expect(platform.calls).toHaveLength(2)
  })

  test('is given up when the browser goes away', async () => {
    const closed = new Promise<void>((resolve) => {
      platform.responses = [(_, request) => request.socket.once('close', () => resolve())]
    })
    const gone = new AbortController()
    const asked = platform.proxy.call(portPath, { signal: gone.signal }).catch((error: Error) => error.name)
    await expect.poll(() => platform.calls.length).toBe(1)
    gone.abort()
    expect(await asked).toBe('AbortError')
    await closed
    expect(platform.calls).toHaveLength(1)
  })

  test('says what to check when nothing listens at the upstream', async () => {
    await platform.stop()
    const { status, error } = await read()
    expect(status).toBe(502)
    expect(error).toMatchObject({ error_code: 'Portside.Unreachable' })
    expect(error.error_msg).toMatch(/http:\/\/127\.0\.0\.1:\d+ can't be reached \(ECONNREFUSED\)/)
    expect(error.advice).toContain('PORTSIDE_UPSTREAM')
  })

  test('carries its query typed and encoded anew, nothing lost on the way', async () => {
    platform.responses = [json(200, { ports: [] })]
    const awkward = ['a b', 'a+b', 'ä€😀', '%2F/?&=#', "!'()*~", '"<>\\', '\u0001\n', 'x'.repeat(255)]
    const asked = new URLSearchParams([
      ...awkward.map((name) => ['name', name]),
      ['limit', '007'],
      ['admin_state_up', 'true'],
    ])
    expect((await read(`/api/v3/${PROJECT}/ports?${asked}`)).status).toBe(200)
    const { url } = platform.calls[0]!
    expect(url).toMatch(/^[\w/?&=%.~-]*$/)
    const sent = new URL(url, 'http://platform').searchParams
    expect(sent.getAll('name')).toEqual(awkward)
    expect(sent.get('limit')).toBe('7')
    expect(sent.get('admin_state_up')).toBe('true')
  })
})
