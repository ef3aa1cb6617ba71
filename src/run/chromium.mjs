import { existsSync } from 'node:fs'
import { aptInstall } from './apt.mjs'
import { run } from './installed.mjs'

const PLACES = [
  process.env.PORTSIDE_CHROMIUM,
  // The same engine without windows and their compositor: the tests take two thirds of the time.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The path of a Chromium that is on this machine, or undefined: then Playwright's own is used. */
export function installedChromium() {
  return PLACES.find((path) => path && existsSync(path))
}

/**
 * Makes sure that there is a browser to test with: an installed one, else Debian's package where
 * this user may install it, else Playwright's own download.
 */
export function ensureChromium() {
  if (installedChromium()) return
  for (const name of ['chromium-headless-shell', 'chromium'])
    if (aptInstall(name) && installedChromium()) return
  run('npx', ['playwright', 'install', 'chromium'])
}
