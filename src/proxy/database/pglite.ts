import { existsSync, mkdirSync, openAsBlob } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { ConfigError } from '../config-variables.ts'
import { lockFolder } from './folder-lock.ts'
import { Turns } from './turns.ts'
import { messageOf } from './words.ts'

/** PostgreSQL's own 128 MB of buffers would all be this process's; with these it takes 150 MB less. */
const START = [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB']

/** The name of the file with an empty PGlite, beside the built proxy. */
export const EMPTY_JOURNAL = 'empty-journal.tar.gz'

/** An empty PGlite, to be written to that file. */
export async function makeEmptyJournal(): Promise<Uint8Array> {
  const lite = await PGlite.create({ startParams: START })
  const file = await lite.dumpDataDir('gzip')
  await lite.close()
  return new Uint8Array(await file.arrayBuffer())
}

/**
 * Opens PGlite, a PostgreSQL inside this process, in a folder, for this process alone; makes it when it is not there.
 * @param empty an empty one as a file (EMPTY_JOURNAL): unpacked, it is there in a third of the time that making
 *   one takes, and in half the memory. Without it, or when it is not there, one is made.
 * @returns its name in messages, its connection, and what gives the folder free again after that is closed
 * @throws ConfigError when it can't be opened, or another proxy has it
 */
export async function openPGlite(
  folder: string,
  empty?: string,
): Promise<{ name: string; pool: PostgresPool; release(): Promise<void> }> {
  const inFolder = `PORTSIDE_DATA: the journal in ${folder}`
  let release: Awaited<ReturnType<typeof lockFolder>>
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    release = await lockFolder(folder)
  } catch (error) {
    throw new ConfigError(`${inFolder} can't be used (${messageOf(error)}): set it to a folder to write to.`)
  }
  if (!release)
    throw new ConfigError(`${inFolder} is in use by another Portside: stop that one, or set another folder.`)
  try {
    const isNew = !existsSync(join(folder, 'PG_VERSION'))
    const loadDataDir = isNew && empty && existsSync(empty) ? await openAsBlob(empty) : undefined
    const lite = await PGlite.create(folder, { startParams: START, ...(loadDataDir && { loadDataDir }) })
    return { name: inFolder, pool: poolOf(lite), release }
  } catch (error) {
    await release()
    throw new ConfigError(
      `${inFolder} can't be opened (${messageOf(error)}): restore it, or move it away to start with an empty one.`,
    )
  }
}

/** PGlite as the pool of its one connection: whoever takes it has it alone until it is released, transactions above all. */
function poolOf(lite: PGlite): PostgresPool {
  const turns = new Turns()
  async function query(sql: string, parameters: readonly unknown[]) {
    const { rows, affectedRows = 0 } = await lite.query(sql, [...parameters])
    return { command: commandOf(sql), rowCount: affectedRows, rows }
  }
  return {
    connect: () =>
      new Promise((taken) => {
        void turns.take(
          'connection',
          () => new Promise<void>((release) => taken({ query, release } as PostgresPoolClient)),
        )
      }),
    async end() {
      await turns.idle()
      await lite.close()
    },
  }
}

function commandOf(sql: string): string {
  return (/^\s*(\w+)/.exec(sql)?.[1] ?? 'select').toUpperCase()
}
