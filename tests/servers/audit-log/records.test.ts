import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditLogApi, type AuditRecord, type AuditRecordSummary } from '../../../src/vpc/audit-log.ts'
import { openDatabase } from '../../../src/proxy/database/database.ts'
import { newOperation } from '../../../src/proxy/operations/journaled-operation.ts'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'
import { responseEntry, endEntry, readEntry } from '../../../src/proxy/audit-log/entries.ts'
import { beginAuditRecord, type NewAuditRecord } from '../../../src/proxy/audit-log/write.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const [A, B, C] = [1, 2, 3].map((n) => `a0608cbf-d047-4f54-8b28-cd7b5985000${n}`) as [string, string, string]
const SILENT = pino({ level: 'silent' })
/**
 * Names that begin a formula in a spreadsheet, at each place where it may see the beginning of a
 * cell; and what is written for each.
 */
const FORMULAS: [name: string, written: string][] = [
  ['\n=1+1', "'\n'=1+1"],
  ['\tweb', "'\tweb"],
  ['web;=1+1', "web;'=1+1"],
  ['web; "@SUM(1);-1', `web; "'@SUM(1);'-1`],
  ['web\r\n+1', "web\r\n'+1"],
  ['＝1+1', "'＝1+1"],
  ['web-1, =-+@', 'web-1, =-+@'],
]
/** How many audit records are found without a filter. */
const ALL = 160 + 4 + 1 + FORMULAS.length
const FORMULA = '=HYPERLINK("http://evil.example","+1")'

const record = (n: number, more: Partial<NewAuditRecord> = {}): NewAuditRecord => ({
  record_id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  kind: 'change',
  project_id: PROJECT,
  port_id: `10000000-0000-4000-8000-${String(n % 10).padStart(12, '0')}`,
  user: 'operator',
  subject: 'operator',
  role: 'operator',
  at: new Date(Date.UTC(2026, 10, 1, 0, n)).toISOString(),
  before: [A, B],
  planned: [B, A],
  undo_to: [A, B],
  plan: [{ kind: 'remove', security_groups: [A] }],
  follows: null,
  ...more,
})

/** Of the journal of a Portside without an audit log. */
const old = newOperation({
  operation_id: randomUUID(),
  project_id: PROJECT,
  port_id: '20000000-0000-4000-8000-000000000000',
  user: 'somebody',
  purpose: 'change',
  planned_from: [A],
  desired: [A, B],
  steps: [{ kind: 'insert', security_groups: [B] }],
})

let dataFolder: string
let proxy: TestedProxy
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'portside-records-'))
  const { db, close } = await openDatabase({ dataFolder }, SILENT)
  const read = (name: string) => readEntry({ id: 'any', security_groups: [A, B], name }, null)
  const refused = { error_code: 'VPC.1', error_msg: 'No.', request_id: '0123456789abcdef' }
  await db.transaction().execute(async (transaction) => {
    for (let n = 1; n <= 160; n++)
      await beginAuditRecord(transaction, record(n), [read(`web-${n}`), endEntry('done', [B, A], null)])
    const special: [Partial<NewAuditRecord>, Parameters<typeof beginAuditRecord>[2]][] = [
      [{ user: 'Žofie Nováková', kind: 'dry_run' }, [endEntry('passed', null, null)]],
      [
        { planned: [A, B, C] },
        [read('db-public 東京\0'), endEntry('stopped', [A], null), endEntry('left', [A], null)],
      ],
      [
        {},
        [
          read(FORMULA),
          responseEntry(0, { kind: 'refused', status: 403, error: refused }),
          endEntry('stopped', null, refused),
        ],
      ],
      [{ user: '@operator' }, []],
      [{ project_id: 'another-project' }, [endEntry('done', null, null)]],
      ...FORMULAS.map(([name]): (typeof special)[number] => [
        { user: 'spreadsheet', at: '2019-01-01T00:00:00Z' },
        [read(name), endEntry('done', null, null)],
      ]),
    ]
    for (const [n, [more, entries]] of special.entries())
      await beginAuditRecord(transaction, record(1001 + n, more), entries)
  })
  old.status = 'done'
  old.list_now = [A, B]
  Object.assign(old.steps[0]!, {
    status: 'done',
    request_id: 'old-request',
    sent_at: old.created_at,
    attempts: 1,
  })
  const { operation_id, project_id, port_id, status } = old
  const created_at = '2020-01-01T00:00:00Z'
  await db
    .insertInto('operations')
    .values({
      operation_id,
      project_id,
      port_id,
      status,
      created_at,
      revision: 1,
      owner: null,
      record: JSON.stringify({ ...old, created_at }),
    })
    .execute()
  await close()
  proxy = await startProxy({ PORTSIDE_DATA: dataFolder })
}, 120_000)
afterAll(async () => {
  await proxy.close()
  await rm(dataFolder, { recursive: true })
})

