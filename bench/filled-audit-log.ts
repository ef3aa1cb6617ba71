import { join } from 'node:path'
import { sql, type PostgresPool } from 'kysely'
import { kysely } from '../src/proxy/database/kysely.ts'
import { migrate } from '../src/proxy/database/migrations.ts'
import { makeEmptyJournal } from '../src/proxy/database/pglite.ts'
import { analyzeGrown } from '../src/proxy/database/statistics.ts'
import { openPool, type TestDatabase } from '../tests/stage/postgres.ts'

/** What is in a filled audit log, to search for. */
export type Filled = {
  count: number
  port: string
  portName: { common: string; old: string }
  group: { common: string; rare: string }
  user: { common: string; rare: string }
  bulkChange: string
  /** When the nth record was made, as ISO text; the first one is the oldest. */
  timeOf(nth: number): string
}

/** A record every 30 seconds: a million are a year. The last one is of 2026-11-26. */
const SECONDS = 30
const LAST = Date.UTC(2026, 10, 26, 12)
/** Records that are written in one statement. */
const BATCH = 50_000

/** UUIDs by number, in SQL and here. */
const uuidSql = (prefix: string, number: string) =>
  `('${prefix}-0000-4000-8000-' || lpad((${number})::text, 12, '0'))::uuid`
const uuidOf = (prefix: string, number: number) =>
  `${prefix}-0000-4000-8000-${String(number).padStart(12, '0')}`

/**
 * Makes the tables of a proxy in an empty PostgreSQL, else in its data folder, fills the audit log,
 * and has it analyzed, as PostgreSQL does by itself and a proxy for PGlite. No query has a time
 * limit.
 * @param more what else is done with the connection
 */
export async function makeFilledAuditLog(
  dataFolder: string,
  database: TestDatabase | undefined,
  project: string,
  count: number,
  more: (pool: PostgresPool, filled: Filled) => Promise<void> = async () => {},
): Promise<Filled> {
  let filled: Filled | undefined
  const fillBy = async (pool: PostgresPool) => {
    const db = kysely(pool)
    await migrate(db)
    filled = await fillAuditLog((text) => sql.raw(text).execute(db), project, count)
    if (database) await sql`vacuum analyze`.execute(db)
    else await analyzeGrown(db)
    await more(pool, filled)
  }
  if (!database) await makeEmptyJournal(join(dataFolder, 'journal'), fillBy)
  else {
    const pool = openPool(database.url, 1)
    await fillBy(pool as unknown as PostgresPool)
    await pool.end()
  }
  return filled!
}

/**
 * Fills the tables of the audit log with changes as operators make them: 2,000 ports, 300 groups,
 * 40 users, each change of one call; one in ten is part of a bulk change of 1,000 ports; one in
 * eight is a dry run. The first 0.6 % are of a port, a user, a group and an outcome that come no
 * more. Writes in SQL: as the proxy does, a million would take an hour.
 * @param query runs a statement
 */
async function fillAuditLog(
  query: (text: string) => Promise<unknown>,
  project: string,
  count: number,
): Promise<Filled> {
  const first = LAST - count * SECONDS * 1000
  const old = Math.round(count * 0.006)
  // References are not checked row by row. All have an end, so no trigger has anything to keep.
  await query('set session_replication_role = replica')
  for (let from = 1; from <= count; from += BATCH) {
    const rows = `select i, ${uuidSql('00000000', 'i')} as record_id,
        i <= ${old} as old, i % 8 = 0 as dry, (i::bigint * 7919) % 2000 as port,
        to_timestamp(${first / 1000} + i * ${SECONDS}) as at
      from generate_series(${from}, ${Math.min(from + BATCH - 1, count)}) as i`
    const name = `case when old then 'legacy-gateway-01'
      else (array['shop', 'payments', 'search', 'ledger'])[1 + port % 4] || '-prod-'
        || (array['web', 'app', 'db', 'cache', 'batch'])[1 + port % 5] || '-' || lpad(port::text, 4, '0') end`
    const user = `case when old then 'former.colleague' else 'user' || (i * 31 % 40) end`
    const port = uuidSql('10000000', 'case when old then 9999 else port end')
    const group = (n: string) => uuidSql('20000000', n)
    const list = `array[${group('i % 300')}, ${group('case when old then 999 else i * 7 % 299 + 300 end')}]`
    await query(`with rows as (${rows}), made as (select *, ${list}::text[] as list from rows)
      insert into records (record_id, kind, project_id, port_id, user_name, subject, role, at, changes,
        before, planned, undo_to, plan, groups, bulk_change_id)
      select record_id, case when dry then 'dry_run' else 'change' end, '${project}', ${port}::text,
        ${user}, ${user}, 'operator', at, '{"added":0,"moved":1,"detached":0}', to_json(list),
        to_json(array[list[2], list[1]]), to_json(list),
        json_build_array(json_build_object('kind', 'replace', 'security_groups', array[list[2], list[1]])),
        list, case when not dry and i % 10 = 1 then ${uuidSql('30000000', 'i / 10000')} end
      from made order by i`)
    const outcome = `case when dry then 'passed' when old then 'left' when i % 40 = 1 then 'interrupted' else 'done' end`
    await query(`with rows as (${rows})
      insert into record_entries (record_id, at, kind, outcome, request_id, port_name, content)
      select record_id, at + step * interval '100 ms',
        (array['read', 'request', 'answer', 'end'])[step], case when step = 4 then ${outcome} end,
        case when step in (1, 3) then ${uuidSql('40000000', 'i * 10 + step')}::text end,
        case when step = 1 then ${name} end,
        json_build_object('kind', (array['read', 'request', 'answer', 'end'])[step],
          'at', at, 'step', 0, 'outcome', ${outcome}, 'list', null, 'error', null,
          'text', repeat('x', case when step = 3 then 600 else 0 end))
      from rows cross join generate_series(1, 4) as step order by i, step`)
    await query(`with rows as (${rows}), named as (select *, ${name} as name from rows)
      insert into record_terms (term, record_id)
      select distinct term, record_id from named cross join lateral unnest(array[record_id::text, ${port}::text,
        ${user}, ${uuidSql('40000000', 'i * 10 + 1')}::text, ${uuidSql('40000000', 'i * 10 + 3')}::text,
        name, regexp_replace(name, '^[^-]+-', ''), regexp_replace(name, '^.*-([^-]+-[^-]+)$', '\\1'),
        regexp_replace(name, '^.*-', '')]) as term`)
  }
  await query('set session_replication_role = default')
  return {
    count,
    port: uuidOf('10000000', 42),
    portName: { common: 'shop-prod-web-0040', old: 'legacy-gateway-01' },
    group: { common: uuidOf('20000000', 42), rare: uuidOf('20000000', 999) },
    user: { common: 'user7', rare: 'former.colleague' },
    bulkChange: uuidOf('30000000', Math.floor(count / 20_000)),
    timeOf: (nth) => new Date(first + nth * SECONDS * 1000).toISOString(),
  }
}
