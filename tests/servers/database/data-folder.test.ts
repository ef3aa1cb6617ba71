import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { BUILT_EMPTY_JOURNAL, startProxy } from '../../stage/proxy.ts'
import { builtProxy, KillableProxy, type Built } from '../operations/killable.ts'
import { operationsOver, planned, startStage } from '../operations/ask-operations.ts'
import { open } from './open.ts'

/** True where a small disk can be made: on Linux, as root. */
function canMount(): boolean {
  try {
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  }
}

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'portside-data-'))
})
afterAll(() => rm(place, { recursive: true }))

/** A disk of its own for one test, which can be filled. */
async function newDisk(megabytes: number) {
  const folder = await mkdtemp(join(place, 'disk-'))
  const mount = (...options: string[]) => execFileSync('mount', ['-t', 'tmpfs', ...options, 'tmpfs', folder])
  mount('-o', `size=${megabytes}m`)
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]))
  const filling = join(folder, 'filling')
  return {
    data: join(folder, 'data'),
    async fill() {
      const { bavail, bsize } = await statfs(folder)
      await writeFile(filling, Buffer.alloc(bavail * bsize))
    },
    free: () => rm(filling),
    readOnly: () => mount('-o', 'remount,ro'),
    writable: () => mount('-o', 'remount,rw'),
  }
}

describe('two proxies that share nothing but the data folder', () => {
  let built: Built
  beforeAll(async () => {
    built = await builtProxy()
  }, 60_000)
  afterAll(() => built.remove())

  test('are not two: the second says who has it, and the dead one frees it', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(async () => {
        const TMPDIR = await mkdtemp(join(place, 'tmp-'))
        return new KillableProxy(built, 'http://127.0.0.1:9', { TMPDIR })
      }),
    )
    await one!.start()
    await expect(two!.start()).rejects.toThrow(
      /ended with 2: .*PORTSIDE_DATA: the journal in .* is in use by another Portside \(process \d+ on \S+, since/,
    )
    await one!.stop('SIGKILL')
    await two!.start()
    await two!.stop('SIGTERM')
  }, 60_000)
})

test('an incomplete journal is never written over', async () => {
  const dataFolder = join(place, 'part')
  const journal = join(dataFolder, 'journal')
  await mkdir(join(journal, 'base'), { recursive: true })
  await writeFile(join(journal, 'base', '1'), 'restored')
  await expect(open({ dataFolder })).rejects.toThrow(/is incomplete .*restore all of it from a backup/)
  await expect(startProxy({ PORTSIDE_DATA: dataFolder })).rejects.toThrow(/is incomplete/)
  expect(await readdir(journal)).toEqual(['base'])
  expect(await readFile(join(journal, 'base', '1'), 'utf8')).toBe('restored')
})

test('a new journal is for this user alone, though it is copied from read-only files', async () => {
  const emptyJournal = join(place, 'read-only-empty')
  await cp(BUILT_EMPTY_JOURNAL, emptyJournal, { recursive: true })
  execFileSync('chmod', ['-R', 'a-w', emptyJournal])
  const dataFolder = join(place, 'private')
  const database = await open({ dataFolder, emptyJournal })
  await database.close()
  const modes = await Promise.all(
    ['', 'base', 'PG_VERSION'].map(
      async (name) => (await stat(join(dataFolder, 'journal', name))).mode & 0o777,
    ),
  )
  expect(modes).toEqual([0o700, 0o700, 0o600])
})

test('a file where a journal is to be made is named, not the disk', async () => {
  const dataFolder = join(place, 'taken')
  await mkdir(dataFolder)
  await writeFile(join(dataFolder, 'journal.new'), 'kept')
  await expect(open({ dataFolder })).rejects.toThrow(/journal\.new'\): something else has that name/)
  expect(await readFile(join(dataFolder, 'journal.new'), 'utf8')).toBe('kept')
})

test('what a broken off first start left is made anew', async () => {
  const dataFolder = join(place, 'broken-off')
  await mkdir(join(dataFolder, 'journal.new', 'journal', 'base'), { recursive: true })
  await writeFile(join(dataFolder, 'journal.new', 'journal', 'PG_VERSION'), '')
  await (await open({ dataFolder })).close()
  expect(await readdir(dataFolder)).toEqual(['journal'])
})

test('a proxy whose folder was replaced is not ready and sends nothing', async () => {
  const PORTSIDE_DATA = join(place, 'replaced')
  const stage = await startStage({ PORTSIDE_DATA })
  onTestFinished(() => stage.close())
  const portId = await stage.portWith('abc')
  const operations = operationsOver(stage.proxy.call)
  await operations.ofPort(portId)
  const journal = join(PORTSIDE_DATA, 'journal')
  await rename(journal, `${journal}-away`)
  await cp(`${journal}-away`, journal, { recursive: true })
  const before = await readdir(journal)
  const changes = await stage.countChanges(portId)
  const { status, error } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('cab')))
  expect(status).toBe(503)
  expect(error.error_msg).toMatch(/journal can't be written to: its folder was moved away or replaced/)
  expect(error.advice).toContain("Portside sends nothing that it can't record")
  expect((await fetch(`${stage.proxy.address}/readyz`)).status).toBe(503)
  expect(await changes()).toBe(0)
  expect(await readdir(journal)).toEqual(before)
}, 60_000)