async function find(
  query: Record<string, string>,
): Promise<{ records: AuditRecordSummary[]; next: string | null }> {
  return (await proxy.call(`${auditLogApi.records()}?${new URLSearchParams(query)}`)).json()
}
/** The numbers of the audit records found. */
async function numbers(query: Record<string, string>): Promise<number[]> {
  return (await find(query)).records.map(({ record_id }) => Number(record_id.slice(-12)))
}

const get = (n: number) => proxy.call(auditLogApi.record(record(n).record_id))
const exported = (query: string) => proxy.call(`${auditLogApi.exported()}?${query}`)

describe('records are found', () => {
  test('newest first, page by page, each once, and none of another project', async () => {
    const found: string[] = []
    let next: string | null = null
    do {
      const page = await find({ limit: '30', ...(next && { after: next }) })
      found.push(...page.records.map(({ at }) => at))
      ;({ next } = page)
    } while (next !== null)
    expect(found).toHaveLength(ALL)
    expect(found).toEqual(found.toSorted().toReversed())
  })

  test.each<[string, Record<string, string>, number[]]>([
    [
      'the beginning of a port’s name',
      { q: 'web-14' },
      [149, 148, 147, 146, 145, 144, 143, 142, 141, 140, 14],
    ],
    ['a word in it', { q: 'PUBLIC 東' }, [1002]],
    ['a user', { q: 'nováková' }, [1001]],
    ['a request ID', { q: '0123456789abcdef' }, [1003]],
    ['the beginning of a record’s ID', { q: '00000000-0000-4000-8000-000000000107' }, [107]],
    ['a group, anywhere in it', { q: C }, [1002]],
    ['nothing that has it', { q: '%' }, []],
    ['its last end', { status: 'left' }, [1002]],
    ['not an end that was followed by another', { status: 'stopped' }, [1003]],
    ['no end at all', { status: 'open' }, [1004]],
    ['its kind', { kind: 'dry_run' }, [1001]],
    ['the user, exactly', { user: '@operator' }, [1004]],
    ['days, both included', { from: '2026-11-01', to: '2026-11-01', q: 'web-3', limit: '1' }, [39]],
    ['times, the end not included', { from: '2026-11-01T01:00:00Z', to: '2026-11-01T01:02:00Z' }, [61, 60]],
    ['a port', { port_id: '10000000-0000-4000-8000-000000000007', q: 'web-10' }, [107]],
    ['another project: none', { project_id: 'another-project' }, []],
  ])('by %s', async (_, query, expected) => {
    expect(await numbers(query)).toEqual(expected)
  })

  test('one by its ID; none of another project', async () => {
    const { record: found } = (await (await get(1002)).json()) as { record: AuditRecord }
    expect(found).toMatchObject({
      port_name: 'db-public 東京',
      outcome: 'left',
      after: [A],
      changes: { added: 1, moved: 0, detached: 0 },
    })
    expect(found.entries.map(({ kind }) => kind)).toEqual(['read', 'end', 'end'])
    expect((await get(1005)).status).toBe(404)
  })

  test.each<[string, Record<string, string>, number]>([
    ['to the last day there is', { to: '9999-12-31' }, ALL],
    ['from the first one', { from: '0000-01-01' }, ALL],
    ['after the last moment', { after: '8640000000000000.9223372036854775807' }, ALL],
    ['after the first moment', { after: '0.0' }, 0],
  ])('%s', async (_, query, expected) => {
    expect(await numbers({ ...query, limit: '200' })).toHaveLength(expected)
  })

  test.each([
    ['after', '9999999999999999.1', 'must be the `next` of a response'],
    ['after', '1.9999999999999999999', 'must be the `next` of a response'],
    ['user', 'a\0', 'must not have the character U+0000'],
    ['user', 'x'.repeat(256), 'must have at most 255 characters'],
  ])('%s=%.30s is refused', async (path, text, message) => {
    const response = await proxy.call(`${auditLogApi.records()}?${new URLSearchParams({ [path]: text })}`)
    expect([response.status, (await response.json()).fields]).toEqual([400, [{ path, message }]])
  })

  test('what can’t be asked is refused with what can', async () => {
    const response = await proxy.call(`${auditLogApi.records()}?from=yesterday`)
    expect(response.status).toBe(400)
    expect((await response.json()).fields).toEqual([
      { path: 'from', message: 'must be a day as 2026-11-24, or a time as 2026-11-24T08:00:00Z' },
    ])
  })
})

