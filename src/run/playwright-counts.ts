import type { FullResult, Reporter, Suite, TestError } from '@playwright/test/reporter'
import { relative } from 'node:path'
import { tellCounts, whyFailed, type Counts } from './counts.ts'

/** Playwright's part in what `npm test` says at its end. */
export default class PlaywrightCounts implements Reporter {
  private suite: Suite | undefined
  /** Failures outside of tests, such as a file that can't be loaded. */
  private errors = 0

  onBegin(_config: unknown, suite: Suite): void {
    this.suite = suite
  }

  onError(_error: TestError): void {
    this.errors++
  }

  onEnd(_result: FullResult): void {
    const counts: Counts = { passed: 0, failed: this.errors, skipped: 0, retried: [] }
    for (const test of this.suite?.allTests() ?? []) {
      const outcome = test.outcome()
      if (outcome === 'unexpected') counts.failed++
      else if (outcome === 'skipped') counts.skipped++
      else counts.passed++
      if (outcome === 'flaky')
        counts.retried.push({
          test: `${relative(process.cwd(), test.location.file)} > ${test.titlePath().slice(3).join(' > ')}`,
          tries: test.results.length,
          why: whyFailed(test.results[0]?.error),
        })
    }
    tellCounts(counts)
  }

  printsToStdio(): boolean {
    return false
  }
}
