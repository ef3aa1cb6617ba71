// `npm run bench`: installs what is missing, builds what is old, measures, prints one table. Flags:
// see bench.ts.
import { buildIfOld } from '../src/run/built.mjs'
import { ensureChromium } from '../src/run/chromium.mjs'
import { checkNode, installPackages, root } from '../src/run/installed.mjs'

checkNode()
installPackages()
ensureChromium()
buildIfOld()
// Not before it is installed.
const { runnerImport } = await import('vite')
const { module } = await runnerImport(`${root}bench/bench.ts`, { root, configFile: false, logLevel: 'warn' })
await module.bench(process.argv.slice(2))
