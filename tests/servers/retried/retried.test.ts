import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { closingLines } from '../../../src/run/closing-lines.mjs'
import { newFolder } from '../../stage/servers.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('npm test names each test that had to be tried again, and ends with the sum', async () => {
  const folder = await newFolder()
  const counts = join(folder.path, 'counts')
  await runTests(counts, 'vitest', 'run', '--config', 'tests/servers/retried/vitest.config.ts')
  const output = ['--output', join(folder.path, 'output')]
  await runTests(
    counts,
    'playwright',
    'test',
    '--config',
    'tests/servers/retried/playwright.config.ts',
    ...output,
  )
  expect(closingLines(counts).split('\n')).toEqual([
    'Passed only when tried again, which is a defect:',
    '  tests/servers/retried/in-vitest.ts > passes at the second try (passed at try 2)',
    expect.stringMatching(/^    at first: expected 1 to be 2 .*in-vitest\.ts:6:\d+\)$/),
    '  tests/servers/retried/in-playwright.ts > passes at the second try (passed at try 2)',
    expect.stringMatching(/^    at first: .*Expected: 1; Received: 0.*in-playwright\.ts:\d+:\d+\)$/),
    '2 skipped',
    '4 passed, 2 failed',
  ])
  await folder.remove()
}, 60_000)

/** Runs tests that fail in part, as `npm test` runs those of Portside. */
function runTests(counts: string, runner: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, PORTSIDE_TEST_COUNTS: counts }
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin', runner), args, { cwd: root, env }, () => resolve())
  })
}
