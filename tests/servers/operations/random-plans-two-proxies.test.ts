import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createDatabase, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'
import { builtProxy, KillableProxy, type Built } from './killable.ts'
import { oneOf, randomPlans, SEED, type Steadily } from './random-plans.ts'
import { operationsOver, startStage } from './ask-operations.ts'

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

let stage: Awaited<ReturnType<typeof startStage>>
let built: Built
let database: TestDatabase
let proxies: KillableProxy[]
/** Those that respond just now. */
let there: KillableProxy[]

beforeAll(async () => {
  if (!POSTGRES) return
  stage = await startStage()
  built = await builtProxy()
  database = await createDatabase(inject('postgresFolder'))
  proxies = ['one', 'other'].map(
    (name) =>
      new KillableProxy(built, stage.emulator, {
        DATABASE_URL: database.url,
        PORTSIDE_DATA: `${built.dataFolder}-${name}`,
        PORTSIDE_LEASE_MS: String(LEASE_MS),
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
  there = proxies.filter((proxy) => proxy !== struck)
  if (kind === 'killed') {
    await struck.stop('SIGKILL')
    await struck.start()
  } else {
    struck.signal('SIGSTOP')
    await pause(1.5 * LEASE_MS)
    struck.signal('SIGCONT')
  }
  there = [...proxies]
}

test.skipIf(!POSTGRES)(
  `random plans through two proxies on one PostgreSQL, some killed (SEED=${SEED})`,
  async () => {
    const { arrange, seen } = randomPlans(stage, steadily, 200)
    let begun = 0
    let blows = Promise.resolve()
    async function operator(): Promise<void> {
      const place = { portId: await stage.portWith('abcdef'), disturbed: false }
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
