import { sql, type Kysely } from 'kysely'
import type { ChangeStep } from '../../vpc/change-step.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import { sameList } from '../../vpc/list-difference.ts'
import { rebase } from '../../vpc/rebase.ts'
import { wayOf } from '../../vpc/plan-ways.ts'
import { updatedAt } from '../../vpc/updated-at.ts'
import type { Tables } from '../database/tables.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { NextStep } from '../jobs.ts'
import { planSteps } from '../operations/plan-steps.ts'
import { waitAfter } from '../retry.ts'
import type { BulkContext } from './bulk-runner.ts'
import { roomForPorts } from './room-for-calls.ts'
import { countPorts, type BulkRow } from './rows.ts'

/** How many ports are read at once. */
const READ_AT_ONCE = 4

/** A port whose change is undone: its lists before the change and after it. */
type UndonePort = { number: number; port_id: string; before: string[]; after: string[]; steps: ChangeStep[] }

/** What was found of a port: how to undo its change, or why it is left out. */
type Found =
  | { planned_from: string[]; desired: string[]; steps: ChangeStep[]; port_updated_at: string | null }
  | { error: PortsideError }
/** The platform did not say how the port is: it is read again. */
type Unread = { unread: PortsideError }

/** How far this proxy is with the reads of an undo that fail. */
export type UndoReads = {
  /** Why ports could not be read, by their number: they are read again, after the others. */
  failed: Map<number, PortsideError>
  /** Those of them that were read since it last waited. */
  tried: Set<number>
  /** How often it has waited since a port could be read. */
  waits: number
}

/** None has failed. */
export function noUndoReads(): UndoReads {
  return { failed: new Map(), tried: new Set(), waits: 0 }
}

/**
 * Plans an undo on: reads its ports, as many as the budget of calls leaves, until `end` (as of
 * Date.now()). When all are read, the undo runs. Where the platform can't be asked, it stops before
 * it has begun any.
 * @returns when to go on; null when it is to be asked again
 */
export async function planUndo(
  row: BulkRow,
  context: BulkContext,
  end: number,
  reads: UndoReads,
): Promise<NextStep> {
  const { store, upstream, endpointOf, stopping } = context
  const { bulk_change_id: id } = row
  while (Date.now() < end && !stopping.aborted) {
    const room = await roomForPorts(upstream, endpointOf(row.project_id))
    if (room.ports <= 0) {
      if (row.error?.error_code !== room.error.error_code) await change(context, id, { error: room.error })
      return room.until
    }
    const ports = await undonePorts(store.db, id, Math.min(READ_AT_ONCE, room.ports), reads)
    if (ports.length === 0) {
      if (reads.failed.size > 0) return readAgain(row, context, reads)
      await finish(context, id)
      return null
    }
    let calls = 0
    const found = await Promise.all(
      ports.map(async (port) => ({ port, found: await planOne(row, port, context, () => calls++) })),
    )
    await store.db.transaction().execute(async (transaction) => {
      const latest = (await store.row(id, transaction, true))!
      // Ended by a user meanwhile.
      if (latest.state !== 'planning') return
      for (const one of found)
        if (one.found && !('unread' in one.found))
          await writeFound(transaction, id, one.port.number, one.found)
      await store.write(transaction, id, { calls: latest.calls + calls, error: null })
    })
    store.changed(id)
    for (const { port, found: one } of found) noteRead(reads, port.number, one)
    // Of those that were not asked for, there are no calls left now.
    if (found.some((one) => !one.found)) return new Date(Date.now() + 1000)
    if (found.every((one) => 'unread' in one.found!)) return readAgain(row, context, reads)
  }
  return null
}

function noteRead(reads: UndoReads, number: number, found: Found | Unread | undefined): void {
  if (!found) return
  if ('unread' in found) {
    reads.failed.set(number, found.unread)
    reads.tried.add(number)
  } else {
    reads.failed.delete(number)
    reads.waits = 0
  }
}

/**
 * Waits before ports are read again, as often as a step is sent. Then it is the ports that are at
 * fault, where another one can be read: they are left out. Else it is the platform: the undo stops.
 */
async function readAgain(row: BulkRow, context: BulkContext, reads: UndoReads): Promise<NextStep> {
  const { store, waits } = context
  const { bulk_change_id: id } = row
  const error = [...reads.failed.values()].at(-1)!
  reads.tried.clear()
  reads.waits++
  const wait = reads.waits < waits.tries ? waitAfter(reads.waits, error.retry_after, waits) : undefined
  if (wait !== undefined) {
    await change(context, id, { error: { ...error, advice: 'Wait: Portside reads it again by itself.' } })
    return new Date(Date.now() + wait)
  }
  const canBeRead = await anyCanBeRead(row, context)
  if (context.stopping.aborted) return 'now'
  await store.db.transaction().execute(async (transaction) => {
    const latest = (await store.row(id, transaction, true))!
    if (latest.state !== 'planning') return
    if (canBeRead) {
      for (const [number, why] of reads.failed) await writeFound(transaction, id, number, { error: why })
      await store.write(transaction, id, { error: null })
    } else {
      const stopped = notPlanned(error)
      const counts = await countPorts(transaction, id)
      await store.note(transaction, id, { kind: 'stopped', error: stopped, counts })
      await store.write(transaction, id, { state: 'stopped', error: stopped })
    }
  })
  Object.assign(reads, noUndoReads())
  store.changed(id)
  return null
}

