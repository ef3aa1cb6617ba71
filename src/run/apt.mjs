import { spawnSync } from 'node:child_process'

/** True when a command is on this machine. */
const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0

/** Installs a Debian package, where apt exists and this user may install. True when that worked. */
export function aptInstall(name) {
  if (!has('apt-get')) return false
  const asRoot = process.getuid?.() === 0 ? [] : has('sudo') ? ['sudo', '-n'] : undefined
  if (!asRoot) return false
  console.log(`Installing ${name} (apt-get)…`)
  const apt = (...args) => {
    const [command, ...rest] = [...asRoot, 'apt-get', '-qq', ...args]
    return spawnSync(command, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status
  }
  apt('update')
  return apt('install', '-y', '--no-install-recommends', name) === 0
}
