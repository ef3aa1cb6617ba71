import { createHash, randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import {
  isOver,
  MOST_BULK_PORTS,
  type BulkChange,
  type BulkChangeRequest,
  type BulkChoice,
  type bulkUndoRequest,
  type OpenOnPorts,
} from '../../vpc/bulk-changes-api.ts'
import { shortened } from '../../vpc/errors.ts'
import { MOST_FIELDS_NAMED } from '../../vpc/limits.ts'
import type * as z from 'zod/mini'
import type { Tables } from '../database/tables.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { Jobs } from '../jobs.ts'
import type { Planning } from '../planning.ts'
import type { SignedIn } from '../session/session.ts'
import { refuseWrongPlan } from '../wrong-plan.ts'
import type { BulkStore, RowChange } from './bulk-store.ts'
import { countPorts, GOES_ON, SENT_TO, shownWave, type BulkRow, type Counts } from './rows.ts'
import { findSettled, writeSettled } from './settle.ts'

type BulkUndoRequest = z.infer<typeof bulkUndoRequest>

/** What users request: bulk changes to carry out or to undo, and choices about those under way. */
export class BulkChanges {
  readonly #store: BulkStore
  readonly #jobs: Pick<Jobs, 'open' | 'send'>
  readonly #planningOf: (project: string) => Planning

  /** @param planningOf what plans for a project's ports must keep to */
  constructor(
    store: BulkStore,
    jobs: Pick<Jobs, 'open' | 'send'>,
    planningOf: (project: string) => Planning,
  ) {
    this.#store = store
    this.#jobs = jobs
    this.#planningOf = planningOf
  }

  /**
   * Begins a bulk change. The same request again finds the same one.
   * @throws ProxyError Portside.InvalidRequest when a port is named twice, a kind's steps don't
   *   lead to its list, or `confirmed_by` is another number; Portside.OperationConflict when the ID
   *   is taken; Portside.OpenBulkChange when open ones that are not in `beside` have its ports
   */
  async begin(
    { bulk_change_id, kinds, pace, confirmed_by, beside = [], ...request }: BulkChangeRequest,
    project_id: string,
    by: SignedIn,
  ): Promise<{ bulk_change: BulkChange; isNew: boolean }> {
    const id = bulk_change_id.toLowerCase()
    const ports = kinds.flatMap((kind, number) =>
      kind.ports.map((port) => ({ ...port, port_id: port.port_id.toLowerCase(), kind: number })),
    )
    refuseOddPorts(kinds, ports)
    const planning = this.#planningOf(project_id)
    for (const [number, kind] of kinds.entries()) refuseWrongKind(kind, number, planning)
    refuseOtherNumber(confirmed_by, ports.length)
    const values = {
      ...{ bulk_change_id: id, project_id, pace, confirmed_by, ...request },
      ...{ state: 'running' as const, ports: ports.length, undoes: null },
      digest: digestOf({ project_id, pace, kinds, ...request }),
    }
    return this.#add(values, by, async (transaction) => {
      const ids = ports.map(({ port_id }) => port_id)
      refuseBesideOthers(await this.#store.openOnPorts(project_id, ids, id, transaction), beside)
      const rows = kinds.map(({ planned_from, desired, steps }, kind) => ({
        kind,
        planned_from,
        desired,
        steps,
      }))
      await sql`insert into bulk_kinds (bulk_change_id, kind, planned_from, desired, steps)
        select ${id}, kind, planned_from, desired, steps from json_to_recordset(${JSON.stringify(rows)}::json)
          as x (kind integer, planned_from json, desired json, steps json)`.execute(transaction)
      const numbered = ports.map(({ port_id, name, kind, port_updated_at }, number) => ({
        // PostgreSQL reads no half of a surrogate pair out of JSON.
        ...{ number, port_id, kind, operation_id: randomUUID(), name: name && Buffer.from(name).toString() },
        port_updated_at: port_updated_at === undefined ? null : JSON.stringify(port_updated_at),
      }))
      await sql`insert into bulk_ports
          (bulk_change_id, number, port_id, name, kind, port_updated_at, state, operation_id)
        select ${id}, number, port_id, name, kind, port_updated_at, 'waiting', operation_id
        from json_to_recordset(${JSON.stringify(numbered)}::json) as x
          (number integer, port_id text, name text, kind integer, port_updated_at text, operation_id uuid)`.execute(
        transaction,
      )
      return ports.length
    })
  }

  /**
   * Begins a bulk change that takes another one back, on the ports that it changed.
   * @throws ProxyError Portside.OperationConflict when it is still under way, is being undone, or
   *   has changed nothing
   */
  async undo(
    undoneId: string,
    { bulk_change_id, pace, confirmed_by }: BulkUndoRequest,
    by: SignedIn,
  ): Promise<{ bulk_change: BulkChange; isNew: boolean }> {
    // What a user has finished since is taken back whole.
    await this.lookAtFailed(undoneId)
    const undone = (await this.#store.row(undoneId))!
    refuseOtherNumber(confirmed_by, undone.ports)
    const id = bulk_change_id.toLowerCase()
    const values = {
      ...{ bulk_change_id: id, project_id: undone.project_id, pace, confirmed_by },
      ...{ intent: undone.intent, note: null, words: `Undo: ${undone.words}`.slice(0, LONGEST_WORDS) },
      ...{ state: 'planning' as const, ports: 0, undoes: undoneId },
      digest: digestOf({ undoes: undoneId, pace }),
    }
    return this.#add(values, by, async (transaction) => {
      const row = (await this.#store.row(undoneId, transaction, true))!
      const counts = await countPorts(transaction, undoneId)
      if (!isOver(row) || counts.under_way > 0)
        throw conflict('The bulk change is still under way.', 'End it first, then undo it.')
      const { rows: open } = await sql`select from bulk_changes b where undoes = ${undoneId}
        and bulk_change_id <> ${id} and ${GOES_ON}`.execute(transaction)
      if (open.length > 0) throw conflict('The bulk change is being undone.', 'Wait for the end of that.')
      const { numAffectedRows } = await sql`insert into bulk_ports
          (bulk_change_id, number, port_id, name, state, operation_id)
        select ${id}, row_number() over (order by p.number) - 1, p.port_id, p.name, 'waiting', gen_random_uuid()
        from bulk_ports p where p.bulk_change_id = ${undoneId} and ${SENT_TO}`.execute(transaction)
      const ports = Number(numAffectedRows ?? 0)
      if (ports === 0) throw conflict('The bulk change has changed no port.', 'There is nothing to undo.')
      await this.#store.note(transaction, undoneId, { kind: 'undone', user: by.user })
      await this.#store.write(transaction, undoneId)
      return ports
    })
  }

  /**
   * Carries out what a user decides about a bulk change; again, it changes nothing.
   * @param seen the wave that the user saw: after another one, to go on changes nothing
   * @throws ProxyError Portside.OperationConflict when it has come to its end
   */
  async choose(id: string, choice: BulkChoice, { user }: SignedIn, seen?: number): Promise<BulkChange> {
    const { db } = this.#store
    await this.#jobs.open()
    await db.transaction().execute(async (transaction) => {
      const row = (await this.#store.row(id, transaction, true))!
      if (choice === 'go-on' && seen !== undefined && seen !== shownWave(row)) return
      const counts = await countPorts(transaction, id)
      const inWave = await sql`select from bulk_ports where bulk_change_id = ${id} and wave = ${row.wave}
        and state in ('waiting', 'under_way') limit 1`.execute(transaction)
      const unread = await sql`select from bulk_ports where bulk_change_id = ${id} and kind is null
        and state = 'waiting' limit 1`.execute(transaction)
      const isWaveOver = row.wave > 0 && inWave.rows.length === 0
      const chosen = changeBy(choice, row, counts, { isWaveOver, isPlanned: unread.rows.length === 0 })
      if (!chosen) return
      const { kind, ...change } = chosen
      if (choice !== 'go-on') await this.#store.takeClaimsBack(transaction, id)
      if (choice === 'end')
        await sql`update bulk_ports set state = 'left_out', ended_at = clock_timestamp()
          where bulk_change_id = ${id} and state = 'waiting'`.execute(transaction)
      const now = await countPorts(transaction, id)
      await this.#store.note(transaction, id, { kind, user, counts: now })
      if (choice === 'end' && now.under_way === 0) await this.#store.noteEnd(transaction, row, now)
      await this.#store.write(transaction, id, change)
      await this.#jobs.send(transaction, id)
    })
    this.#store.changed(id)
    return (await this.#store.find(id))!
  }

  /** Looks whether somebody has finished the changes of ports that had failed. */
  async lookAtFailed(id: string): Promise<void> {
    const found = await findSettled(this.#store.db, id, 'failed')
    if (found.length === 0) return
    await this.#store.db.transaction().execute(async (transaction) => {
      await this.#store.row(id, transaction, true)
      await writeSettled(transaction, id, await findSettled(transaction, id, 'failed'))
      await this.#store.write(transaction, id)
    })
    this.#store.changed(id)
  }

  /** Adds a bulk change and its first job: all or nothing. @param addPorts returns their number */
  async #add(
    values: Pick<BulkRow, 'bulk_change_id' | 'project_id' | 'intent' | 'words' | 'note' | 'pace'> &
      Pick<BulkRow, 'state' | 'ports' | 'undoes' | 'digest'> & { confirmed_by: string | undefined },
    { user, subject, role }: SignedIn,
    addPorts: (transaction: Kysely<Tables>) => Promise<number>,
  ): Promise<{ bulk_change: BulkChange; isNew: boolean }> {
    const { bulk_change_id: id, pace, intent, confirmed_by, digest, ...rest } = values
    await this.#jobs.open()
    const now = new Date().toISOString()
    const isNew = await this.#store.db.transaction().execute(async (transaction) => {
      // One after the other, so that each sees the ports of those before.
      await sql`select pg_advisory_xact_lock(${BEGINNING}, hashtext(${values.project_id}))`.execute(
        transaction,
      )
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('bulk_changes')
        .values({
          ...rest,
          ...{ bulk_change_id: id, digest, subject, role, user_name: user.replaceAll('\0', '') },
          ...{ created_at: now, updated_at: now, revision: 1, wave: 0, calls: 0 },
          ...{ intent: JSON.stringify(intent), pace: JSON.stringify(pace), stops_at: pace.stop_after },
          confirmed_by: confirmed_by?.trim() ?? null,
        })
        .onConflict((known) => known.column('bulk_change_id').doNothing())
        .executeTakeFirstOrThrow()
      if (numInsertedOrUpdatedRows !== 1n) return false
      const ports = await addPorts(transaction)
      await this.#store.note(transaction, id, {
        kind: 'began',
        user,
        counts: await countPorts(transaction, id),
      })
      if (confirmed_by !== undefined) await this.#store.note(transaction, id, { kind: 'confirmed', user })
      if (ports !== rest.ports) await this.#store.write(transaction, id, { ports })
      await this.#jobs.send(transaction, id)
      return true
    })
    this.#store.changed(id)
    if (values.undoes) this.#store.changed(values.undoes)
    const row = (await this.#store.row(id))!
    if (row.digest !== digest)
      throw conflict(
        `Bulk change ${id} is another one: its project, ports, lists or pace are not the same.`,
        'Send it with a new bulk_change_id.',
      )
    return { bulk_change: (await this.#store.find(id))!, isNew }
  }
}

/** Any number that no other program's advisory lock of two numbers has on the same database. */
const BEGINNING = 7_678_748

/** As long as `words` may be in a request. */
const LONGEST_WORDS = 1000

/**
 * What a choice changes; undefined when it is so already.
 * @param facts whether no port of the last wave is left; whether all ports of an undo were read
 */
function changeBy(
  choice: BulkChoice,
  { state, next_wave_at, pace, stops_at }: BulkRow,
  { failed }: Counts,
  { isWaveOver, isPlanned }: { isWaveOver: boolean; isPlanned: boolean },
): (RowChange & { kind: 'paused' | 'went_on' | 'ended' }) | undefined {
  if (choice === 'end' && state === 'ended') return undefined
  if (isOver({ state }))
    throw conflict(
      `The bulk change is ${state}: there is nothing to choose.`,
      'Reload it to see it as it is.',
    )
  if (choice === 'end') return { kind: 'ended', state: 'ended', next_wave_at: null, error: null }
  if (state === 'planning')
    throw conflict('The undo is being planned.', 'Wait until it has read its ports, or end it.')
  if (choice === 'pause')
    return state === 'paused'
      ? undefined
      : { kind: 'paused', state: 'paused', next_wave_at: null, error: null }
  if (state === 'running') return undefined
  if (!isPlanned) return { kind: 'went_on', state: 'planning', next_wave_at: null, error: null }
  if (state === 'waiting' && next_wave_at && next_wave_at.getTime() <= Date.now()) return undefined
  return {
    kind: 'went_on',
    error: null,
    // As many more may fail.
    ...(failed >= stops_at && { stops_at: failed + pace.stop_after }),
    // A wave that has ports left goes on; else the next one begins now.
    ...(isWaveOver ? { state: 'waiting', next_wave_at: new Date() } : { state: 'running' }),
  }
}

function conflict(message: string, advice: string): ProxyError {
  return ownError('Portside.OperationConflict', message, { advice })
}

function refuseBesideOthers(open: readonly OpenOnPorts[], beside: readonly string[]): void {
  const accepted = new Set(beside.map((id) => id.toLowerCase()))
  const others = open.filter(({ bulk_change_id }) => !accepted.has(bulk_change_id))
  if (others.length === 0) return
  const fields = others.map(({ bulk_change_id, user, created_at, words, ports }) => ({
    path: `beside.${bulk_change_id}`,
    message: `${user} began it at ${created_at}: ${shortened(words, 200)}. It still has ${ports} of these ports`,
  }))
  throw ownError(
    'Portside.OpenBulkChange',
    others.length === 1
      ? `Bulk change ${others[0]!.bulk_change_id} is open and still has ${others[0]!.ports} of these ports: nothing was begun.`
      : `${others.length} open bulk changes still have some of these ports: nothing was begun.`,
    {
      outcome: 'not_sent',
      fields: fields.slice(0, MOST_FIELDS_NAMED),
      advice: 'Look at what is open first. To begin all the same, name it in `beside`.',
    },
  )
}

function digestOf(request: object): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex')
}

