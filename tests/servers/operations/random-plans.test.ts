import { afterAll, beforeAll, expect, test } from 'vitest'
import { repeats } from '../../stage/repeats.ts'
import { builtProxy, KillableProxy, type Built } from './killable.ts'
import { randomPlans, SEED, type Steadily } from './random-plans.ts'
import { operationsOver, startStage } from './ask-operations.ts'

/** The plans of each way. */
const PLANS = repeats(80, 1000)
/** After this many plans the proxy is killed and started again, whatever is under way. */
const PLANS_BETWEEN_KILLS = 40
/** Plans that are under way at once, each on a port of its own. */
const OPERATORS = 8
/** On the ports of this many of them, somebody else changes the list now and then. */
const DISTURBED = 3

let stage: Awaited<ReturnType<typeof startStage>>
let built: Built
let proxy: KillableProxy
let operations: ReturnType<typeof operationsOver>
/** Resolves when the proxy can be called again. */
let running: Promise<void>

beforeAll(async () => {
  stage = await startStage()
  built = await builtProxy()
  proxy = new KillableProxy(built, stage.emulator, {
    PORTSIDE_STEP_RETRY_MS: '3',
    PORTSIDE_LATE_ANSWER_MS: '20',
  })
  operations = operationsOver(proxy.call)
  running = proxy.start()
  await running
}, 60_000)
afterAll(async () => {
  await running
  await proxy.stop('SIGKILL')
  await stage.close()
  await built.remove()
}, 60_000)

/** A call that is made again when the proxy was killed meanwhile. */
const steadily: Steadily = async (call) => {
  for (;;) {
    await running
    const before = running
    try {
      return await call(operations)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      // The proxy was killed: the response is lost, and it is not back yet.
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (running === before) await running
    }
  }
}

test.each(['steps', 'one-call'] as const)(
  `${PLANS} random plans, faults and kills, by %s (SEED=${SEED})`,
  async (way) => {
    const { arrange, seen, looks } = randomPlans(stage, steadily, 15, way)
    let begun = 0
    let kills = 0
    async function operator(_: unknown, number: number): Promise<void> {
      const place = { portId: await stage.portWith('abcdef'), disturbed: number < DISTURBED }
      while (begun < PLANS) {
        begun++
        if (begun % PLANS_BETWEEN_KILLS === 0) {
          kills++
          running = running.then(() => proxy.stop('SIGKILL')).then(() => proxy.start())
        }
        await arrange(place)
      }
    }
    await Promise.all(Array.from({ length: OPERATORS }, operator))
    // What was to be met was met.
    expect(kills).toBe(Math.floor(PLANS / PLANS_BETWEEN_KILLS))
    expect(looks.count).toBeGreaterThan(PLANS / 4)
    for (const status of ['done', 'list_changed', 'stopped', 'interrupted'])
      expect(seen[status], status).toBeGreaterThan(0)
  },
  600_000,
)
