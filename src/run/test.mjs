// `npm test`: installs what is missing, a browser and a PostgreSQL included, and runs every check.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildIfOld } from './built.mjs'
import { ensureChromium } from './chromium.mjs'
import { closingLines } from './closing-lines.mjs'
import { allPass, checkNode, installPackages, start, statusOf } from './installed.mjs'
import { ensurePostgres } from './postgres.mjs'

checkNode()
installPackages()
ensureChromium()
ensurePostgres()
// Beside the build, which has no work for two cores all the time.
const types = allPass(['types'])
buildIfOld()

const folder = mkdtempSync(join(tmpdir(), 'portside-test-'))
const PORTSIDE_TEST_COUNTS = join(folder, 'counts')
const env = { ...process.env, PORTSIDE_TEST_COUNTS }

// test:unit and test:servers together: one start, and no idle core.
const unit = start('npx', ['vitest', 'run'], { env })
// Beside the tests that come first, which mostly wait.
const lint = allPass(['lint'])
const checked = (await Promise.all([types, lint])).every(Boolean)
if (!checked) unit.stop()
let status = await unit.ended
if (!checked) {
  console.log('\nTypes or lint failed, as said above: the tests were stopped.')
  status = 1
} else if (status === 0) status = statusOf('npm', ['run', '--silent', 'test:browser'], { env })
else console.log('\nThe tests in a browser were not run, as others failed.')
if (checked) console.log(`\n${closingLines(PORTSIDE_TEST_COUNTS)}`)
rmSync(folder, { recursive: true, force: true })
process.exitCode = status
