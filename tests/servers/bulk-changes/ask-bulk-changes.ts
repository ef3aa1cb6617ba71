import { randomUUID } from 'node:crypto'
import type * as z from 'zod/mini'
import {
  bulkApi,
  type BulkChange,
  type BulkChangePort,
  type BulkChoice,
  type BulkEntry,
  type bulkChangesResponse,
  type Pace,
} from '../../../src/vpc/bulk-changes-api.ts'
import type { PortsideError } from '../../../src/vpc/errors.ts'
import type { PlanWay } from '../../../src/vpc/plan-change.ts'
import type { TestedProxy } from '../../stage/proxy.ts'
import { planned, PROJECT } from '../operations/ask-operations.ts'

/** A response of Portside's API: the bulk change, or the error. */
export type BulkResponse = { status: number; bulk_change: BulkChange; error: PortsideError }

/** A pace without waits: the first wave has one port, the second all others. */
const QUICK_PACE: Pace = {
  ...{ first: 1, growth: 10, largest_wave: 1000, pause_seconds: 0 },
  ...{ stop_after: 1, ports_per_minute: null },
}

/** Ports that have one list, and are to have another. */
export type AskedKind = { from: string[]; to: string[]; ports: string[]; way?: PlanWay }

/** The body that begins a bulk change; `more` replaces parts of it. */
export function bulkRequest(kinds: readonly AskedKind[], pace: Partial<Pace> = {}, more: object = {}) {
  return {
    bulk_change_id: randomUUID(),
    intent: { kind: 'exactly', groups: kinds[0]!.to },
    note: 'ticket 4711',
    words: 'The list is exactly this',
    kinds: kinds.map(({ from, to, ports, way }) => {
      const { operation_id: _, ...lists } = planned(from, to, {}, way)
      return { ...lists, ports: ports.map((port_id) => ({ port_id, name: null })) }
    }),
    pace: { ...QUICK_PACE, ...pace },
    ...more,
  }
}

/** Calls Portside's API about bulk changes, however the proxy runs. */
export function bulkChangesOver(call: TestedProxy['call']) {
  async function ask(path: string, init?: Parameters<TestedProxy['call']>[1]): Promise<BulkResponse> {
    const response = await call(path, init)
    const body = await response.json()
    return { status: response.status, bulk_change: body.bulk_change, error: body }
  }
  const json = async <T>(path: string): Promise<T> => (await call(path)).json() as Promise<T>
  const get = (id: string, query = '') => ask(bulkApi.one(id) + query)
  return {
    get,
    post: (body: unknown) => ask(bulkApi.ofProject(PROJECT), { method: 'POST', json: body }),
    choose: (id: string, choice: BulkChoice, wave?: number) =>
      ask(bulkApi.choice(id, choice), { method: 'POST', ...(wave && { json: { wave } }) }),
    undo: (id: string, pace: Partial<Pace> = {}, more: object = {}) =>
      ask(bulkApi.undo(id), {
        method: 'POST',
        json: { bulk_change_id: randomUUID(), pace: { ...QUICK_PACE, ...pace }, ...more },
      }),
    list: (query = '') => json<z.infer<typeof bulkChangesResponse>>(bulkApi.ofProject(PROJECT) + query),
    entries: async (id: string) => (await json<{ entries: BulkEntry[] }>(bulkApi.entries(id))).entries,
    /** All its ports, by page. */
    async ports(id: string, query = 'limit=100'): Promise<BulkChangePort[]> {
      const found: BulkChangePort[] = []
      for (let after = ''; ;) {
        const page = await json<{ ports: BulkChangePort[]; next: string | null }>(
          `${bulkApi.ports(id)}?${query}${after}`,
        )
        found.push(...page.ports)
        if (page.next === null) return found
        after = `&after=${page.next}`
      }
    },
    /** The bulk change as soon as it is as `until` says. */
    async once(id: string, until: (bulk: BulkChange) => boolean): Promise<BulkChange> {
      for (let after = 0; ;) {
        const { bulk_change, error } = await get(id, `?after=${after}&wait=20`)
        if (!bulk_change) throw new Error(JSON.stringify(error))
        if (until(bulk_change)) return bulk_change
        after = bulk_change.revision
      }
    },
    /** The bulk change when nothing happens to it any more by itself. */
    settled(id: string): Promise<BulkChange> {
      return this.once(id, ({ state, counts, next_wave_at }) => {
        const waits = state === 'waiting' && next_wave_at === null
        return counts.under_way === 0 && (waits || !['running', 'waiting', 'planning'].includes(state))
      })
    },
  }
}
