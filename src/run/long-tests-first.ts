import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Test files that take 10 seconds and more, or may, where they go by chance. First those that
 * mostly wait, while lint uses the cores, then the others, the longest first.
 */
const LONG = [
  'bulk-changes/several-proxies.test.ts',
  'standing-orders/checks.test.ts',
  'operations/several-proxies.test.ts',
  'operations/random-plans.test.ts',
  'bulk-changes/jobs-at-once.test.ts',
  'proxy/memory.test.ts',
  'bulk-changes/choices-meet-steps.test.ts',
  'operations/random-plans-two-proxies.test.ts',
  'bulk-changes/random.test.ts',
  'bulk-changes/waves.test.ts',
  'audit-log/search-plans.test.ts',
  'fuzz/fuzz.test.ts',
  'operations/restart.test.ts',
  'bulk-changes/shared-reads.test.ts',
  'bulk-changes/random-two-proxies.test.ts',
  'database/data-folder.test.ts',
  'dev.test.ts',
  'audit-log/export-memory.test.ts',
  'proxy/calls.test.ts',
  'sign-in/open-id-connect.test.ts',
  'emulator/main.test.ts',
  'proxy/upstream/upstream.test.ts',
  'bulk-changes/guards-and-calls.test.ts',
  'monitoring/log-and-stop.test.ts',
  'secrets/secrets.test.ts',
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
