import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, inject, test } from 'vitest'
import { createDatabase, POSTGRES } from '../../stage/postgres.ts'
import { operationsOver, startStage } from '../operations/ask-operations.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

/** Passes connections on to a database, and can break one so that its commit has no response. */
async function relay(url: string) {
  const { searchParams, pathname, username } = new URL(url)
  const path = `${searchParams.get('host')}/.s.PGSQL.5432`
  let armed = false
  let lost = 0
  const server = createServer((client) => {
    const database = connect(path)
    let writesOperation = false
    let losing = false
    client.on('data', (data) => {
      const text = data.toString('latin1')
      if (text.includes('insert into "operations"')) writesOperation = true
      if (/\bcommit\b/.test(text)) {
        losing = armed && writesOperation
        writesOperation = false
      }
      database.write(data)
    })
    database.on('data', (data) => {
      if (!losing) return client.write(data)
      // It is committed.
      armed = false
      lost++
      client.destroy()
      database.destroy()
    })
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `postgres://${username}@127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    loseCommit: () => (armed = true),
    lost: () => lost,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

test.skipIf(!POSTGRES)(
  'an operation whose commit had no response is carried out soon, and once',
  async () => {
    const database = await createDatabase(inject('postgresFolder'))
    const between = await relay(database.url)
    const stage = await startStage({ DATABASE_URL: between.url })
    const bulk = bulkChangesOver(stage.proxy.call)
    const ports = [await stage.portWith('abc'), await stage.portWith('abc')]
    const counts = await Promise.all(ports.map((port) => stage.countChanges(port)))
    between.loseCommit()
    const body = bulkRequest([{ from: stage.ids('abc'), to: stage.ids('xabc'), ports }])
    await bulk.post(body)
    const ended = await bulk.settled(body.bulk_change_id)
    expect(between.lost()).toBe(1)
    expect(ended).toMatchObject({ state: 'done', counts: { done: 2 } })
    expect(await Promise.all(counts.map((count) => count()))).toEqual([1, 1])
    for (const port of ports) expect(await operationsOver(stage.proxy.call).ofPort(port)).toHaveLength(1)
    await stage.close()
    await between.close()
    await database.remove()
  },
  60_000,
)
