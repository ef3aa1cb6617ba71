import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { run } from './installed.mjs'

const PLACES = [
  process.env.PORTSIDE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The path of a Chromium that is on this machine, or undefined: then Playwright's own is used. */
export function installedChromium() {
  return PLACES.find((path) => path && existsSync(path))
}

const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0

/**
 * Makes sure that there is a browser to test with: one that is installed, Debian's package where apt is there and
 * this user may install, else Playwright's own download.
 */
export function ensureChromium() {
  if (installedChromium()) return
  if (has('apt-get')) {
    const asRoot = process.getuid?.() === 0 ? [] : has('sudo') ? ['sudo', '-n'] : undefined
    if (asRoot) {
      console.log('Installing chromium (apt-get)…')
      const apt = (...args) => {
        const [command, ...rest] = [...asRoot, 'apt-get', '-qq', ...args]
        return spawnSync(command, rest, {
          stdio: ['ignore', 'ignore', 'inherit'],
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        }).status
      }
      apt('update')
      if (apt('install', '-y', '--no-install-recommends', 'chromium') === 0 && installedChromium()) return
      console.error('apt-get could not install chromium; trying the browser that Playwright downloads.')
    }
  }
  run('npx', ['playwright', 'install', 'chromium'])
}
