import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { ChangeStep } from '../../vpc/change-step.ts'
import { listDifference } from '../../vpc/list-difference.ts'
import { searchTerms, searchText, type AuditEntry, type AuditRecordKind } from '../../vpc/audit-log.ts'
import type { Tables } from '../database/tables.ts'
import { withoutPlatformText } from './entries.ts'

/** An audit record as it begins: who, when, on which port, from which list, and the plan. */
export type NewAuditRecord = {
  record_id: string
  kind: AuditRecordKind
  project_id: string
  port_id: string
  user: string
  subject: string | null
  role: string | null
  at: string
  before: readonly string[] | null
  planned: readonly string[] | null
  /** The list to which an undo leads, when that is not `before`. */
  undo_to: readonly string[] | null
  plan: readonly ChangeStep[]
  follows: string | null
  bulk_change_id?: string | undefined
}

/**
 * Writes a new audit record and its first entries. Call it in a transaction: the record, its search
 * terms and its entries are three statements.
 */
export async function beginAuditRecord(
  db: Kysely<Tables>,
  record: NewAuditRecord,
  entries: readonly AuditEntry[] = [],
): Promise<void> {
  const { record_id, user, before, planned, undo_to, plan, ...rest } = record
  const groups = new Set([
    ...(before ?? []),
    ...(planned ?? []),
    ...plan.flatMap(({ security_groups }) => security_groups),
  ])
  await db
    .insertInto('records')
    .values({
      ...rest,
      record_id,
      user_name: withoutNul(user),
      changes: json(before && planned && countChanges(before, planned)),
      before: json(before),
      planned: json(planned),
      undo_to: json(undo_to),
      plan: JSON.stringify(plan),
      groups: [...groups].map((id) => searchText(id)),
    })
    .execute()
  const { bulk_change_id = [] } = record
  await addTerms(db, record_id, [record_id, record.port_id, user].concat(bulk_change_id))
  await addAuditEntries(db, record_id, entries)
}

/** Adds entries to an audit record, in one statement. */
export async function addAuditEntries(
  db: Kysely<Tables>,
  recordId: string,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length > 0) await addAuditEntriesWith(db, sql`select ${recordId}::uuid as record_id`, entries)
}

/**
 * Makes a change and adds entries to the audit record whose `record_id` it returns, in one
 * statement: both are written, or neither.
 * @returns false when `change` returned no row: then nothing is written
 */
export async function addAuditEntriesWith(
  db: Kysely<Tables>,
  change: RawBuilder<unknown>,
  entries: readonly AuditEntry[],
): Promise<boolean> {
  const rows = entries.map(
    (entry) =>
      sql`(${entry.at}::timestamptz, ${entry.kind}::text, ${outcomeColumn(entry)}::text, ${requestIdOf(entry)}::text, ${portNameOf(entry)}::text, ${JSON.stringify(entry)}::json)`,
  )
  const terms = termsOf(entries.flatMap((entry) => [requestIdOf(entry) ?? '', portNameOf(entry) ?? '']))
  const { rows: changed } = await sql<{ count: unknown }>`
    with changed as (${change})
    ${
      rows.length === 0
        ? sql``
        : sql`, added as (
      insert into record_entries (record_id, at, kind, outcome, request_id, port_name, content)
      select changed.record_id, entry.* from changed cross join (values ${sql.join(rows)}) as entry)`
    }
    ${
      terms.length === 0
        ? sql``
        : sql`, named as (
      insert into record_terms (term, record_id)
      select entry.term, changed.record_id
      from changed cross join (values ${sql.join(terms.map((term) => sql`(${term}::text)`))}) as entry (term)
      on conflict do nothing)`
    }
    select count(*) as count from changed`.execute(db)
  return Number(changed[0]?.count) === 1
}

/**
 * Writes entries; when their text can't be written, once more without the text of the platform, so
 * that the audit log has everything that happened.
 * @param write writes them, and what belongs to them, in one statement or transaction; `withText`
 *   is false the second time
 */
export async function writeWithOrWithoutText<T>(
  entries: readonly AuditEntry[],
  write: (entries: readonly AuditEntry[], withText: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await write(entries, true)
  } catch (error) {
    if (!isRefusedByDatabase(error)) throw error
    return write(entries.map(withoutPlatformText), false)
  }
}

/**
 * SQLSTATE classes of errors about the data and its size (PostgreSQL's documentation, Appendix A).
 */
const DATA_REFUSED = /^(22|54)/

/** True when the data is refused: another try would fail too. */
function isRefusedByDatabase(error: unknown): boolean {
  // JSON.stringify throws these.
  if (error instanceof RangeError || error instanceof TypeError) return true
  return error instanceof Error && 'code' in error && DATA_REFUSED.test(String(error.code))
}

async function addTerms(db: Kysely<Tables>, record_id: string, texts: readonly string[]): Promise<void> {
  await db
    .insertInto('record_terms')
    .values(termsOf(texts).map((term) => ({ term, record_id })))
    .execute()
}

function termsOf(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap(searchTerms))]
}

function countChanges(before: readonly string[], planned: readonly string[]) {
  const { added, moved, removed } = listDifference(before, planned)
  return { added: added.length, moved: moved.length, detached: removed.length }
}

function outcomeColumn(entry: AuditEntry): string | null {
  return entry.kind === 'end' ? entry.outcome : null
}

function requestIdOf(entry: AuditEntry): string | null {
  return entry.kind === 'answer' && entry.request_id ? withoutNul(entry.request_id) : null
}

function portNameOf(entry: AuditEntry): string | null {
  return 'port_name' in entry && entry.port_name ? withoutNul(entry.port_name) : null
}

/** PostgreSQL's texts can't contain U+0000; the JSON of an entry can. */
function withoutNul(value: string): string {
  return value.replaceAll('\0', '')
}

function json(value: object | null): string | null {
  return value && JSON.stringify(value)
}
