// `npm test`: installs what is missing, a browser and a PostgreSQL included, and runs every check.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildIfOld } from './built.mjs'
import { ensureChromium } from './chromium.mjs'
import { closingLines } from './closing-lines.mjs'
import { allPass, checkNode, installPackages, statusOf } from './installed.mjs'
import { ensurePostgres } from './postgres.mjs'

checkNode()
installPackages()
ensureChromium()
ensurePostgres()
buildIfOld()
// Side by side: neither has work for two cores all the time.
if (!(await allPass(['types', 'lint']))) process.exit(1)

const folder = mkdtempSync(join(tmpdir(), 'portside-test-'))
const PORTSIDE_TEST_COUNTS = join(folder, 'counts')
const env = { ...process.env, PORTSIDE_TEST_COUNTS }
// test:unit and test:servers together: one start, and no idle core.
const unit = statusOf('npx', ['vitest', 'run'], { env })
const browser = unit === 0 ? statusOf('npm', ['run', '--silent', 'test:browser'], { env }) : 0
if (unit !== 0) console.log('\nThe tests in a browser were not run, as others failed.')
console.log(`\n${closingLines(PORTSIDE_TEST_COUNTS)}`)
rmSync(folder, { recursive: true, force: true })
process.exitCode = unit || browser
