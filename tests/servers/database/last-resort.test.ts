import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/proxy/database/database.ts'
import { newOperation, notePort } from '../../../src/proxy/operations/journaled-operation.ts'
import { OperationStore } from '../../../src/proxy/operations/operation-store.ts'
import { responseEntry, requestEntry } from '../../../src/proxy/audit-log/entries.ts'
import { findAuditEntries } from '../../../src/proxy/audit-log/read.ts'
import { type ChangeStep } from '../../../src/vpc/change-step.ts'
import { stepRequest } from '../../../src/vpc/step-request.ts'
import { DATABASES, newDatabase, open } from './open.ts'

const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'
const [a, b] = [randomUUID(), randomUUID()]
const step: ChangeStep = { kind: 'remove', security_groups: [a] }

describe.each(DATABASES)('what the platform said and %s refuses to keep', (kind) => {
  let place: Awaited<ReturnType<typeof newDatabase>>
  let database: Database
  let store: OperationStore
  beforeAll(async () => {
    place = await newDatabase(kind)
    database = await open(place.config)
    store = new OperationStore(database)
    await sql`create function refuse_words() returns trigger language plpgsql as $$
      begin
        if to_jsonb(new)::text like '%unkeepable%' then
          raise exception 'too much' using errcode = '54001';
        end if;
        return new;
      end $$`.execute(database.db)
    for (const table of ['operations', 'record_entries'])
      await sql`create trigger refuse_words before insert or update on ${sql.table(table)}
        for each row execute function refuse_words()`.execute(database.db)
  }, 60_000)
  afterAll(async () => {
    await database.close()
    await place.remove()
  })

  test.each(['the journal', 'the record', 'nobody, as it is nested too deeply'])(
    'is left out, and the rest is written: refused by %s',
    async (where) => {
      const operation = newOperation({
        operation_id: randomUUID(),
        project_id: PROJECT,
        port_id: randomUUID(),
        user: 'operator',
        purpose: 'change',
        planned_from: [a, b],
        desired: [b],
        steps: [step],
      })
      await store.journal.add(operation, { user: 'operator', subject: 'operator', role: 'operator' })
      let deep: unknown[] = []
      for (let depth = 0; depth < 100_000; depth++) deep = [deep]
      const port = { id: operation.port_id, security_groups: [b] }
      const name = where === 'the journal' ? 'unkeepable' : 'web-1'
      notePort(operation, { ...port, name, ...(where.startsWith('nobody') && { new_field: deep }) }, 'r')
      operation.status = 'stopped'
      operation.steps[0]!.status = 'done'
      const body = Buffer.from(where === 'the record' ? 'unkeepable' : '{}')
      store.note(operation, requestEntry(0, stepRequest(step, PROJECT, operation.port_id)))
      store.note(
        operation,
        responseEntry(0, { kind: 'port', status: 200, port: operation.port!, request_id: 'r', body }),
      )
      await store.save(operation)

      const kept = await store.journal.find(operation.operation_id)
      expect(kept).toMatchObject({ status: 'stopped', port: null, list_now: null })
      expect(kept!.steps[0]!.status).toBe('done')
      const entries = (await findAuditEntries(database.db, [operation.operation_id])).get(
        operation.operation_id,
      )!
      expect(entries).toMatchObject([
        { kind: 'request', step: 0 },
        { kind: 'answer', step: 0, result: 'done', status: 200, text: null },
        { kind: 'end', outcome: 'stopped', list: null },
      ])
    },
  )
})
