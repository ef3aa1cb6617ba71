import type { FastifyBaseLogger } from 'fastify'
import { sql } from 'kysely'
import { isBudgetShort } from '../../vpc/endpoint-calls.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import type { Port } from '../../vpc/port.ts'
import type { PortsQuery } from '../../vpc/requests.ts'
import { textOf } from '../../vpc/shown.ts'
import { MOST_DEPARTURES, type DepartureReason, type DepartureState } from '../../vpc/standing-orders-api.ts'
import { departures } from '../../vpc/standing-orders.ts'
import { UNREADABLE } from '../../vpc/unreadable-marks.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { Jobs, NextStep } from '../jobs.ts'
import { RecentReads } from '../upstream/recent-reads.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { OrderRow, OrderStore } from './order-store.ts'
import { minutesAfter } from './orders.ts'

/** How long a step takes at most, in milliseconds, but for the page that it reads. */
const STEP_MS = 4000
/** Ports on a page: the most that the platform takes. */
const PAGE = 2000
/** More pages have no end. */
const MOST_PAGES = 500
/** So many named ports are asked for by their IDs; for more, the whole list is read. */
const MOST_ASKED_BY_ID = 100
/** As long as it waits when a budget doesn't say when it begins anew. */
const ASK_AGAIN_MS = 1000
/**
 * As long as a page serves other orders too, in milliseconds: those that were asked for before it
 * was read.
 */
const SHARED_MS = 15_000
/** Checks that come by themselves begin so many milliseconds early, together with one another. */
const EARLY_MS = 10_000
/** The documented names have at most 255 characters. */
const LONGEST_NAME = 255

/** How far a check is: written after each page, so that any proxy goes on. */
export type Progress = {
  pages: number
  /** Whether the whole list is read, not a filtered one, as another order needs it anyway. */
  whole?: boolean
  /** Where the next page begins. */
  marker: string | null
  /** Ports that were read, whether the order is for them or not. */
  read: number
  unreadable: number
  ports: number
  follows: number
  departs: number
  undecided: number
  not_concerned: number
  kept: number
  /** The named ports that were found. */
  named: string[]
}

const NOTHING_YET: Progress = {
  ...{ pages: 0, marker: null, read: 0, unreadable: 0, kept: 0, named: [] },
  ...{ ports: 0, follows: 0, departs: 0, undecided: 0, not_concerned: 0 },
}

/** What it takes to check standing orders. */
export type CheckContext = {
  store: OrderStore
  jobs: Pick<Jobs, 'send'>
  upstream: Pick<Upstream, 'readPorts' | 'calls'>
  endpointOf: (project: string) => string | undefined
  /** How many groups a port of a project takes. */
  limitOf: (project: string) => number
  stopping: AbortSignal
  log: FastifyBaseLogger
}

type Kept = {
  port_id: string
  name: string | null
  state: DepartureState
  list: readonly string[] | null
  reason: DepartureReason | null
}

/** Checks standing orders, some pages of ports at a time. */
export class OrderChecker {
  readonly #context: CheckContext
  readonly #pages = new RecentReads(SHARED_MS)

  constructor(context: CheckContext) {
    this.#context = context
  }

  /**
   * Does a step of the check of an order, where one is asked for or its time has come.
   * @returns when the next step is due
   */
  carryOn = async (id: string): Promise<NextStep> => {
    const { store, stopping, endpointOf } = this.#context
    const end = Date.now() + STEP_MS
    while (Date.now() < end) {
      if (stopping.aborted) return 'now'
      const row = await store.row(id)
      // Deleted, or of a project that this proxy has no longer.
      if (!row || endpointOf(row.project_id) === undefined) return null
      if (row.asked_at === null) {
        if (row.next_check_at === null || row.next_check_at.getTime() > Date.now()) return row.next_check_at
        await this.#beginDue(row)
        continue
      }
      const shortUntil = await this.#shortUntil(row)
      if (shortUntil) return shortUntil
      const again = await this.#readPage(row)
      if (again) return again
    }
    return 'now'
  }

