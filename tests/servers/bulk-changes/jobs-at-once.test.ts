import { EventEmitter } from 'node:events'
import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { expect, inject, test } from 'vitest'
import { BulkStore } from '../../../src/proxy/bulk-changes/bulk-store.ts'
import { Jobs, type JobKind } from '../../../src/proxy/jobs.ts'
import { kysely } from '../../../src/proxy/database/kysely.ts'
import type { Lease } from '../../../src/proxy/database/lease.ts'
import { createDatabase, openPool, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'

/** What two proxies have on one database. */
function twoOn(database: TestDatabase, kind: JobKind) {
  const db = kysely(openPool(database.url))
  const stopping = new AbortController()
  const [one, other] = [1, 2].map(() => {
    const lease = { proxyId: randomUUID(), shared: true } as Lease
    const store = new BulkStore({ db, lease, notices: new EventEmitter() })
    // The database has no other tables than those of the jobs.
    store.open = async () => []
    return { store, jobs: new Jobs(kind, store, Fastify().log, stopping.signal) }
  })
  return { db, one: one!, other: other!, stop: () => stopping.abort() }
}

test.skipIf(!POSTGRES)('a choice meets the job for the next wave: it is not left for later', async () => {
  const database = await createDatabase(inject('postgresFolder'))
  const db = kysely(openPool(database.url))
  const lease = { proxyId: randomUUID(), shared: true } as Lease
  const jobs = new Jobs(
    { queue: 'bulk-changes', what: 'bulk changes', expiresSeconds: 12 },
    new BulkStore({ db, lease, notices: new EventEmitter() }),
    Fastify().log,
    new AbortController().signal,
  )
  await jobs.open()
  const id = randomUUID()
  let chosen: Promise<void> | undefined
  // The step that waits for the next wave commits after the user's choice was begun.
  await db.transaction().execute(async (step) => {
    await jobs.send(step, id, new Date(Date.now() + 3_600_000))
    chosen = db.transaction().execute((choice) => jobs.send(choice, id))
    await new Promise((resolve) => setTimeout(resolve, 300))
  })
  await chosen
  const waiting = await database.query('select start_after <= now() as due from portside_jobs.job')
  expect(waiting).toEqual([{ due: true }])
  await db.destroy()
  await database.remove()
})

test.skipIf(!POSTGRES)(
  'a step that takes long is not done by a second proxy, unless the first is dead',
  async () => {
    const database = await createDatabase(inject('postgresFolder'))
    const kind = { what: 'tests', queue: 'standing-orders', expiresSeconds: 1 } as const
    const { db, one, other, stop } = twoOn(database, { ...kind, longestSeconds: 60 })
    await Promise.all([one.jobs.open(), other.jobs.open()])
    const at: string[] = []
    for (const [name, { jobs }] of Object.entries({ one, other }))
      jobs.start(async () => {
        at.push(name)
        await new Promise((resolve) => setTimeout(resolve, 7000))
        return null
      })
    const id = randomUUID()
    await db.transaction().execute((transaction) => one.jobs.send(transaction, id))
    // Each looks at once.
    const wake = () => [one, other].map(({ store }) => store.changed(id))
    await expect.poll(() => wake() && at, { timeout: 5000 }).toHaveLength(1)
    wake()
    await new Promise((resolve) => setTimeout(resolve, 6400))
    expect(at).toHaveLength(1)
    const left = () => database.query('select from portside_jobs.job')
    await expect.poll(left, { timeout: 5000 }).toEqual([])
    // One that was killed at its step says nothing more.
    await db.transaction().execute((transaction) => one.jobs.send(transaction, id))
    await database.query(`update portside_jobs.job set state = 'active', started_on = now()`)
    wake()
    await expect.poll(() => at, { timeout: 15_000 }).toHaveLength(2)
    stop()
    await Promise.all([one.jobs.close(), other.jobs.close()])
    await db.destroy()
    await database.remove()
  },
  60_000,
)
