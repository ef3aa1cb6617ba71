import { sql, type Kysely } from 'kysely'
import type { ChangeStep } from '../../vpc/change-step.ts'
import type { Tables } from '../database/tables.ts'
import { ownError } from '../errors.ts'
import type { BulkStore, RowChange } from './bulk-store.ts'
import type { NextStep } from '../jobs.ts'
import type { Room } from './room-for-calls.ts'
import { countPorts, type BulkRow } from './rows.ts'
import { findSettled, writeSettled } from './settle.ts'
import { largestOfWave } from '../../vpc/bulk/waves.ts'

/** How many ports of one bulk change are under way at once. */
const PORTS_AT_ONCE = 4

/** A port whose turn has come, and whose operation the journal doesn't have yet. */
export type ClaimedPort = {
  port_id: string
  operation_id: string
  port_updated_at: string | null
  planned_from: string[]
  desired: string[]
  steps: ChangeStep[]
}

/** What a turn found and decided. */
export type Turn = {
  row: BulkRow
  toSubmit: ClaimedPort[]
  /** The operations under way. */
  underWay: string[]
  /** When to look again, if no operation ends before. */
  next: NextStep
}

/**
 * One look at a bulk change, in one transaction that has its row: notes which ports have ended,
 * begins and ends waves, and claims the ports that are begun now. Two proxies can do this at the
 * same time, and each port is claimed once.
 * @param roomFor the room in the budget of calls
 * @param besideIt the projects that share that budget
 */
export async function takeTurn(
  store: BulkStore,
  id: string,
  roomFor: (row: BulkRow) => Promise<Room>,
  besideIt: (project: string) => string[],
): Promise<Turn | undefined> {
  const known = await store.row(id)
  if (!known) return undefined
  // Asked before the transaction: PGlite has one connection.
  const room = await roomFor(known)
  const taken = await store.db.transaction().execute(async (transaction) => {
    const row = await store.row(id, transaction, true)
    if (!row) return undefined
    const settled = await findSettled(transaction, id)
    await writeSettled(transaction, id, settled)
    const turn = new TurnOf(store, transaction, row, room, besideIt(row.project_id))
    const next = await turn.decide(settled.length > 0)
    const changed = turn.changed || settled.length > 0
    if (changed) await store.write(transaction, id, turn.change)
    return { changed, turn: { row: { ...row, ...turn.change }, next, ...(await begun(transaction, id)) } }
  })
  if (taken?.changed) store.changed(id)
  return taken?.turn
}

class TurnOf {
  readonly #store: BulkStore
  readonly #db: Kysely<Tables>
  readonly #row: BulkRow
  readonly #room: Room
  readonly #besideIt: readonly string[]
  change: RowChange = {}

  constructor(store: BulkStore, db: Kysely<Tables>, row: BulkRow, room: Room, besideIt: readonly string[]) {
    this.#store = store
    this.#db = db
    this.#row = row
    this.#room = room
    this.#besideIt = besideIt
  }

  get changed(): boolean {
    return Object.keys(this.change).length > 0
  }

  get #now(): BulkRow {
    return { ...this.#row, ...this.change }
  }

