import { auditLogApi } from '../src/vpc/audit-log.ts'
import { heapOf, REPORTS_HEAP } from '../tests/browser/heap.ts'
import { createDatabase, newPostgres, POSTGRES } from '../tests/stage/postgres.ts'
import { newFolder, startEmulator, startProxy } from '../tests/stage/servers.ts'
import { makeFilledAuditLog } from './filled-audit-log.ts'
import { newFigure, type Figure } from './figures.ts'
import { searchesOf } from './history-searches.ts'
import { PROJECT } from './running.ts'
import type { Subject } from './subject.ts'

const RUNS = 7
/** Each search may take so long, in ms. */
const GOALS = { PostgreSQL: 100, PGlite: 300 }
/** How many records more an export may have than the one before, and hold no more memory. */
const EXPORTED = 20_000

type Kind = keyof typeof GOALS

/**
 * History's commonest searches, over HTTP, in an audit log of 100,000 records, and of 1,000,000 on
 * PostgreSQL where `PORTSIDE_BENCH_RECORDS` says so: these take minutes to write.
 */
export const history: Subject = async () => {
  const more = (process.env.PORTSIDE_BENCH_RECORDS ?? '').split(',').filter(Boolean).map(Number)
  const figures = await searches('PGlite', 100_000)
  if (POSTGRES) for (const count of [100_000, ...more]) figures.push(...(await searches('PostgreSQL', count)))
  return figures
}

async function searches(kind: Kind, count: number): Promise<Figure[]> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    const data = await newFolder()
    stops.unshift(() => data.remove())
    const server = kind === 'PostgreSQL' ? await newPostgres() : undefined
    if (server) stops.unshift(() => server.stop())
    const database = server && (await createDatabase(server.folder))
    if (database) stops.unshift(() => database.remove())
    const filled = await makeFilledAuditLog(data.path, database, PROJECT, count)
    const emulator = await startEmulator()
    stops.unshift(() => emulator.stop())
    const proxy = await startProxy(emulator.address, {
      PORTSIDE_DATA: data.path,
      ...(database && { DATABASE_URL: database.url }),
      ...REPORTS_HEAP,
    })
    stops.unshift(() => proxy.stop())
    const signedIn = await fetch(proxy.address, { redirect: 'manual' })
    const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
    const ask = async (path: string) => {
      const response = await fetch(new URL(path, proxy.address), { headers: { cookie } })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return response
    }
    const of = `${count.toLocaleString('en')} records, ${kind}`
    const figures: Figure[] = []
    for (const [name, filters] of Object.entries(searchesOf(filled))) {
      const figure = newFigure('history', `${name}, ${of}`, 'ms', { below: GOALS[kind] })
      const path = `${auditLogApi.records()}?${new URLSearchParams({ project_id: PROJECT, ...filters })}`
      for (let run = 0; run <= RUNS; run++) {
        const sent = performance.now()
        const { records } = (await (await ask(path)).json()) as { records: unknown[] }
        if (records.length === 0 && name !== 'nothing under way') throw new Error(`${path} finds nothing`)
        // The first one opens connections and reads the disk.
        if (run > 0) figure.values.push(performance.now() - sent)
      }
      figures.push(figure)
    }
    const memory = newFigure('history', `an export more keeps, ${of}`, 'MB', { below: 20 })
    const from = filled.timeOf(count - EXPORTED)
    const exported = async () => {
      const path = `${auditLogApi.exported()}?${new URLSearchParams({ format: 'csv', from })}`
      for await (const _ of (await ask(path)).body!);
      return (await heapOf(proxy)).heapUsed / 1e6
    }
    const before = await exported()
    memory.values.push((await exported()) - before)
    return [...figures, memory]
  } finally {
    for (const stop of stops) await stop()
  }
}
