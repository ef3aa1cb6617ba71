import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { portResponse } from '../../../../src/vpc/responses.ts'
import { type ChangeStep } from '../../../../src/vpc/change-step.ts'
import { stepRequest } from '../../../../src/vpc/step-request.ts'
import { paths } from '../../../../src/vpc/paths.ts'
import { readConfig } from '../../../../src/proxy/config.ts'
import {
  json,
  reset,
  startScriptedPlatform,
  type ScriptedResponse,
  type ScriptedPlatform,
} from '../../../stage/scripted-platform.ts'
import { createUpstream } from '../../../../src/proxy/upstream/connection.ts'
import { ReadsInFlight } from '../../../../src/proxy/upstream/reads-in-flight.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const PORT = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
const [GROUP, OTHER] = ['8edd3747-ccd4-49a1-82b9-a165eec314b4', '0552091e-b83a-49dd-88a7-4a5c86fd9ec3']

describe('equal reads', () => {
  let clock = 0
  let reads: ReadsInFlight
  /** The calls that were made, oldest first. */
  let calls: { gone: AbortSignal; respond: (response: string) => void; fail: (error: Error) => void }[]
  beforeEach(() => {
    clock = 0
    reads = new ReadsInFlight(() => clock)
    calls = []
  })
  const call = (gone: AbortSignal) =>
    new Promise<string>((respond, fail) => {
      calls.push({ gone, respond, fail })
      gone.addEventListener('abort', () => fail(gone.reason as Error))
    })
  const ask = (asker = new AbortController(), key = 'a port') => reads.join(key, asker.signal, call)

  test('are one call, and have one response or one error', async () => {
    const both = Promise.all([ask(), ask()])
    calls[0]!.respond('one')
    expect(await both).toEqual(['one', 'one'])
    const failed = Promise.allSettled([ask(), ask()])
    calls[1]!.fail(new Error('no'))
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(calls).toHaveLength(2)
  })

  test('are two calls when the first has its response, and when they are not equal', async () => {
    const first = ask()
    const other = ask(undefined, 'another port')
    calls[0]!.respond('one')
    calls[1]!.respond('other')
    expect([await first, await other]).toEqual(['one', 'other'])
    const second = ask()
    calls[2]!.respond('two')
    expect(await second).toBe('two')
  })

  test('are two calls when something was changed between; the first ends nothing else', async () => {
    const before = ask()
    reads.changed()
    const after = ask()
    calls[0]!.respond('old')
    expect(await before).toBe('old')
    const joined = ask()
    calls[1]!.respond('new')
    expect(await Promise.all([after, joined])).toEqual(['new', 'new'])
    expect(calls).toHaveLength(2)
  })

  test('are two calls when the first began long before', async () => {
    const first = ask()
    clock = 100
    const joined = ask()
    clock = 101
    const later = ask()
    calls[1]!.respond('new')
    expect(await later).toBe('new')
    calls[0]!.respond('old')
    expect(await Promise.all([first, joined])).toEqual(['old', 'old'])
  })

  test('go on when one of their callers goes away, and end when all have', async () => {
    const [one, two, three] = [new AbortController(), new AbortController(), new AbortController()]
    const [first, second, third] = [ask(one), ask(two), ask(three)]
    one.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    expect(calls[0]!.gone.aborted).toBe(false)
    three.abort(new Error('gone too'))
    await expect(third).rejects.toThrow('gone too')
    two.abort(new Error('gone as the last'))
    await expect(second).rejects.toThrow('gone as the last')
    expect(calls[0]!.gone.aborted).toBe(true)

    const anew = ask()
    expect(calls[1]!.gone.aborted).toBe(false)
    calls[1]!.respond('anew')
    expect(await anew).toBe('anew')
  })

  test('go on when a caller of one that has ended goes away', async () => {
    const early = new AbortController()
    const first = ask(early)
    calls[0]!.respond('one')
    expect(await first).toBe('one')
    const second = ask()
    early.abort(new Error('gone'))
    expect(calls[1]!.gone.aborted).toBe(false)
    calls[1]!.respond('two')
    expect(await second).toBe('two')
  })

  test('of an asker who is gone already make no call', async () => {
    await expect(reads.join('a port', AbortSignal.abort(new Error('gone')), call)).rejects.toThrow('gone')
    expect(calls).toEqual([])
  })
})

describe('reads of one port', () => {
  const path = paths.port(PROJECT, PORT)
  const port = (...security_groups: string[]) => json(200, { port: { id: PORT, security_groups } })
  let platform: ScriptedPlatform
  /** Sends the responses that were held. */
  let letGo: () => void
  let held: Promise<void>
  beforeEach(async () => {
    platform = await startScriptedPlatform({ PORTSIDE_UPSTREAM_TIMEOUT_MS: '60000' })
    held = new Promise((resolve) => (letGo = resolve))
  })
  afterEach(() => platform.close())
  const hold =
    (response: ScriptedResponse): ScriptedResponse =>
    (...call) =>
      void held.then(() => response(...call))

  test('by many browsers share calls, and none is hurt when another one goes away', async () => {
    platform.responses = [hold(port(GROUP))]
    await platform.proxy.signIn()
    const ask = (signal?: AbortSignal) => platform.proxy.call(`/api${path}`, signal && { signal })
    const gone = new AbortController()
    const away = ask(gone.signal).catch((error: Error) => error.name)
    const staying = Array.from({ length: 30 }, () => ask())
    await expect.poll(() => platform.calls.length).toBeGreaterThan(0)
    gone.abort()
    expect(await away).toBe('AbortError')
    letGo()
    const responses = await Promise.all(staying.map(async (response) => (await response).json()))
    expect(responses).toEqual(staying.map(() => ({ port: { id: PORT, security_groups: [GROUP] } })))
    // One call, unless the machine is so busy that the reads begin at different times.
    expect(platform.calls.length).toBeLessThan(staying.length)
  })

  test('after a change’s response, never get a read from before it', async () => {
    platform.responses = [hold(port(GROUP)), port(GROUP, OTHER), port(GROUP, OTHER), reset, port(GROUP)]
    const config = readConfig({ PORTSIDE_UPSTREAM: platform.address, PORTSIDE_UPSTREAM_TIMEOUT_MS: '60000' })
    // With a clock that does not go on, every read would be joined.
    const upstream = createUpstream(config, pino({ level: 'silent' }), undefined, {
      inFlight: new ReadsInFlight(() => 0),
    })
    const list = async () => {
      const { body } = await upstream.shared.readPort(PROJECT, PORT)
      return portResponse.parse(JSON.parse(body.toString())).port.security_groups
    }
    const insert: ChangeStep = { kind: 'insert', security_groups: [OTHER], index: 1 }
    const change = stepRequest(insert, PROJECT, PORT)
    try {
      const before = Promise.all([list(), list()])
      await expect.poll(() => platform.calls.length).toBe(1)
      expect((await upstream.send(change)).kind).toBe('port')
      expect(await list()).toEqual([GROUP, OTHER])
      expect((await upstream.send(change)).kind).toBe('unknown')
      expect(await list()).toEqual([GROUP])
      letGo()
      expect(await before).toEqual([[GROUP], [GROUP]])
      expect(platform.calls.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'PUT', 'GET'])
    } finally {
      await upstream.close()
    }
  })
})