describe('records leave', () => {
  test('as CSV that a spreadsheet reads as text', async () => {
    const response = await exported('format=csv')
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="portside-records-\d{4}-\d\d-\d\d\.csv"$/,
    )
    const rows = parse<Record<string, string>>(Buffer.from(await response.arrayBuffer()), {
      columns: true,
      bom: true,
    })
    expect(rows).toHaveLength(ALL)
    expect(rows[0]).toMatchObject({ user: "'@operator", outcome: 'unknown' })
    expect(rows[1]).toMatchObject({
      record_id: record(1003).record_id,
      port_name: `'${FORMULA}`,
      outcome: 'stopped',
      error_code: 'VPC.1',
      request_ids: '0123456789abcdef',
      before: `${A} ${B}`,
      after: '',
    })
    expect(rows[3]).toMatchObject({ user: 'Žofie Nováková', kind: 'dry_run', groups_moved: '1' })
  })

  test('with no formula where a cell begins for any spreadsheet', async () => {
    const response = await exported('format=csv&user=spreadsheet')
    const rows = parse<Record<string, string>>(await response.text(), { columns: true, bom: true })
    expect(rows.map(({ port_name }) => port_name).toReversed()).toEqual(
      FORMULAS.map(([, written]) => written),
    )
  })

  test('as JSON lines, each audit record in full, in the order found', async () => {
    const response = await exported('format=jsonl&q=web-4')
    expect(response.headers.get('content-type')).toBe('application/jsonl; charset=utf-8')
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditRecord)
    expect(lines).toHaveLength(11)
    const first = record(49).record_id
    expect(lines[0]).toEqual((await (await proxy.call(auditLogApi.record(first))).json()).record)
  })

  test('in no other form', async () => {
    expect((await exported('format=xml')).status).toBe(400)
  })
})

test('an operation from before records were kept has one that says so', async () => {
  const { record: found } = await (await proxy.call(auditLogApi.record(old.operation_id))).json()
  expect(found).toMatchObject({
    user: 'somebody',
    outcome: 'done',
    role: null,
    calls: 1,
    request_ids: ['old-request'],
  })
  expect(found.entries.map(({ kind }: { kind: string }) => kind)).toEqual([
    'copied',
    'request',
    'answer',
    'end',
  ])
  expect((await find({ q: 'old-request' })).records).toHaveLength(1)
})

test('nothing can change or delete an audit record', async () => {
  await proxy.close()
  const { db, close } = await openDatabase({ dataFolder }, SILENT)
  for (const table of ['records', 'record_entries', 'record_terms'])
    for (const change of [
      `update ${table} set record_id = null`,
      `delete from ${table}`,
      `truncate ${table} cascade`,
    ])
      await expect(sql.raw(change).execute(db)).rejects.toThrow('is append-only')
  await close()
}, 60_000)
