import { request as httpRequest } from 'node:http'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Readiness } from '../../../src/proxy/monitoring/readiness.ts'
import { EXAMPLE } from '../../stage/emulator.ts'
import { json, reset, startScriptedPlatform, type ScriptedResponse } from '../../stage/scripted-platform.ts'
import { startProxy } from '../../stage/proxy.ts'
import { operationsOver, planned, PROJECT, startStage } from '../operations/ask-operations.ts'

const METRICS = { PORTSIDE_METRICS_LISTEN: '127.0.0.1:0' }

/** Status and text, by a name that is not the proxy's, as a kubelet or a load balancer calls. */
function askAs(host: string, address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpRequest(address, { headers: { host } }, (response) => {
      let text = `${response.statusCode} `
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve(text))
    })
      .on('error', reject)
      .end()
  })
}

describe('probes', () => {
  test('respond under any host name and without a session, and say nothing else', async () => {
    const proxy = await startProxy()
    try {
      expect(await askAs('10.1.2.3:8080', `${proxy.address}/healthz`)).toBe('200 {"status":"alive"}')
      expect(await askAs('10.1.2.3:8080', `${proxy.address}/readyz`)).toBe('200 {"status":"ready"}')
      for (const path of ['/metrics', '/healthz/', '/', '/api/session'])
        expect(await askAs('10.1.2.3:8080', proxy.address + path)).toMatch(/^403 .*"Portside.Forbidden"/)
      expect((await proxy.call('/metrics')).status).toBe(404)
    } finally {
      await proxy.close()
    }
  })

  test('while it stops it is live, not ready; a lost platform is named, without a reason', async () => {
    const platform = await startScriptedPlatform({ ...METRICS, PORTSIDE_UPSTREAM_TIMEOUT_MS: '20000' })
    const { metricsAddress } = platform.proxy
    const ready = async () => {
      const response = await fetch(`${metricsAddress}/readyz`)
      return { code: response.status, ...(await response.json()) }
    }
    expect(await ready()).toMatchObject({ code: 200, status: 'ready', cloud: 'not asked yet' })
    const asked = new Promise<Parameters<ScriptedResponse>>((resolve) => {
      platform.responses = [reset, (...call) => resolve(call)]
    })
    const read = platform.proxy.call(`/api/v3/${PROJECT}/ports`)
    const call = await asked
    expect(await ready()).toMatchObject({ code: 200, status: 'ready', cloud: 'does not answer' })

    const closed = platform.close()
    await expect.poll(ready).toMatchObject({ code: 503, status: 'not ready', stopping: true })
    expect((await fetch(`${metricsAddress}/healthz`)).status).toBe(200)
    json(200, { ports: [], request_id: 'r' })(...call)
    expect((await read).status).toBe(200)
    await closed
    await expect(ready()).rejects.toThrow()
  })

  test('a silent database makes it not ready; many probes ask it once', async () => {
    const readiness = new Readiness(pino({ level: 'silent' }))
    let asked = 0
    readiness.checkDatabase(() => {
      asked++
      return Promise.reject(new Error('connection refused'))
    })
    const all = await Promise.all(Array.from({ length: 20 }, () => readiness.check()))
    expect(all.every(({ ready, database }) => !ready && database === 'does not answer')).toBe(true)
    expect(asked).toBe(1)
  })
})

describe('metrics', () => {
  let stage: Awaited<ReturnType<typeof startStage>>
  beforeAll(async () => {
    stage = await startStage({
      ...METRICS,
      PORTSIDE_METRICS_NAMES: 'prom.internal, prom',
      PORTSIDE_READ_RETRIES: '1',
    })
    // Makes and opens the journal, which takes time.
    await operationsOver(stage.proxy.call).ofPort(EXAMPLE.port)
  }, 120_000)
  afterAll(() => stage.close())

  /** The value of the one series that begins so; undefined when there is none. */
  async function value(series: string): Promise<number | undefined> {
    const text = await (await fetch(`${stage.proxy.metricsAddress}/metrics`)).text()
    const lines = text.split('\n').filter((line) => line.startsWith(series))
    expect(lines.length, lines.join('\n')).toBeLessThan(2)
    return lines[0] === undefined ? undefined : Number(lines[0].split(' ').at(-1))
  }

  test('count requests by route, calls of the platform, retries, errors and operations', async () => {
    const operations = operationsOver(stage.proxy.call)
    const portId = await stage.portWith('abc')
    await stage.faults(
      { kind: 'error', status: 503, match: { method: 'GET', path: portId } },
      { kind: 'error', status: 429, match: { method: 'PUT', path: portId } },
    )
    const path = `/api/v3/${PROJECT}/ports/${portId}`
    expect((await stage.proxy.call(path)).status).toBe(200)
    const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('cab')))
    await operations.settled(operation.operation_id)
    expect((await stage.proxy.call('/api/nothing')).status).toBe(404)

    const route = `method="GET",route="/api/v3/:project_id/ports/:port_id",status="200"`
    expect(await value(`portside_http_request_duration_seconds_count{${route}`)).toBe(1)
    const show = 'call="GET /v3/{project_id}/ports/{id}"'
    const upstream = 'portside_upstream_request_duration_seconds_count'
    expect(await value(`${upstream}{${show},outcome="answered",status="503"`)).toBe(1)
    expect(await value(`${upstream}{${show},outcome="answered",status="200"`)).toBeGreaterThan(1)
    expect(await value(`portside_upstream_retries_total{${show}`)).toBe(1)
    const changed = 'call="PUT /v3/{project_id}/ports/{id}/'
    expect(await value(`portside_upstream_retries_total{${changed}`)).toBe(1)
    expect(await value('portside_http_errors_total{error_code="Portside.NotFound"')).toBe(1)
    expect(await value('portside_operations_total{status="done"')).toBe(1)
    expect(await value('portside_operations_running')).toBe(0)
    expect(await value('portside_upstream_reachable')).toBe(1)
    expect(await value('portside_build_info')).toBe(1)
    expect(await value('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0)
  })

  test('refuse a host name that a page could have pointed here', async () => {
    const { metricsAddress } = stage.proxy
    const { port } = new URL(metricsAddress!)
    for (const path of ['/metrics', '/readyz', '/healthz']) {
      const address = metricsAddress + path
      for (const host of [
        `127.0.0.1:${port}`,
        'localhost',
        '10.1.2.3:9464',
        '[fd00::1]:9464',
        'Prom.internal',
      ])
        expect(await askAs(host, address)).toMatch(/^200 /)
      for (const host of [
        'evil.example',
        `evil.example:${port}`,
        '127.0.0.1.evil.example',
        'a@b',
        'localhost.',
        '127.0.0.1:x',
      ])
        expect(await askAs(host, address)).toMatch(/^403 .*PORTSIDE_METRICS_NAMES/)
    }
  })

  test('name no project, port or user, whatever is asked for', async () => {
    for (const path of [`/api/v3/x${PROJECT}/ports`, '/api/made-up-1', '/made-up-2'])
      await stage.proxy.call(path)
    const text = await (await fetch(`${stage.proxy.metricsAddress}/metrics`)).text()
    expect(text).not.toMatch(/made-up|[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{32}|production/)
  })
})
