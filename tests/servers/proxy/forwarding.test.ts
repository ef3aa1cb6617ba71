import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../../src/emulator/faults.ts'
import { call, EXAMPLE, listNow } from '../../stage/emulator.ts'
import { createEmulator, type Emulator } from '../../../src/emulator/server.ts'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'
import { portsResponse } from '../../../src/vpc/responses.ts'
import { queryString } from '../../../src/vpc/query-string.ts'
import { portsQuery } from '../../../src/vpc/requests.ts'
import { paths } from '../../../src/vpc/paths.ts'

let emulator: Emulator
let proxy: TestedProxy
beforeEach(async () => {
  emulator = await createEmulator()
  proxy = await startProxy({ PORTSIDE_UPSTREAM: emulator.address, PORTSIDE_UPSTREAM_TIMEOUT_MS: '500' })
})
afterEach(async () => {
  await proxy.close()
  await emulator.close()
})

const { project, port, groups, inserted } = EXAMPLE
const portPath = `/api${paths.port(project, port)}`
const dryRun = (security_groups: readonly string[] = inserted) => ({
  method: 'PUT',
  json: { port: { security_groups, index: 1 }, dry_run: true },
})
const isUuid = expect.stringMatching(/^[0-9a-f-]{36}$/)

async function fail(...faults: Fault[]) {
  expect((await call(emulator, 'POST', '/_emulator/faults', { faults })).status).toBe(200)
}
/** How often the nth fault was matched. */
async function made(nth = 0): Promise<number> {
  return (await call(emulator, 'GET', '/_emulator/faults')).body.faults[nth].matched
}

const ask = (path: string, encoding: string) =>
  proxy.call(`/api${path}`, { headers: { 'accept-encoding': encoding } })

describe('reads', () => {
  test('large responses are compressed for clients that take it, small ones are not', async () => {
    const [plain, brotli, gzip] = [
      await ask(paths.ports(project), 'identity'),
      await ask(paths.ports(project), 'br, gzip'),
      await ask(paths.ports(project), 'gzip'),
    ]
    const encodings = [plain, brotli, gzip].map(({ headers }) => headers.get('content-encoding'))
    expect(encodings).toEqual([null, 'br', 'gzip'])
    expect(brotli.headers.get('vary')).toMatch(/accept-encoding/i)
    const { ports } = await plain.json()
    expect(ports.length).toBeGreaterThan(20)
    for (const compressed of [brotli, gzip]) expect((await compressed.json()).ports).toEqual(ports)
    expect((await ask(paths.port(project, port), 'br')).headers.get('content-encoding')).toBeNull()
  })

  test.each([
    paths.ports(project),
    paths.port(project, port),
    paths.securityGroups(project),
    paths.securityGroup(project, groups[0]),
    paths.rules(project),
  ])('%s is what the platform says', async (path) => {
    const direct = await call(emulator, 'GET', path)
    const response = await proxy.call(`/api${path}`)
    expect(response.status).toBe(200)
    expect({ ...(await response.json()), request_id: '' }).toEqual({ ...direct.body, request_id: '' })
  })

  test('a list is walked page by page, and filtered by repeated names', async () => {
    const whole = portsResponse.parse(await (await proxy.call(`/api${paths.ports(project)}`)).json())
    const walked: string[] = []
    let marker: string | undefined
    do {
      const query = queryString({ limit: 7, marker })
      const response = await proxy.call(`/api${paths.ports(project)}?${query}`)
      const { ports, page_info } = portsResponse.parse(await response.json())
      walked.push(...ports.map(({ id }) => id))
      marker = page_info?.next_marker ?? undefined
    } while (marker)
    expect(walked).toEqual(whole.ports.map(({ id }) => id))

    const two = walked.slice(3, 5)
    const query = queryString(portsQuery.parse({ id: two, admin_state_up: true, limit: 10 }))
    const some = portsResponse.parse(await (await proxy.call(`/api${paths.ports(project)}?${query}`)).json())
    expect(some.ports.map(({ id }) => id)).toEqual(two)
  })

  test('every port is found by its own name, whatever characters are in it', async () => {
    const { ports } = portsResponse.parse(await (await proxy.call(`/api${paths.ports(project)}`)).json())
    const named = ports.flatMap(({ id, name }) => (typeof name === 'string' && name ? [{ id, name }] : []))
    expect(named.some(({ name }) => /[^\x20-\x7e]/.test(name))).toBe(true)
    for (const { id, name } of named) {
      const response = await proxy.call(`/api${paths.ports(project)}?${queryString({ name: [name] })}`)
      const found = portsResponse.parse(await response.json())
      expect(found.ports.map((one) => one.id)).toContain(id)
    }
  })

  test('a port that is not there is the platform’s own refusal', async () => {
    const path = paths.port(project, inserted[0])
    const direct = await call(emulator, 'GET', path)
    const response = await proxy.call(`/api${path}`)
    expect(response.status).toBe(direct.status)
    expect(await response.json()).toEqual({ ...direct.body, request_id: isUuid })
  })

  test.each([401, 403, 404, 409, 500])('%i passes unchanged, after one call', async (status) => {
    await fail({ kind: 'error', status, times: 0, error_code: 'VPC.9', error_msg: 'on demand' })
    const response = await proxy.call(portPath)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({
      error_code: 'VPC.9',
      error_msg: 'on demand',
      request_id: isUuid,
    })
    expect(await made()).toBe(1)
  })

  test('throttled, unavailable, disconnected: tried again until it responds', async () => {
    await fail(
      { kind: 'delay', milliseconds: 0, times: 0 },
      { kind: 'error', status: 429, retry_after: 0 },
      { kind: 'error', status: 503 },
      { kind: 'drop_before' },
    )
    expect((await proxy.call(portPath)).status).toBe(200)
    expect(await made()).toBe(4)
  })

  test('a wait that is too long for a reader is passed on at once', async () => {
    await fail({ kind: 'error', status: 429, retry_after: 60, times: 0 })
    const response = await proxy.call(portPath)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(await response.json()).toMatchObject({ error_code: 'APIGW.0308', retry_after: 60 })
    expect(await made()).toBe(1)
  })

  test('a platform that sends nonsense, and one that is too slow', async () => {
    await fail({ kind: 'garbage' }, { kind: 'garbage', status: 400 }, { kind: 'delay', milliseconds: 5000 })
    const statusAndCode = async () => {
      const response = await proxy.call(portPath)
      return [response.status, ((await response.json()) as { error_code: string }).error_code]
    }
    expect(await statusAndCode()).toEqual([502, 'Portside.UnreadableAnswer'])
    expect(await statusAndCode()).toEqual([400, 'HTTP.400'])
    expect(await statusAndCode()).toEqual([504, 'Portside.Timeout'])
    expect((await proxy.call(portPath)).status).toBe(200)
  })

  test('a platform that is down, and then up again', async () => {
    const { port: listenPort } = new URL(emulator.address)
    await emulator.close()
    const down = await proxy.call(portPath)
    expect(down.status).toBe(502)
    expect(await down.json()).toMatchObject({ error_code: 'Portside.Unreachable' })
    emulator = await createEmulator({ listenPort: Number(listenPort) })
    expect((await proxy.call(portPath)).status).toBe(200)
  })
})

