import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { sql, type Kysely } from 'kysely'
import type { Query } from './own-connection.ts'
import type { Tables } from './tables.ts'

/**
 * A proxy's claim, in the database, to be alive. While its lease holds, no other proxy takes its
 * operations over. A lease and not a lock of the database: a lock outlives its proxy where a
 * machine or a network dies, and a proxy that is merely paused keeps it. Only the database's clock
 * says when a lease is over.
 */
export type Lease = {
  /** This proxy, in the `owner` of its operations. */
  readonly proxyId: string
  /** True where other proxies may share the database. */
  readonly shared: boolean
  /** How often, in milliseconds, to look whether another proxy's lease is over. */
  readonly checkMs: number
  /**
   * Counts the times that the lease has held without a gap; undefined while it may be over. As long
   * as it is the same, nobody has taken anything over from this proxy in between.
   */
  term(): number | undefined
  /** Makes the lease hold from now on. @throws ProxyError Portside.DatabaseUnavailable */
  renew(): Promise<void>
  /** Gives the lease up: other proxies take over at once what is left. */
  end(): Promise<void>
}

/**
 * A proxy that has the database to itself, as the folder's lock makes sure: whoever else is in it,
 * is dead.
 * @param holds whether the lock does
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
    // A folder that was lost is not to be had again: its database refuses to be asked.
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

/** How often a lease is renewed while it lasts: a late renewal or two does no harm. */
const RENEWALS = 5

/**
 * A lease of `milliseconds`, renewed until it is ended.
 * @param query asks the database on a connection that nothing else waits for
 */
export async function sharedLease(
  db: Kysely<Tables>,
  query: Query,
  milliseconds: number,
  log: FastifyBaseLogger,
): Promise<Lease> {
  const proxyId = randomUUID()
  // Two clocks: one that nobody sets, and one that goes on while the machine sleeps.
  let until = { steady: -Infinity, wall: -Infinity }
  let term = 0
  const holds = () => performance.now() < until.steady && Date.now() < until.wall
  const renew = async () => {
    // From before the question: the database counts from when it gets it.
    const renewed = { steady: performance.now() + milliseconds, wall: Date.now() + milliseconds }
    await query(RENEW, [proxyId, milliseconds])
    if (!holds()) term++
    if (renewed.steady > until.steady) until = renewed
  }
  await renew()
  // Who died and left nothing behind is forgotten after a day.
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
