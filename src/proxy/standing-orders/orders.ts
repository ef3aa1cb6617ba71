import { isUuid } from '../../vpc/ids.ts'
import {
  MOST_ORDERS,
  type OrderContent,
  type StandingOrder,
  type StandingOrderChange,
  type StandingOrderRequest,
} from '../../vpc/standing-orders-api.ts'
import { ownError, type ProxyError } from '../errors.ts'
import type { Jobs } from '../jobs.ts'
import type { SignedIn } from '../session/session.ts'
import { contentOf, orderOf, type OrderChange, type OrderRow, type OrderStore } from './order-store.ts'

/** SQLSTATE of a row that breaks a unique index. */
const TAKEN = '23505'

/** What users do with standing orders. */
export class StandingOrders {
  readonly #store: OrderStore
  readonly #jobs: Pick<Jobs, 'open' | 'send'>

  constructor(store: OrderStore, jobs: Pick<Jobs, 'open' | 'send'>) {
    this.#store = store
    this.#jobs = jobs
  }

  /**
   * Makes a standing order, and has it checked. The same request again finds the same one.
   * @throws ProxyError Portside.StandingOrderConflict when its name or ID is taken, or there are as
   *   many as a project takes
   */
  async make(
    { order_id, ...asked }: StandingOrderRequest,
    project_id: string,
    by: SignedIn,
  ): Promise<{ order: StandingOrder; isNew: boolean }> {
    const id = order_id.toLowerCase()
    const content = inLowerCase(asked)
    const { db } = this.#store
    await this.#jobs.open()
    const isNew = await refuseTakenName(content.name, () =>
      db.transaction().execute(async (transaction) => {
        const { count } = await transaction
          .selectFrom('standing_orders')
          .select(({ fn }) => fn.countAll().as('count'))
          .where('project_id', '=', project_id)
          .where('order_id', '<>', id)
          .executeTakeFirstOrThrow()
        if (Number(count) >= MOST_ORDERS)
          throw conflict(
            `The project has ${MOST_ORDERS} standing orders, as many as it takes.`,
            'Delete one that is no longer needed.',
          )
        const now = new Date()
        const { intent, ports, ...rest } = content
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('standing_orders')
          .values({
            ...{ order_id: id, project_id, ...rest, revision: 1 },
            ...{ intent: JSON.stringify(intent), ports: JSON.stringify(ports) },
            ...{ changed_at: now, changed_by: nameOf(by), asked_at: now, asked_by: nameOf(by) },
          })
          .onConflict((known) => known.column('order_id').doNothing())
          .executeTakeFirstOrThrow()
        if (numInsertedOrUpdatedRows !== 1n) return false
        await this.#note(transaction, project_id, id, by, 'made', null, content)
        await this.#jobs.send(transaction, id)
        return true
      }),
    )
    this.#store.changed(id)
    const row = await this.#store.row(id)
    // It may be deleted already.
    if (!row) throw gone()
    const same = row.revision === 1 && row.project_id === project_id && isSame(contentOf(row), content)
    if (!isNew && !same)
      throw conflict(`Standing order ${id} is another one.`, 'Send it with a new order_id.')
    return { order: orderOf(row), isNew }
  }

