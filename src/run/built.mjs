import { existsSync, readdirSync, statSync } from 'node:fs'
import { root, run } from './installed.mjs'

const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'package-lock.json']
const BUILT = [
  `${root}dist/console/index.html`,
  `${root}dist/server/proxy.js`,
  `${root}dist/server/emulator.js`,
]

function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(`${path}/${name}`)))
}

/** Builds console, proxy and emulator into dist/ when a source is newer than the build. */
export function buildIfOld() {
  const built = BUILT.every(existsSync) ? Math.min(...BUILT.map((path) => statSync(path).mtimeMs)) : 0
  const sources = Math.max(...SOURCES.map((path) => newest(root + path)))
  if (built > sources) return
  console.log('Building…')
  run('npx', ['vite', 'build', '--app', '--logLevel', 'warn'])
}
