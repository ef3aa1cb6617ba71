// `npm run test:long`: the tests that repeat what they make at random, or watch memory, with the
// whole of their repeats. `npm test` makes some of them.
import { buildIfOld } from './built.mjs'
import { ensureChromium } from './chromium.mjs'
import { checkNode, installPackages, statusOf } from './installed.mjs'
import { ensurePostgres } from './postgres.mjs'

const SERVERS = ['operations/random-plans', 'bulk-changes/random', 'hostile-platform', 'fuzz', 'proxy/memory']

checkNode()
installPackages()
ensureChromium()
ensurePostgres()
buildIfOld()

const env = { ...process.env, PORTSIDE_TEST_LONG: '1' }
const files = SERVERS.map((path) => `tests/servers/${path}`)
const servers = statusOf('npx', ['vitest', 'run', '--project', 'servers', ...files], { env })
const browser = statusOf('npx', ['playwright', 'test', 'memory'], { env })
process.exitCode = servers || browser
