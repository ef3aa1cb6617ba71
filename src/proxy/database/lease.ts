import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { sql, type Kysely } from 'kysely'
import type { Query } from './own-connection.ts'
import type { Tables } from './tables.ts'

/**
 * A proxy's time-limited right to its operations, in the database. While its lease holds, no other
 * proxy takes them over. It is not a lock of the database: a lock stays when a machine or a network
 * fails, and a paused proxy keeps it. Only the database's clock says when a lease is over
 * (docs/decisions/0003-leases.md).
 */
export type Lease = {
  /** This proxy, in the `owner` of its operations. */
  readonly proxyId: string
  /** True where other proxies may share the database. */
  readonly shared: boolean
  /** How often, in milliseconds, this proxy looks for leases of others that are over. */
  readonly checkMs: number
  /**
   * The number of the time in which the lease has held without a gap; undefined while it may be
   * over. While the number is the same, no other proxy has taken an operation from this one.
   */
  term(): number | undefined
  /** Renews the lease, from now. @throws ProxyError Portside.DatabaseUnavailable */
  renew(): Promise<void>
  /** Ends the lease: other proxies take over the remaining operations at once. */
  end(): Promise<void>
}

/**
 * The lease of the only proxy. The lock of the folder makes sure that it is: the other proxies in
 * the table are dead.
 * @param holds whether the folder is still locked for this process
 */
export async function onlyLease(db: Kysely<Tables>, holds: () => boolean): Promise<Lease> {
  const proxyId = randomUUID()
  await db.deleteFrom('proxies').execute()
  await db.insertInto('proxies').values({ proxy_id: proxyId, lease_until: 'infinity' }).execute()
  return {
    proxyId,
    shared: false,
    checkMs: Infinity,
    term: () => (holds() ? 1 : undefined),
    // A lost folder can't be locked again: its database refuses every query.
    renew: async () => {
      await sql`select 1`.execute(db)
    },
    end: async () => {},
  }
}

const RENEW = `insert into proxies (proxy_id, lease_until)
  values ($1, clock_timestamp() + $2 * interval '1 millisecond')
  on conflict (proxy_id) do update set lease_until = excluded.lease_until`
const END = `with ended as (update proxies set lease_until = clock_timestamp() where proxy_id = $1 returning 1)
  select pg_notify('portside_proxies', $1) from ended`

/** How often a lease is renewed while it lasts, so that one or two late renewals do no harm. */
const RENEWALS = 5

/**
 * A lease of `milliseconds`, which is renewed until it is ended.
 * @param query on a connection of its own, so that nothing delays a renewal
 */
export async function sharedLease(
  db: Kysely<Tables>,
  query: Query,
  milliseconds: number,
  log: FastifyBaseLogger,
): Promise<Lease> {
  const proxyId = randomUUID()
  // Two clocks: one that can't be set, and one that goes on while the machine sleeps.
  let until = { steady: -Infinity, wall: -Infinity }
  let term = 0
  const holds = () => performance.now() < until.steady && Date.now() < until.wall
  const renew = async () => {
    // Counted from before the query: the database counts from when it receives it.
    const renewed = { steady: performance.now() + milliseconds, wall: Date.now() + milliseconds }
    await query(RENEW, [proxyId, milliseconds])
    if (!holds()) term++
    if (renewed.steady > until.steady) until = renewed
  }
  await renew()
  // Dead proxies without operations are deleted after a day.
  await db
    .deleteFrom('proxies')
    .where(sql<boolean>`lease_until < now() - interval '1 day'`)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('operations').select('owner').whereRef('owner', '=', 'proxies.proxy_id'))),
    )
    .execute()

  const checkMs = milliseconds / RENEWALS
  let failing = false
  let renewing: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renew().then(
      () => {
        if (failing) log.info('the database can be reached again')
        failing = false
      },
      (error: unknown) => {
        if (!failing) log.error({ err: error }, 'the database can not be reached; trying again')
        failing = true
      },
    )
  }, checkMs)
  return {
    proxyId,
    shared: true,
    checkMs,
    term: () => (holds() ? term : undefined),
    renew,
    async end() {
      clearInterval(timer)
      await renewing
      until = { steady: -Infinity, wall: -Infinity }
      await query(END, [proxyId])
    },
  }
}
