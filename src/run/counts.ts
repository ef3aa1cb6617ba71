import { appendFileSync } from 'node:fs'

/** The result of a run of tests, as its reporter passes it to `npm test`. */
export type Counts = {
  passed: number
  failed: number
  /** Not run, because they can't be on this machine. */
  skipped: number
  /** Those that passed only when they were tried again. */
  retried: { test: string; tries: number }[]
}

/**
 * Adds a line with the counts to the file that PORTSIDE_TEST_COUNTS names; without it nobody asked.
 */
export function tellCounts(counts: Counts): void {
  const file = process.env.PORTSIDE_TEST_COUNTS
  if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`)
}