  /** Begins the check of an order, and those of its project whose time comes soon. */
  async #beginDue({ order_id, project_id }: OrderRow): Promise<void> {
    const { store, jobs } = this.#context
    const begun = await store.db.transaction().execute(async (transaction) => {
      const now = new Date()
      const soon = new Date(now.getTime() + EARLY_MS)
      const ids = await store.beginDue(transaction, project_id, now, soon)
      for (const id of ids) if (id !== order_id) await jobs.send(transaction, id)
      return ids
    })
    for (const id of begun) store.changed(id)
  }

  /** While the budget of calls is short, nothing is read: notes until when. */
  async #shortUntil(row: OrderRow): Promise<Date | undefined> {
    const { upstream, endpointOf } = this.#context
    const calls = (await upstream.calls()).find(({ endpoint }) => endpoint === endpointOf(row.project_id))
    if (!calls || !isBudgetShort(calls)) return undefined
    const until = new Date(calls.throttled_until ?? calls.next_at ?? Date.now() + ASK_AGAIN_MS)
    return this.#wait(
      row,
      until,
      calls.throttled_until
        ? 'The platform has said that it is asked too often (429)'
        : 'The calls of PORTSIDE_CALLS are used up, but for those that are kept for people and changes',
    )
  }

  async #wait(row: OrderRow, again_at: Date, why: string): Promise<Date> {
    const { store } = this.#context
    const { error } = ownError('Portside.NoCallsLeft', `${why}. The check goes on by itself.`, {
      retry_after: Math.max(1, Math.ceil((again_at.getTime() - Date.now()) / 1000)),
      advice: 'Wait: it needs nothing.',
    })
    if (await store.write(store.db, row, { waits_for: error, again_at })) store.changed(row.order_id)
    return again_at
  }

  /**
   * Reads the next page of ports and writes what it finds; after the last one the check ends.
   * @returns when to ask again, where it could not be read now
   */
  async #readPage(row: OrderRow): Promise<Date | undefined> {
    const { store, upstream, stopping, log } = this.#context
    const progress = row.progress ?? { ...NOTHING_YET, whole: await this.#takesWholeList(row) }
    try {
      const filters = progress.whole ? {} : queryOf(row)
      const query = { ...filters, limit: PAGE, ...(progress.marker && { marker: progress.marker }) }
      const asker = { work: 'background', signal: stopping } as const
      const { data } = await this.#pages.read(
        pageKey(row, query),
        stopping,
        () => upstream.readPorts(row.project_id, query, asker),
        { since: row.asked_at!.getTime() },
      )
      // Of those that can't be read nobody knows whether the order is for them: the platform does.
      if (progress.whole && data[UNREADABLE]) {
        await store.write(store.db, row, { progress: NOTHING_YET })
        return undefined
      }
      const next = data.page_info?.next_marker ?? null
      const unreadable = data[UNREADABLE]
      const endless = next !== null && (next === progress.marker || progress.pages + 1 >= MOST_PAGES)
      if (unreadable?.more_may_follow || endless) refuseWithoutEnd(!endless)
      await this.#write(row, progress, data.ports, next, unreadable)
    } catch (error) {
      if (stopping.aborted) return undefined
      if (error instanceof ProxyError && error.status === 429) {
        const seconds = error.error.retry_after ?? 1
        return this.#wait(row, new Date(Date.now() + seconds * 1000), 'There are no calls left for it now')
      }
      if (!(error instanceof ProxyError)) {
        // The database is in the way: the job is tried again.
        if (isOfDatabase(error)) throw error
        log.error({ err: error, order_id: row.order_id }, 'unforeseen error')
      } else if (error.error.error_code === 'Portside.DatabaseUnavailable') throw error
      const known =
        error instanceof ProxyError ? error : ownError('Portside.Internal', 'Portside could not check this.')
      await this.#end(row, { failed: { at: new Date().toISOString(), error: withAdvice(known.error) } })
    }
    store.changed(row.order_id)
    return undefined
  }

  /** Whether an order for some ports is served by the list that another one needs anyway. */
  async #takesWholeList(row: OrderRow): Promise<boolean> {
    if (Object.keys(queryOf(row)).length === 0) return false
    if (this.#pages.has(pageKey(row, { limit: PAGE }), row.asked_at!.getTime())) return true
    return this.#context.store.isWholeListDue(row, MOST_ASKED_BY_ID)
  }

  async #write(
    row: OrderRow,
    before: Progress,
    ports: readonly Port[],
    marker: string | null,
    unreadable: { count: number; entries: readonly { id: string | null; why: string }[] } | undefined,
  ): Promise<void> {
    const { store, limitOf } = this.#context
    const found = departures(row, ports, limitOf(row.project_id))
    const asked = new Set(row.ports.ports)
    const rows = [
      ...found.departing.map(({ port, reason }) => keptOf(port, 'departs', reason)),
      ...found.undecided.map(({ port, reason }) => keptOf(port, 'undecided', reason)),
    ]
    const lost: Kept[] = []
    const lose = (port_id: string, reason: DepartureReason) =>
      lost.push({ port_id, name: null, state: 'undecided', list: null, reason })
    for (const { id, why } of unreadable?.entries ?? [])
      if (id !== null && asked.has(id)) lose(id, { why: 'unreadable', said: why.slice(0, 300) })
    const seen = new Set([
      ...before.named,
      ...ports.map(({ id }) => id),
      ...lost.map(({ port_id }) => port_id),
    ])
    const named = [...asked].filter((id) => seen.has(id))
    // Of many entries that can't be read, only some are named.
    const notSeen: DepartureReason =
      before.unreadable + (unreadable?.count ?? 0) === 0
        ? { why: 'not_found' }
        : { why: 'unreadable', said: 'it is not among the ports that can be read' }
    if (marker === null) for (const id of asked) if (!seen.has(id)) lose(id, notSeen)
    const kept = [...rows, ...lost].slice(0, Math.max(0, MOST_DEPARTURES - before.kept))
    const progress: Progress = {
      ...(before.whole && { whole: true }),
      pages: before.pages + 1,
      marker,
      read: before.read + ports.length,
      unreadable: before.unreadable + (unreadable?.count ?? 0),
      follows: before.follows + found.follows.length,
      departs: before.departs + found.departing.length,
      undecided: before.undecided + found.undecided.length + lost.length,
      not_concerned: before.not_concerned + found.notConcerned.length,
      ports: 0,
      kept: before.kept + kept.length,
      named,
    }
    progress.ports = progress.follows + progress.departs + progress.undecided + progress.not_concerned
    await store.db.transaction().execute(async (transaction) => {
      const going = { progress, waits_for: null, again_at: null }
      const written =
        marker === null
          ? await this.#end(row, checkedBy(row, progress), transaction)
          : await store.write(transaction, row, going)
      // Changed, deleted or done by another proxy meanwhile.
      if (!written) return
      if (before.pages === 0)
        await sql`delete from order_departures where order_id = ${row.order_id}
          and check_number > ${row.check_number}`.execute(transaction)
      const numbered = kept.map((one, at) => ({ ...one, number: before.kept + at }))
      if (numbered.length > 0)
        await sql`insert into order_departures (order_id, check_number, number, port_id, name, state, list, reason)
          select ${row.order_id}, ${row.check_number + 1}, number, port_id, name, state, list, reason
          from json_to_recordset(${JSON.stringify(numbered)}::json) as x
            (number integer, port_id text, name text, state text, list json, reason json)`.execute(
          transaction,
        )
      if (marker === null)
        await sql`delete from order_departures where order_id = ${row.order_id}
          and check_number <= ${row.check_number}`.execute(transaction)
    })
  }

  /** Ends a check, with what it found or why it failed. */
  #end(
    row: OrderRow,
    result: Pick<OrderRow, 'failed'> | Pick<OrderRow, 'failed' | 'checked' | 'check_number'>,
    db = this.#context.store.db,
  ): Promise<boolean> {
    const { check_every_minutes: minutes } = row
    return this.#context.store.write(db, row, {
      ...result,
      ...{ asked_at: null, asked_by: null, progress: null, waits_for: null, again_at: null },
      next_check_at: minutes === null ? null : minutesAfter(new Date(), minutes),
    })
  }
}

