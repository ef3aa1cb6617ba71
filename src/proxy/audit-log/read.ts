import { sql, type Kysely, type RawBuilder } from 'kysely'
import { isUuid } from '../../vpc/ids.ts'
import { SETTLED, type OperationStatus } from '../../vpc/portside-api.ts'
import { listDifference } from '../../vpc/list-difference.ts'
import {
  endMoment,
  firstMoment,
  MOST_CHANGED_GROUPS,
  searchText,
  type AuditRecord,
  type AuditEntry,
  type AuditLogFilters,
  type AuditOutcome,
  type AuditRecordSummary,
} from '../../vpc/audit-log.ts'
import type { Tables } from '../database/tables.ts'

/** Where a page begins: after the audit record with this time and number. */
type Cursor = string
/** Audit records, newest first, and where the next page begins; undefined at the end. */
export type AuditPage<T> = { records: T[]; next: Cursor | undefined }

type End = Extract<AuditEntry, { kind: 'end' }>
type Row = {
  sequence: unknown
  record_id: string
  kind: AuditRecordSummary['kind']
  project_id: string
  port_id: string
  bulk_change_id: string | null
  user_name: string
  subject: string | null
  role: string | null
  at: Date
  changes: AuditRecordSummary['changes']
  /** Null where they are too large for a list of audit records. */
  small_before: string[] | null
  small_planned: string[] | null
  steps: number
  follows: string | null
  ended_at: Date | null
  outcome: AuditOutcome | null
  end: End | null
  calls: unknown
  request_ids: string[] | null
  port_name: string | null
  operation_status: OperationStatus | null
}
/** What only a full audit record has: it may be megabytes, so pages are read without. */
type Lists = {
  before: string[] | null
  planned: string[] | null
  undo_to: string[] | null
  plan: AuditRecord['plan']
}
const LISTS = sql`r.before, r.planned, r.undo_to, r.plan`

/** The audit records to read; `after` is the `next` of the page before. */
export type AuditPageQuery = {
  projects: readonly string[]
  filters: AuditLogFilters
  limit: number
  after?: Cursor | undefined
}

/** A page of the audit records of `projects` that pass the filters, newest first, without lists. */
export async function findAuditRecords(
  db: Kysely<Tables>,
  query: AuditPageQuery,
): Promise<AuditPage<AuditRecordSummary>> {
  return pageOf(await readRows(db, query, selectRows<Row>), query, summaryOf)
}

/** A page of the IDs of the same audit records. */
export async function findAuditRecordIds(
  db: Kysely<Tables>,
  query: AuditPageQuery,
): Promise<AuditPage<string>> {
  return pageOf(await readRows(db, query, selectKeys), query, ({ record_id }) => record_id)
}

/**
 * The audit records of these IDs in full, newest first, but without their entries (findAuditEntries
 * reads these).
 */
export async function findFullAuditRecords(
  db: Kysely<Tables>,
  ids: readonly string[],
): Promise<AuditRecord[]> {
  const condition = sql`r.record_id = any(${ids}::uuid[])`
  const rows = await selectRows<Row & Lists>(db, { condition, limit: ids.length, few: true }, sql`, ${LISTS}`)
  return rows.map((row) => auditRecordFromRow(row, []))
}

type Key = Pick<Row, 'sequence' | 'record_id' | 'at'>

function pageOf<R extends Key, T>(rows: R[], { limit }: AuditPageQuery, read: (row: R) => T): AuditPage<T> {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    records: rows.slice(0, limit).map(read),
    next: last && `${last.at.getTime()}.${String(last.sequence)}`,
  }
}

/** One audit record of `projects` with all its entries. */
export async function findAuditRecord(
  db: Kysely<Tables>,
  projects: readonly string[],
  recordId: string,
): Promise<AuditRecord | undefined> {
  const [row] = await selectRows<Row & Lists>(
    db,
    { condition: sql`r.record_id = ${recordId}::uuid and ${isIn('r.project_id', projects)}`, limit: 1 },
    sql`, ${LISTS}`,
  )
  if (!row) return undefined
  return auditRecordFromRow(row, (await findAuditEntries(db, [row.record_id])).get(row.record_id) ?? [])
}

/** All entries of audit records, by record ID, in the order in which they were written. */
export async function findAuditEntries(
  db: Kysely<Tables>,
  recordIds: readonly string[],
): Promise<Map<string, AuditEntry[]>> {
  const entries = new Map<string, AuditEntry[]>(recordIds.map((id) => [id, []]))
  if (recordIds.length === 0) return entries
  const rows = await db
    .selectFrom('record_entries')
    .select(['record_id', 'content'])
    .where('record_id', 'in', recordIds)
    .orderBy('sequence')
    .execute()
  for (const { record_id, content } of rows) entries.get(record_id)?.push(content as AuditEntry)
  return entries
}

