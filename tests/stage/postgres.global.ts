import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { stopPostgres } from './postgres.ts'

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- only an interface adds to vitest's own
  interface ProvidedContext {
    postgresFolder: string
  }
}

/**
 * All test files share one PostgreSQL: the first that needs it starts it in this folder, and the
 * end of all stops it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-postgres-'))
  project.provide('postgresFolder', folder)
  return async () => {
    await stopPostgres(folder)
    await rm(folder, { recursive: true, force: true })
  }
}