describe.skipIf(!canMount())('a disk that can not be written to', () => {
  test('full under a running proxy: not ready, nothing sent; freed, it goes on', async () => {
    const disk = await newDisk(160)
    const stage = await startStage({ PORTSIDE_DATA: disk.data })
    onTestFinished(() => stage.close())
    const operations = operationsOver(stage.proxy.call)
    const ready = async () => (await fetch(`${stage.proxy.address}/readyz`)).status
    await operations.ofPort(await stage.portWith('abc'))
    expect(await ready()).toBe(200)
    await disk.fill()
    await expect.poll(ready).toBe(503)

    // PostgreSQL still fills the free parts of its files.
    for (;;) {
      const portId = await stage.portWith('abc')
      const changes = await stage.countChanges(portId)
      const plan = planned(stage.ids('abc'), stage.ids('cab'))
      const { status, error } = await operations.post(portId, plan)
      if (status === 202) {
        await operations.settled(plan.operation_id)
        continue
      }
      expect(error).toMatchObject({ error_code: 'Portside.NotRecorded', outcome: 'not_sent' })
      expect(error.error_msg).toContain('(no space is left on its disk), so nothing was sent')
      expect(error.advice).toContain('free space there')
      expect(await changes()).toBe(0)
      break
    }

    await disk.free()
    await expect.poll(ready, { timeout: 5000 }).toBe(200)
    const portId = await stage.portWith('abc')
    const { operation } = await operations.post(portId, planned(stage.ids('abc'), stage.ids('cab')))
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
  }, 60_000)

  test('full in the midst of what PostgreSQL must write: opened again, it goes on', async () => {
    const disk = await newDisk(160)
    const { db, check, close } = await open({ dataFolder: disk.data })
    await sql`create table kept (word text)`.execute(db)
    await sql`insert into kept values ('said')`.execute(db)
    await disk.fill()
    const fillLog = async () => {
      for (let written = 0; written < 40; written++)
        await sql`select pg_logical_emit_message(true, 'x', repeat('y', 1000000))`.execute(db)
    }
    const full = "journal can't be written to: no space is left on its disk"
    await expect(fillLog()).rejects.toThrow(full)
    await expect(sql`select word from kept`.execute(db)).rejects.toThrow(full)
    await expect(check()).rejects.toThrow(full)
    await disk.free()
    await check()
    expect((await sql`select word from kept`.execute(db)).rows).toEqual([{ word: 'said' }])
    await close()
  }, 60_000)

  test('at the start: it names the cause, and leaves the journal as it is', async () => {
    const disk = await newDisk(160)
    const started = () => startProxy({ PORTSIDE_DATA: disk.data })
    await (await open({ dataFolder: disk.data })).close()
    await (await started()).close()
    await disk.fill()
    await expect(started()).rejects.toThrow(/no space is left on its disk.*Leave the folder as it is/)
    disk.readOnly()
    await expect(started()).rejects.toThrow(/its file system is read-only.*Leave the folder as it is/)
    disk.writable()
    await disk.free()
    await (await started()).close()
  }, 60_000)

  test('at the first start: nothing half made is left behind', async () => {
    const disk = await newDisk(24)
    const started = () => startProxy({ PORTSIDE_DATA: disk.data })
    await mkdir(disk.data)
    await disk.fill()
    await expect(started()).rejects.toThrow('no space is left on its disk')
    await expect(open({ dataFolder: disk.data })).rejects.toThrow('no space is left on its disk')
    expect(await readdir(disk.data)).toEqual([])
    await disk.free()
    // There is space for the secret, but not for a journal.
    await (await started()).close()
    await expect(open({ dataFolder: disk.data })).rejects.toThrow('no space is left on its disk')
    expect(await readdir(disk.data)).toEqual(['session-secret'])
  }, 60_000)
})
