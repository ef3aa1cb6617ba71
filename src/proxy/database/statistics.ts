import { sql, type Kysely } from 'kysely'
import type { FastifyBaseLogger } from 'fastify'
import type { Tables } from './tables.ts'
import { messageOf } from './error-message.ts'

/** So often PGlite's tables are looked at, in milliseconds. */
const LOOK_EVERY_MS = 15 * 60_000
/** A table of fewer bytes is read in no time, with statistics or without. */
const SMALL_BYTES = 256 * 1024

/**
 * Has the tables analyzed that are half as large again as when they were last: PGlite has no
 * autovacuum, and plans without statistics go through whole tables. `relpages` is the size then.
 */
export async function analyzeGrown(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind = 'r' and pg_relation_size(c.oid) > ${SMALL_BYTES}
      and (c.reltuples < 0 or not exists (select from pg_statistic s where s.starelid = c.oid)
        or pg_relation_size(c.oid) > c.relpages * current_setting('block_size')::bigint * 3 / 2)`.execute(db)
  for (const { name } of rows) await sql`analyze ${sql.table(name)}`.execute(db)
}

/** Looks now and from time to time. @returns what ends it */
export async function keepStatistics(db: Kysely<Tables>, log: FastifyBaseLogger): Promise<() => void> {
  const look = () =>
    // Searches are slower without, and nothing else.
    analyzeGrown(db).catch((error: unknown) => log.warn({ err: messageOf(error) }, 'no statistics were made'))
  await look()
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
