import { sql, type Kysely } from 'kysely'
import type { BulkPortState } from '../../vpc/bulk-changes-api.ts'
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
  operation_id: string
  state: BulkPortState
  status: OperationStatus
  owner: string | null
  error: PortsideError | null
  calls: number | null
}

/** The most failed ports of which it is looked whether somebody has finished their change. */
const MOST_LOOKED_AT = 200

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
    select p.number, p.operation_id, p.state, o.status, o.owner,
      o.record -> 'error' as error, (o.record -> 'calls')::text::integer as calls
    from bulk_ports p join operations o on o.operation_id = p.operation_id::text
    where p.bulk_change_id = ${bulkChangeId} and p.journaled and (
      ${only ? sql`false` : sql`p.state = 'under_way' and o.status in (${sql.join([...settledStatuses])})`}
      or p.state = 'failed' and o.status in ('done', 'superseded'))
    order by p.number limit ${MOST_LOOKED_AT}`.execute(db)
  const settled: SettledPort[] = []
  for (const { number, operation_id, state: before, status, owner, error, calls } of rows) {
    // Its proxy died: the port is read back first, which may show that the change is done.
    if (status === 'interrupted' && owner !== null) continue
    const finished = status === 'done' || (status === 'superseded' && (await isFinished(db, operation_id)))
    const state = finished ? 'done' : status === 'list_changed' ? status : 'failed'
    if (state !== before) settled.push({ number, state, error: finished ? null : error, calls: calls ?? 0 })
  }
  return settled
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

/** True when a user chose to finish a stopped operation, and that was done. */
async function isFinished(db: Kysely<Tables>, operationId: string): Promise<boolean> {
  // It goes on after the one that went on before, so it has an end; no cycle is followed.
  const { rows } = await sql<{ finished: boolean }>`
    with recursive following as (
      select operation_id, status, (record -> 'followed_by')::text as next, 0 as depth
      from operations where operation_id = ${operationId}
      union all
      select o.operation_id, o.status, (o.record -> 'followed_by')::text, f.depth + 1
      from following f join operations o on to_json(o.operation_id)::text = f.next
      where f.depth < 100 and (o.record -> 'purpose')::text = '"go_on"'
    )
    select exists (select from following where depth > 0 and status = 'done') as finished`.execute(db)
  return rows[0]!.finished
}
