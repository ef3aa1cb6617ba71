import { EventEmitter } from 'node:events'
import { sql, type Kysely } from 'kysely'
import {
  isOver,
  MOST_KINDS,
  MOST_OPEN_NAMED,
  type BulkChange,
  type BulkChangePort,
  type BulkChangeSummary,
  type BulkEntry,
  type BulkPortState,
  type OpenOnPorts,
} from '../../vpc/bulk-changes-api.ts'
import type { OperationStatus } from '../../vpc/portside-api.ts'
import type { Database } from '../database/database.ts'
import type { Tables } from '../database/tables.ts'
import type { JobStore, NextStep } from '../jobs.ts'
import { waitForEvent } from '../event-wait.ts'
import {
  countsOf,
  earlierKinds,
  GOES_ON,
  secondsLeft,
  SENT_TO,
  summaryOf,
  waveOf,
  type BulkRow,
  type Counts,
  type Undo,
  type WaveFacts,
} from './rows.ts'

/** Milliseconds after which a wait reads again: a notice can be lost with its connection. */
const LOOK_AGAIN_MS = 2000

/** Any number that no other program's advisory lock on the same database has. */
const COUNTING = 7_678_747

/** The event of any change of a bulk change. */
const ANY = 'any'

/** What changes in the row of a bulk change; its revision and time do by themselves. */
export type RowChange = Partial<
  Pick<BulkRow, 'state' | 'wave' | 'stops_at' | 'error' | 'driver' | 'next_wave_at' | 'calls' | 'ports'>
>

type PortRow = {
  number: number
  port_id: string
  name: string | null
  kind: number | null
  wave: number | null
  state: BulkPortState
  operation_id: string
  status: OperationStatus | null
  error: BulkChangePort['error']
  ended_at: Date | null
}

/** The bulk changes in the database: reads them, and waits for changes of them. */
export class BulkStore implements JobStore {
  readonly db: Kysely<Tables>
  readonly proxyId: string
  /** True where other proxies may share the database. */
  readonly shared: boolean
  readonly #changes = new EventEmitter().setMaxListeners(0)
  /** What is being read now for those who wait: all the tabs that a change has woken share it. */
  readonly #reading = new Map<string, Promise<unknown>>()

  constructor({ db, lease, notices }: Pick<Database, 'db' | 'lease' | 'notices'>) {
    this.db = db
    this.proxyId = lease.proxyId
    this.shared = lease.shared
    notices.on('portside_bulk_changes', (id: string) => this.changed(id))
  }

  /** Wakes those who wait for a bulk change in this proxy. PostgreSQL tells the others. */
  changed(id: string): void {
    this.#changes.emit(id)
    this.#changes.emit(ANY)
  }

