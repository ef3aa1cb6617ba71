// `npm run test:long`: the tests that repeat what they make at random, or watch memory, with the
// whole of their repeats. `npm test` makes some of them.
import { readdirSync, readFileSync } from 'node:fs'
import { buildIfOld } from './built.mjs'
import { ensureChromium } from './chromium.mjs'
import { checkNode, installPackages, root, statusOf } from './installed.mjs'
import { ensurePostgres } from './postgres.mjs'

const SERVERS = ['operations/random-plans', 'bulk-changes/random', 'hostile-platform', 'fuzz', 'proxy/memory']
/** Each makes other values: some faults show once in hundreds of rounds of `npm test`. */
const ROUNDS = 20

checkNode()
installPackages()
ensureChromium()
ensurePostgres()
buildIfOld()

const functions = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) => readFileSync(`${root}src/${path}`, 'utf8').includes("from 'fast-check'"))
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
let random = 0
for (let round = 0; round < ROUNDS && !random; round++)
  random = statusOf('npx', ['vitest', 'run', '--project', 'pure', '--reporter', 'dot', ...functions])

const env = { ...process.env, PORTSIDE_TEST_LONG: '1' }
const files = SERVERS.map((path) => `tests/servers/${path}`)
const servers = statusOf('npx', ['vitest', 'run', '--project', 'servers', ...files], { env })
const browser = statusOf('npx', ['playwright', 'test', 'memory'], { env })
if (random) console.log('\nOf the tests of functions, some failed at random: see above, with the seed.')
process.exitCode = random || servers || browser