/** Whether the platform can be asked for a port of the undo that was read before. */
async function anyCanBeRead(row: BulkRow, { store, upstream, stopping }: BulkContext): Promise<boolean> {
  const known = await store.db
    .selectFrom('bulk_ports')
    .select('port_id')
    .where('bulk_change_id', '=', row.bulk_change_id)
    .where('kind', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  if (!known) return false
  try {
    await upstream.readPort(row.project_id, known.port_id, { work: 'background', signal: stopping })
    return true
  } catch (error) {
    if (!(error instanceof ProxyError) && !stopping.aborted) throw error
    return false
  }
}

function notPlanned({ error_code, error_msg }: PortsideError): PortsideError {
  return ownError(
    'Portside.OperationConflict',
    `Not all ports could be read, so nothing has been undone: ${error_msg} (${error_code})`,
    { advice: 'Go on when the platform can be reached again: the ports are read again then. Or end it.' },
  ).error
}

async function undonePorts(
  db: Kysely<Tables>,
  id: string,
  limit: number,
  { failed, tried }: UndoReads,
): Promise<UndonePort[]> {
  const { rows } = await sql<UndonePort>`
    select p.number, p.port_id, k.planned_from as before, k.steps,
      case when undone.state = 'done' then k.desired
        else coalesce(nullif((o.record -> 'list_now')::text, 'null')::json, k.desired) end as after
    from bulk_ports p
    join bulk_changes b on b.bulk_change_id = p.bulk_change_id
    join bulk_ports undone on undone.bulk_change_id = b.undoes and undone.port_id = p.port_id
    join bulk_kinds k on k.bulk_change_id = undone.bulk_change_id and k.kind = undone.kind
    left join operations o on o.operation_id = undone.operation_id::text
    where p.bulk_change_id = ${id} and p.state = 'waiting' and p.kind is null
      and p.number <> all(${[...tried]}::integer[])
    order by p.number = any(${[...failed.keys()]}::integer[]), p.number limit ${limit}`.execute(db)
  return rows
}

/** Reads a port, and plans the way back. Undefined when it can't be asked for now. */
async function planOne(
  { project_id }: BulkRow,
  { port_id, before, after, steps: done }: UndonePort,
  { upstream, planningOf, stopping, log }: BulkContext,
  onCall: () => void,
): Promise<Found | Unread | undefined> {
  try {
    const { port } = await upstream.readPort(project_id, port_id, {
      work: 'background',
      signal: stopping,
      onCall,
    })
    const list = port.security_groups
    const { desired } = rebase(after, before, list)
    if (sameList(desired, list)) return { error: nothingToUndo(sameList(list, before)) }
    const steps = planSteps(list, desired, planningOf(project_id), wayOf(done))
    return { planned_from: list, desired, steps, port_updated_at: updatedAt(port) }
  } catch (error) {
    if (stopping.aborted) return undefined
    if (!(error instanceof ProxyError)) {
      log.error({ err: error, port_id }, 'unforeseen error')
      return { error: ownError('Portside.Internal', 'Portside could not plan this.').error }
    }
    if (error.status === 429) return undefined
    return error.status >= 500 ? { unread: error.error } : { error: error.error }
  }
}

function nothingToUndo(isBefore: boolean): PortsideError {
  return ownError(
    'Portside.ListChanged',
    isBefore
      ? 'The port has the list from before the change: there is nothing to undo.'
      : "Somebody changed the port's list since, and nothing of the change is left on it.",
    { advice: 'Look at the port as it is now.' },
  ).error
}

async function writeFound(db: Kysely<Tables>, id: string, number: number, found: Found): Promise<void> {
  const of = db.updateTable('bulk_ports').where('bulk_change_id', '=', id).where('number', '=', number)
  if ('error' in found) {
    const ended_at = new Date().toISOString()
    await of.set({ state: 'left_out', error: JSON.stringify(found.error), ended_at }).execute()
    return
  }
  const [planned_from, desired, steps] = [found.planned_from, found.desired, found.steps].map((part) =>
    JSON.stringify(part),
  )
  const { rows } = await sql<{ kind: number }>`
    with known as (
      select kind from bulk_kinds where bulk_change_id = ${id}
        and planned_from::text = ${planned_from} and desired::text = ${desired} and steps::text = ${steps}
    ), added as (
      insert into bulk_kinds (bulk_change_id, kind, planned_from, desired, steps)
      select ${id}, (select count(*) from bulk_kinds where bulk_change_id = ${id}),
        ${planned_from}::json, ${desired}::json, ${steps}::json
      where not exists (select from known)
      returning kind
    ) select kind from known union all select kind from added`.execute(db)
  await of.set({ kind: rows[0]!.kind, port_updated_at: JSON.stringify(found.port_updated_at) }).execute()
}

/** All ports are read: those with something to undo are carried out. */
async function finish(context: BulkContext, id: string): Promise<void> {
  const { store } = context
  await store.db.transaction().execute(async (transaction) => {
    const row = await store.row(id, transaction, true)
    if (row?.state !== 'planning') return
    const counts = await countPorts(transaction, id)
    const state = counts.waiting > 0 ? 'running' : 'done'
    if (state === 'done') await store.noteEnd(transaction, row, counts)
    await store.write(transaction, id, { state, error: null })
  })
  store.changed(id)
}

async function change({ store }: BulkContext, id: string, row: { error: PortsideError }): Promise<void> {
  await store.db.transaction().execute(async (transaction) => {
    await store.row(id, transaction, true)
    await store.write(transaction, id, row)
  })
  store.changed(id)
}
