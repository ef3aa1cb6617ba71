import { sql, type Kysely } from 'kysely'
import type { PortsideError } from '../../vpc/errors.ts'
import { settledStatuses, type OperationStatus } from '../../vpc/portside-api.ts'
import type { Tables } from '../database/tables.ts'

/** A port whose operation says another state than its row. */
type SettledPort = {
  number: number
  state: 'done' | 'failed' | 'list_changed'
  error: PortsideError | null
  calls: number
}

type JoinedRow = {
  number: number
  status: OperationStatus
  finished: boolean
  error: PortsideError | null
  calls: number | null
}

/** The most ports that are looked at together: the next look finds the others. */
const MOST_LOOKED_AT = 200

/**
 * Whether a user chose to finish an operation that stopped, and that was done. One goes on after
 * the one before, so there is an end; no cycle is followed.
 */
const finishedSince = sql<boolean>`exists (
  with recursive following as (
    select (o.record -> 'followed_by') #>> '{}' as id, 0 as depth
    union all
    select (later.record -> 'followed_by') #>> '{}', f.depth + 1
    from following f join operations later on later.operation_id = f.id
    where f.depth < 100 and later.status = 'superseded' and (later.record -> 'purpose')::text = '"go_on"'
  )
  select from following f join operations last on last.operation_id = f.id
  where last.status = 'done' and (last.record -> 'purpose')::text = '"go_on"')`

/**
 * The ports of a bulk change whose operations have ended, or whose stopped operation was finished
 * since by a user's choice.
 * @param only `failed`: just the latter
 */
export async function findSettled(
  db: Kysely<Tables>,
  bulkChangeId: string,
  only?: 'failed',
): Promise<SettledPort[]> {
  // `->` and not `->>`, which can't read the character U+0000 (002-operation-owners.ts).
  const { rows } = await sql<JoinedRow>`
    select * from (
      select p.number, p.state, o.status, o.record -> 'error' as error,
        (o.record -> 'calls')::text::integer as calls,
        o.status = 'done' or (o.status = 'superseded' and ${finishedSince}) as finished
      from bulk_ports p join operations o on o.operation_id = p.operation_id::text
      where p.bulk_change_id = ${bulkChangeId} and p.journaled and (
        ${
          // One whose proxy died is read back first, which may show that the change is done.
          only
            ? sql`false`
            : sql`p.state = 'under_way' and o.status in (${sql.join([...settledStatuses])})
          and (o.status <> 'interrupted' or o.owner is null)`
        }
        or p.state = 'failed' and o.status in ('done', 'superseded'))
    ) ended where finished or state <> 'failed'
    order by number limit ${MOST_LOOKED_AT}`.execute(db)
  return rows.map(({ number, status, finished, error, calls }) => ({
    number,
    state: finished ? 'done' : status === 'list_changed' ? status : 'failed',
    error: finished ? null : error,
    calls: calls ?? 0,
  }))
}

/** Writes the states of ports that have ended. */
export async function writeSettled(
  db: Kysely<Tables>,
  bulkChangeId: string,
  settled: readonly SettledPort[],
): Promise<void> {
  const ended_at = new Date().toISOString()
  for (const { number, state, error, calls } of settled)
    await db
      .updateTable('bulk_ports')
      .set({ state, error: error && JSON.stringify(error), calls, ended_at })
      .where('bulk_change_id', '=', bulkChangeId)
      .where('number', '=', number)
      .execute()
}