describe('dry runs', () => {
  const insert = `/api${paths.insert(project, port)}`
  const remove = `/api${paths.remove(project, port)}`

  test('the reference’s example passes, and changes nothing', async () => {
    const response = await proxy.call(insert, dryRun())
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ request_id: isUuid })
    const removal = await proxy.call(remove, {
      method: 'PUT',
      json: { port: { security_groups: [groups[1]] }, dry_run: true },
    })
    expect(removal.status).toBe(202)
    expect(await listNow(emulator)).toEqual(groups)
  })

  test('a refused one is the platform’s own refusal', async () => {
    const body = dryRun([groups[0]]).json
    const direct = await call(emulator, 'PUT', paths.insert(project, port), body)
    const response = await proxy.call(insert, dryRun([groups[0]]))
    expect(response.status).toBe(direct.status)
    expect(direct.status).toBe(409)
    expect(await response.json()).toEqual({ ...direct.body, request_id: isUuid })
  })

  test.each<Fault>([
    { kind: 'error', status: 429, retry_after: 0, times: 0 },
    { kind: 'error', status: 503, times: 0 },
    { kind: 'drop_before', times: 0 },
    { kind: 'drop_after', times: 0 },
    { kind: 'garbage', times: 0 },
    { kind: 'delay', milliseconds: 5000, times: 0 },
  ])('one call, never a second: %o', async (fault) => {
    await fail(fault)
    const response = await proxy.call(insert, dryRun())
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(await made()).toBe(1)
  })

  test('a change without dry_run never gets through', async () => {
    const { json } = dryRun()
    expect((await proxy.call(insert, { method: 'PUT', json: { port: json.port } })).status).toBe(400)
    expect(await listNow(emulator)).toEqual(groups)
  })
})
