import { sql, type QueryExecutorProvider } from 'kysely'

/** The function that the triggers of append-only tables call. It also marks these tables. */
export const REFUSING_FUNCTION = 'portside_append_only'

/**
 * Makes a table append-only, for the migration that creates it: triggers refuse UPDATE, DELETE and
 * TRUNCATE to every role, on PGlite and PostgreSQL. Where another role owns the tables
 * (`DATABASE_OWNER_URL`), the proxy's role has no right to change them or to disable the triggers.
 * @param table its name, in the schema that the migrations write to
 */
export async function appendOnly(db: QueryExecutorProvider, table: string): Promise<void> {
  await sql`create or replace function ${sql.id(REFUSING_FUNCTION)}() returns trigger language plpgsql as $$
    begin
      raise exception '% refused: % is append-only', tg_op, tg_table_name using errcode = 'insufficient_privilege';
    end $$`.execute(db)
  // For each statement, not for each row: TRUNCATE has no rows, and a statement that matches no row
  // is refused too.
  await sql`create trigger append_only before update or delete or truncate on ${sql.table(table)}
    for each statement execute function ${sql.id(REFUSING_FUNCTION)}()`.execute(db)
  // Also where a session has disabled ordinary triggers (session_replication_role).
  await sql`alter table ${sql.table(table)} enable always trigger append_only`.execute(db)
}
