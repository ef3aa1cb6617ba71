import { EventEmitter } from 'node:events'
import { sql, type Kysely, type Selectable } from 'kysely'
import type { Intent } from '../../vpc/bulk/intent.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import {
  MOST_DEPARTURES,
  type Departure,
  type DepartureReason,
  type DepartureState,
  type OrderCheck,
  type OrderContent,
  type OrderEntry,
  type OrderPorts,
  type StandingOrder,
} from '../../vpc/standing-orders-api.ts'
import { verdictOf } from '../../vpc/standing-orders.ts'
import type { Database } from '../database/database.ts'
import type { Tables } from '../database/tables.ts'
import type { JobStore, NextStep } from '../jobs.ts'
import type { OrderFigures } from '../monitoring/metrics.ts'
import { waitForEvent } from '../event-wait.ts'
import type { Progress } from './check-order.ts'

/** The event of any change of an order. */
const ANY = 'any'

type Row = Selectable<Tables['standing_orders']>
/** A standing order as the database has it. */
export type OrderRow = Omit<
  Row,
  | 'intent'
  | 'ports'
  | 'checked'
  | 'failed'
  | 'progress'
  | 'waits_for'
  | 'changed_at'
  | 'asked_at'
  | 'again_at'
  | 'next_check_at'
> & {
  intent: Intent
  ports: OrderPorts
  checked: OrderCheck | null
  failed: StandingOrder['failed']
  progress: Progress | null
  waits_for: PortsideError | null
  changed_at: Date
  asked_at: Date | null
  again_at: Date | null
  next_check_at: Date | null
}

/** What changes in the row of an order; its turn does by itself. */
export type OrderChange = Partial<
  Omit<OrderRow, 'sequence' | 'order_id' | 'project_id' | 'turn' | 'changed_at'> & { changed_at: Date }
>

const JSON_COLUMNS = ['intent', 'ports', 'checked', 'failed', 'progress', 'waits_for'] as const

/** The standing orders in the database. */
export class OrderStore implements JobStore {
  readonly db: Kysely<Tables>
  readonly shared: boolean
  readonly #changes = new EventEmitter().setMaxListeners(0)

  constructor({ db, lease, notices }: Pick<Database, 'db' | 'lease' | 'notices'>) {
    this.db = db
    this.shared = lease.shared
    notices.on('portside_standing_orders', (id: string) => this.changed(id))
  }

  /** Wakes those who wait for an order in this proxy. PostgreSQL tells the others. */
  changed(id: string): void {
    this.#changes.emit(id)
    this.#changes.emit(ANY)
  }

