import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '../database/database.ts'
import { Journal } from './journal.ts'
import { newRecord, type OperationRecord } from './record.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const BY = { user: 'operator', subject: 'operator', role: 'operator' as const }

let dataFolder: string
let database: Database
let journal: Journal
async function open() {
  database = await openDatabase({ dataFolder })
  journal = new Journal(database.db)
}
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'portside-journal-'))
  await open()
}, 60_000)
afterAll(async () => {
  await database.close()
  await rm(dataFolder, { recursive: true })
})

let count = 0
/** A record of its own, to swap two groups of a port. */
function record(port_id = `port-${++count}`): OperationRecord {
  return newRecord({
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
const add = (one: OperationRecord) => journal.add(one, BY)
const save = (one: OperationRecord) => journal.save(one, JSON.stringify(one), [])

describe('the journal', () => {
  test('gives back what was written, whatever characters the platform sent', async () => {
    const one = record()
    one.port = { id: one.port_id, security_groups: ['a'], name: 'nul \u0000, half \uD800, 名前, "quotes"' }
    expect(await add(one)).toBe(true)
    expect(await journal.find(one.operation_id)).toEqual(one)
  })

  test('takes an ID once', async () => {
    const one = record()
    await add(one)
    expect(await add({ ...one, user: 'somebody else' })).toBe(false)
    expect((await journal.find(one.operation_id))!.user).toBe('operator')
  })

  test("lists a port's operations, newest first, and no other port's", async () => {
    const [first, second] = [record('listed'), record('listed')]
    for (const one of [first, second, record('other')]) await add(one)
    expect(await journal.ofPort(PROJECT, 'listed')).toEqual([second, first])
    expect(await journal.ofPort('another project', 'listed')).toEqual([])
  })

  test('knows which operations are under way, and which ask for an answer', async () => {
    const one = record()
    await add(one)
    expect(await journal.busy(PROJECT, one.port_id)).toBe(true)
    expect(await journal.unanswered(PROJECT, one.port_id)).toEqual([])
    one.status = 'stopped'
    await save(one)
    expect(await journal.busy(PROJECT, one.port_id)).toBe(false)
    expect(await journal.unanswered(PROJECT, one.port_id)).toEqual([one])
    expect(await journal.allOpen()).toContainEqual(one)
    one.status = 'done'
    await save(one)
    expect(await journal.allOpen()).not.toContainEqual(one)
  })

  test('writes an answered operation and the one that follows it both, or neither', async () => {
    const [answered, following] = [record(), record()]
    await add(answered)
    answered.status = 'superseded'
    const taken = { ...following, operation_id: answered.operation_id }
    await expect(journal.addFollowing(answered, [], taken, BY)).rejects.toThrow('operations_operation_id_key')
    expect((await journal.find(answered.operation_id))!.status).toBe('queued')
    await journal.addFollowing(answered, [], following, BY)
    expect((await journal.find(answered.operation_id))!.status).toBe('superseded')
    expect(await journal.find(following.operation_id)).toEqual(following)
  })

  test('has it all after it was closed and opened again', async () => {
    const one = record()
    await add(one)
    await database.close()
    await open()
    expect(await journal.find(one.operation_id)).toEqual(one)
  })
})
