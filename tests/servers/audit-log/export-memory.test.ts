import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { makeFilledAuditLog } from '../../../bench/filled-audit-log.ts'
import { auditLogApi } from '../../../src/vpc/audit-log.ts'
import { heapOf, REPORTS_HEAP } from '../../browser/heap.ts'
import { EXAMPLE } from '../../stage/emulator.ts'
import { createDatabase, POSTGRES } from '../../stage/postgres.ts'
import { newFolder, startProxy, type Server } from '../../stage/servers.ts'

const RECORDS = 12_000
/** The whole file has 25 MB. */
const LEAST_FILE_BYTES = 25_000_000
/** Of it, this much may be in memory while a browser does not read on: some 2 MB are. */
const MOST_BYTES = 8_000_000

let proxy: Server
let cookie: string
const stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const data = await newFolder()
  stops.unshift(() => data.remove())
  const database = POSTGRES ? await createDatabase(inject('postgresFolder')) : undefined
  if (database) stops.unshift(() => database.remove())
  await makeFilledAuditLog(data.path, database, EXAMPLE.project, RECORDS)
  proxy = await startProxy('http://127.0.0.1:9', {
    PORTSIDE_DATA: data.path,
    PORTSIDE_PROJECTS: EXAMPLE.project,
    ...(database && { DATABASE_URL: database.url }),
    ...REPORTS_HEAP,
  })
  stops.unshift(() => proxy.stop())
  const signedIn = await fetch(proxy.address, { redirect: 'manual' })
  cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
}, 120_000)
afterAll(async () => {
  for (const stop of stops) await stop()
})

const exported = () =>
  fetch(new URL(`${auditLogApi.exported()}?format=jsonl`, proxy.address), { headers: { cookie } })

test('an export holds little memory, however slowly it is read', { timeout: 120_000 }, async () => {
  // Once, so that code is compiled.
  let bytes = 0
  for await (const chunk of (await exported()).body!) bytes += chunk.length
  expect(bytes).toBeGreaterThan(LEAST_FILE_BYTES)
  const before = await heapOf(proxy)
  const reader = (await exported()).body!.getReader()
  await reader.read()
  // Long enough for all of it, if it did not wait.
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const during = await heapOf(proxy)
  const held = (of: typeof before) => of.heapUsed + of.external
  expect(held(during) - held(before)).toBeLessThan(MOST_BYTES)
  let rest = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    rest += value.length
  }
  expect(rest).toBeGreaterThan(LEAST_FILE_BYTES)
})
