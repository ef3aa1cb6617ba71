import { Migrator, sql, type Kysely, type Migration } from 'kysely'
import * as operations from './migrations/001-operations.ts'
import * as operationOwners from './migrations/002-operation-owners.ts'
import * as records from './migrations/003-records.ts'
import * as calls from './migrations/004-calls.ts'
import * as bulkChanges from './migrations/005-bulk-changes.ts'
import * as standingOrders from './migrations/006-standing-orders.ts'
import * as history from './migrations/007-history.ts'
import type { Tables } from './tables.ts'

/**
 * Every change to the tables since the first release, a file each. A released one is never edited.
 * The same SQL runs on PGlite and PostgreSQL, in the order of the names. A database that has a
 * later one already gets the missing ones all the same.
 */
const migrations: Record<string, Migration> = {
  '001_operations': { up: operations.up },
  '002_operation_owners': { up: operationOwners.up },
  '003_records': { up: records.up },
  '004_calls': { up: calls.up },
  '005_bulk_changes': { up: bulkChanges.up },
  '006_standing_orders': { up: standingOrders.up },
  '007_history': { up: history.up },
}

/** Runs the missing migrations. @throws when one fails, or a later Portside made the database */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const provider = { getMigrations: async () => migrations }
  const { error } = await new Migrator({ db, provider, allowUnorderedMigrations: true }).migrateToLatest()
  if (error) throw error
}

/**
 * True when no migration is missing. A role that owns nothing can ask this.
 * @throws Error when a later Portside made the database
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