  /** Waits for a change of one bulk change, or of any, at most `milliseconds`. */
  wait(id: string | undefined, milliseconds: number, signals: readonly AbortSignal[]) {
    return waitForEvent(this.#changes, id ?? ANY, milliseconds, signals)
  }

  /** The row of a bulk change; with `lock`, for a transaction that changes it. */
  async row(id: string, db = this.db, lock = false): Promise<BulkRow | undefined> {
    const { rows } = await sql<BulkRow>`select * from bulk_changes where bulk_change_id = ${id}
      ${lock ? sql`for update` : sql``}`.execute(db)
    return rows[0]
  }

  /** Writes a bulk change over the row that its transaction has locked, as a new revision. */
  async write(db: Kysely<Tables>, id: string, { error, ...change }: RowChange = {}): Promise<void> {
    await db
      .updateTable('bulk_changes')
      .set(({ eb }) => ({
        ...change,
        ...(error !== undefined && { error: error && JSON.stringify(error) }),
        revision: eb('revision', '+', 1),
        updated_at: new Date().toISOString(),
      }))
      .where('bulk_change_id', '=', id)
      .execute()
  }

  /**
   * Takes back the claims of ports whose operations the journal doesn't have: nothing was sent for
   * them, and nothing will be. Whoever is about to write one finds that it is no longer wanted.
   */
  async takeClaimsBack(db: Kysely<Tables>, id: string): Promise<void> {
    await db
      .updateTable('bulk_ports')
      .set({ state: 'waiting', begun_at: null })
      .where('bulk_change_id', '=', id)
      .where('state', '=', 'under_way')
      .where('journaled', '=', false)
      .execute()
  }

  /** Adds what happened to a bulk change. */
  async note(db: Kysely<Tables>, id: string, entry: Partial<BulkEntry> & Pick<BulkEntry, 'kind'>) {
    const at = new Date().toISOString()
    const content: BulkEntry = { at, user: null, wave: null, error: null, counts: null, ...entry }
    await db
      .insertInto('bulk_entries')
      .values({ bulk_change_id: id, at, kind: entry.kind, content: JSON.stringify(content) })
      .execute()
  }

  /**
   * Notes that a bulk change has come to its end. If it is an undo, what it has taken back can be
   * undone again, and has a new revision.
   */
  async noteEnd(db: Kysely<Tables>, { bulk_change_id, undoes }: BulkRow, counts: Counts): Promise<void> {
    await this.note(db, bulk_change_id, { kind: 'end', counts })
    if (undoes !== null) await this.write(db, undoes)
  }

  /** All that happened to a bulk change, in order. */
  async entries(id: string): Promise<BulkEntry[]> {
    const rows = await this.db
      .selectFrom('bulk_entries')
      .select('content')
      .where('bulk_change_id', '=', id)
      .orderBy('sequence')
      .execute()
    return rows.map(({ content }) => content as BulkEntry)
  }

  /**
   * A bulk change in full, without its ports.
   * @param kindsFrom of the kinds before this one, only how many ports are in each state
   */
  async find(id: string, kindsFrom?: number): Promise<BulkChange | undefined> {
    const row = await this.row(id)
    if (!row) return undefined
    const [undoneBy, kinds, byKind, facts] = await Promise.all([
      this.#undoneBy([id]),
      this.#kinds(id, kindsFrom),
      this.#countsByKind(id),
      this.#waveFacts(row),
    ])
    const counts = countsOf(byKind)
    const undo = undoneBy.get(id)
    const undoable = isOver(row) && counts.under_way === 0 && !undo?.goes_on
    return {
      ...summaryOf(row, counts, undo),
      kinds: kinds.map(({ kind, ...lists }) => {
        const own = countsOf(byKind.filter((one) => one.kind === kind))
        return { ...lists, ports: Object.values(own).reduce((sum, count) => sum + count, 0), counts: own }
      }),
      ...(kindsFrom !== undefined && { earlier_kinds: earlierKinds(byKind, kindsFrom) }),
      pace: row.pace,
      wave: waveOf(row, facts),
      error: row.error,
      seconds_left: secondsLeft(row, facts, counts),
      calls: row.calls + facts.calls,
      to_undo: undoable ? await this.#countSentTo(id) : null,
    }
  }

  /**
   * The bulk change as soon as its revision is above `after`; as it is after `milliseconds`, or
   * when a signal is aborted.
   * @param look called before each read
   * @param kindsFrom as for `find`
   */
  async newerThan(
    id: string,
    after: number,
    milliseconds: number,
    signals: readonly AbortSignal[],
    look: () => Promise<void>,
    kindsFrom?: number,
  ): Promise<BulkChange | undefined> {
    const until = performance.now() + milliseconds
    for (;;) {
      const left = until - performance.now()
      // The wait begins before reading, so that no change between the two is missed.
      const waiting = this.wait(id, Math.min(left, LOOK_AGAIN_MS), signals)
      try {
        await this.#together(`look ${id}`, look)
        const row = await this.row(id)
        const over = !row || row.revision > after || left <= 0 || signals.some(({ aborted }) => aborted)
        // What is read of a revision is of that one or a newer one.
        if (over) {
          const what = `${row?.revision} ${kindsFrom ?? 'all'} ${id}`
          return row && (await this.#together(what, () => this.find(id, kindsFrom)))
        }
        await waiting.happened
      } finally {
        waiting.stop()
      }
    }
  }

  /** Reads once for all who want the same at the same time. */
  #together<T>(what: string, read: () => Promise<T>): Promise<T> {
    const known = this.#reading.get(what) as Promise<T> | undefined
    if (known) return known
    const reading = read().finally(() => this.#reading.delete(what))
    this.#reading.set(what, reading)
    return reading
  }

  /** A page of the bulk changes of a project, newest first. */
  async ofProject(
    projectId: string,
    { limit, after, open }: { limit: number; after?: string | undefined; open: boolean },
  ): Promise<{ bulk_changes: BulkChangeSummary[]; next: string | null }> {
    const { rows } = await sql<BulkRow>`select * from bulk_changes
      where project_id = ${projectId}
        and ${after === undefined ? sql`true` : sql`sequence < ${after}::bigint`}
        and ${open ? sql`state not in ('done', 'ended')` : sql`true`}
      order by sequence desc limit ${limit + 1}`.execute(this.db)
    const page = rows.slice(0, limit)
    const ids = page.map(({ bulk_change_id }) => bulk_change_id)
    const undoneBy = await this.#undoneBy(ids)
    const { rows: counted } = await sql<{ id: string; state: BulkPortState; count: unknown }>`
      select bulk_change_id as id, state, count(*) as count from bulk_ports
      where bulk_change_id = any(${ids}::uuid[]) group by 1, 2`.execute(this.db)
    return {
      bulk_changes: page.map((row) => {
        const counts = countsOf(counted.filter(({ id }) => id === row.bulk_change_id))
        return summaryOf(row, counts, undoneBy.get(row.bulk_change_id))
      }),
      next: rows.length > limit ? `${page.at(-1)!.sequence}` : null,
    }
  }

  /**
   * The open bulk changes of a project in which some of these ports wait or are under way, newest
   * first.
   * @param but the ID of one that is not asked for
   */
  async openOnPorts(
    projectId: string,
    ports: readonly string[],
    but: string | null = null,
    db = this.db,
  ): Promise<OpenOnPorts[]> {
    const { rows } = await sql<{
      bulk_change_id: string
      user_name: string
      created_at: Date
      words: string
      count: unknown
    }>`select b.bulk_change_id, b.user_name, b.created_at, b.words, count(*) as count
      from bulk_changes b join bulk_ports p on p.bulk_change_id = b.bulk_change_id
      where b.project_id = ${projectId} and b.state not in ('done', 'ended')
        and b.bulk_change_id is distinct from ${but}::uuid
        and p.state in ('waiting', 'under_way') and p.port_id = any(${[...ports]}::text[])
      group by b.bulk_change_id, b.sequence, b.user_name, b.created_at, b.words
      order by b.sequence desc limit ${MOST_OPEN_NAMED}`.execute(db)
    return rows.map(({ bulk_change_id, user_name: user, created_at, words, count }) => ({
      ...{ bulk_change_id, user, words },
      created_at: created_at.toISOString(),
      ports: Number(count),
    }))
  }

  /** A page of the ports of a bulk change, in the order in which they are carried out. */
  async ports(
    id: string,
    { limit, after, state }: { limit: number; after?: string | undefined; state?: BulkPortState | undefined },
  ): Promise<{ ports: BulkChangePort[]; next: string | null }> {
    const { rows } = await sql<PortRow>`
      select p.number, p.port_id, p.name, p.kind, p.wave, p.state, p.operation_id, p.error, p.ended_at, o.status
      from bulk_ports p left join operations o on p.journaled and o.operation_id = p.operation_id::text
      where p.bulk_change_id = ${id}
        and ${after === undefined ? sql`true` : sql`p.number > ${after}::bigint`}
        and ${state === undefined ? sql`true` : sql`p.state = ${state}`}
      order by p.number limit ${limit + 1}`.execute(this.db)
    const page = rows.slice(0, limit)
    return {
      ports: page.map((row) => ({
        port_id: row.port_id,
        name: row.name,
        kind: row.kind,
        wave: row.state === 'waiting' ? null : row.wave,
        state: row.state,
        operation_id: row.status === null ? null : row.operation_id,
        operation_status: row.status,
        error: row.error,
        ended_at: row.ended_at?.toISOString() ?? null,
      })),
      next: rows.length > limit ? `${page.at(-1)!.number}` : null,
    }
  }

  /** The bulk changes that are not at their end, and when each has something to do. */
  async open(): Promise<{ id: string; at: NextStep }[]> {
    const { rows } = await sql<{ id: string; next_wave_at: Date | null; to_do: boolean }>`
      select bulk_change_id as id, next_wave_at,
        state in ('planning', 'running') or next_wave_at is not null or under_way as to_do
      from (
        select *, exists (select from bulk_ports p
          where p.bulk_change_id = b.bulk_change_id and p.state = 'under_way') as under_way
        from bulk_changes b
      ) b where state not in ('done', 'ended') or under_way`.execute(this.db)
    return rows.map(({ id, next_wave_at, to_do }) => ({ id, at: to_do ? (next_wave_at ?? 'now') : null }))
  }

  /** How many bulk changes are neither done nor ended, and how many of their ports wait. */
  async countOpen(): Promise<{ open: number; waiting: number }> {
    const { rows } = await sql<{ open: unknown; waiting: unknown }>`
      with open as (select bulk_change_id from bulk_changes where state not in ('done', 'ended'))
      select (select count(*) from open) as open,
        (select count(*) from bulk_ports join open using (bulk_change_id) where state = 'waiting') as waiting`.execute(
      this.db,
    )
    return { open: Number(rows[0]!.open), waiting: Number(rows[0]!.waiting) }
  }

  /**
   * How many ports of these projects are under way, of all bulk changes. Until the end of the
   * transaction nobody else counts: two that begin ports at once don't take the same calls.
   */
  async countUnderWay(db: Kysely<Tables>, projects: readonly string[]): Promise<number> {
    await sql`select pg_advisory_xact_lock(${COUNTING})`.execute(db)
    const { rows } = await sql<{ count: unknown }>`
      select count(*) as count from bulk_ports join bulk_changes using (bulk_change_id)
      where bulk_ports.state = 'under_way' and project_id = any(${projects}::text[])`.execute(db)
    return Number(rows[0]!.count)
  }

  /** The latest bulk change that takes back each of these. */
  async #undoneBy(ids: readonly string[]): Promise<Map<string, Undo>> {
    const rows = await this.db
      .selectFrom('bulk_changes as b')
      .select(['undoes', 'bulk_change_id', 'state', GOES_ON.as('goes_on')])
      .where('undoes', 'in', ids.length > 0 ? ids : [null])
      .orderBy('sequence')
      .execute()
    return new Map(rows.map(({ undoes, ...undo }) => [undoes!, undo]))
  }

  async #countSentTo(id: string): Promise<number> {
    const { rows } = await sql<{ count: unknown }>`select count(*) as count from bulk_ports p
      where p.bulk_change_id = ${id} and ${SENT_TO}`.execute(this.db)
    return Number(rows[0]!.count)
  }

