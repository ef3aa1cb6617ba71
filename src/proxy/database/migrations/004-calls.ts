import type { Kysely } from 'kysely'

/**
 * The calls of each endpoint in the window of its budget (upstream/calls.ts), in the form that
 * rate-limiter-flexible has.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('calls')
    .addColumn('key', 'varchar(255)', (column) => column.primaryKey())
    .addColumn('points', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('expire', 'bigint')
    .execute()
}
