import { sql, type Kysely } from 'kysely'
import { appendOnly } from '../append-only.ts'

/**
 * Standing orders, each with its last check and the one under way; the ports that checks found; and
 * what users did with the orders, which only grows and outlives them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table standing_orders (
    sequence bigint generated always as identity primary key,
    order_id uuid not null unique, project_id text not null, name text not null,
    intent json not null, ports json not null, check_every_minutes integer,
    revision integer not null, changed_at timestamptz not null, changed_by text not null,
    check_number integer not null default 0, checked json, failed json,
    asked_at timestamptz, asked_by text, progress json, turn integer not null default 0,
    waits_for json, again_at timestamptz, next_check_at timestamptz)`.execute(db)
  await sql`create unique index standing_orders_by_name
    on standing_orders (project_id, lower(name))`.execute(db)
  await sql`create table order_departures (
    order_id uuid not null references standing_orders (order_id) on delete cascade,
    check_number integer not null, number integer not null,
    port_id text not null, name text, state text not null, list json, reason json,
    primary key (order_id, check_number, number))`.execute(db)

  await sql`create table order_entries (
    sequence bigint generated always as identity primary key,
    order_id uuid not null, project_id text not null, at timestamptz not null, kind text not null,
    user_name text not null, subject text, role text, before json, after json)`.execute(db)
  await sql`create index order_entries_of_project on order_entries (project_id, sequence desc)`.execute(db)
  await appendOnly(db, 'order_entries')

  // Every change notifies the proxies that may check it.
  await sql`create function portside_tell_standing_order() returns trigger language plpgsql as $$
    begin
      perform pg_notify('portside_standing_orders', new.order_id::text);
      return null;
    end $$`.execute(db)
  await sql`create trigger tell_standing_order after insert or update on standing_orders
    for each row execute function portside_tell_standing_order()`.execute(db)
}
