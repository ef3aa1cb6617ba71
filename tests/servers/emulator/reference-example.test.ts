import { expect, test } from 'vitest'
import { paths } from '../../../src/vpc/paths.ts'
import { EXAMPLE_RESPONSE } from '../../../src/vpc/reference-example.ts'
import { call, EXAMPLE, insert, listNow, started } from '../../stage/emulator.ts'

const RESPONSE_PORT = EXAMPLE_RESPONSE.port

// docs/platform.md, Insert, the vendor's example.
const REQUEST = {
  port: {
    security_groups: ['8edd3747-ccd4-49a1-82b9-a165eec314b4', '6c2d4540-3b7d-4207-a319-a7231b439995'],
    index: 1,
  },
}

test("the reference's example request gives the reference's example response", async () => {
  const emulator = await started()
  const { status, body, headers } = await insert(emulator, REQUEST)
  expect(status).toBe(200)
  expect(body).toEqual({
    port: { ...RESPONSE_PORT, updated_at: expect.any(String) },
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(headers.get('x-request-id')).toBe(body.request_id)
  // A read returns the same as the response.
  const read = await call(emulator, 'GET', paths.port(EXAMPLE.project, EXAMPLE.port))
  expect(read.body.port).toEqual(body.port)
})

test('updated_at moves with every change, in the example’s form; created_at stays', async () => {
  const emulator = await started()
  const first = await insert(emulator, { port: { security_groups: [EXAMPLE.inserted[0]] } })
  const second = await insert(emulator, { port: { security_groups: [EXAMPLE.inserted[1]] } })
  const times = [first, second].map(({ body }) => body.port.updated_at)
  for (const time of times) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/)
  expect(Date.parse(times[0])).toBeGreaterThan(Date.parse(RESPONSE_PORT.created_at))
  expect(Date.parse(times[1])).toBeGreaterThan(Date.parse(times[0]))
  expect(second.body.port.created_at).toBe(RESPONSE_PORT.created_at)
})

test('index 0 is the top, n is after the nth, the length and none are the end', async () => {
  const [a, b] = EXAMPLE.groups
  const [x] = EXAMPLE.inserted
  for (const [index, expected] of [
    [0, [x, a, b]],
    [1, [a, x, b]],
    [2, [a, b, x]],
    [undefined, [a, b, x]],
  ] as const) {
    const emulator = await started()
    const { body } = await insert(emulator, { port: { security_groups: [x], index } })
    expect(body.port.security_groups).toEqual(expected)
  }
})

test('a passed dry run responds with 202 and changes nothing', async () => {
  const emulator = await started()
  const before = await call(emulator, 'GET', paths.port(EXAMPLE.project, EXAMPLE.port))
  const { status, body } = await insert(emulator, { ...REQUEST, dry_run: true })
  expect(status).toBe(202)
  expect(body).toEqual({ request_id: expect.any(String) })
  const after = await call(emulator, 'GET', paths.port(EXAMPLE.project, EXAMPLE.port))
  expect(after.body.port).toEqual(before.body.port)
  expect(await listNow(emulator)).toEqual(EXAMPLE.groups)
})
