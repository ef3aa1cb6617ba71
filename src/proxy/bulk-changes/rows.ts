import type { Kysely, Selectable } from 'kysely'
import { sql } from 'kysely'
import {
  bulkPortStates,
  type BulkChange,
  type BulkChangeSummary,
  type BulkPortState,
  type Pace,
} from '../../vpc/bulk-changes-api.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import type { Tables } from '../database/tables.ts'
import type { SignedIn } from '../session/session.ts'
import { wavesAfter } from '../../vpc/bulk/waves.ts'

/** How many ports are in each state. */
export type Counts = Record<BulkPortState, number>

/** A row of bulk_changes as it is read. */
export type BulkRow = Omit<
  Selectable<Tables['bulk_changes']>,
  'intent' | 'pace' | 'error' | 'created_at' | 'updated_at' | 'next_wave_at'
> & {
  intent: BulkChange['intent']
  pace: Pace
  error: PortsideError | null
  created_at: Date
  updated_at: Date
  next_wave_at: Date | null
}

/** Who began a bulk change: its operations are theirs. */
export function beganBy({ user_name, subject, role }: BulkRow): SignedIn {
  return { user: user_name, subject: subject ?? '', role: role === 'viewer' ? 'viewer' : 'operator' }
}

/** The counts of rows with a state and a number. */
export function countsOf(rows: readonly { state: BulkPortState; count: unknown }[]): Counts {
  const counts = Object.fromEntries(bulkPortStates.map((state) => [state, 0])) as Counts
  for (const { state, count } of rows) counts[state] += Number(count)
  return counts
}

/** Of each of the first `kinds` kinds, how many ports are in each state, where it is not 0. */
export function earlierKinds(
  rows: readonly { kind: number | null; state: BulkPortState; count: unknown }[],
  kinds: number,
): Partial<Counts>[] {
  const earlier = Array.from({ length: kinds }, (): Partial<Counts> => ({}))
  for (const { kind, state, count } of rows)
    if (kind !== null && kind < kinds) earlier[kind]![state] = Number(count)
  return earlier
}

/** Which of `bulk_ports p` something was sent to: what an undo is for. */
export const SENT_TO = sql<boolean>`(p.state = 'done' or p.state = 'failed'
  and exists (select from record_entries e where e.record_id = p.operation_id and e.kind = 'request'))`

/** How many ports of a bulk change are in each state. */
export async function countPorts(db: Kysely<Tables>, bulkChangeId: string): Promise<Counts> {
  const { rows } = await sql<{ state: BulkPortState; count: unknown }>`
    select state, count(*) as count from bulk_ports where bulk_change_id = ${bulkChangeId}
    group by state`.execute(db)
  return countsOf(rows)
}

/** True of `bulk_changes b` while something is begun, or ports are still under way. */
export const GOES_ON = sql<boolean>`(b.state not in ('done', 'ended') or exists (
  select from bulk_ports p where p.bulk_change_id = b.bulk_change_id and p.state = 'under_way'))`

/** The latest bulk change that takes one back. */
export type Undo = Pick<BulkRow, 'bulk_change_id' | 'state'> & { goes_on: boolean }

/** A bulk change as lists show it. */
export function summaryOf(row: BulkRow, counts: Counts, undo: Undo | undefined): BulkChangeSummary {
  return {
    bulk_change_id: row.bulk_change_id,
    project_id: row.project_id,
    user: row.user_name,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    revision: row.revision,
    state: row.state,
    next_wave_at: row.next_wave_at?.toISOString() ?? null,
    intent: row.intent,
    words: row.words,
    note: row.note,
    ports: row.ports,
    counts,
    undoes: row.undoes,
    undone_by: undo?.bulk_change_id ?? null,
    undo_state: undo?.state ?? null,
  }
}

/** What is counted of the waves of a bulk change. */
export type WaveFacts = {
  /** Of the wave under way, or of the last one. */
  ports: number
  ended: number
  /** Ports that are in no wave yet. */
  unbegun: number
  /** Seconds from one port's end to the next, of the last ports; null before the first end. */
  secondsEach: number | null
}

/** The number of the wave as users see it: before the first one begins, 1. */
export function shownWave({ wave }: Pick<BulkRow, 'wave'>): number {
  return Math.max(1, wave)
}

/** The wave of a bulk change, as it is shown. */
export function waveOf({ wave, pace }: BulkRow, { ports, ended, unbegun }: WaveFacts): BulkChange['wave'] {
  const number = shownWave({ wave })
  const of = Math.max(1, wave + wavesAfter(pace, wave, unbegun))
  return { number, of, ports: wave === 0 ? Math.min(pace.first, unbegun) : ports, ended }
}

/**
 * Seconds that are left by the pace so far; null where it can't be said, or waits for a user.
 */
export function secondsLeft(row: BulkRow, facts: WaveFacts, counts: Counts): number | null {
  const { state, pace, wave, next_wave_at } = row
  if (state !== 'running' && (state !== 'waiting' || !next_wave_at)) return null
  const left = counts.waiting + counts.under_way
  const pauses = wavesAfter(pace, wave, facts.unbegun) - (state === 'waiting' ? 1 : 0)
  if (facts.secondsEach === null) return null
  if (pauses > 0 && pace.pause_seconds === null) return null
  const each = Math.max(facts.secondsEach, 60 / (pace.ports_per_minute ?? Infinity))
  const pausing = next_wave_at ? Math.max(0, (next_wave_at.getTime() - Date.now()) / 1000) : 0
  return Math.ceil(left * each + Math.max(0, pauses) * (pace.pause_seconds ?? 0) + pausing)
}
