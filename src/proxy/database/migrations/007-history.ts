import { sql, type Kysely } from 'kysely'

/**
 * What History is searched by in an audit log of a million records: indexes by user and by kind,
 * and the audit records without an end, which no index of the others can find.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index records_of_user on records (user_name, at desc, sequence desc)`.execute(db)
  await sql`create index records_of_kind on records (kind, at desc, sequence desc)`.execute(db)

  await sql`create table open_records (
    record_id uuid primary key references records (record_id) on delete cascade)`.execute(db)
  // By triggers: a proxy of an earlier version writes to the same tables during an update. Its role
  // has no right on this table, so they have that of the tables' owner.
  await sql`create function portside_record_begun() returns trigger language plpgsql
    security definer set search_path from current as $$
    begin
      insert into open_records (record_id) values (new.record_id);
      return null;
    end $$`.execute(db)
  await sql`create trigger record_begun after insert on records
    for each row execute function portside_record_begun()`.execute(db)
  await sql`create function portside_record_ended() returns trigger language plpgsql
    security definer set search_path from current as $$
    begin
      delete from open_records where record_id = new.record_id;
      return null;
    end $$`.execute(db)
  await sql`create trigger record_ended after insert on record_entries
    for each row when (new.outcome is not null) execute function portside_record_ended()`.execute(db)
  await sql`revoke execute on function portside_record_begun(), portside_record_ended() from public`.execute(
    db,
  )
  // Only now: the triggers wait for the ends that are being written, and lock later ones out.
  await sql`insert into open_records select record_id from records r
    where not exists (select from record_entries e where e.record_id = r.record_id and e.outcome is not null)`.execute(
    db,
  )
}
