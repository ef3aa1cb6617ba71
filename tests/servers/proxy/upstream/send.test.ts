import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type ChangeStep } from '../../../../src/vpc/change-step.ts'
import { dryRunRequest, stepRequest } from '../../../../src/vpc/step-request.ts'
import { readConfig } from '../../../../src/proxy/config.ts'
import {
  json,
  reset,
  silence,
  startScriptedPlatform,
  type ScriptedResponse,
  type ScriptedPlatform,
} from '../../../stage/scripted-platform.ts'
import { createUpstream } from '../../../../src/proxy/upstream/connection.ts'
import type { SendOutcome, Upstream } from '../../../../src/proxy/upstream/upstream.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const PORT = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
const GROUP = '8edd3747-ccd4-49a1-82b9-a165eec314b4'
const port = { id: PORT, security_groups: [GROUP] }
const insert: ChangeStep = { kind: 'insert', security_groups: [GROUP], index: 0 }
const change = stepRequest(insert, PROJECT, PORT)
const dryRun = dryRunRequest(insert, [], PROJECT, PORT)!
const refusal = { error_code: 'VPC.9', error_msg: 'no', request_id: 'r' }

let platform: ScriptedPlatform
let upstream: Upstream
const connect = (timeoutMs: string) => {
  const config = readConfig({ PORTSIDE_UPSTREAM: platform.address, PORTSIDE_UPSTREAM_TIMEOUT_MS: timeoutMs })
  return createUpstream(config, pino({ level: 'silent' }))
}
beforeEach(async () => {
  platform = await startScriptedPlatform()
  upstream = connect('400')
})
afterEach(async () => {
  await upstream.close()
  await platform.close()
})

describe('what became of a change', () => {
  test('done: the port as in the platform’s response', async () => {
    platform.responses = [json(200, { port, request_id: 'r' })]
    expect(await upstream.send(change)).toMatchObject({ kind: 'port', status: 200, port, request_id: 'r' })
    expect(JSON.parse(platform.calls[0]!.body)).toEqual({ port: { security_groups: [GROUP], index: 0 } })
  })

  test.each<[string, ScriptedResponse, SendOutcome['kind'], string, number]>([
    ['the platform refused', json(409, refusal), 'refused', 'refused', 409],
    ['the platform throttled', json(429, refusal), 'refused', 'refused', 429],
    ['the platform is not available', json(503, refusal), 'refused', 'refused', 503],
    ['a refusal in a form nobody knows', json(400, '<html>'), 'refused', 'refused', 400],
    ['the platform failed on the way', json(500, refusal), 'refused', 'unknown', 500],
    ['a gateway lost the response', json(502, refusal), 'unknown', 'unknown', 502],
    ['a gateway gave up on the response', json(504, refusal), 'unknown', 'unknown', 504],
    ['a gateway got no whole response', json(520, refusal), 'unknown', 'unknown', 520],
    ['a gateway got no connection in time', json(522, refusal), 'unknown', 'unknown', 522],
    ['a gateway waited too long', json(524, ''), 'unknown', 'unknown', 502],
    ['a redirect', json(302, refusal, { location: '/elsewhere' }), 'unknown', 'unknown', 502],
    ['a redirect to what was made', json(303, '', { location: '/made' }), 'unknown', 'unknown', 502],
    ['no such method', json(501, refusal), 'refused', 'refused', 501],
    ['a page instead of a response', json(200, '<html>'), 'unknown', 'unknown', 502],
    ['a response about another port', json(200, { port: { ...port, id: GROUP } }), 'unknown', 'unknown', 502],
    ['a response without a list', json(200, { port: { id: PORT } }), 'unknown', 'unknown', 502],
    ['202, as if it had been a dry run', json(202, { request_id: 'r' }), 'unknown', 'unknown', 502],
    ['204', json(204, ''), 'unknown', 'unknown', 502],
    ['the connection broke', reset, 'unknown', 'unknown', 502],
    ['no response in time', silence, 'unknown', 'unknown', 504],
    [
      'a response that never ends',
      (response) => response.writeHead(200).write('{"port":'),
      'unknown',
      'unknown',
      504,
    ],
  ])('%s', async (_, response, kind, outcome, status) => {
    platform.responses = [response]
    expect(await upstream.send(change)).toMatchObject({ kind, status, error: { outcome } })
    expect(platform.calls).toHaveLength(1)
  })

  test('refused for now: when to try again', async () => {
    platform.responses = [json(429, refusal, { 'retry-after': '30' })]
    expect(await upstream.send(change)).toMatchObject({
      kind: 'refused',
      error: { ...refusal, retry_after: 30 },
    })
  })

  test('nobody listens: it was not sent', async () => {
    await platform.stop()
    // A busy machine takes longer than 400 ms to refuse a connection.
    const patient = connect('20000')
    onTestFinished(() => patient.close())
    expect(await patient.send(change)).toMatchObject({
      kind: 'not_sent',
      status: 502,
      error: { error_code: 'Portside.Unreachable', outcome: 'not_sent' },
    })
  })

  test('given up before it left: it was not sent, and never is', async () => {
    platform.responses = [json(200, { port })]
    expect(await upstream.send(change, { signal: AbortSignal.abort() })).toMatchObject({ kind: 'not_sent' })
    expect((await upstream.readPort(PROJECT, PORT)).port).toEqual(port)
    expect(platform.calls.map(({ method }) => method)).toEqual(['GET'])
  })

  test('given up while it is out: unknown', async () => {
    const gone = new AbortController()
    platform.responses = [() => gone.abort()]
    expect(await upstream.send(change, gone)).toMatchObject({
      kind: 'unknown',
      error: { outcome: 'unknown' },
    })
  })

  test('waiting for a connection until time is up: it was not sent, and never is', async () => {
    // Requests without a response take all connections, so the change waits for one.
    platform.responses = [silence]
    const reads = Array.from({ length: 32 }, () =>
      upstream.readPort(PROJECT, PORT).catch((error: Error) => error.name),
    )
    await expect.poll(() => platform.calls.length).toBe(32)
    const ended = upstream.send(change, { signal: AbortSignal.timeout(50) })
    expect(await ended).toMatchObject({ kind: 'not_sent' })
    platform.responses = [json(200, { port })]
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['UpstreamError']))
    await upstream.readPort(PROJECT, PORT)
    expect(platform.calls.filter(({ method }) => method === 'PUT')).toEqual([])
  })
})

test('a dry run without a response leaves nothing open: it changes nothing', async () => {
  platform.responses = [reset]
  const outcome = await upstream.send(dryRun)
  expect(outcome).toMatchObject({ kind: 'unknown', error: { error_code: 'Portside.Unreachable' } })
  expect(outcome).not.toHaveProperty('error.outcome')
})
