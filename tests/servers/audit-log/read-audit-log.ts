import { expect } from 'vitest'
import type { TestedProxy } from '../../stage/proxy.ts'
import { api } from '../../../src/vpc/portside-api.ts'
import {
  auditLogApi,
  type AuditRecord,
  type AuditEntry,
  type AuditRecordSummary,
} from '../../../src/vpc/audit-log.ts'
import { planned, PROJECT } from '../operations/ask-operations.ts'

/** Calls Portside's API about audit records and dry runs, however the proxy runs. */
export function auditLogOver(call: TestedProxy['call']) {
  return {
    async record(id: string): Promise<AuditRecord> {
      return (await (await call(auditLogApi.record(id))).json()).record
    },
    /**
     * The entries of an operation's audit record, as soon as other ports were compared: without
     * guards that is some time after its end.
     */
    async comparedEntries(id: string): Promise<AuditEntry[]> {
      const read = async () => (await this.record(id)).entries
      const isThere = async () => (await read()).some(({ kind }) => kind === 'other_ports')
      await expect.poll(isThere, { timeout: 10_000 }).toBe(true)
      return read()
    },
    async find(query: Record<string, string>): Promise<AuditRecordSummary[]> {
      const response = await call(`${auditLogApi.records()}?${new URLSearchParams(query)}`)
      return (await response.json()).records
    },
    /** Dry-runs the plan from one list to another. */
    async check(portId: string, from: string[], desired: string[]) {
      const { planned_from, steps } = planned(from, desired)
      const json = { planned_from, desired, steps }
      const response = await call(api.portChecks(PROJECT, portId), { method: 'POST', json })
      return { status: response.status, body: await response.json() }
    },
  }
}

/**
 * The entries of an audit record in words: what happened, to which step, with which result. Without
 * other ports: they are compared some time after the end.
 */
export function outlineOf({ entries }: Pick<AuditRecord, 'entries'>): string[] {
  const timely = entries.filter(({ kind }) => kind !== 'other_ports')
  return timely.map((entry) => [entry.kind, stepOf(entry), resultOf(entry)].filter(Boolean).join(' '))
}

function stepOf(entry: AuditEntry): string {
  return 'step' in entry ? String(entry.step + 1) : ''
}

function resultOf(entry: AuditEntry): string {
  if (entry.kind === 'answer') return entry.result
  if (entry.kind === 'answered') return entry.answer
  if (entry.kind === 'end') return entry.outcome
  return ''
}
