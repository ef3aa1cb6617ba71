import { appendFileSync } from 'node:fs'

/** The result of a run of tests, as its reporter passes it to `npm test`. */
export type Counts = {
  passed: number
  failed: number
  /** Tests that can't run on this machine. */
  skipped: number
  /** Tests that passed only on a later try. */
  retried: { test: string; tries: number }[]
}

/** Adds a line with the counts to the file that PORTSIDE_TEST_COUNTS names, if it is set. */
export function tellCounts(counts: Counts): void {
  const file = process.env.PORTSIDE_TEST_COUNTS
  if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`)
}
