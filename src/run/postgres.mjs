import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { aptInstall } from './apt.mjs'

const DEBIAN = '/usr/lib/postgresql'

/**
 * The folder with the programs of a PostgreSQL on this machine (`initdb`, `postgres`), or
 * undefined.
 */
export function installedPostgres() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : []
  return [
    process.env.PORTSIDE_TEST_POSTGRES,
    ...versions.map((version) => `${DEBIAN}/${version}/bin`),
    ...(process.env.PATH ?? '').split(delimiter),
  ].find((folder) => folder && ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))))
}

/**
 * Makes sure that there is a PostgreSQL to test with: an installed one, else Debian's package.
 */
export function ensurePostgres() {
  if (installedPostgres() || (aptInstall('postgresql') && installedPostgres())) return
  console.error(
    'No PostgreSQL on this machine: the tests over it are skipped. Install one, or set PORTSIDE_TEST_POSTGRES to the folder of its programs.',
  )
}
