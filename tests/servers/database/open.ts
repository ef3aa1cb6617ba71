import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { inject } from 'vitest'
import { openDatabase, type Database, type DatabaseConfig } from '../../../src/proxy/database/database.ts'
import { BUILT_EMPTY_JOURNAL } from '../../stage/proxy.ts'
import { createDatabase, POSTGRES } from '../../stage/postgres.ts'

/** The databases that the same tests run over. */
export const DATABASES = POSTGRES ? (['PGlite', 'PostgreSQL'] as const) : (['PGlite'] as const)

/** Opens a database as a proxy does, without a log. */
export function open(config: DatabaseConfig): Promise<Database> {
  return openDatabase({ emptyJournal: BUILT_EMPTY_JOURNAL, ...config }, pino({ level: 'silent' }))
}

/** An empty database for one test file: how a proxy finds it, and how to remove it. */
export async function newDatabase(kind: (typeof DATABASES)[number]): Promise<{
  config: DatabaseConfig
  remove(): Promise<void>
}> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'portside-database-'))
  const server = kind === 'PostgreSQL' ? await createDatabase(inject('postgresFolder')) : undefined
  return {
    config: { dataFolder, databaseUrl: server?.url },
    async remove() {
      await server?.remove()
      await rm(dataFolder, { recursive: true })
    },
  }
}
