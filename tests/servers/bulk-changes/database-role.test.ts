import { expect, inject, test } from 'vitest'
import { openJobs } from '../../../src/proxy/database/job-tables.ts'
import { kysely } from '../../../src/proxy/database/kysely.ts'
import { createDatabase, openPool, POSTGRES } from '../../stage/postgres.ts'
import { startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

test.skipIf(!POSTGRES)(
  'a role that owns nothing carries bulk changes out, and can change no entry',
  async () => {
    const server = await createDatabase(inject('postgresFolder'))
    const role = `${new URL(server.url).pathname.slice(1)}_app`
    await server.query(`create role ${role} login`)
    const stage = await startStage({ DATABASE_URL: server.urlAs(role), DATABASE_OWNER_URL: server.url })
    const bulk = bulkChangesOver(stage.proxy.call)
    const ports = [await stage.portWith('abc'), await stage.portWith('abc')]
    const body = bulkRequest([{ from: stage.ids('abc'), to: stage.ids('bca'), ports }], { pause_seconds: 1 })
    expect((await bulk.post(body)).error).toMatchObject({ bulk_change: { state: 'running' } })
    expect(await bulk.settled(body.bulk_change_id)).toMatchObject({ state: 'done', counts: { done: 2 } })
    // The owner too is refused by the trigger.
    await expect(server.query('delete from bulk_entries')).rejects.toThrow('bulk_entries is append-only')
    // Nothing is left to do, and no job.
    await expect.poll(() => server.query('select 1 from portside_jobs.job')).toEqual([])
    await stage.close()
    await server.query(`drop owned by ${role}`)
    await server.query(`drop role ${role}`)
    await server.remove()
  },
  60_000,
)

test.skipIf(!POSTGRES)('the log says what to grant to a role that may make no schema', async () => {
  const server = await createDatabase(inject('postgresFolder'))
  const name = new URL(server.url).pathname.slice(1)
  const role = `${name}_small`
  await server.query(`create role ${role} login`)
  const db = kysely(openPool(server.urlAs(role), 1))
  const advice = `let its role make the schema portside_jobs: grant create on database "${name}" to "${role}"`
  await expect(openJobs(db)).rejects.toThrow(advice)
  await server.query(`grant create on database "${name}" to ${role}`)
  await openJobs(db)
  await db.destroy()
  await server.query(`drop owned by ${role}`)
  await server.query(`drop role ${role}`)
  await server.remove()
})
