import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { installedPostgres } from '../../src/run/postgres.mjs'

/**
 * False where no PostgreSQL can be had: then its tests are skipped, but not in CI, where they fail.
 */
export const POSTGRES = installedPostgres() !== undefined || Boolean(process.env.CI)

/** Where a tested proxy has its records. */
export type Records = 'postgresql' | 'embedded'

/** A database of its own for one test file, in the one server of the test run. */
export type TestDatabase = {
  /** For DATABASE_URL, as the role that owns everything. */
  url: string
  /** The same for another role. */
  urlAs(role: string): string
  /** Queries the database directly. */
  query<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]>
  /** Ends all connections to the database, and lets nobody in until `letIn`. */
  shutOut(): Promise<void>
  letIn(): Promise<void>
  remove(): Promise<void>
}

/**
 * Connections to a test database. It may be removed before they have ended: a pool says that it has
 * when it has only begun to.
 */
export function openPool(url: string, max = 10): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max })
  pool.on('error', () => {})
  return pool
}

/**
 * Creates a database; starts the server when no test file has yet. `folder` is vitest's
 * `inject('postgresFolder')`.
 * @throws Error when there is no PostgreSQL, or it does not start
 */
export async function createDatabase(folder: string): Promise<TestDatabase> {
  const { name, server, pool, ...database } = await connect(folder)
  return {
    ...database,
    async remove() {
      await pool.end()
      await server.query(`drop database ${name} with (force)`)
      await server.end()
    },
  }
}

/** Databases with all tables and nothing in them, which tests of this process have left. */
const left: string[] = []

/**
 * A database for a proxy: one that an earlier test has left, with its tables, else a new one. To
 * create, migrate and drop one takes half a second of CPU.
 */
export async function takeDatabase(folder: string): Promise<TestDatabase> {
  const { name, server, pool, ...database } = await connect(folder, left.pop())
  return {
    ...database,
    async remove() {
      await database.query(EMPTY)
      await Promise.all([pool.end(), server.end()])
      left.push(name)
    },
  }
}

/**
 * Deletes all rows but what is known of the tables themselves, those too that no proxy can delete.
 */
const EMPTY = `do $$ declare one record; begin
  set local session_replication_role = replica;
  for one in select format('%I.%I', schemaname, tablename) as name, exists (select from pg_trigger
        where tgrelid = format('%I.%I', schemaname, tablename)::regclass and tgname = 'append_only') as keeps
      from pg_tables where schemaname in ('public', 'portside_jobs')
        and tablename !~ 'migration' and tablename not in ('version', 'queue') loop
    if one.keeps then execute 'alter table ' || one.name || ' disable trigger append_only'; end if;
    execute 'delete from only ' || one.name;
    if one.keeps then execute 'alter table ' || one.name || ' enable always trigger append_only'; end if;
  end loop;
end $$`

/** @param known the name of a database that is there; else one is created */
async function connect(folder: string, known?: string) {
  if (known === undefined) await startPostgres(folder)
  const name = known ?? `portside_${randomBytes(6).toString('hex')}`
  const address = (role: string, database: string) =>
    `postgresql://${role}@localhost/${database}?host=${encodeURIComponent(join(folder, 'socket'))}`
  const server = new pg.Client(address('portside', 'postgres'))
  await server.connect()
  if (known === undefined) await server.query(`create database ${name}`)
  const url = address('portside', name)
  const pool = openPool(url, 1)
  return {
    name,
    server,
    pool,
    url,
    urlAs: (role: string) => address(role, name),
    query: async <Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]) =>
      (await pool.query<Row>(sql, parameters)).rows,
    async shutOut() {
      await server.query(`alter database ${name} allow_connections false`)
      await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    },
    async letIn() {
      await server.query(`alter database ${name} allow_connections true`)
    },
  }
}

/**
 * A folder for the one PostgreSQL of a test run: the first that needs it starts it there.
 * @returns the folder, and how to stop the server and remove it
 */
export async function newPostgres(): Promise<{ folder: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-postgres-'))
  return {
    folder,
    async stop() {
      await stopPostgres(folder)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function startPostgres(folder: string): Promise<void> {
  const [ready, failed] = [join(folder, 'ready'), join(folder, 'failed')]
  if (claim(join(folder, 'starting')))
    await start(folder).then(
      () => writeFileSync(ready, ''),
      (error: unknown) => writeFileSync(failed, String(error)),
    )
  while (!existsSync(ready)) {
    if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'))
    await pause(50)
  }
}

/** True for only one caller of all processes. */
function claim(path: string): boolean {
  try {
    mkdirSync(path)
    return true
  } catch {
    return false
  }
}

async function start(folder: string): Promise<void> {
  const programs = installedPostgres()
  if (!programs) throw new Error('No PostgreSQL on this machine: install one (npm test does where it may).')
  // PostgreSQL does not run as root.
  const user = process.getuid?.() === 0 ? ordinaryUser() : undefined
  const [data, socket] = [join(folder, 'data'), join(folder, 'socket')]
  chmodSync(folder, 0o755)
  for (const path of [data, socket]) {
    mkdirSync(path, { mode: 0o700 })
    if (user) chownSync(path, user.uid, user.gid)
  }
  const as = { ...user, cwd: data }
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'portside', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...as, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const log = openSync(join(folder, 'log'), 'a')
  // A test database need not survive a power failure, nor be copied elsewhere or live for long.
  const settings = [
    'listen_addresses=',
    'shared_buffers=16MB',
    ...['fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum'].map((name) => `${name}=off`),
    ...['wal_level=minimal', 'max_wal_senders=0'],
    // Else a server that is ended at once leaves its shared memory until the next boot.
    'dynamic_shared_memory_type=mmap',
  ]
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-k', socket, ...settings.flatMap((setting) => ['-c', setting])],
    { ...as, detached: true, stdio: ['ignore', log, log] },
  )
  server.unref()
  for (;;) {
    if (server.exitCode !== null) throw new Error(readFileSync(join(folder, 'log'), 'utf8'))
    const client = new pg.Client({ host: socket, user: 'portside', database: 'postgres' })
    try {
      await client.connect()
      return await client.end()
    } catch {
      await pause(50)
    }
  }
}

const id = (flag: string, name: string) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }))

function ordinaryUser(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody'])
    try {
      return { uid: id('-u', name), gid: id('-g', name) }
    } catch {
      // There is no such user.
    }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.')
}

/** Stops the server in the folder, if one was started there. */
async function stopPostgres(folder: string): Promise<void> {
  const file = join(folder, 'data', 'postmaster.pid')
  if (!existsSync(file)) return
  // At once: nobody needs it any more.
  process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGQUIT')
  while (existsSync(file)) await pause(20)
}
