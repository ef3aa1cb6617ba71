import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { POSTGRES } from '../../stage/postgres.ts'
import type { TestedProxy } from '../../stage/proxy.ts'
import { repeats } from '../../stage/repeats.ts'
import type { KillableProxy } from '../operations/killable.ts'
import { startTwoProxies } from '../operations/two-proxies.ts'
import { randomBulkChanges } from './random-bulk-changes.ts'

const RUNS = repeats(2, 200)

let both: Awaited<ReturnType<typeof startTwoProxies>>
/** Those that respond just now. */
let there: KillableProxy[]

beforeAll(async () => {
  if (!POSTGRES) return
  both = await startTwoProxies(1500, { ports: 100 })
  there = [...both.proxies]
}, 60_000)
afterAll(() => both?.close(), 60_000)

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
  const { proxies } = both
  const struck = proxies[blows++ % proxies.length]!
  there = proxies.filter((proxy) => proxy !== struck)
  await struck.stop('SIGKILL')
  await struck.start()
  there = [...proxies]
}

test.skipIf(!POSTGRES)(
  `${RUNS} random bulk changes over two proxies, some killed: the record is true`,
  async () => {
    const seen = await randomBulkChanges(both.stage, call, RUNS, strike)
    expect(seen.done).toBeGreaterThan(0)
  },
  repeats(240_000, 7_200_000),
)
