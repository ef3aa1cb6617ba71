import { sql, type QueryExecutorProvider } from 'kysely'

/** The function that the triggers of append-only tables call; by it they are found again. */
export const REFUSES = 'portside_append_only'

/**
 * Makes a table append-only, for the migration that creates it: triggers refuse UPDATE, DELETE and
 * TRUNCATE, whoever asks, on PGlite and PostgreSQL alike. Where the tables belong to another role
 * than the proxy's (`DATABASE_OWNER_URL`), that one may not do it in the first place, nor switch
 * the triggers off.
 * @param table its name, in the schema that the migrations write to
 */
export async function appendOnly(db: QueryExecutorProvider, table: string): Promise<void> {
  await sql`create or replace function ${sql.id(REFUSES)}() returns trigger language plpgsql as $$
    begin
      raise exception '% refused: % is append-only', tg_op, tg_table_name using errcode = 'insufficient_privilege';
    end $$`.execute(db)
  // For each statement, not for each row: one that meets no row is refused too, and TRUNCATE has no
  // rows.
  await sql`create trigger append_only before update or delete or truncate on ${sql.table(table)}
    for each statement execute function ${sql.id(REFUSES)}()`.execute(db)
  // Also where a session has switched ordinary triggers off (session_replication_role).
  await sql`alter table ${sql.table(table)} enable always trigger append_only`.execute(db)
}
