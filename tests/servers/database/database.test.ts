import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ConfigError } from '../../../src/proxy/config.ts'
import { appendOnly } from '../../../src/proxy/database/append-only.ts'
import type { Database } from '../../../src/proxy/database/database.ts'
import type { Tables } from '../../../src/proxy/database/tables.ts'
import { endEntry } from '../../../src/proxy/audit-log/entries.ts'
import { addAuditEntries, beginAuditRecord } from '../../../src/proxy/audit-log/write.ts'
import { newOperation } from '../../../src/proxy/operations/journaled-operation.ts'
import { OperationStore } from '../../../src/proxy/operations/operation-store.ts'
import { createDatabase, POSTGRES, type TestDatabase } from '../../stage/postgres.ts'
import { DATABASES, newDatabase, open } from './open.ts'

let dataFolder: string
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'portside-database-'))
})
afterAll(() => rm(dataFolder, { recursive: true }))

test('a folder belongs to one proxy at a time', async () => {
  const database = await open({ dataFolder })
  await expect(open({ dataFolder })).rejects.toThrow('is in use by another Portside')
  await database.close()
}, 60_000)

const countOf = async ({ db }: Database) =>
  (await sql`select reltuples::int as rows from pg_class where relname = 'grown'`.execute(db)).rows

test('PGlite gets statistics of tables that have grown, when it is opened', async () => {
  const before = await open({ dataFolder })
  await sql`create table grown (number int)`.execute(before.db)
  await sql`insert into grown select generate_series(1, 20000)`.execute(before.db)
  expect(await countOf(before)).toEqual([{ rows: -1 }])
  await before.close()
  const after = await open({ dataFolder })
  expect(await countOf(after)).toEqual([{ rows: 20_000 }])
  await sql`drop table grown`.execute(after.db)
  await after.close()
}, 60_000)

test('what is in an append-only table can be added to and read, and nothing else', async () => {
  const { db, close } = await open({ dataFolder })
  await sql`create table kept (word text)`.execute(db)
  await appendOnly(db, 'kept')
  await sql`insert into kept values ('said')`.execute(db)
  for (const change of ["update kept set word = 'unsaid'", 'delete from kept where false', 'truncate kept'])
    await expect(sql.raw(change).execute(db)).rejects.toThrow('refused: kept is append-only')
  expect((await sql`select word from kept`.execute(db)).rows).toEqual([{ word: 'said' }])
  await close()
}, 60_000)

/** What takes a database back to before the migration of History. */
const BEFORE_HISTORY = [
  'drop table open_records',
  'drop function portside_record_begun() cascade',
  'drop function portside_record_ended() cascade',
  'drop index records_of_user, records_of_kind',
  "delete from kysely_migration where name = '007_history'",
]

/** Begins an audit record that says nothing. */
const begin = (db: Kysely<Tables>, record_id: string) =>
  beginAuditRecord(db, {
    ...{ record_id, kind: 'change', project_id: 'p', port_id: 'p', user: 'u', subject: null, role: null },
    ...{ at: '2026-11-26T00:00:00Z', before: null, planned: null, undo_to: null, plan: [], follows: null },
  })
const openOnes = async ({ db }: Database) =>
  (await db.selectFrom('open_records').select('record_id').execute()).map(({ record_id }) => record_id)

test.each(DATABASES)(
  'audit records without an end are known, those of before an update too: %s',
  async (kind) => {
    const { config, remove } = await newDatabase(kind)
    const [older, ended, begun] = [randomUUID(), randomUUID(), randomUUID()]
    const earlier = await open(config)
    for (const id of [older, ended]) await begin(earlier.db, id)
    await addAuditEntries(earlier.db, ended, [endEntry('done', [], null)])
    for (const undo of BEFORE_HISTORY) await sql.raw(undo).execute(earlier.db)
    await earlier.close()

    const updated = await open(config)
    expect(await openOnes(updated)).toEqual([older])
    await begin(updated.db, begun)
    expect(await openOnes(updated)).toEqual([older, begun])
    await addAuditEntries(updated.db, older, [endEntry('stopped', [], null)])
    await addAuditEntries(updated.db, older, [endEntry('done', [], null)])
    expect(await openOnes(updated)).toEqual([begun])
    await updated.close()
    await remove()
  },
  60_000,
)

test.skipIf(!POSTGRES)(
  'an audit record that ends during an update has an end',
  async () => {
    const { config, remove } = await newDatabase('PostgreSQL')
    const earlier = await open(config)
    const id = randomUUID()
    await begin(earlier.db, id)
    for (const undo of BEFORE_HISTORY) await sql.raw(undo).execute(earlier.db)
    const ending = await earlier.db.startTransaction().execute()
    await addAuditEntries(ending, id, [endEntry('done', [], null)])
    const updating = open(config)
    const waiting = sql`select from pg_locks l join pg_database d on d.oid = l.database
      where not granted and datname = current_database()`
    const isWaiting = async () => (await waiting.execute(earlier.db)).rows.length
    await expect.poll(isWaiting, { timeout: 20_000 }).toBe(1)
    await ending.commit().execute()
    const updated = await updating
    expect(await openOnes(updated)).toEqual([])
    for (const { close } of [updated, earlier]) await close()
    await remove()
  },
  60_000,
)