  /** Waits for a change of one order, or of any, at most `milliseconds`. */
  wait(id: string | undefined, milliseconds: number, signals: readonly AbortSignal[]) {
    return waitForEvent(this.#changes, id ?? ANY, milliseconds, signals)
  }

  /** The orders that are being checked, or will be by themselves. */
  async open(): Promise<{ id: string; at: NextStep }[]> {
    const { rows } = await sql<Pick<OrderRow, 'order_id' | 'asked_at' | 'again_at' | 'next_check_at'>>`
      select order_id, asked_at, again_at, next_check_at from standing_orders
      where asked_at is not null or next_check_at is not null`.execute(this.db)
    return rows.map(({ order_id, asked_at, again_at, next_check_at }) => ({
      id: order_id,
      at: asked_at ? (again_at ?? 'now') : next_check_at,
    }))
  }

  /** The row of an order; with `lock`, for a transaction that changes it. */
  async row(id: string, db = this.db, lock = false): Promise<OrderRow | undefined> {
    const { rows } = await sql<OrderRow>`select * from standing_orders where order_id = ${id}
      ${lock ? sql`for update` : sql``}`.execute(db)
    return rows[0]
  }

  /**
   * Writes an order over the row of that turn.
   * @returns false when somebody else has written it since: then nothing is written
   */
  async write(
    db: Kysely<Tables>,
    { order_id, turn }: Pick<OrderRow, 'order_id' | 'turn'>,
    change: OrderChange,
  ): Promise<boolean> {
    const values: Record<string, unknown> = { ...change }
    for (const name of JSON_COLUMNS) if (values[name]) values[name] = JSON.stringify(values[name])
    const { numUpdatedRows } = await db
      .updateTable('standing_orders')
      .set({ ...values, turn: turn + 1 })
      .where('order_id', '=', order_id)
      .where('turn', '=', turn)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  }

  /**
   * Begins the checks of a project that come by themselves and whose time is over at `soon`. Begun
   * together, they share what is read.
   * @returns the orders
   */
  async beginDue(db: Kysely<Tables>, projectId: string, now: Date, soon: Date): Promise<string[]> {
    // Locked in the order of their numbers: two proxies that begin the same ones at once wait for
    // each other, and none for both.
    const { rows } = await sql<{ order_id: string }>`
      with due as (
        select sequence from standing_orders
        where project_id = ${projectId} and asked_at is null and next_check_at <= ${soon}
        order by sequence for update
      )
      update standing_orders set asked_at = ${now}, asked_by = null, progress = null, turn = turn + 1
      from due where standing_orders.sequence = due.sequence
      returning order_id`.execute(db)
    return rows.map(({ order_id }) => order_id)
  }

  /** Whether the check of another order, which needs the whole list of ports, is about to begin. */
  async isWholeListDue({ project_id, order_id }: OrderRow, mostNamed: number): Promise<boolean> {
    const { rows } = await sql`select from standing_orders
      where project_id = ${project_id} and order_id <> ${order_id}
        and asked_at is not null and progress is null and again_at is null
        and case when ports -> 'ports' is null then ports -> 'group' is null
          else json_array_length(ports -> 'ports') > ${mostNamed} end
      limit 1`.execute(this.db)
    return rows.length > 0
  }

  /** All orders of a project, by name. */
  async ofProject(projectId: string): Promise<StandingOrder[]> {
    const { rows } = await sql<OrderRow>`select * from standing_orders where project_id = ${projectId}
      order by lower(name), sequence`.execute(this.db)
    return rows.map(orderOf)
  }

  /** A page of the ports that the last check of an order found, in the order of reading. */
  async departures(
    { order_id, intent }: OrderRow,
    limit: number,
    { most, after, state }: { most: number; after?: string | undefined; state?: DepartureState | undefined },
  ): Promise<{ departures: Departure[]; next: string | null }> {
    const { rows } = await sql<{
      number: number
      port_id: string
      name: string | null
      state: DepartureState
      list: string[] | null
      reason: DepartureReason | null
    }>`select number, port_id, name, state, list, reason from order_departures
      where order_id = ${order_id}
        and check_number = (select check_number from standing_orders where order_id = ${order_id})
        and ${after === undefined ? sql`true` : sql`number > ${after}::bigint`}
        and ${state === undefined ? sql`true` : sql`state = ${state}`}
      order by number limit ${most + 1}`.execute(this.db)
    const page = rows.slice(0, most)
    return {
      departures: page.map(({ port_id, name, state: found, list, reason }) => {
        const verdict = list && verdictOf(intent, list, limit)
        const desired = verdict && 'desired' in verdict ? [...verdict.desired] : null
        return { port_id, name, state: found, list, desired, reason }
      }),
      next: rows.length > most ? `${page.at(-1)!.number}` : null,
    }
  }

  /** The ports of a project that depart from its orders, by their last checks. */
  async departingPorts(projectId: string) {
    const { rows } = await sql<{ order_id: string; name: string; port_id: string }>`
      select o.order_id, o.name, d.port_id
      from standing_orders o
      join order_departures d on d.order_id = o.order_id and d.check_number = o.check_number
      where o.project_id = ${projectId} and d.state = 'departs'
      order by lower(o.name), o.sequence, d.number limit ${MOST_DEPARTURES + 1}`.execute(this.db)
    const orders = new Map<string, { order_id: string; name: string; at: number }>()
    const ports = new Map<string, number[]>()
    for (const { order_id, name, port_id } of rows.slice(0, MOST_DEPARTURES)) {
      const order = orders.get(order_id) ?? { order_id, name, at: orders.size }
      orders.set(order_id, order)
      ports.set(port_id, [...(ports.get(port_id) ?? []), order.at])
    }
    return {
      orders: [...orders.values()].map(({ order_id, name }) => ({ order_id, name })),
      ports: [...ports].map(([port_id, at]) => ({ port_id, orders: at })),
      complete: rows.length <= MOST_DEPARTURES,
    }
  }

  /** Adds what a user did with an order. */
  async note(db: Kysely<Tables>, projectId: string, entry: OrderEntry): Promise<void> {
    const { user, before, after, ...rest } = entry
    await db
      .insertInto('order_entries')
      .values({
        ...rest,
        project_id: projectId,
        user_name: user,
        before: before && JSON.stringify(before),
        after: after && JSON.stringify(after),
      })
      .execute()
  }

  /** A page of what users did with the orders of a project, newest first. */
  async entries(
    projectId: string,
    { limit, after }: { limit: number; after?: string | undefined },
  ): Promise<{ entries: OrderEntry[]; next: string | null }> {
    const { rows } = await sql<
      Omit<OrderEntry, 'at' | 'user'> & { sequence: unknown; at: Date; user_name: string }
    >`
      select sequence, order_id, at, kind, user_name, subject, role, before, after from order_entries
      where project_id = ${projectId}
        and ${after === undefined ? sql`true` : sql`sequence < ${after}::bigint`}
      order by sequence desc limit ${limit + 1}`.execute(this.db)
    const page = rows.slice(0, limit)
    return {
      entries: page.map((row) => ({
        ...{ order_id: row.order_id, at: row.at.toISOString(), kind: row.kind },
        ...{ user: row.user_name, subject: row.subject, role: row.role },
        ...{ before: row.before, after: row.after },
      })),
      next: rows.length > limit ? String(page.at(-1)!.sequence) : null,
    }
  }

  /** How many ports depart from the checked orders of `projects`; orders of one name as one. */
  async figures(projects: readonly string[]): Promise<OrderFigures[]> {
    const { rows } = await sql<{ order: string; departs: unknown; seconds: unknown }>`
      select name as order, sum((checked ->> 'departs')::integer) as departs,
        min(extract(epoch from (checked ->> 'ended_at')::timestamptz)) as seconds
      from standing_orders where checked is not null and project_id = any(${[...projects]}::text[])
      group by name order by name`.execute(this.db)
    return rows.map(({ order, departs, seconds }) => ({
      order,
      departs: Number(departs),
      seconds: Number(seconds),
    }))
  }
}

/** What users say of an order. */
export function contentOf({ name, intent, ports, check_every_minutes }: OrderRow): OrderContent {
  return { name, intent, ports, check_every_minutes }
}

/** A standing order as the API has it. */
export function orderOf(row: OrderRow): StandingOrder {
  return {
    order_id: row.order_id,
    project_id: row.project_id,
    ...contentOf(row),
    revision: row.revision,
    changed_at: row.changed_at.toISOString(),
    changed_by: row.changed_by,
    check: row.checked,
    checking: row.asked_at && {
      asked_at: row.asked_at.toISOString(),
      by: row.asked_by,
      read: row.progress?.read ?? 0,
      error: row.waits_for,
      again_at: row.again_at?.toISOString() ?? null,
    },
    failed: row.failed,
    next_check_at: row.next_check_at?.toISOString() ?? null,
  }
}
