// `npm run test:browsers`: the main job of an operator in Firefox and in WebKit. Installs what that
// needs where it may. `-- --project webkit` and all else after `--` goes to Playwright's runner.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { aptInstall } from './apt.mjs'
import { buildIfOld } from './built.mjs'
import { checkNode, installPackages, root, run, statusOf } from './installed.mjs'
import { CLIENTS, missingBrowsers } from './other-browsers.mjs'

checkNode()
installPackages()
const missing = () => missingBrowsers().filter(({ debian }) => !aptInstall(debian) || !isThere(debian))
const isThere = (debian) => missingBrowsers().every((one) => one.debian !== debian)
const notInstalled = missing()
if (notInstalled.length > 0) {
  for (const { program, debian } of notInstalled)
    console.error(`${program} is not on this machine. Install it: apt-get install ${debian}`)
  process.exit(2)
}
installClients()
buildIfOld()
process.exitCode = statusOf('npx', [
  'playwright',
  'test',
  '--config',
  'tests/other-browsers/playwright.config.ts',
  ...process.argv.slice(2),
])

/**
 * Installs what drives the browsers into a folder of its own: 77 MB that nothing else needs.
 */
function installClients() {
  const { folder, packages } = CLIENTS
  const isInstalled = ([name, version]) => {
    const path = `${folder}/node_modules/${name}/package.json`
    return existsSync(path) && JSON.parse(readFileSync(path, 'utf8')).version === version
  }
  if (Object.entries(packages).every(isInstalled)) return
  console.log('Installing what drives the browsers (npm)…')
  mkdirSync(folder, { recursive: true })
  run(
    'npm',
    [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      ...Object.entries(packages).map(([name, version]) => `${name}@${version}`),
    ],
    { cwd: root },
  )
}
