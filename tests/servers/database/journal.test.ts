import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/proxy/database/database.ts'
import { RevisionConflict } from '../../../src/proxy/database/revision-conflict.ts'
import { Journal } from '../../../src/proxy/operations/journal.ts'
import { newOperation, type JournaledOperation } from '../../../src/proxy/operations/journaled-operation.ts'
import { LARGEST_OPERATION } from '../../../src/proxy/operations/stored-operation.ts'
import { DATABASES, newDatabase, open } from './open.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const BY = { user: 'operator', subject: 'operator', role: 'operator' as const }

let count = 0
/** An operation of its own, which swaps two groups of a port. */
function swapOperation(port_id = `port-${++count}`): JournaledOperation {
  return newOperation({
    operation_id: randomUUID(),
    project_id: PROJECT,
    port_id,
    user: 'operator',
    purpose: 'change',
    planned_from: ['a', 'b'],
    desired: ['b', 'a'],
    steps: [
      { kind: 'remove', security_groups: ['a'] },
      { kind: 'insert', security_groups: ['a'] },
    ],
  })
}

describe.each(DATABASES)('the journal on %s', (kind) => {
  let place: Awaited<ReturnType<typeof newDatabase>>
  let database: Database
  let journal: Journal
  const reopen = async () => {
    database = await open(place.config)
    journal = new Journal(database)
  }
  beforeAll(async () => {
    place = await newDatabase(kind)
    await reopen()
  }, 60_000)
  afterAll(async () => {
    await database.close()
    await place.remove()
  })
  const save = (one: JournaledOperation) => {
    one.revision++
    return journal.save(one, JSON.stringify(one), [])
  }
  const add = (one: JournaledOperation) => journal.add(one, BY)
  const begin = async (one: JournaledOperation) => {
    const begun: JournaledOperation = { ...one, status: 'running', revision: one.revision + 1 }
    const its = await journal.begin(begun, JSON.stringify(begun))
    if (its) Object.assign(one, begun)
    return its
  }
  const left = async () => (await journal.abandoned([])).map(({ operation: one }) => one.operation_id)

  test('gives back what was written, whatever characters the platform sent', async () => {
    const one = swapOperation()
    one.port = { id: one.port_id, security_groups: ['a'], name: 'nul \u0000, half \uD800, 名前, "quotes"' }
    expect(await add(one)).toBe(true)
    expect(await journal.find(one.operation_id)).toEqual(one)
  })

  test('takes an ID once', async () => {
    const one = swapOperation()
    await add(one)
    expect(await add({ ...one, user: 'somebody else' })).toBe(false)
    expect((await journal.find(one.operation_id))!.user).toBe('operator')
  })

  test("lists a port's operations, newest first, and no other port's", async () => {
    const [first, second] = [swapOperation('listed'), swapOperation('listed')]
    for (const one of [first, second, swapOperation('other')]) await add(one)
    second.status = 'left'
    second.list_now = ['b', 'a']
    await save(second)
    const page = await journal.ofPort(PROJECT, 'listed', { limit: 1 })
    const { operation_id, created_at } = second
    expect(page.operations).toEqual([
      {
        ...{ operation_id, created_at, project_id: PROJECT, port_id: 'listed', user: 'operator' },
        ...{ purpose: 'change', follows: null, followed_by: null, revision: 2 },
        ...{ status: 'left', list_now: ['b', 'a'], updated_at: second.updated_at },
      },
    ])
    const rest = await journal.ofPort(PROJECT, 'listed', { limit: 1, after: page.next })
    expect(rest).toMatchObject({ operations: [{ operation_id: first.operation_id, list_now: null }] })
    expect(rest.next).toBeUndefined()
    expect(await journal.ofPort('another project', 'listed', { limit: 9 })).toMatchObject({ operations: [] })
  })

  test('one too large to be read is known by its row, and small once written again', async () => {
    const one = swapOperation()
    one.steps[0]!.expected = Array.from({ length: LARGEST_OPERATION / 30 }, () => randomUUID())
    await add(one)
    await begin(one)
    // Its proxy was killed, most likely by the size of this operation.
    const dead = sql`update operations set owner = 'dead' where operation_id = ${one.operation_id}`
    await dead.execute(database.db)
    const all = await journal.abandoned([])
    const found = all.find((other) => other.operation.operation_id === one.operation_id)
    expect(found!.operation).toMatchObject({
      ...{ operation_id: one.operation_id, status: 'running', revision: 2, user: 'operator' },
      ...{ too_large: true, steps: [], planned_from: [], list_now: null },
    })
    expect(await journal.find(one.operation_id)).toEqual(found!.operation)
    const { operations } = await journal.ofPort(PROJECT, one.port_id, { limit: 9 })
    expect(operations).toMatchObject([{ operation_id: one.operation_id, status: 'running', too_large: true }])
    await save({ ...found!.operation, status: 'left' })
    expect((await journal.find(one.operation_id))!.status).toBe('left')
  })

  test('knows which operations are under way, and which wait for a choice', async () => {
    const one = swapOperation()
    await add(one)
    expect(await journal.busy(PROJECT, one.port_id)).toBe(true)
    expect(await journal.awaitingChoice(PROJECT, one.port_id)).toEqual([])
    one.status = 'stopped'
    await save(one)
    expect(await journal.busy(PROJECT, one.port_id)).toBe(false)
    expect(await journal.awaitingChoice(PROJECT, one.port_id)).toEqual([one])
  })

  test('an operation that is done leaves the choice of a later one on its port', async () => {
    const [earlier, done] = [swapOperation(), swapOperation()]
    const later = swapOperation(done.port_id)
    earlier.port_id = done.port_id
    for (const one of [earlier, done, later]) await add(one)
    for (const one of [earlier, later]) await save(Object.assign(one, { status: 'stopped' }))
    expect(await journal.awaitingChoice(PROJECT, done.port_id)).toEqual([later, earlier])
    expect(await journal.awaitingChoice(PROJECT, done.port_id, done.operation_id)).toEqual([earlier])
  })

  test('writes the choice and the operation that follows it both, or neither', async () => {
    const [stopped, following] = [swapOperation(), swapOperation()]
    await add(stopped)
    Object.assign(stopped, { status: 'superseded', revision: 2 })
    const taken = { ...following, operation_id: stopped.operation_id }
    await expect(journal.addFollowing(stopped, [], taken, BY)).rejects.toThrow('operations_operation_id_key')
    expect((await journal.find(stopped.operation_id))!.status).toBe('queued')
    await journal.addFollowing(stopped, [], following, BY)
    expect((await journal.find(stopped.operation_id))!.status).toBe('superseded')
    expect(await journal.find(following.operation_id)).toEqual(following)
  })

  test('has it all after it was closed and opened again', async () => {
    const one = swapOperation()
    await add(one)
    await database.close()
    await reopen()
    expect(await journal.find(one.operation_id)).toEqual(one)
  })

  test('is written only by who has read the last revision', async () => {
    const one = swapOperation()
    await add(one)
    const other = { ...one, user: 'another proxy' }
    await save(one)
    await expect(save(other)).rejects.toThrow(RevisionConflict)
    await expect(journal.addFollowing(other, [], swapOperation(), BY)).rejects.toThrow(RevisionConflict)
    await expect(begin({ ...other, revision: 1 })).rejects.toThrow(RevisionConflict)
    expect((await journal.find(one.operation_id))!.user).toBe('operator')
  })

  test('lets operations on a port begin one at a time, in the order of asking', async () => {
    const [first, second, elsewhere] = [
      swapOperation('queue'),
      swapOperation('queue'),
      swapOperation('elsewhere'),
    ]
    for (const one of [first, second, elsewhere]) await add(one)
    expect(await begin(second)).toBe(false)
    expect([await begin(first), await begin(elsewhere)]).toEqual([true, true])
    expect(await begin(second)).toBe(false)
    first.status = 'waiting'
    await save(first)
    expect(await begin(second)).toBe(false)
    first.status = 'stopped'
    await save(first)
    expect(await begin(second)).toBe(true)
  })

  test('lets one of many begin that ask at the same moment', async () => {
    const many = Array.from({ length: 8 }, () => swapOperation('crowded'))
    for (const one of many) await add(one)
    const begun = await Promise.all(many.map(begin))
    expect(begun.map((its, at) => its && at).filter((at) => at !== false)).toEqual([0])
  })

  test('finds what a proxy that is gone left behind, and nothing that is at work', async () => {
    const [under, closed] = [swapOperation(), swapOperation()]
    await add(under)
    await add(closed)
    await save(Object.assign(closed, { status: 'done' }))
    // This proxy's own, of which it knows nothing, as after a lost result of the database.
    expect(await left()).toContain(under.operation_id)
    expect(await journal.abandoned(await left())).toEqual([])
    await database.close()
    await reopen()
    const found = await journal.abandoned([])
    expect(found.find((one) => one.operation.operation_id === under.operation_id)).toEqual({
      operation: under,
      // In a folder the time of the crash is unknown: it may have been long ago.
      lately: kind === 'PostgreSQL',
    })
    expect(found.map((one) => one.operation.operation_id)).not.toContain(closed.operation_id)
    await save(under)
    expect(await journal.ownRevision(under.operation_id)).toBe(under.revision)
  })
})
