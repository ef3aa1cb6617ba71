import { EventEmitter } from 'node:events'
import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { BulkStore } from '../../../src/proxy/bulk-changes/bulk-store.ts'
import { Jobs } from '../../../src/proxy/jobs.ts'
import { kysely } from '../../../src/proxy/database/kysely.ts'
import type { Lease } from '../../../src/proxy/database/lease.ts'
import { createDatabase, POSTGRES } from '../../stage/postgres.ts'

test.skipIf(!POSTGRES)('a choice meets the job for the next wave: it is not left for later', async () => {
  const database = await createDatabase(inject('postgresFolder'))
  const pool = new pg.Pool({ connectionString: database.url })
  // The database may go before its connections have ended.
  pool.on('error', () => {})
  const db = kysely(pool)
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
