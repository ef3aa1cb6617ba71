import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createDatabase, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'
import type { TestedProxy } from '../../stage/proxy.ts'
import { repeats } from '../../stage/repeats.ts'
import { startStage } from '../operations/ask-operations.ts'
import { builtProxy, KillableProxy, type Built } from '../operations/killable.ts'
import { randomBulkChanges } from './random-bulk-changes.ts'

const RUNS = repeats(2, 200)

let stage: Awaited<ReturnType<typeof startStage>>
let built: Built
let database: TestDatabase
let proxies: KillableProxy[]
/** Those that respond just now. */
let there: KillableProxy[]

beforeAll(async () => {
  if (!POSTGRES) return
  stage = await startStage({}, { ports: 100 })
  built = await builtProxy()
  database = await createDatabase(inject('postgresFolder'))
  proxies = ['one', 'other'].map(
    (name) =>
      new KillableProxy(built, stage.emulator, {
        DATABASE_URL: database.url,
        PORTSIDE_DATA: `${built.dataFolder}-${name}`,
        PORTSIDE_LEASE_MS: '1500',
      }),
  )
  await Promise.all(proxies.map((proxy) => proxy.start()))
  there = [...proxies]
}, 60_000)
afterAll(async () => {
  if (!POSTGRES) return
  await Promise.all(proxies.map((proxy) => proxy.stop('SIGKILL')))
  await stage.close()
  await database.remove()
  await built.remove()
}, 60_000)

let calls = 0
/** A call to either proxy in turn; when that one was killed meanwhile, to the other. */
const call: TestedProxy['call'] = async (path, init) => {
  for (;;) {
    try {
      const response = await there[calls++ % there.length]!.call(path, init)
      // The proxy may be killed while it sends its response.
      return new Response(await response.arrayBuffer(), response)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      await pause(20)
    }
  }
}

let blows = 0
async function strike(): Promise<void> {
  const struck = proxies[blows++ % proxies.length]!
  there = proxies.filter((proxy) => proxy !== struck)
  await struck.stop('SIGKILL')
  await struck.start()
  there = [...proxies]
}

test.skipIf(!POSTGRES)(
  `${RUNS} random bulk changes over two proxies, some killed: the record is true`,
  async () => {
    const seen = await randomBulkChanges(stage, call, RUNS, strike)
    expect(seen.done).toBeGreaterThan(0)
  },
  repeats(240_000, 7_200_000),
)
