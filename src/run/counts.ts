import { appendFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

/** The result of a run of tests, as its reporter passes it to `npm test`. */
export type Counts = {
  passed: number
  failed: number
  /** Tests that can't run on this machine. */
  skipped: number
  /** Tests that passed only on a later try, and what failed in the first. */
  retried: { test: string; tries: number; why: string }[]
}

const LONGEST_WHY = 300

/** What failed, in one line. @param stack where: its first lines are enough */
export function whyFailed({ message = '', stack = '' }: { message?: string; stack?: string } = {}): string {
  const at = /[^\s(]+:\d+:\d+/.exec(stack.slice(stack.indexOf('\n    at ')))?.[0]
  const said = stripVTControlCharacters(message)
    .trim()
    .split(/\s*\n\s*/)
    .join('; ')
  return `${said.slice(0, LONGEST_WHY)}${at === undefined ? '' : ` (${at.replace(process.cwd(), '.')})`}`
}

/** Adds a line with the counts to the file that PORTSIDE_TEST_COUNTS names, if it is set. */
export function tellCounts(counts: Counts): void {
  const file = process.env.PORTSIDE_TEST_COUNTS
  if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`)
}
