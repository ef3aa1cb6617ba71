// `npm test`: installs what is missing, a browser and a PostgreSQL included, and runs every check.
import { buildIfOld } from './built.mjs'
import { ensureChromium } from './chromium.mjs'
import { checkNode, installPackages, run } from './installed.mjs'
import { ensurePostgres } from './postgres.mjs'

checkNode()
installPackages()
ensureChromium()
ensurePostgres()
run('npm', ['run', '--silent', 'types'])
run('npm', ['run', '--silent', 'lint'])
buildIfOld()
// test:unit and test:servers together: one start, and no core waits for the other part.
run('npx', ['vitest', 'run'])
run('npm', ['run', '--silent', 'test:browser'])
