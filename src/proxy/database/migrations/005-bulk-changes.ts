import { sql, type Kysely } from 'kysely'
import { appendOnly } from '../append-only.ts'

/**
 * Bulk changes: as they are now, with their kinds and ports, and what happened to them, which only
 * grows. The audit records of their operations name them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('bulk_changes')
    .addColumn('sequence', 'bigint', (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn('bulk_change_id', 'uuid', (column) => column.notNull().unique())
    .addColumn('project_id', 'text', (column) => column.notNull())
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .addColumn('role', 'text')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('intent', 'json', (column) => column.notNull())
    .addColumn('words', 'text', (column) => column.notNull())
    .addColumn('note', 'text')
    .addColumn('pace', 'json', (column) => column.notNull())
    .addColumn('confirmed_by', 'text')
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('ports', 'integer', (column) => column.notNull())
    .addColumn('wave', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('next_wave_at', 'timestamptz')
    .addColumn('stops_at', 'integer', (column) => column.notNull())
    .addColumn('error', 'json')
    .addColumn('undoes', 'uuid')
    .addColumn('calls', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('driver', 'text')
    .execute()
  await sql`create index bulk_changes_of_project on bulk_changes (project_id, sequence desc)`.execute(db)
  await sql`create index bulk_changes_undone on bulk_changes (undoes) where undoes is not null`.execute(db)
  await sql`create index bulk_changes_open on bulk_changes (state)
    where state not in ('done', 'ended')`.execute(db)
  const ofBulkChange = sql`references bulk_changes (bulk_change_id)`
  await sql`create table bulk_kinds (
    bulk_change_id uuid not null ${ofBulkChange}, kind integer not null,
    planned_from json not null, desired json not null, steps json not null,
    primary key (bulk_change_id, kind))`.execute(db)
  await sql`create table bulk_ports (
    bulk_change_id uuid not null ${ofBulkChange}, number integer not null,
    port_id text not null, name text, port_updated_at text,
    kind integer, wave integer, state text not null,
    operation_id uuid not null unique, journaled boolean not null default false,
    error json, begun_at timestamptz, ended_at timestamptz, calls integer not null default 0,
    primary key (bulk_change_id, number), unique (bulk_change_id, port_id))`.execute(db)
  await sql`create index bulk_ports_by_state on bulk_ports (bulk_change_id, state, number)`.execute(db)
  await sql`create index bulk_ports_under_way on bulk_ports (bulk_change_id)
    where state = 'under_way'`.execute(db)
  await sql`create table bulk_entries (
    sequence bigint generated always as identity primary key,
    bulk_change_id uuid not null ${ofBulkChange}, at timestamptz not null, kind text not null,
    content json not null)`.execute(db)
  await sql`create index bulk_entries_of_change on bulk_entries (bulk_change_id, sequence)`.execute(db)
  await appendOnly(db, 'bulk_entries')

  await sql`alter table records add column bulk_change_id uuid`.execute(db)
  await sql`create index records_of_bulk_change on records (bulk_change_id, at desc, sequence desc)
    where bulk_change_id is not null`.execute(db)

  // Every change notifies those who wait for it, and the proxies that may carry it on.
  await sql`create function portside_tell_bulk_change() returns trigger language plpgsql as $$
    begin
      perform pg_notify('portside_bulk_changes', new.bulk_change_id::text);
      return null;
    end $$`.execute(db)
  await sql`create trigger tell_bulk_change after insert or update on bulk_changes
    for each row execute function portside_tell_bulk_change()`.execute(db)
}
