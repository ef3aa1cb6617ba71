import { sql, type Kysely } from 'kysely'
import { appendOnly } from '../append-only.ts'

/** The audit log (src/proxy/audit-log): rows are added, and none is ever changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('records')
    .addColumn('sequence', 'bigint', (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn('record_id', 'uuid', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('project_id', 'text', (column) => column.notNull())
    .addColumn('port_id', 'text', (column) => column.notNull())
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .addColumn('role', 'text')
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('changes', 'json')
    .addColumn('before', 'json')
    .addColumn('planned', 'json')
    .addColumn('undo_to', 'json')
    .addColumn('plan', 'json', (column) => column.notNull())
    // Every group in the lists and the plan, for the search.
    .addColumn('groups', sql`text[]`, (column) => column.notNull())
    .addColumn('follows', 'uuid')
    .execute()
  await db.schema
    .createTable('record_entries')
    .addColumn('sequence', 'bigint', (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn('record_id', 'uuid', (column) => column.notNull().references('records.record_id'))
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('request_id', 'text')
    .addColumn('port_name', 'text')
    // Not jsonb: a response of the platform may contain U+0000 (001-operations.ts).
    .addColumn('content', 'json', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('record_terms')
    .addColumn('term', sql`text collate "C"`, (column) => column.notNull())
    .addColumn('record_id', 'uuid', (column) => column.notNull().references('records.record_id'))
    .addPrimaryKeyConstraint('record_terms_pkey', ['term', 'record_id'])
    .execute()
  await sql`create index record_terms_of_record on record_terms (record_id)`.execute(db)
  await sql`create index records_by_time on records (at desc, sequence desc)`.execute(db)
  await sql`create index records_of_project on records (project_id, at desc, sequence desc)`.execute(db)
  await sql`create index records_of_port on records (port_id, at desc, sequence desc)`.execute(db)
  await sql`create index records_by_group on records using gin (groups)`.execute(db)
  await sql`create index record_entries_of_record on record_entries (record_id, sequence)`.execute(db)
  await sql`create index record_entries_by_outcome on record_entries (outcome, record_id)
    where outcome is not null`.execute(db)
  for (const table of ['records', 'record_entries', 'record_terms']) await appendOnly(db, table)
}
