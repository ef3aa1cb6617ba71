import { sql, type Kysely } from 'kysely'

/** Several proxies on one database: which one owns an operation, and which ones are alive. */
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
  // `->` and not `->>`, which reads the whole JSON and can't read the character U+0000.
  await sql`update operations set revision = (record -> 'revision')::text::integer`.execute(db)
  // Operations that an earlier Portside had under way get an owner that doesn't exist, so that a
  // proxy takes them over.
  await sql`update operations set owner = 'before'
    where status in ('queued', 'running', 'waiting', 'stopped', 'interrupted')`.execute(db)

  // The database allows one operation under way on a port, whatever the proxies do.
  await sql`create unique index operations_one_under_way on operations (project_id, port_id)
    where status in ('running', 'waiting')`.execute(db)
  await sql`create index operations_unfinished on operations (project_id, port_id)
    where status in ('queued', 'running', 'waiting')`.execute(db)
  await sql`create index operations_owned on operations (owner) where owner is not null`.execute(db)

  // Every change notifies the proxies that wait for an operation or for their turn on a port.
  await sql`create function portside_tell_operation() returns trigger language plpgsql as $$
    begin
      perform pg_notify('portside_operations', new.operation_id || ' ' || new.project_id || '/' || new.port_id);
      return null;
    end $$`.execute(db)
  await sql`create trigger tell_operation after insert or update on operations
    for each row execute function portside_tell_operation()`.execute(db)
}
