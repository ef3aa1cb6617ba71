import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { json, startScriptedPlatform, type ScriptedPlatform } from '../../../stage/scripted-platform.ts'
import { LOOK_AGAIN_MS } from '../../../../src/proxy/upstream/offers.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const PORT = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
const path = `/api/v3/${PROJECT}/ports/${PORT}`
const noSuchApi = json(404, {
  error_code: 'APIGW.0101',
  error_msg: 'The API does not exist',
  request_id: 'g',
})
const good = json(200, { port: { id: PORT, security_groups: [] } })

let platform: ScriptedPlatform
beforeEach(async () => {
  platform = await startScriptedPlatform()
})
afterEach(async () => {
  vi.useRealTimers()
  await platform.close()
})

/** Status and code of a read, and the versions of the API that it called, in order. */
async function read(from = path) {
  platform.calls.length = 0
  const response = await platform.proxy.call(from)
  const { error_code } = (await response.json()) as { error_code?: string }
  return [response.status, error_code, platform.calls.map(({ url }) => url.slice(1, 3)).join(' ')]
}

test('that v3 port reads are missing is remembered, and looked at again later', async () => {
  platform.responses = [noSuchApi, good]
  expect(await read()).toEqual([200, undefined, 'v3 v1'])
  expect(await read()).toEqual([200, undefined, 'v1'])
  platform.responses = [json(200, { ports: [] })]
  expect(await read(`/api/v3/${PROJECT}/ports`)).toEqual([200, undefined, 'v1'])

  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + LOOK_AGAIN_MS + 1 })
  platform.responses = [noSuchApi, good]
  expect(await read()).toEqual([200, undefined, 'v3 v1'])
  vi.setSystemTime(Date.now() + LOOK_AGAIN_MS + 1)
  expect(await read()).toEqual([200, undefined, 'v3'])
  expect(await read()).toEqual([200, undefined, 'v3'])
})

test('a port that is not there is no missing API', async () => {
  platform.responses = [json(404, { error_code: 'VPC.2504', error_msg: 'no port' })]
  expect(await read()).toEqual([404, 'VPC.2504', 'v3'])
})

test('where no API is there, the refusal of v3 passes and is not remembered', async () => {
  platform.responses = [noSuchApi]
  expect(await read()).toEqual([404, 'APIGW.0101', 'v3 v1 v2'])
  expect(await read()).toEqual([404, 'APIGW.0101', 'v3 v1 v2'])
})

test('when the old read goes, the new one is asked at once', async () => {
  platform.responses = [noSuchApi, good, noSuchApi, good]
  expect(await read()).toEqual([200, undefined, 'v3 v1'])
  expect(await read()).toEqual([200, undefined, 'v1 v3'])
})

test('an old read about another port, or without a list, is unreadable', async () => {
  for (const port of [{ id: PROJECT, security_groups: [] }, { id: PORT }]) {
    platform.responses = [noSuchApi, json(200, { port })]
    expect((await read()).slice(0, 2)).toEqual([502, 'Portside.UnreadableAnswer'])
  }
})

test('a v1 list that has the same page again and again ends in an error', async () => {
  const ports = Array.from({ length: 2000 }, () => ({ id: PORT, security_groups: [], name: 'c' }))
  platform.responses = [noSuchApi, json(200, { ports })]
  expect(await read(`/api/v3/${PROJECT}/ports?name=a&name=b`)).toEqual([
    502,
    'Portside.UnreadableAnswer',
    'v3 v1 v1',
  ])
})