/**
 * Up to this many audit records are found by their IDs, and sorted; more by going through them by
 * time, which takes long only where all of them are of long ago.
 */
const FEW = 10_000

/** The audit records to select: the newest of those that match. */
type Selection = {
  condition: RawBuilder<unknown>
  limit: number
  /** True when so few match that they are found first, and then sorted. */
  few?: boolean
}

async function readRows<R extends Key>(
  db: Kysely<Tables>,
  { projects, filters, limit: most, after }: AuditPageQuery,
  select: (db: Kysely<Tables>, selection: Selection) => Promise<R[]>,
): Promise<R[]> {
  // With one more, it is known whether there is a next page.
  const limit = most + 1
  const { project_id, port_id, bulk_change_id, q, q_group, user, kind, status, from, to } = filters
  const among = project_id === undefined ? projects : projects.filter((id) => id === project_id)
  const conditions = [isIn('r.project_id', among)]
  const sought = q === undefined ? '' : searchText(q)
  let few = false
  let many = false
  if (port_id) conditions.push(sql`r.port_id = ${port_id.toLowerCase()}`)
  if (bulk_change_id) conditions.push(sql`r.bulk_change_id = ${bulk_change_id}::uuid`)
  if (user) conditions.push(sql`r.user_name = ${user}`)
  if (kind) conditions.push(sql`r.kind = ${kind}`)
  if (from) conditions.push(sql`r.at >= ${moment(firstMoment(from).getTime())}`)
  if (to) conditions.push(sql`r.at < ${moment(endMoment(to).getTime())}`)
  /** Adds a condition: by the IDs of those for which it `holds`, when they are few. */
  async function found(ids: RawBuilder<unknown>, holds: RawBuilder<unknown>): Promise<void> {
    const isFew = await areFew(db, ids)
    conditions.push(isFew ? sql`r.record_id = any(array(${ids}))` : holds)
    few ||= isFew
    many ||= !isFew
  }
  if (status === 'open') await found(sql`select record_id from open_records`, sql`${lastOutcome} is null`)
  else if (status) {
    await found(sql`select record_id from record_entries where outcome = ${status}`, sql`true`)
    conditions.push(sql`${lastOutcome} = ${status}`)
  }
  if (after) {
    const [at, sequence] = after.split('.') as [string, string]
    conditions.push(sql`(r.at, r.sequence) < (${moment(Number(at))}, ${sequence}::bigint)`)
  }
  if (sought !== '') {
    const { ids, holds } = foundBy(sought, q_group)
    await found(ids, holds)
  }
  const condition = sql.join(conditions, sql` and `)
  if (few || !many) return select(db, { condition, limit, few })
  // Checks one audit record after the other, the newest first, until there are enough. The database
  // might check all of them and sort: it can't know how many match.
  return db.transaction().execute(async (transaction) => {
    await sql`select set_config(name, 'off', true)
      from unnest(array['enable_seqscan', 'enable_bitmapscan', 'enable_sort']) as name`.execute(transaction)
    return select(transaction, { condition, limit })
  })
}

/**
 * A time for the database. Not as text: PostgreSQL can't read JavaScript's years 0 and over 9999.
 */
function moment(milliseconds: number): RawBuilder<unknown> {
  return sql`to_timestamp(${milliseconds / 1000}::double precision)`
}

const lastOutcome = sql`(
  select o.outcome from record_entries o
  where o.record_id = r.record_id and o.outcome is not null order by o.sequence desc limit 1
)`

/** True when a query of IDs has at most FEW. */
async function areFew(db: Kysely<Tables>, ids: RawBuilder<unknown>): Promise<boolean> {
  const { rows } = await sql<{ count: unknown }>`
    select count(*) as count from (${ids} limit ${FEW + 1}) as found`.execute(db)
  return Number(rows[0]!.count) <= FEW
}

/**
 * The audit records with a search term that begins with the text, or with a group of this ID or of
 * these: a query of their IDs, and a condition.
 */
