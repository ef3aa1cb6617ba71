import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Files with one wrong import each, and what lint must say. */
const WRONG: readonly [file: string, line: string, problem: string][] = [
  ['src/vpc/a.ts', "import '../proxy/b.ts'", "'vpc' may not use 'proxy'"],
  ['src/vpc/a.ts', "import '../console/b.ts'", "'vpc' may not use 'console'"],
  ['src/vpc/a.ts', "import '../emulator/b.ts'", "'vpc' may not use 'emulator'"],
  ['src/vpc/a.ts', "import 'node:fs'", 'src/vpc is pure'],
  ['src/vpc/a.ts', "import 'react'", 'src/vpc is pure'],
  ['src/console/facts/a.ts', "import '../../proxy/b.ts'", "'console' may not use 'proxy'"],
  ['src/console/facts/a.ts', "import '../../emulator/b.ts'", "'console' may not use 'emulator'"],
  ['src/console/facts/a.ts', "import 'node:fs'", 'The console runs in a browser'],
  ['src/proxy/session/a.ts', "import '../../console/b.ts'", "'proxy' may not use 'console'"],
  ['src/proxy/session/a.ts', "import '../../emulator/b.ts'", "'proxy' may not use 'emulator'"],
  ['src/proxy/session/a.ts', "import '../../run/b.ts'", "'proxy' may not use 'run'"],
  ['src/emulator/a.ts', "import '../proxy/b.ts'", "'emulator' may not use 'proxy'"],
  ['src/emulator/a.ts', "import '../console/b.ts'", "'emulator' may not use 'console'"],
  ['src/new-room/a.ts', "import '../vpc/b.ts'", "'new-room' may not use 'vpc'"],
  // The floors of the proxy.
  ['src/proxy/audit-log/a.ts', "import '../operations/b.ts'", "'audit-log' may not use 'operations'"],
  ['src/proxy/audit-log/a.ts', "import '../dry-run/b.ts'", "'audit-log' may not use 'dry-run'"],
  ['src/proxy/audit-log/a.ts', "import '../guards/b.ts'", "'audit-log' may not use 'guards'"],
  ['src/proxy/guards/a.ts', "import '../operations/b.ts'", "'guards' may not use 'operations'"],
  ['src/proxy/guards/a.ts', "import '../audit-log/b.ts'", "'guards' may not use 'audit-log'"],
  ['src/proxy/dry-run/a.ts', "import '../operations/b.ts'", "'dry-run' may not use 'operations'"],
  ['src/proxy/dry-run/a.ts', "import '../guards/b.ts'", "'dry-run' may not use 'guards'"],
  ['src/proxy/operations/a.ts', "import '../dry-run/b.ts'", "'operations' may not use 'dry-run'"],
  ['src/proxy/database/a.ts', "import '../upstream/b.ts'", "'database' may not use 'upstream'"],
  ['src/proxy/upstream/a.ts', "import '../database/b.ts'", "'upstream' may not use 'database'"],
  ['src/proxy/session/a.ts', "import '../upstream/b.ts'", "'session' may not use 'upstream'"],
  ['src/proxy/monitoring/a.ts', "import '../database/b.ts'", "'monitoring' may not use 'database'"],
  ['src/proxy/database/a.ts', "import '../audit-log/b.ts'", "'database' may not use 'audit-log'"],
  ['src/proxy/upstream/a.ts', "import '../operations/b.ts'", "'upstream' may not use 'operations'"],
  ['src/proxy/operations/a.ts', "import '../server.ts'", "'operations' may not use 'server.ts'"],
  ['src/proxy/dry-run/a.ts', "import '../platform-routes.ts'", "'dry-run' may not use 'platform-routes.ts'"],
  ['src/proxy/ground-a.ts', "import './server.ts'", "may not use 'server.ts'"],
  ['src/proxy/new-room/a.ts', "import '../database/b.ts'", "'new-room' may not use 'database'"],
  ['src/proxy/new-room/a.ts', "import '../errors.ts'", "'new-room' may not use 'errors.ts'"],
  ['src/proxy/operations/a.ts', "import '../new-room/b.ts'", "'operations' may not use 'new-room'"],
  ['src/proxy/server.ts', "import './new-room/b.ts'", "'server.ts' may not use 'new-room'"],
  // The floors of the console.
  ['src/console/app/a.ts', "import '../router.tsx'", "'app' may not use 'router.tsx'"],
  ['src/console/ports/a.ts', "import '../port-page/b.ts'", "'ports' may not use 'port-page'"],
  ['src/console/history/a.ts', "import '../ports/b.ts'", "'history' may not use 'ports'"],
  ['src/console/port-page/a.ts', "import '../app/b.ts'", "'port-page' may not use 'app'"],
  ['src/console/plan/a.ts', "import '../port-page/b.ts'", "'plan' may not use 'port-page'"],
  ['src/console/plan/a.ts', "import '../operations/b.ts'", "'plan' may not use 'operations'"],
  ['src/console/traffic/a.ts', "import '../plan/b.ts'", "'traffic' may not use 'plan'"],
  ['src/console/list/a.ts', "import '../traffic/b.ts'", "'list' may not use 'traffic'"],
  ['src/console/list/a.ts', "import '../catalogue/b.module.css'", "'list' may not use 'catalogue'"],
  ['src/console/catalogue/a.ts', "import '../list/b.ts'", "'catalogue' may not use 'list'"],
  ['src/console/port-details/a.ts', "import '../list/b.ts'", "'port-details' may not use 'list'"],
  ['src/console/facts/a.ts', "import '../plan/b.ts'", "'facts' may not use 'plan'"],
  ['src/console/facts/a.ts', "import '../errors/b.ts'", "'facts' may not use 'errors'"],
  ['src/console/arrangement/a.ts', "import '../drag/b.ts'", "'arrangement' may not use 'drag'"],
  [
    'src/console/arrangement/a.ts',
    "import '../proxy-client/b.ts'",
    "'arrangement' may not use 'proxy-client'",
  ],
  ['src/console/drag/a.ts', "import '../proxy-client/b.ts'", "'drag' may not use 'proxy-client'"],
  ['src/console/ui/a.ts', "import '../facts/b.ts'", "'ui' may not use 'facts'"],
  ['src/console/ui/a.ts', "import '../proxy-client/b.ts'", "'ui' may not use 'proxy-client'"],
  ['src/console/ui/a.ts', "import '../../vpc/b.ts'", "'ui' may not use '../vpc'"],
  ['src/console/hooks/a.ts', "import '../ui/b.ts'", "'hooks' may not use 'ui'"],
  ['src/console/proxy-client/a.ts', "import '../errors/b.ts'", "'proxy-client' may not use 'errors'"],
  ['src/console/new-room/a.ts', "import '../ui/b.ts'", "'new-room' may not use 'ui'"],
  // Every way to import.
  ['src/console/ui/a.ts', "import type { B } from '../facts/b.ts'\nexport type A = B", "'ui' may not use"],
  ['src/console/ui/a.ts', "export { b } from '../facts/b.ts'", "'ui' may not use"],
  ['src/console/ui/a.ts', "export * from '../facts/b.ts'", "'ui' may not use"],
  ['src/console/ui/a.ts', "export const a = import('../facts/b.ts')", "'ui' may not use"],
  ['src/console/ui/a.ts', "export type A = import('../facts/b.ts').B", "'ui' may not use"],
  [
    'src/console/ui/a.ts',
    "export const a = new Worker(new URL('../facts/b.ts', import.meta.url))",
    "'ui' may not use",
  ],
]

