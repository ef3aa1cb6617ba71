import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { json, startScriptedPlatform, type ScriptedResponse } from '../../stage/scripted-platform.ts'

const PORTS = '/api/v3/f5dab68cd75740e68c599e9af5fe0aed/ports'

test('stopping waits for the request under way, not for idle connections', async () => {
  const platform = await startScriptedPlatform({ PORTSIDE_UPSTREAM_TIMEOUT_MS: '20000' })
  const { port } = new URL(platform.proxy.address)
  const ahead = connect(Number(port), '127.0.0.1').resume()
  await once(ahead, 'connect')
  const asked = new Promise<Parameters<ScriptedResponse>>((resolve) => {
    platform.responses = [(...call) => resolve(call)]
  })
  const read = platform.proxy.call(PORTS)
  const call = await asked

  const order: string[] = []
  const closed = platform.close().then(() => order.push('closed'))
  await once(ahead, 'close')
  order.push('connection ended')
  json(200, { ports: [], request_id: 'under way' })(...call)
  const response = await read
  order.push(`responded ${response.status}`)
  expect(await response.json()).toMatchObject({ request_id: 'under way' })
  await closed
  expect(order).toEqual(['connection ended', 'responded 200', 'closed'])
  await expect(fetch(platform.proxy.address)).rejects.toThrow()
})
