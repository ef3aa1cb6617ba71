import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  json,
  reset,
  silence,
  startScriptedPlatform,
  type ScriptedResponse,
  type ScriptedPlatform,
} from '../../stage/scripted-platform.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const PORT = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
const GROUP = '8edd3747-ccd4-49a1-82b9-a165eec314b4'
const portPath = `/api/v3/${PROJECT}/ports/${PORT}`
const insert = `${portPath}/insert-security-groups`
const dryRun = { method: 'PUT', json: { port: { security_groups: [GROUP] }, dry_run: true } }

let platform: ScriptedPlatform
beforeAll(async () => {
  platform = await startScriptedPlatform()
}, 60_000)
beforeEach(() => {
  platform.calls.length = 0
  platform.responses = []
})
afterAll(() => platform.close())

describe('a dry run', () => {
  test('goes out exactly as it was asked for', async () => {
    platform.responses = [json(202, { request_id: 'r' })]
    const body = { port: { security_groups: [GROUP], index: 0 }, dry_run: true }
    const response = await platform.proxy.call(insert, { method: 'PUT', json: body })
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ request_id: 'r' })
    expect(platform.calls).toMatchObject([
      {
        method: 'PUT',
        url: `/v3/${PROJECT}/ports/${PORT}/insert-security-groups`,
        body: JSON.stringify(body),
      },
    ])
  })

  test('that passed without a body has passed', async () => {
    platform.responses = [(response) => response.writeHead(202).end()]
    const response = await platform.proxy.call(insert, dryRun)
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({})
  })

  test.each<[string, ScriptedResponse, number, string]>([
    ['after 503', json(503, { error_code: 'X', error_msg: 'busy' }, { 'retry-after': '1' }), 503, 'X'],
    ['after 429', json(429, { error_code: 'X', error_msg: 'busy' }, { 'retry-after': '0' }), 429, 'X'],
    ['after 504', json(504, { error_code: 'X', error_msg: 'lost' }), 504, 'X'],
    ['after a broken connection', reset, 502, 'Portside.Unreachable'],
    ['after no response', silence, 504, 'Portside.Timeout'],
    ['after a response of another form', json(202, '<html>'), 502, 'Portside.UnreadableAnswer'],
    ['after a status that says nothing', json(204, ''), 502, 'Portside.UnreadableAnswer'],
  ])('is never sent twice: %s', async (_, scripted, status, code) => {
    platform.responses = [scripted]
    const response = await platform.proxy.call(insert, dryRun)
    expect(response.status).toBe(status)
    const error = await response.json()
    expect(error).toMatchObject({ error_code: code })
    // A dry run changes nothing, so it has no outcome.
    expect(error).not.toHaveProperty('outcome')
    expect(platform.calls).toHaveLength(1)
  })

  test('a change is refused here: it goes as an operation', async () => {
    for (const dry_run of [false, undefined]) {
      const body = { port: { security_groups: [GROUP] }, dry_run }
      const response = await platform.proxy.call(insert, { method: 'PUT', json: body })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        error_code: 'Portside.InvalidRequest',
        fields: [{ path: 'dry_run', message: 'must be true' }],
        advice: expect.stringContaining('/operations'),
      })
    }
    expect(platform.calls).toEqual([])
  })
})

describe('a request that is refused here never reaches the platform', () => {
  test.each([
    [`/api/v3/another/ports`, 404, 'Portside.NotFound', undefined],
    [`/api/v3/${PROJECT}/ports/1`, 400, 'Portside.InvalidRequest', 'port_id'],
    [
      `/api/v3/${PROJECT}/vpc/security-groups/..%2F..%2Fports`,
      400,
      'Portside.InvalidRequest',
      'security_group_id',
    ],
    [`/api/v3/${PROJECT}/ports?limit=2001`, 400, 'Portside.InvalidRequest', 'limit'],
    [`/api/v3/${PROJECT}/ports?limit=ten`, 400, 'Portside.InvalidRequest', 'limit'],
    [`/api/v3/${PROJECT}/ports?colour=red`, 400, 'Portside.InvalidRequest', 'colour'],
    [`/api/v3/${PROJECT}/ports?__proto__=1`, 400, 'Portside.InvalidRequest', '__proto__'],
    [`${portPath}?limit=1`, 400, 'Portside.InvalidRequest', 'limit'],
    [`/api/v3/${PROJECT}/vpc/security-group-rules?priority=high`, 400, 'Portside.InvalidRequest', 'priority'],
    [`/api/v3/${PROJECT}/vpc`, 404, 'Portside.NotFound', undefined],
  ])('%s', async (path, status, code, field) => {
    const response = await platform.proxy.call(path)
    expect(response.status).toBe(status)
    const error = (await response.json()) as Record<string, unknown>
    expect(error.error_code).toBe(code)
    if (field) expect(error.fields).toEqual([expect.objectContaining({ path: field })])
    expect(platform.calls).toEqual([])
  })

  const groups = { security_groups: [GROUP] }
  test.each<[unknown, string]>([
    [{ port: { ...groups, index: -1 }, dry_run: true }, 'port.index'],
    [{ port: { ...groups, index: 0.5 }, dry_run: true }, 'port.index'],
    [{ port: { ...groups, place: 1 }, dry_run: true }, 'port.place'],
    [{ port: { security_groups: [] }, dry_run: true }, 'port.security_groups'],
    [{ port: { security_groups: [GROUP, GROUP] }, dry_run: true }, 'port.security_groups'],
    [{ port: { security_groups: ['x'] }, dry_run: true }, 'port.security_groups.0'],
    [{ port: groups, dry_run: 'true' }, 'dry_run'],
    [null, ''],
  ])('a body that departs from the reference: %j', async (body, path) => {
    const response = await platform.proxy.call(insert, { method: 'PUT', json: body })
    expect(response.status).toBe(400)
    const { fields } = (await response.json()) as { fields: { path: string }[] }
    expect(fields).toEqual([expect.objectContaining({ path })])
    expect(platform.calls).toEqual([])
  })
})

test('a dry run that could not be sent says so', async () => {
  await platform.stop()
  const response = await platform.proxy.call(insert, dryRun)
  expect(response.status).toBe(502)
  expect(await response.json()).toMatchObject({ error_code: 'Portside.Unreachable', outcome: 'not_sent' })
})