/** Files that may import what they do. */
const RIGHT: readonly [file: string, line: string][] = [
  ['src/console/router.tsx', "import './ports/b.ts'"],
  ['src/console/port-page/a.ts', "import '../list/b.ts'"],
  ['src/console/port-page/a.ts', "import './b.ts'"],
  ['src/console/plan/a.ts', "import '../traffic/b.ts'"],
  ['src/console/operations/a.ts', "import '../traffic/b.ts'"],
  ['src/console/list/a.ts', "import '../../vpc/b.ts'"],
  ['src/console/errors/a.ts', "import '../proxy-client/b.ts'"],
  ['src/proxy/session/a.ts', "import '../../vpc/b.ts'"],
  ['src/proxy/operations/a.ts', "import '../audit-log/b.ts'"],
  ['src/proxy/dry-run/a.ts', "import '../audit-log/b.ts'"],
  ['src/proxy/guards/a.ts', "import '../upstream/b.ts'"],
  ['src/proxy/upstream/a.ts', "import '../monitoring/b.ts'"],
  ['src/proxy/main.ts', "import './operations/b.ts'"],
  ['src/proxy/dry-run/a.ts', "import '../session/b.ts'"],
  ['src/proxy/session/a.ts', "import '../errors.ts'"],
  ['src/proxy/errors.ts', "import './upstream/b.ts'"],
  ['src/run/a.ts', "import '../proxy/b.ts'"],
]

const folder = mkdtempSync(join(tmpdir(), 'portside-floors-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What lint finds in each file, with this repository's configuration. */
let problems: ReadonlyMap<string, string>

beforeAll(() => {
  cpSync('.oxlintrc.json', join(folder, '.oxlintrc.json'))
  cpSync('src/run/lint-rules.mjs', join(folder, 'src/run/lint-rules.mjs'))
  for (const [n, [file, line]] of [...WRONG, ...RIGHT].entries()) {
    const path = join(folder, numbered(file, n))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${line}\n`)
  }
  problems = lint(folder)
})

describe('a wrong import fails the lint', () => {
  it.each(WRONG.map(([file, line, words], n) => ({ file, line, words, n })))(
    '$n: $line in $file',
    ({ file, words, n }) => expect(problems.get(numbered(file, n)) ?? '').toContain(words),
  )
})

it('a right import passes it', () => {
  const paths = RIGHT.map(([file], n) => numbered(file, WRONG.length + n))
  expect(paths.map((path) => problems.get(path))).toEqual(paths.map(() => undefined))
})

/** Each file gets a name of its own, except those that are on a floor by their name. */
function numbered(file: string, n: number): string {
  return file.replace(/a\.ts$/, `a${n}.ts`)
}

function lint(cwd: string): ReadonlyMap<string, string> {
  const oxlint = join(process.cwd(), 'node_modules/oxlint/bin/oxlint')
  let text: string
  try {
    text = execFileSync(process.execPath, [oxlint, '--format=json', 'src'], { cwd, encoding: 'utf8' })
  } catch (error) {
    text = (error as { stdout: string }).stdout
  }
  const { diagnostics } = JSON.parse(text) as {
    diagnostics: { filename: string; message: string; help?: string }[]
  }
  const words = new Map<string, string>()
  for (const { filename, message, help = '' } of diagnostics)
    words.set(filename, `${words.get(filename) ?? ''}${message} ${help}\n`)
  return words
}