describe.skipIf(!POSTGRES)('a PostgreSQL with an owner of its own', () => {
  let server: TestDatabase
  let role: string
  beforeAll(async () => {
    server = await createDatabase(inject('postgresFolder'))
    role = `${new URL(server.url).pathname.slice(1)}_app`
    await server.query(`create role ${role} login`)
  })
  afterAll(async () => {
    await server.query(`drop owned by ${role}`)
    await server.query(`drop role ${role}`)
    await server.remove()
  })

  test('lets the proxy do its work, but change no audit record', async () => {
    const config = { databaseUrl: server.urlAs(role), databaseOwnerUrl: server.url, dataFolder }
    // Two proxies that start at the same moment.
    const [database, second] = await Promise.all([open(config), open(config)])
    await second.close()
    const operation = newOperation({
      operation_id: randomUUID(),
      project_id: 'f5dab68cd75740e68c599e9af5fe0aed',
      port_id: 'port',
      user: 'operator',
      purpose: 'change',
      planned_from: ['a'],
      desired: ['b', 'a'],
      steps: [{ kind: 'insert', security_groups: ['b'], index: 0 }],
    })
    const store = new OperationStore(database)
    await store.journal.add(operation, { user: 'operator', subject: 'operator', role: 'operator' })
    expect(await store.begin(operation)).toBe(true)
    store.note(operation, endEntry('done', ['b', 'a'], null))
    await store.save(Object.assign(operation, { status: 'done' }))
    expect(await server.query('select kind from record_entries')).toContainEqual({ kind: 'end' })

    for (const [table, id] of [
      ...['records', 'record_entries', 'record_terms'].map((name) => [name, 'record_id']),
      ['bulk_entries', 'bulk_change_id'],
    ])
      for (const refused of [
        `update ${table} set ${id} = ${id}`,
        `delete from ${table}`,
        `truncate ${table} cascade`,
        `drop table ${table} cascade`,
        `alter table ${table} disable trigger append_only`,
        `alter table ${table} disable trigger all`,
        `drop trigger append_only on ${table}`,
        `create trigger quiet before insert on ${table} execute function portside_append_only()`,
      ])
        await expect(sql.raw(refused).execute(database.db), refused).rejects.toMatchObject({ code: '42501' })
    // Triggers keep it, with the owner's rights.
    for (const refused of ['delete from open_records', `insert into open_records values ('${randomUUID()}')`])
      await expect(sql.raw(refused).execute(database.db), refused).rejects.toMatchObject({ code: '42501' })
    expect(await openOnes(database)).toEqual([])
    await expect(sql`drop function portside_append_only() cascade`.execute(database.db)).rejects.toThrow(
      'owner',
    )
    await expect(sql`drop schema public cascade`.execute(database.db)).rejects.toThrow('owner')
    await database.close()
    // Once prepared, it no longer needs the owner.
    await (await open({ databaseUrl: server.urlAs(role), dataFolder })).close()
  }, 60_000)

  test('refuses a proxy that is given a role which could', async () => {
    const opening = open({ databaseUrl: server.url, databaseOwnerUrl: server.url, dataFolder })
    await expect(opening).rejects.toThrow(ConfigError)
    await expect(opening).rejects.toThrow(
      'could change or delete audit records although DATABASE_OWNER_URL is set',
    )
  })

  test('says what to grant to an owner that may make no schema for the jobs', async () => {
    const empty = await createDatabase(inject('postgresFolder'))
    const name = new URL(empty.url).pathname.slice(1)
    const owner = `${name}_owner`
    await empty.query(`create role ${owner} login`)
    await empty.query(`alter schema public owner to ${owner}`)
    const config = { databaseUrl: empty.urlAs(role), databaseOwnerUrl: empty.urlAs(owner), dataFolder }
    await expect(open(config)).rejects.toThrow(`grant create on database "${name}" to "${owner}"`)
    await empty.query(`grant create on database "${name}" to "${owner}"`)
    await (await open(config)).close()
    for (const one of [owner, role]) await empty.query(`drop owned by ${one} cascade`)
    await empty.remove()
    await server.query(`drop role ${owner}`)
  }, 60_000)

  test('says what to do to a role that may not migrate', async () => {
    const empty = await createDatabase(inject('postgresFolder'))
    const opening = open({ databaseUrl: empty.urlAs(role), dataFolder })
    await expect(opening).rejects.toThrow(/permission denied.*set DATABASE_OWNER_URL/)
    await empty.remove()
  })
})

describe('a database that can not be opened', () => {
  test('because its folder is a file', async () => {
    const file = join(dataFolder, 'file')
    await writeFile(file, '')
    const opening = open({ dataFolder: file })
    await expect(opening).rejects.toThrow(ConfigError)
    await expect(opening).rejects.toThrow('PORTSIDE_DATA')
  })

  test('because it is of a later Portside', async () => {
    const folder = join(dataFolder, 'later')
    await mkdir(join(folder, 'journal'), { recursive: true })
    await writeFile(join(folder, 'journal', 'PG_VERSION'), '99\n')
    await expect(open({ dataFolder: folder })).rejects.toThrow(ConfigError)
  }, 60_000)

  test('because no database is there; its password is not repeated', async () => {
    const opening = open({ databaseUrl: 'postgresql://portside:secret@127.0.0.1:1/x', dataFolder })
    await expect(opening).rejects.toThrow(/^DATABASE_URL can't be used \(.*ECONNREFUSED.*\)/)
    await expect(opening).rejects.not.toThrow('secret')
  })
})