function refuse(path: string, message: string): ProxyError {
  return ownError('Portside.InvalidRequest', `The bulk change can't be carried out: ${path}: ${message}.`, {
    fields: [{ path, message }],
  })
}

function refuseOddPorts(kinds: BulkChangeRequest['kinds'], ports: readonly { port_id: string }[]): void {
  if (ports.length > MOST_BULK_PORTS)
    throw refuse('kinds', `must have at most ${MOST_BULK_PORTS} ports in all`)
  const seen = new Set<string>()
  for (const [kind, { ports: own }] of kinds.entries())
    for (const [number, { port_id }] of own.entries()) {
      const id = port_id.toLowerCase()
      if (seen.has(id)) throw refuse(`kinds.${kind}.ports.${number}.port_id`, 'names a port twice')
      seen.add(id)
    }
}

function refuseWrongKind(kind: BulkChangeRequest['kinds'][number], number: number, planning: Planning): void {
  try {
    refuseWrongPlan(kind, planning)
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error
    const { error_msg, fields, advice } = error.error
    throw ownError('Portside.InvalidRequest', error_msg.replace('The plan', `The plan of kind ${number}`), {
      ...(fields && {
        fields: fields.map(({ path, message }) => ({ path: `kinds.${number}.${path}`, message })),
      }),
      ...(advice && { advice }),
    })
  }
}

function refuseOtherNumber(typed: string | undefined, ports: number): void {
  if (typed !== undefined && typed.trim() !== String(ports))
    throw refuse('confirmed_by', `must be the number of ports: ${ports}`)
}