function checkedBy(row: OrderRow, found: Progress) {
  const { ports, follows, departs, undecided, not_concerned, kept, unreadable } = found
  return {
    failed: null,
    check_number: row.check_number + 1,
    checked: {
      begun_at: row.asked_at!.toISOString(),
      ended_at: new Date().toISOString(),
      by: row.asked_by,
      ...{ ports, follows, departs, undecided, not_concerned, kept, unreadable },
    },
  }
}

function keptOf(port: Port, state: DepartureState, reason?: DepartureReason): Kept {
  return {
    ...{ port_id: port.id, state, list: port.security_groups, reason: reason ?? null },
    name: textOf(port.name)?.replaceAll('\0', '').slice(0, LONGEST_NAME) ?? null,
  }
}

function pageKey({ project_id }: OrderRow, query: PortsQuery): string {
  return JSON.stringify([project_id, query])
}

/** What of an order the platform can filter by, so that fewer pages are read. */
function queryOf({ ports: { group, ports } }: OrderRow): PortsQuery {
  // Each named port has to be seen, also one that has lost the group.
  if (ports) return ports.length <= MOST_ASKED_BY_ID ? { id: ports } : {}
  return group === undefined ? {} : { security_groups: [group] }
}

function refuseWithoutEnd(unsaid: boolean): never {
  throw ownError(
    'Portside.UnreadableAnswer',
    unsaid
      ? "The platform's list of ports does not say whether more ports follow, so not all could be checked."
      : "The platform's list of ports has the same page again and again, or no end.",
  )
}

function withAdvice(error: PortsideError): PortsideError {
  return { ...error, advice: error.advice ?? 'Check again. If the error comes again, report it.' }
}

function isOfDatabase(error: unknown): boolean {
  return error instanceof Error && 'severity' in error
}
