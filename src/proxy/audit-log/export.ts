import { Readable } from 'node:stream'
import type { Kysely } from 'kysely'
import type { AuditRecord, AuditLogFilters } from '../../vpc/audit-log.ts'
import { csvLines, type Columns } from '../csv-lines.ts'
import type { Tables } from '../database/tables.ts'
import { findAuditEntries, findAuditRecordIds, findFullAuditRecords } from './read.ts'

/** Audit records in memory at a time: one may have megabytes of lists, steps and responses. */
const AT_A_TIME = 50
/** IDs in memory at a time: to find and sort them takes longer than to read the records. */
const IDS_AT_A_TIME = 2000

/** The columns of the CSV file, from the left. */
const COLUMNS: Columns<AuditRecord> = {
  record_id: (record) => record.record_id,
  time_utc: (record) => record.at,
  kind: (record) => record.kind,
  outcome: (record) => record.outcome ?? (record.under_way ? 'under_way' : 'unknown'),
  user: (record) => record.user,
  subject: (record) => record.subject,
  role: (record) => record.role,
  project_id: (record) => record.project_id,
  port_id: (record) => record.port_id,
  port_name: (record) => record.port_name,
  groups_added: (record) => record.changes?.added,
  groups_moved: (record) => record.changes?.moved,
  groups_detached: (record) => record.changes?.detached,
  steps: (record) => record.steps,
  calls: (record) => record.calls,
  before: (record) => record.before?.join(' '),
  planned: (record) => record.planned?.join(' '),
  after: (record) => record.after?.join(' '),
  ended_utc: (record) => record.ended_at,
  error_code: (record) => record.error_code,
  request_ids: (record) => record.request_ids.join(' '),
  follows: (record) => record.follows,
  bulk_change_id: (record) => record.bulk_change_id,
}

/** Audit records as a CSV file, a line each. */
export function csvOf(db: Kysely<Tables>, projects: readonly string[], filters: AuditLogFilters): Readable {
  return csvLines(allRecords(db, projects, filters), COLUMNS)
}

/** Audit records as JSON lines: each in full, with all its entries. */
export function jsonLinesOf(
  db: Kysely<Tables>,
  projects: readonly string[],
  filters: AuditLogFilters,
): Readable {
  return Readable.from(jsonLines(db, projects, filters))
}

async function* allRecords(db: Kysely<Tables>, projects: readonly string[], filters: AuditLogFilters) {
  for await (const records of pages(db, projects, filters)) yield* records
}

async function* jsonLines(db: Kysely<Tables>, projects: readonly string[], filters: AuditLogFilters) {
  for await (const records of pages(db, projects, filters)) {
    const ids = records.map(({ record_id }) => record_id)
    const entries = await findAuditEntries(db, ids)
    yield records
      .map((record) => `${JSON.stringify({ ...record, entries: entries.get(record.record_id) })}\n`)
      .join('')
  }
}

async function* pages(db: Kysely<Tables>, projects: readonly string[], filters: AuditLogFilters) {
  let after: string | undefined
  do {
    const page = await findAuditRecordIds(db, { projects, filters, limit: IDS_AT_A_TIME, after })
    for (let from = 0; from < page.records.length; from += AT_A_TIME)
      yield await findFullAuditRecords(db, page.records.slice(from, from + AT_A_TIME))
    after = page.next
  } while (after !== undefined)
}
