import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Test files that take 7 seconds and more, or may, where they go by chance. Three run at a time, on
 * two cores: in this order those that mostly wait are spread, so that two compute beside one.
 */
const LONG = [
  'proxy/upstream/upstream.test.ts',
  'operations/several-proxies.test.ts',
  'bulk-changes/jobs-at-once.test.ts',
  'monitoring/log-and-stop.test.ts',
  'secrets/secrets.test.ts',
  'emulator/main.test.ts',
  'bulk-changes/several-proxies.test.ts',
  'bulk-changes/random.test.ts',
  'sign-in/open-id-connect.test.ts',
  'operations/too-large.test.ts',
  'bulk-changes/waves.test.ts',
  'operations/random-plans.test.ts',
  'bulk-changes/guards-and-calls.test.ts',
  'database/data-folder.test.ts',
  'proxy/memory.test.ts',
  'proxy/calls.test.ts',
  'bulk-changes/shared-reads.test.ts',
  'dev.test.ts',
  'audit-log/search-plans.test.ts',
  'audit-log/export-memory.test.ts',
  'bulk-changes/choices-meet-steps.test.ts',
  'fuzz/fuzz.test.ts',
  'bulk-changes/undo-outage.test.ts',
  'operations/restart.test.ts',
  'operations/random-plans-two-proxies.test.ts',
  'bulk-changes/random-two-proxies.test.ts',
  'standing-orders/checks.test.ts',
]

const place = ({ moduleId }: TestSpecification) => {
  const at = LONG.findIndex((path) => moduleId.endsWith(`tests/servers/${path}`))
  return at === -1 ? LONG.length : at
}

/**
 * Long files start first: one that starts last leaves a core idle. Without a cache, as on a fresh
 * clone, Vitest would go by the size of the files.
 */
export class LongTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- not an array's
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => place(a) - place(b))
  }
}
