import { sql, type Kysely } from 'kysely'

/** Several proxies on one database: which of them has an operation, and which of them are alive. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('proxies')
    .addColumn('proxy_id', 'text', (column) => column.primaryKey())
    .addColumn('lease_until', 'timestamptz', (column) => column.notNull())
    .execute()

  await db.schema
    .alterTable('operations')
    .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('owner', 'text')
    .execute()
  // `->` and not `->>`: that reads the whole record, and can't read the character U+0000.
  await sql`update operations set revision = (record -> 'revision')::text::integer`.execute(db)
  // What an earlier Portside had under way belongs to a proxy that is not there: it is found as
  // left behind.
  await sql`update operations set owner = 'before'
    where status in ('queued', 'running', 'waiting', 'stopped', 'interrupted')`.execute(db)

  // The database itself lets no port have two operations under way, whatever proxies do.
  await sql`create unique index operations_one_under_way on operations (project_id, port_id)
    where status in ('running', 'waiting')`.execute(db)
  await sql`create index operations_unfinished on operations (project_id, port_id)
    where status in ('queued', 'running', 'waiting')`.execute(db)
  await sql`create index operations_owned on operations (owner) where owner is not null`.execute(db)

  // Proxies that wait for an operation, or for their turn on a port, hear of every change.
  await sql`create function portside_tell_operation() returns trigger language plpgsql as $$
    begin
      perform pg_notify('portside_operations', new.operation_id || ' ' || new.project_id || '/' || new.port_id);
      return null;
    end $$`.execute(db)
  await sql`create trigger tell_operation after insert or update on operations
    for each row execute function portside_tell_operation()`.execute(db)
}