function foundBy(
  sought: string,
  groups: readonly string[] = [],
): { ids: RawBuilder<unknown>; holds: RawBuilder<unknown> } {
  // No character comes after U+10FFFF, so all terms that begin with the text are between the two.
  const term = sql`term >= ${sought} and term < ${`${sought}\u{10FFFF}`}`
  const ids = sql`select record_id from record_terms where ${term}`
  const holds = sql`(select true from record_terms t where t.record_id = r.record_id and ${term} limit 1)`
  const named = [...(isUuid(sought) ? [sought] : []), ...groups.map((id) => searchText(id))]
  if (named.length === 0) return { ids, holds }
  const group = sql`groups && array[${sql.join(named)}]::text[]`
  return {
    ids: sql`${ids} union all select record_id from records where ${group}`,
    holds: sql`(r.${group} or ${holds})`,
  }
}

/** The newest audit records that match, as `r`. */
function newest({ condition, limit, few = false }: Selection): RawBuilder<unknown> {
  // With `offset 0` those that match are found first, then sorted: the database would else go
  // through all by time, where the few may come last.
  const matching = sql`select * from records r where ${condition} ${few ? sql`offset 0` : sql``}`
  return sql`(select * from (${matching}) r order by r.at desc, r.sequence desc limit ${limit}) r`
}

async function selectKeys(db: Kysely<Tables>, selection: Selection): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select r.sequence, r.record_id, r.at from ${newest(selection)} order by r.at desc, r.sequence desc`.execute(
    db,
  )
  return rows
}

/** The newest audit records that match, each with the facts from its entries and `more` columns. */
async function selectRows<R extends Row>(
  db: Kysely<Tables>,
  selection: Selection,
  more: RawBuilder<unknown> = sql``,
): Promise<R[]> {
  const { rows } = await sql<R>`
    select r.sequence, r.record_id, r.kind, r.project_id, r.port_id, r.bulk_change_id, r.user_name, r.subject, r.role, r.at,
      r.changes, ${small('before')}, ${small('planned')}, json_array_length(r.plan) as steps, r.follows${more}, e.at as ended_at, e.outcome, e.content as "end", n.calls, n.request_ids, n.port_name,
      operations.status as operation_status
    from ${newest(selection)}
    left join lateral (
      select at, outcome, content from record_entries
      where record_id = r.record_id and outcome is not null order by sequence desc limit 1
    ) e on true
    left join lateral (
      select count(*) filter (where kind = 'request') as calls,
        array_agg(request_id order by sequence) filter (where request_id is not null) as request_ids,
        max(port_name) as port_name
      from record_entries where record_id = r.record_id
    ) n on true
    left join operations on e.outcome is null and operations.operation_id = r.record_id::text
    order by r.at desc, r.sequence desc`.execute(db)
  return rows
}

/**
 * A list of at most as many bytes as those of today's largest list take; its size is known unread.
 */
function small(column: 'before' | 'planned') {
  const list = sql.ref(`r.${column}`)
  return sql`case when pg_column_size(${list}) <= ${sql.lit(LARGEST_LIST)} then ${list} end as ${sql.ref(`small_${column}`)}`
}
const LARGEST_LIST = 16 * 1024

/** What changed between two lists: the groups that `changed_groups` names. */
function changedGroups(before: string[] | null, planned: string[] | null) {
  if (!before || !planned) return null
  const { added, moved, removed } = listDifference(before, planned)
  return [
    ...added.map(({ id, to }) => ({ id, from: null, to })),
    ...moved,
    ...removed.map(({ id, from }) => ({ id, from, to: null })),
  ].slice(0, MOST_CHANGED_GROUPS)
}

function isIn(column: string, values: readonly string[]) {
  return values.length === 0 ? sql`false` : sql`${sql.ref(column)} in (${sql.join(values)})`
}

function auditRecordFromRow(row: Row & Lists, entries: AuditEntry[]): AuditRecord {
  return {
    ...summaryOf(row),
    before: row.before,
    planned: row.planned,
    undo_to: row.undo_to ?? row.before,
    after: row.end?.list ?? null,
    plan: row.plan,
    follows: row.follows,
    entries,
  }
}

function summaryOf(row: Row): AuditRecordSummary {
  const { end, operation_status } = row
  return {
    record_id: row.record_id,
    kind: row.kind,
    project_id: row.project_id,
    port_id: row.port_id,
    bulk_change_id: row.bulk_change_id,
    port_name: row.port_name,
    user: row.user_name,
    subject: row.subject,
    role: row.role,
    at: row.at.toISOString(),
    steps: row.steps,
    changes: row.changes,
    changed_groups: changedGroups(row.small_before, row.small_planned),
    calls: Number(row.calls),
    request_ids: row.request_ids ?? [],
    outcome: row.outcome,
    under_way: operation_status !== null && !SETTLED.has(operation_status),
    ended_at: row.ended_at?.toISOString() ?? null,
    error_code: end?.error?.error_code ?? null,
  }
}
