import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { POSTGRES } from '../../stage/postgres.ts'
import type { KillableProxy } from './killable.ts'
import { oneOf, randomPlans, SEED, type Steadily } from './random-plans.ts'
import { operationsOver } from './ask-operations.ts'
import { startTwoProxies } from './two-proxies.ts'

const PLANS = 24
/**
 * After this many plans one of the proxies is killed, or paused until the other has taken its
 * operations over.
 */
const PLANS_BETWEEN_BLOWS = 8
/**
 * How many plans are under way at once, each on a port of its own. Each call goes to one of the two
 * proxies.
 */
const OPERATORS = 4
const LEASE_MS = 2000

let both: Awaited<ReturnType<typeof startTwoProxies>>
/** Those that respond just now. */
let there: KillableProxy[]

beforeAll(async () => {
  if (!POSTGRES) return
  both = await startTwoProxies(LEASE_MS)
  there = [...both.proxies]
}, 60_000)
afterAll(() => both?.close(), 60_000)

/**
 * A call to one of the proxies; when that one was killed meanwhile, to another, or later.
 */
const steadily: Steadily = async (call) => {
  for (;;) {
    try {
      return await call(operationsOver(oneOf(there).call))
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      await pause(20)
    }
  }
}

async function strike(kind: 'killed' | 'paused'): Promise<void> {
  const struck = oneOf(there)
  there = both.proxies.filter((proxy) => proxy !== struck)
  if (kind === 'killed') {
    await struck.stop('SIGKILL')
    await struck.start()
  } else {
    struck.signal('SIGSTOP')
    await pause(1.5 * LEASE_MS)
    struck.signal('SIGCONT')
  }
  there = [...both.proxies]
}

test.skipIf(!POSTGRES)(
  `random plans through two proxies on one PostgreSQL, some killed (SEED=${SEED})`,
  async () => {
    const { arrange, seen } = randomPlans(both.stage, steadily, 200)
    let begun = 0
    let blows = Promise.resolve()
    async function operator(): Promise<void> {
      const place = { portId: await both.stage.portWith('abcdef'), disturbed: false }
      // Until a kill or pause has hit an operation, too.
      while (begun < PLANS || !seen.interrupted) {
        begun++
        const kind = begun % (2 * PLANS_BETWEEN_BLOWS) === 0 ? 'paused' : 'killed'
        if (begun % PLANS_BETWEEN_BLOWS === 0) blows = blows.then(() => strike(kind))
        await arrange(place)
      }
    }
    await Promise.all(Array.from({ length: OPERATORS }, operator))
    await blows
    expect(seen.done).toBeGreaterThan(0)
  },
  300_000,
)
