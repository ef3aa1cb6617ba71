import { existsSync, readFileSync } from 'node:fs'

/**
 * The last lines of `npm test`: each test that passed only on a later try, on which, and what
 * failed in the first; then, on a line of its own, how many passed and failed.
 * @param {string} file where the reporters wrote their counts, a line each (counts.ts)
 */
export function closingLines(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  /** @type {import('./counts.ts').Counts[]} */
  const all = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  /** @param {'passed' | 'failed' | 'skipped'} key */
  const sum = (key) => all.reduce((before, counts) => before + counts[key], 0)
  const retried = all.flatMap((counts) => counts.retried)
  return [
    ...(retried.length > 0 ? ['Passed only when tried again, which is a defect:'] : []),
    ...retried.map(({ test, tries, why }) => `  ${test} (passed at try ${tries})\n    at first: ${why}`),
    ...(sum('skipped') > 0 ? [`${sum('skipped')} skipped`] : []),
    `${sum('passed')} passed, ${sum('failed')} failed`,
  ].join('\n')
}
