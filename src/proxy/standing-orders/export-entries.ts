import { Readable } from 'node:stream'
import type { OrderEntry } from '../../vpc/standing-orders-api.ts'
import { csvLines, type Columns } from '../csv-lines.ts'
import type { OrderStore } from './order-store.ts'

/** Entries in memory at a time: each may have two lists of a thousand ports. */
const AT_A_TIME = 50

const json = (value: unknown) => (value === null ? null : JSON.stringify(value))

/** The columns of the CSV file, from the left. */
const COLUMNS: Columns<OrderEntry> = {
  order_id: (entry) => entry.order_id,
  time_utc: (entry) => entry.at,
  kind: (entry) => entry.kind,
  user: (entry) => entry.user,
  subject: (entry) => entry.subject,
  role: (entry) => entry.role,
  name: (entry) => (entry.after ?? entry.before)?.name,
  before: (entry) => json(entry.before),
  after: (entry) => json(entry.after),
}

/** What users did with the orders of a project as a file, newest first: all of it. */
export function exportEntries(
  store: Pick<OrderStore, 'entries'>,
  project: string,
  format: 'csv' | 'jsonl',
): Readable {
  const entries = allEntries(store, project)
  return format === 'csv' ? csvLines(entries, COLUMNS) : Readable.from(jsonLines(entries))
}

async function* jsonLines(entries: AsyncIterable<OrderEntry>) {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`
}

async function* allEntries(store: Pick<OrderStore, 'entries'>, project: string) {
  let after: string | undefined
  do {
    const page = await store.entries(project, { limit: AT_A_TIME, after })
    yield* page.entries
    after = page.next ?? undefined
  } while (after !== undefined)
}
