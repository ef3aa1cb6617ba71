import type { PostgresPool } from 'kysely'
import { expect, inject, test } from 'vitest'
import { makeFilledAuditLog } from '../../../bench/filled-audit-log.ts'
import { searchesOf } from '../../../bench/history-searches.ts'
import { findAuditRecords } from '../../../src/proxy/audit-log/read.ts'
import { kysely } from '../../../src/proxy/database/kysely.ts'
import { createDatabase } from '../../stage/postgres.ts'
import { newFolder } from '../../stage/servers.ts'
import { DATABASES } from '../database/open.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const RECORDS = 12_000
/** Records, entries and terms that a search of a page may look at: there are 170,000. */
const MOST_ROWS = 1000
/** Searches that thousands match: these are counted, or gone through until there are enough. */
const OF_MANY = ['by words that many have', 'by outcome: done']

type Plan = {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: Plan[]
}

/** How many rows the scans of a plan have looked at. */
function rowsOf(plan: Plan): number {
  const { 'Node Type': type, 'Actual Rows': rows, 'Actual Loops': loops, Plans = [] } = plan
  const removed = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0)
  const own = type.includes('Scan') && type !== 'Subquery Scan' ? (rows + removed) * loops : 0
  return own + Plans.reduce((sum, one) => sum + rowsOf(one), 0)
}

/** The same pool, that has each read explained before it is made. */
function explained(pool: PostgresPool, seen: (plan: Plan) => void): PostgresPool {
  return {
    end: async () => {},
    async connect() {
      const client = await pool.connect()
      return {
        release: () => client.release(),
        async query(text: string, parameters: readonly unknown[]) {
          if (/^\s*select(?! set_config)/.test(text)) {
            const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
              `explain (analyze, timing off, format json) ${text}`,
              parameters,
            )
            seen(rows[0]!['QUERY PLAN'][0].Plan)
          }
          return client.query(text, parameters)
        },
      } as typeof client
    },
  }
}

test.each(DATABASES)(
  'no search of History goes through the audit log: %s',
  { timeout: 120_000 },
  async (kind) => {
    const database = kind === 'PostgreSQL' ? await createDatabase(inject('postgresFolder')) : undefined
    const data = await newFolder()
    const looked: Record<string, number> = {}
    await makeFilledAuditLog(data.path, database, PROJECT, RECORDS, async (pool, filled) => {
      for (const [name, filters] of Object.entries(searchesOf(filled))) {
        let rows = 0
        const watched = kysely(explained(pool, (plan) => (rows += rowsOf(plan))))
        const query = { projects: [PROJECT], filters: { project_id: PROJECT, ...filters }, limit: 50 }
        const { records } = await findAuditRecords(watched, query)
        expect(records.length > 0, name).toBe(name !== 'nothing under way')
        looked[name] = rows
      }
    })
    await database?.remove()
    await data.remove()
    for (const name of OF_MANY) delete looked[name]
    expect(Object.entries(looked).filter(([, rows]) => rows > MOST_ROWS)).toEqual([])
  },
)
