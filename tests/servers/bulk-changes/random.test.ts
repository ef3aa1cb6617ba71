import { afterAll, beforeAll, expect, test } from 'vitest'
import { repeats } from '../../stage/repeats.ts'
import { startStage } from '../operations/ask-operations.ts'
import { randomBulkChanges } from './random-bulk-changes.ts'

const RUNS = repeats(3, 200)

let stage: Awaited<ReturnType<typeof startStage>>

beforeAll(async () => {
  stage = await startStage({}, { ports: 100 })
}, 60_000)
afterAll(() => stage.close())

test(
  `${RUNS} random bulk changes with faults: the record is true, undo restores`,
  async () => {
    const seen = await randomBulkChanges(stage, stage.proxy.call, RUNS)
    expect(seen.done).toBeGreaterThan(0)
  },
  repeats(120_000, 3_600_000),
)