  async #kinds(
    id: string,
    from = 0,
  ): Promise<(Pick<BulkChange['kinds'][number], 'planned_from' | 'desired' | 'steps'> & { kind: number })[]> {
    const rows = await this.db
      .selectFrom('bulk_kinds')
      .select(['kind', 'planned_from', 'desired', 'steps'])
      .where('bulk_change_id', '=', id)
      .where('kind', '>=', from)
      .orderBy('kind')
      .limit(MOST_KINDS - from)
      .execute()
    return rows as Awaited<ReturnType<BulkStore['kindsOf']>>
  }

  /** The kinds of a bulk change, with their numbers. */
  kindsOf = (id: string) => this.#kinds(id)

  async #countsByKind(id: string) {
    const { rows } = await sql<{ kind: number | null; state: BulkPortState; count: unknown }>`
      select kind, state, count(*) as count from bulk_ports where bulk_change_id = ${id}
      group by 1, 2`.execute(this.db)
    return rows
  }

  async #waveFacts({ bulk_change_id, wave }: BulkRow): Promise<WaveFacts & { calls: number }> {
    const { rows } = await sql<Record<'ports' | 'ended' | 'unbegun' | 'calls' | 'each', unknown>>`
      select count(*) filter (where wave = ${wave}) as ports,
        count(*) filter (where wave = ${wave} and state not in ('waiting', 'under_way')) as ended,
        count(*) filter (where wave is null and state = 'waiting') as unbegun,
        coalesce(sum(calls), 0) as calls,
        (select avg(least(600, extract(epoch from ended_at - coalesce(before, begun_at)))) from (
          select begun_at, ended_at, lag(ended_at) over (partition by wave order by ended_at) as before
          from (
            select wave, begun_at, ended_at from bulk_ports
            where bulk_change_id = ${bulk_change_id} and begun_at is not null and ended_at is not null
            order by ended_at desc limit 50
          ) recent
        ) gaps) as each
      from bulk_ports where bulk_change_id = ${bulk_change_id}`.execute(this.db)
    const { each, ...counted } = rows[0]!
    const { ports, ended, unbegun, calls } = counted
    return {
      ports: Number(ports),
      ended: Number(ended),
      unbegun: Number(unbegun),
      calls: Number(calls),
      secondsEach: each === null ? null : Number(each),
    }
  }
}
