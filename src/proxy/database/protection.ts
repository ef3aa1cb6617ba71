import { sql, type Kysely } from 'kysely'
import { REFUSES } from './append-only.ts'
import type { Tables } from './tables.ts'

/**
 * What keeps append-only tables as they are: `role`, the proxy's role may do nothing but read and
 * add, and can't change that; always `triggers` too, which the owner of the tables could switch
 * off.
 */
export type Protection = 'role' | 'triggers'

/**
 * Tables whose rows the proxy changes. Every other is append-only (append-only.ts), or Kysely's.
 */
const CHANGED: readonly (keyof Tables)[] = ['operations', 'proxies']
/** The tables in which Kysely keeps what was migrated. */
const MIGRATED = ['kysely_migration', 'kysely_migration_lock']
/** Any number that no other program's advisory lock on the same database has. */
const GRANTING = 7_678_745

/** The append-only tables of the schema in use, in a query as `append_only`, with their OIDs. */
const appendOnlyTables = sql`append_only as (
  select c.oid, c.relname, c.relowner, n.nspowner
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = current_schema() and exists (
    select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
    where t.tgrelid = c.oid and p.proname = ${REFUSES}))`

/**
 * Gives a role what a proxy needs, and nothing more: to read and add rows, and to change those of
 * the tables that are not append-only.
 * @param owner the database as the role that owns the tables
 */
export async function grant(owner: Kysely<Tables>, role: string): Promise<void> {
  await owner.transaction().execute(async (transaction) => {
    // Proxies that start at the same moment would change the same rights at once, which PostgreSQL
    // refuses.
    await sql`select pg_advisory_xact_lock(${GRANTING})`.execute(transaction)
    const { rows } = await sql<{ schema: string; table: string }>`with ${appendOnlyTables}
      select current_schema() as schema, relname as table from append_only`.execute(transaction)
    const schema = rows[0]?.schema ?? 'public'
    await sql`grant usage on schema ${sql.id(schema)} to ${sql.id(role)}`.execute(transaction)
    const rights = [
      ...rows.map(({ table }) => [table, 'select, insert'] as const),
      ...CHANGED.map((table) => [table, 'select, insert, update, delete'] as const),
      ...MIGRATED.map((table) => [table, 'select'] as const),
    ]
    for (const [table, allowed] of rights) {
      const name = sql.id(schema, table)
      await sql`revoke all on ${name} from ${sql.id(role)}, public`.execute(transaction)
      await sql`grant ${sql.raw(allowed)} on ${name} to ${sql.id(role)}`.execute(transaction)
    }
  })
}

/** The protection that is in force for the role that `db` is asked as. */
export async function protectionOf(db: Kysely<Tables>): Promise<Protection> {
  // Who owns the table, its schema or the database (or is a superuser) can drop it; who may change
  // a column, can change it.
  const { rows } = await sql<{ open: boolean }>`with ${appendOnlyTables}
    select bool_or(
      has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') or has_any_column_privilege(oid, 'UPDATE')
      or pg_has_role(relowner, 'MEMBER') or pg_has_role(nspowner, 'MEMBER')
    ) as open from append_only`.execute(db)
  return rows[0]?.open === false ? 'role' : 'triggers'
}
