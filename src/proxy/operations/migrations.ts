import { Migrator, sql, type Generated, type Kysely } from 'kysely'
import type { OperationRecord } from './record.ts'

/** The journal's tables. */
export type Tables = {
  operations: {
    /** Counts up with every new operation: a later one has a higher number. */
    sequence: Generated<string>
    operation_id: string
    project_id: string
    port_id: string
    status: OperationRecord['status']
    created_at: Date | string
    /** The record as JSON; written as text, read as an object. */
    record: unknown
  }
}

/** Every change to the tables since the first release; a released one is never edited. */
const migrations = {
  '001_operations': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('operations')
        .addColumn('sequence', 'bigint', (column) => column.generatedAlwaysAsIdentity().primaryKey())
        .addColumn('operation_id', 'text', (column) => column.notNull().unique())
        .addColumn('project_id', 'text', (column) => column.notNull())
        .addColumn('port_id', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('created_at', 'timestamptz', (column) => column.notNull())
        // Not jsonb: that refuses the character U+0000, which a name from the platform may carry, and a record that
        // can't be written would stop an operation on the way.
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
    },
  },
}

/** Brings the tables up to date. @throws when a migration fails, or the database is of a later Portside */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
