import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/proxy/config.ts'
import { appendOnly } from '../../src/proxy/database/append-only.ts'
import { open } from './open.ts'

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
