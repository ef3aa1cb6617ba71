import { sql, type Kysely } from 'kysely'
import { REFUSING_FUNCTION } from './append-only.ts'
import { JOB_SCHEMA } from './job-tables.ts'
import type { Tables } from './tables.ts'

/**
 * What protects append-only tables. `triggers`: they refuse changes, but the owner of the tables
 * could disable them. `role`: the proxy's role may also only read and insert, and can't change
 * that.
 */
export type Protection = 'role' | 'triggers'

/** Tables whose rows the proxy changes. All others are append-only (append-only.ts) or READ. */
const CHANGED: readonly (keyof Tables)[] = [
  'operations',
  'proxies',
  'calls',
  'bulk_changes',
  'bulk_kinds',
  'bulk_ports',
  'standing_orders',
  'order_departures',
]
/** Tables that the proxy only reads: triggers write the first, Kysely's migrations the others. */
const READ = ['open_records', 'kysely_migration', 'kysely_migration_lock']
/** Any number that no other program's advisory lock on the same database has. */
const GRANTING = 7_678_745

/** The append-only tables of the schema in use, in a query as `append_only`, with their OIDs. */
const appendOnlyTables = sql`append_only as (
  select c.oid, c.relname, c.relowner, n.nspowner
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = current_schema() and exists (
    select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
    where t.tgrelid = c.oid and p.proname = ${REFUSING_FUNCTION}))`

/**
 * Grants a role exactly what a proxy needs: to read and insert rows, and to change those of
 * CHANGED.
 * @param owner the database as the role that owns the tables
 */
export async function grant(owner: Kysely<Tables>, role: string): Promise<void> {
  await owner.transaction().execute(async (transaction) => {
    // Proxies may start at the same time, and PostgreSQL refuses to change the same rights at once.
    await sql`select pg_advisory_xact_lock(${GRANTING})`.execute(transaction)
    const { rows } = await sql<{ schema: string; table: string }>`with ${appendOnlyTables}
      select current_schema() as schema, relname as table from append_only`.execute(transaction)
    const schema = rows[0]?.schema ?? 'public'
    await sql`grant usage on schema ${sql.id(schema)} to ${sql.id(role)}`.execute(transaction)
    const rights = [
      ...rows.map(({ table }) => [table, 'select, insert'] as const),
      ...CHANGED.map((table) => [table, 'select, insert, update, delete'] as const),
      ...READ.map((table) => [table, 'select'] as const),
    ]
    for (const [table, allowed] of rights) {
      const name = sql.id(schema, table)
      await sql`revoke all on ${name} from ${sql.id(role)}, public`.execute(transaction)
      await sql`grant ${sql.raw(allowed)} on ${name} to ${sql.id(role)}`.execute(transaction)
    }
    await sql`grant usage on schema ${sql.id(JOB_SCHEMA)} to ${sql.id(role)}`.execute(transaction)
    await sql`grant select, insert, update, delete on all tables in schema ${sql.id(JOB_SCHEMA)}
      to ${sql.id(role)}`.execute(transaction)
  })
}

/** The protection from the role that `db` connects as. */
export async function protectionOf(db: Kysely<Tables>): Promise<Protection> {
  // The owner of a table or of its schema, or a superuser, can delete it. A right on a column is
  // enough to change rows.
  const { rows } = await sql<{ open: boolean | null }>`with ${appendOnlyTables}
    select bool_or(
      has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') or has_any_column_privilege(oid, 'UPDATE')
      or pg_has_role(relowner, 'MEMBER') or pg_has_role(nspowner, 'MEMBER')
    ) as open from append_only`.execute(db)
  return rows[0]?.open === false ? 'role' : 'triggers'
}
