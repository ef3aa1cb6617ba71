import { Migrator, type Kysely, type Migration } from 'kysely'
import * as operations from './migrations/001-operations.ts'
import * as operationOwners from './migrations/002-operation-owners.ts'
import * as records from './migrations/003-records.ts'
import type { Tables } from './tables.ts'

/**
 * Every change to the tables since the first release, in files of their own: a released one is never edited. The same SQL runs
 * on PGlite and on PostgreSQL. A new one is carried out after those before it in the alphabet, or, where a later one was
 * there first, after that.
 */
const migrations: Record<string, Migration> = {
  '001_operations': operations,
  '002_operation_owners': operationOwners,
  '003_records': records,
}

/** Brings the tables up to date. @throws when a migration fails, or the database is of a later Portside */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const provider = { getMigrations: async () => migrations }
  const { error } = await new Migrator({ db, provider, allowUnorderedMigrations: true }).migrateToLatest()
  if (error) throw error
}
