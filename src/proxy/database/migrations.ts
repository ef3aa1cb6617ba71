import { Migrator, sql, type Kysely, type Migration } from 'kysely'
import * as operations from './migrations/001-operations.ts'
import * as operationOwners from './migrations/002-operation-owners.ts'
import * as records from './migrations/003-records.ts'
import type { Tables } from './tables.ts'

/**
 * Every change to the tables since the first release, in files of their own: a released one is
 * never edited. The same SQL runs on PGlite and on PostgreSQL. A new one is carried out after those
 * before it in the alphabet, or, where a later one was there first, after that.
 */
const migrations: Record<string, Migration> = {
  '001_operations': { up: operations.up },
  '002_operation_owners': { up: operationOwners.up },
  '003_records': { up: records.up },
}

/**
 * Brings the tables up to date. @throws when a migration fails, or the database is of a later
 * Portside
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const provider = { getMigrations: async () => migrations }
  const { error } = await new Migrator({ db, provider, allowUnorderedMigrations: true }).migrateToLatest()
  if (error) throw error
}

/**
 * True when the tables are as this Portside needs them. A role that owns nothing can ask this.
 * @throws Error when the database is of a later Portside
 */
export async function upToDate(db: Kysely<Tables>): Promise<boolean> {
  const { rows: tables } = await sql<{ found: boolean }>`
    select to_regclass('kysely_migration') is not null as found`.execute(db)
  if (!tables[0]?.found) return false
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const later = rows.find(({ name }) => !(name in migrations))
  if (later) throw new Error(`its tables are of a later Portside (${later.name})`)
  return rows.length === Object.keys(migrations).length
}
