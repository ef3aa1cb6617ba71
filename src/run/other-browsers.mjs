import { existsSync } from 'node:fs'
import { root } from './installed.mjs'

/**
 * What drives Firefox and WebKit, and where it is installed. No client drives both without a
 * program that is downloaded (geckodriver): puppeteer-core speaks WebDriver BiDi to Firefox itself,
 * selenium-webdriver W3C WebDriver to WebKit's driver. These versions run on Node 20.
 */
export const CLIENTS = {
  folder: `${root}node_modules/.cache/portside-other-browsers`,
  packages: { 'puppeteer-core': '24.40.0', 'selenium-webdriver': '4.46.0' },
}

/** The programs, and Debian's packages that have them. */
const PROGRAMS = {
  firefox: {
    program: 'Firefox',
    debian: 'firefox-esr',
    places: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
  },
  webkit: { program: 'WebKitWebDriver', debian: 'webkit2gtk-driver', places: ['/usr/bin/WebKitWebDriver'] },
  screen: { program: 'Xvfb', debian: 'xvfb', places: ['/usr/bin/Xvfb'] },
}

/** The path of a program, or undefined. */
export function placeOf(name) {
  return PROGRAMS[name].places.find((path) => existsSync(path))
}

/** Those that are not on this machine. */
export function missingBrowsers() {
  return Object.keys(PROGRAMS)
    .filter((name) => placeOf(name) === undefined)
    .map((name) => PROGRAMS[name])
}
