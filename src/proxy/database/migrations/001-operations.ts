import { sql, type Kysely } from 'kysely'

/** The journal of operations. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('operations')
    .addColumn('sequence', 'bigint', (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn('operation_id', 'text', (column) => column.notNull().unique())
    .addColumn('project_id', 'text', (column) => column.notNull())
    .addColumn('port_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    // Not jsonb, which refuses the character U+0000. A name from the platform may contain it, and
    // an operation that can't be written stops in the middle.
    .addColumn('record', 'json', (column) => column.notNull())
    .execute()
  // Written often and read often: not worth compressing each time.
  await sql`alter table operations alter column record set storage external`.execute(db)
  await db.schema
    .createIndex('operations_of_port')
    .on('operations')
    .columns(['project_id', 'port_id', 'sequence desc'])
    .execute()
  await sql`create index operations_open on operations (status)
    where status in ('queued', 'running', 'waiting', 'stopped', 'interrupted')`.execute(db)
}