  async decide(hasSettled: boolean): Promise<NextStep> {
    const { bulk_change_id: id, state, next_wave_at, stops_at } = this.#row
    let counts = await countPorts(this.#db, id)
    if (state === 'ended') {
      if (hasSettled && counts.under_way === 0) await this.#store.noteEnd(this.#db, this.#row, counts)
      return null
    }
    if (state === 'planning' || state === 'done') return null
    // Also where it was paused while its last ports were under way.
    if (counts.waiting + counts.under_way === 0) {
      this.change = { state: 'done', next_wave_at: null, error: null }
      await this.#store.noteEnd(this.#db, this.#row, counts)
      return null
    }
    if (state !== 'running' && state !== 'waiting') return null
    if (counts.failed >= stops_at) {
      await this.#store.takeClaimsBack(this.#db, id)
      counts = await countPorts(this.#db, id)
    }
    if (counts.failed >= stops_at && counts.waiting > 0) {
      const { error } = tooManyFailed(counts.failed)
      this.change = { state: 'stopped', next_wave_at: null, error }
      await this.#store.note(this.#db, id, { kind: 'stopped', error, counts })
      return null
    }
    if (state === 'waiting') {
      if (!next_wave_at || next_wave_at.getTime() > Date.now()) return next_wave_at
      await this.#beginWave()
    } else await this.#endWave(counts.under_way)
    if (this.#now.state === 'waiting') return this.#now.next_wave_at
    return this.#claim(counts.under_way)
  }

  /** Where the wave has ended, begins the next, or waits for it. */
  async #endWave(underWay: number): Promise<void> {
    const { wave, pace } = this.#row
    if (wave > 0 && (underWay > 0 || (await this.#waitingInWave()) > 0)) return
    if (wave === 0 || pace.pause_seconds === 0) return this.#beginWave()
    const { pause_seconds } = pace
    const next_wave_at = pause_seconds === null ? null : new Date(Date.now() + pause_seconds * 1000)
    Object.assign(this.change, { state: 'waiting', next_wave_at })
  }

  async #beginWave(): Promise<void> {
    const { bulk_change_id: id, pace } = this.#row
    const wave = this.#row.wave + 1
    const { numAffectedRows } = await sql`update bulk_ports set wave = ${wave}
      where bulk_change_id = ${id} and number in (
        select number from bulk_ports
        where bulk_change_id = ${id} and state = 'waiting' and wave is null
        order by number limit ${largestOfWave(pace, wave)})`.execute(this.#db)
    Object.assign(this.change, { state: 'running', wave, next_wave_at: null, error: null })
    const ports = Number(numAffectedRows ?? 0)
    await this.#store.note(this.#db, id, { kind: 'wave', wave: { number: wave, ports } })
  }

  /** Claims the ports that are begun now: their operations are submitted next. */
  async #claim(underWay: number): Promise<NextStep> {
    const { bulk_change_id: id } = this.#row
    const waiting = await this.#waitingInWave()
    if (waiting === 0) return null
    const rate = await this.#rateRoom()
    let most = Math.min(PORTS_AT_ONCE - underWay, rate.ports)
    if (most > 0 && this.#room.ports !== Infinity)
      most = Math.min(most, this.#room.ports - (await this.#store.countUnderWay(this.#db, this.#besideIt)))
    if (most <= 0) {
      if (PORTS_AT_ONCE <= underWay) return null
      if (rate.ports <= 0) return rate.until
      const { error, until } = this.#room
      if (this.#row.error?.error_code !== error.error_code) this.change.error = error
      return until
    }
    await sql`update bulk_ports set state = 'under_way', begun_at = clock_timestamp()
      where bulk_change_id = ${id} and number in (
        select number from bulk_ports
        where bulk_change_id = ${id} and state = 'waiting' and wave = ${this.#now.wave}
        order by number limit ${most})`.execute(this.#db)
    this.change.error = null
    // What is left of the rate is for a later look.
    return rate.ports < waiting ? rate.until : null
  }

  async #waitingInWave(): Promise<number> {
    const { rows } = await sql<{ count: unknown }>`select count(*) as count from bulk_ports
      where bulk_change_id = ${this.#row.bulk_change_id} and state = 'waiting' and wave = ${this.#now.wave}`.execute(
      this.#db,
    )
    return Number(rows[0]!.count)
  }

  /** How many ports may be begun by `ports_per_minute`, and when one more may be. */
  async #rateRoom(): Promise<{ ports: number; until: Date }> {
    const { bulk_change_id: id, pace } = this.#row
    const soon = new Date(Date.now() + 1000)
    if (pace.ports_per_minute === null) return { ports: Infinity, until: soon }
    const { rows } = await sql<{ count: unknown; again: Date | null }>`
      select count(*) as count, min(begun_at) + interval '1 minute' as again from bulk_ports
      where bulk_change_id = ${id} and begun_at > clock_timestamp() - interval '1 minute'`.execute(this.#db)
    const { count, again } = rows[0]!
    return { ports: pace.ports_per_minute - Number(count), until: again ?? soon }
  }
}

/** The ports that were begun and have not ended. */
async function begun(db: Kysely<Tables>, id: string): Promise<Pick<Turn, 'toSubmit' | 'underWay'>> {
  const { rows } = await sql<ClaimedPort & { journaled: boolean }>`
    select p.port_id, p.operation_id, p.port_updated_at, p.journaled, k.planned_from, k.desired, k.steps
    from bulk_ports p join bulk_kinds k on k.bulk_change_id = p.bulk_change_id and k.kind = p.kind
    where p.bulk_change_id = ${id} and p.state = 'under_way' order by p.number`.execute(db)
  return {
    toSubmit: rows.filter(({ journaled }) => !journaled),
    underWay: rows.map(({ operation_id }) => operation_id),
  }
}

function tooManyFailed(failed: number) {
  const ports = failed === 1 ? '1 port has failed' : `${failed} ports have failed`
  return ownError('Portside.OperationConflict', `${ports}: nothing more is begun.`, {
    advice: 'Look at the ports that failed. Then go on with the others, or end the bulk change.',
  })
}
