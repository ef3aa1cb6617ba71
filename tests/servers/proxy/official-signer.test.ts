import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { json, startScriptedPlatform, type ScriptedPlatform } from '../../stage/scripted-platform.ts'
import { readConfig } from '../../../src/proxy/config.ts'
import { createUpstream } from '../../../src/proxy/upstream/connection.ts'
import type { Upstream } from '../../../src/proxy/upstream/upstream.ts'
import { type ChangeStep } from '../../../src/vpc/change-step.ts'
import { dryRunRequest, stepRequest } from '../../../src/vpc/step-request.ts'
import { ACCESS, KEYS } from '../../stage/servers.ts'
import { AWKWARD } from './awkward.ts'

// The judge: what is on the wire is read as a gateway reads it, and signed again by the
// official signer with the same date.

const TOKEN = 'security-token/+=0001'
/** IDs with every character that they may have. */
const PROJECT = 'AZaz09_-project'
const PORT = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
const response = { ports: [], port: { id: PORT, security_groups: [] } }

let platform: ScriptedPlatform
let upstream: Upstream
beforeAll(async () => {
  platform = await startScriptedPlatform()
  platform.responses = [json(200, response)]
  const config = readConfig({
    PORTSIDE_UPSTREAM: platform.address,
    PORTSIDE_PROJECTS: PROJECT,
    HUAWEICLOUD_SDK_SECURITY_TOKEN: TOKEN,
    ...ACCESS,
  })
  upstream = createUpstream(config, pino({ level: 'silent' }))
})
afterAll(async () => {
  await upstream.close()
  await platform.close()
})

/**
 * The Authorization of the last call, as it was received and as the official signer computes it
 * from the rest of the request.
 */
function signatures() {
  const { method, url, headers, body } = platform.calls.at(-1)!
  const { authorization = '', host = '' } = headers
  const [path = '', query = ''] = url.split('?')
  const queryParams: Record<string, string[]> = {}
  for (const pair of query.split('&').filter(Boolean)) {
    const [name, value] = pair.split('=').map(decodeURIComponent) as [string, string]
    ;(queryParams[name] ??= []).push(value)
  }
  const signed: Record<string, string> = { host, 'X-Sdk-Date': String(headers['x-sdk-date']) }
  for (const name of /SignedHeaders=([^,]+)/.exec(authorization)![1]!.split(';'))
    if (name !== 'x-sdk-date') signed[name] = String(headers[name])
  const data: unknown = body === '' ? undefined : JSON.parse(body)
  const made = AKSKSigner.sign(
    { endpoint: `http://${host}${path}`, method, queryParams, headers: signed, data } as never,
    { getAk: () => KEYS.accessKey, getSk: () => KEYS.secretKey } as never,
  ) as unknown as Record<string, string>
  return { came: authorization, official: made.Authorization, names: Object.keys(signed) }
}

function judge() {
  const { came, official, names } = signatures()
  expect(came).toBe(official)
  // All that decides where a request goes, and for whom, is signed.
  expect(names).toEqual(
    expect.arrayContaining(['host', 'X-Sdk-Date', 'x-project-id', 'x-security-token', 'content-type']),
  )
}

/**
 * Text of any characters that a query can carry: a lone half of a character beyond U+FFFF is none.
 */
const anyText = fc.string({ unit: 'binary', maxLength: 12 })
const awkward = fc.constantFrom(...AWKWARD, '\0')
const values = fc.array(fc.oneof(anyText, awkward), { minLength: 1, maxLength: 4 })

test('queries of any text are signed as the official signer signs them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record(
        { name: values, description: values, device_id: values, limit: fc.integer({ min: 1, max: 2000 }) },
        { requiredKeys: [] },
      ),
      async (query) => {
        await upstream.readPorts(PROJECT, query)
        judge()
        // Nothing was lost: the request has each value, in any order.
        const sent = new URL(platform.calls.at(-1)!.url, platform.address).searchParams
        for (const name of ['name', 'description', 'device_id'] as const)
          expect(sent.getAll(name).toSorted()).toEqual((query[name] ?? []).toSorted())
      },
    ),
    { numRuns: 100 },
  )
})

const dryRunOf = (step: ChangeStep, project: string, port: string) => dryRunRequest(step, [], project, port)!

test('paths without a query, and bodies', async () => {
  await upstream.readPort(PROJECT, PORT)
  judge()
  for (const index of [undefined, 0, 100])
    for (const requestOf of [stepRequest, dryRunOf]) {
      const groups = [PORT, PORT.toUpperCase()]
      const step = { kind: 'insert' as const, security_groups: groups, ...(index !== undefined && { index }) }
      await upstream.send(requestOf(step, PROJECT, PORT))
      judge()
      await upstream.send(requestOf({ kind: 'remove', security_groups: groups }, PROJECT, PORT))
      judge()
    }
  // Bodies of any text: today's calls send less than signing can take.
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(anyText, awkward), { maxLength: 5 }), async (security_groups) => {
      await upstream.send(dryRunOf({ kind: 'remove', security_groups }, PROJECT, PORT))
      judge()
    }),
    { numRuns: 60 },
  )
})

test('another secret, or a changed byte, gives another signature', async () => {
  await upstream.readPorts(PROJECT, { name: ['a'] })
  const { came } = signatures()
  const last = platform.calls.at(-1)!
  last.url = last.url.replace('name=a', 'name=b')
  expect(signatures().official).not.toBe(came)
})
