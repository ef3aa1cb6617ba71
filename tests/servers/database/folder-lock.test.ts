import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOCK_FILE, lockFolder } from '../../../src/proxy/database/folder-lock.ts'
import { openPGlite } from '../../../src/proxy/database/pglite.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Says when it runs, locks the folder at a message, says how that ended, and stays alive. */
const HOLDER = `import { lockFolder } from './folder-lock.js'
setInterval(() => {}, 60_000)
process.send('ready')
process.once('message', (folder) =>
  lockFolder(folder).then(() => process.send('has it'), ({ name }) => process.send(name)))`

let place: string
beforeAll(async () => {
  // In a folder where Node finds the packages that it needs.
  place = await mkdtemp(join(root, 'node_modules', '.portside-tests-'))
  const ssr = 'src/proxy/database/folder-lock.ts'
  await build({ root, configFile: false, logLevel: 'error', publicDir: false, build: { ssr, outDir: place } })
  await writeFile(join(place, 'holder.js'), HOLDER)
}, 60_000)
afterAll(() => rm(place, { recursive: true, force: true }))

async function newProcess(): Promise<ChildProcess> {
  const temporary = await mkdtemp(join(place, 'tmp-'))
  const child = fork(join(place, 'holder.js'), [], { env: { TMPDIR: temporary }, execArgv: [] })
  expect((await once(child, 'message'))[0]).toBe('ready')
  return child
}

async function asks(child: ChildProcess, folder: string): Promise<string> {
  const response = once(child, 'message')
  child.send(folder)
  return (await response)[0] as string
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

test("of many that take over a dead one's folder at once, exactly one gets it", async () => {
  const folder = join(place, 'taken-over')
  await mkdir(folder)
  const dead = await newProcess()
  expect(await asks(dead, folder)).toBe('has it')
  await kill(dead)
  for (let round = 1; round <= 6; round++) {
    const all = await Promise.all(Array.from({ length: 5 }, newProcess))
    const responses = await Promise.all(all.map((child) => asks(child, folder)))
    await Promise.all(all.map(kill))
    expect(responses.toSorted()).toEqual([...Array.from({ length: 4 }, () => 'FolderInUse'), 'has it'])
  }
}, 60_000)

test('a lock that is a symbolic link is refused, and where it leads is left as it is', async () => {
  const folder = join(place, 'linked')
  await mkdir(folder)
  const precious = join(place, 'precious')
  await writeFile(precious, 'kept')
  await symlink(precious, join(folder, LOCK_FILE))
  await expect(openPGlite(folder)).rejects.toThrow(/incomplete/)
  await writeFile(join(folder, 'PG_VERSION'), '17')
  await expect(openPGlite(folder)).rejects.toThrow(
    /portside\.lock is a symbolic link, .* Remove the link, then start again\.$/,
  )
  await rm(precious)
  await expect(openPGlite(folder)).rejects.toThrow(/portside\.lock is a symbolic link/)
  // Made after the lock was taken, over its name.
  await rm(join(folder, LOCK_FILE))
  const lock = await lockFolder(folder)
  await rename(join(folder, LOCK_FILE), precious)
  await symlink(precious, join(folder, LOCK_FILE))
  expect(lock.holds()).toBe(false)
  lock.release()
  expect(await readFile(precious, 'utf8')).toContain(String(process.pid))
})

test('a folder that was moved away, copied back or taken by another is held no more', async () => {
  const folder = join(place, 'moved')
  await mkdir(folder)
  const lock = await lockFolder(folder)
  expect(lock.holds()).toBe(true)
  await rename(folder, `${folder}-away`)
  expect(lock.holds()).toBe(false)
  await cp(`${folder}-away`, folder, { recursive: true })
  expect(lock.holds()).toBe(false)
  await rm(folder, { recursive: true })
  await rename(`${folder}-away`, folder)
  expect(lock.holds()).toBe(true)
  // As on a network disk that lost a lock, and gave it to another process.
  await writeFile(join(folder, LOCK_FILE), '{"host":"another"}')
  expect(lock.holds()).toBe(false)
  lock.release()
  const next = await lockFolder(folder)
  expect(next.holds()).toBe(true)
  next.release()
})