  /**
   * Changes a standing order. With another intent, or for other ports, what was found before counts
   * no more: it is checked anew.
   * @throws ProxyError Portside.StandingOrderConflict when it was changed or deleted since, or its
   *   name is taken
   */
  async change(
    id: string,
    { revision, ...asked }: StandingOrderChange,
    by: SignedIn,
  ): Promise<StandingOrder> {
    const content = inLowerCase(asked)
    await this.#jobs.open()
    await refuseTakenName(content.name, () =>
      this.#store.db.transaction().execute(async (transaction) => {
        const row = await this.#rowOf(id, revision, transaction)
        const before = contentOf(row)
        if (isSame(before, content)) return
        const now = new Date()
        const { intent, ports, check_every_minutes } = content
        const anew = !isSame({ ...before, intent, ports }, before)
        const every = check_every_minutes !== before.check_every_minutes
        const change: OrderChange = {
          ...content,
          ...{ revision: revision + 1, changed_at: now, changed_by: nameOf(by) },
          ...(every && {
            next_check_at: check_every_minutes === null ? null : minutesAfter(now, check_every_minutes),
          }),
          ...(anew && {
            ...{ checked: null, failed: null, check_number: row.check_number + 1 },
            ...{ asked_at: now, asked_by: nameOf(by), progress: null, waits_for: null, again_at: null },
          }),
        }
        await this.#store.write(transaction, row, change)
        if (anew) await transaction.deleteFrom('order_departures').where('order_id', '=', id).execute()
        await this.#note(transaction, row.project_id, id, by, 'changed', before, content)
        await this.#jobs.send(transaction, id)
      }),
    )
    this.#store.changed(id)
    return this.#found(id)
  }

  /** Deletes a standing order. @throws ProxyError Portside.StandingOrderConflict, as `change` */
  async delete(id: string, revision: number, by: SignedIn): Promise<void> {
    await this.#store.db.transaction().execute(async (transaction) => {
      const row = await this.#rowOf(id, revision, transaction)
      await transaction.deleteFrom('standing_orders').where('order_id', '=', id).execute()
      await this.#note(transaction, row.project_id, id, by, 'deleted', contentOf(row), null)
    })
    this.#store.changed(id)
  }

  /** Has a standing order checked, unless it is being checked. */
  async ask(id: string, by: SignedIn): Promise<StandingOrder> {
    await this.#jobs.open()
    await this.#store.db.transaction().execute(async (transaction) => {
      const row = await this.#store.row(id, transaction, true)
      if (!row) throw gone()
      if (row.asked_at) return
      const change = { asked_at: new Date(), asked_by: nameOf(by), progress: null }
      await this.#store.write(transaction, row, change)
      await this.#jobs.send(transaction, id)
    })
    this.#store.changed(id)
    return this.#found(id)
  }

  async #found(id: string): Promise<StandingOrder> {
    const row = await this.#store.row(id)
    if (!row) throw gone()
    return orderOf(row)
  }

  async #rowOf(id: string, revision: number, db: OrderStore['db']): Promise<OrderRow> {
    const row = await this.#store.row(id, db, true)
    if (!row) throw gone()
    if (row.revision !== revision)
      throw conflict(
        `${row.changed_by} has changed the standing order since you read it.`,
        'Look at it as it is now, then change it again.',
      )
    return row
  }

  #note(
    db: OrderStore['db'],
    projectId: string,
    order_id: string,
    by: SignedIn,
    kind: 'made' | 'changed' | 'deleted',
    before: OrderContent | null,
    after: OrderContent | null,
  ): Promise<void> {
    const { subject, role } = by
    const at = new Date().toISOString()
    return this.#store.note(db, projectId, {
      ...{ order_id, at, kind, user: nameOf(by), before, after },
      ...{ subject: subject.replaceAll('\0', ''), role },
    })
  }
}

/** A time some minutes later. */
export function minutesAfter(time: Date, minutes: number): Date {
  return new Date(time.getTime() + minutes * 60_000)
}

/** PostgreSQL's texts can't contain U+0000. */
function nameOf({ user }: SignedIn): string {
  return user.replaceAll('\0', '')
}

function lower<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'string' && isUuid(one) ? one.toLowerCase() : one,
  ) as T
}

/** The platform's IDs are in lower case; only its names and texts keep theirs. */
function inLowerCase({ intent, ports, ...content }: OrderContent): OrderContent {
  const { name } = ports
  return {
    ...content,
    intent: lower(intent),
    ports: { ...lower(ports), ...(name !== undefined && { name }) },
  }
}

/** True for the same words, in whatever order they came. */
function isSame(one: OrderContent, other: OrderContent): boolean {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, inner]) => [name, sorted(inner)]),
        )
      : value
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

async function refuseTakenName<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === TAKEN)) throw error
    throw conflict(`The project has a standing order named ${name} already.`, 'Choose another name.')
  }
}

function conflict(message: string, advice: string): ProxyError {
  return ownError('Portside.StandingOrderConflict', message, { advice })
}

function gone(): ProxyError {
  return conflict('The standing order was deleted.', 'Look at the list of standing orders.')
}
