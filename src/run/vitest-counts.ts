import { relative } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'
import { tellCounts, whyFailed, type Counts } from './counts.ts'

/** Vitest's part in what `npm test` says at its end. */
export default class VitestCounts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: errors.length, skipped: 0, retried: [] }
    for (const module of modules) {
      // A file that can't be loaded has no tests, but counts as failed.
      counts.failed += module.errors().length
      for (const test of module.children.allTests()) {
        const result = test.result()
        const { state } = result
        const { retryCount = 0 } = test.diagnostic() ?? {}
        if (state === 'passed') counts.passed++
        else if (state === 'failed') counts.failed++
        else counts.skipped++
        if (state === 'passed' && retryCount > 0)
          counts.retried.push({
            test: `${relative(process.cwd(), module.moduleId)} > ${test.fullName}`,
            tries: retryCount + 1,
            why: whyFailed(result.errors?.[0]),
          })
      }
    }
    tellCounts(counts)
  }
}
