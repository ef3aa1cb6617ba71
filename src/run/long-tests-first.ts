import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Test files that take 15 seconds and more, the longest first. */
const LONG = [
  'bulk-changes/several-proxies.test.ts',
  'operations/random-plans.test.ts',
  'operations/several-proxies.test.ts',
  'proxy/upstream/upstream.test.ts',
  'operations/random-plans-two-proxies.test.ts',
  'standing-orders/checks.test.ts',
  'operations/restart.test.ts',
  'proxy/upstream/send.test.ts',
  'sign-in/open-id-connect.test.ts',
  'bulk-changes/waves.test.ts',
  'bulk-changes/random-two-proxies.test.ts',
  'proxy/memory.test.ts',
  'proxy/forwarding.test.ts',
  'fuzz/fuzz.test.ts',
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
