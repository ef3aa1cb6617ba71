import { randomUUID } from 'node:crypto'
import type { PortsideError } from '../../../src/vpc/errors.ts'
import {
  ordersApi,
  type Departure,
  type OrderEntry,
  type StandingOrder,
  type StandingOrderRequest,
  type departingPortsResponse,
} from '../../../src/vpc/standing-orders-api.ts'
import type * as z from 'zod/mini'
import type { TestedProxy } from '../../stage/proxy.ts'
import { PROJECT } from '../operations/ask-operations.ts'

/** A response of Portside's API: the order, or the error. */
export type OrderResponse = { status: number; order: StandingOrder; error: PortsideError }

/** The body that makes a standing order; `more` replaces parts of it. */
export function orderRequest(
  intent: StandingOrderRequest['intent'],
  more: Partial<StandingOrderRequest> = {},
): StandingOrderRequest {
  const order_id = randomUUID()
  return { order_id, name: `order ${order_id}`, intent, ports: {}, check_every_minutes: null, ...more }
}

/** Calls Portside's API about standing orders, however the proxy runs. */
export function standingOrdersOver(call: TestedProxy['call']) {
  async function ask(path: string, init?: Parameters<TestedProxy['call']>[1]): Promise<OrderResponse> {
    const response = await call(path, init)
    const body = await response.json()
    return { status: response.status, order: body.order, error: body }
  }
  const json = async <T>(path: string): Promise<T> => (await call(path)).json() as Promise<T>
  const list = async () => (await json<{ orders: StandingOrder[] }>(ordersApi.ofProject(PROJECT))).orders
  const get = async (id: string) => (await list()).find(({ order_id }) => order_id === id)
  return {
    list,
    get,
    make: (body: unknown) => ask(ordersApi.ofProject(PROJECT), { method: 'POST', json: body }),
    change: (id: string, body: unknown) => ask(ordersApi.one(id), { method: 'PUT', json: body }),
    remove: (id: string, revision: number) =>
      ask(`${ordersApi.one(id)}?revision=${revision}`, { method: 'DELETE' }),
    check: (id: string) => ask(ordersApi.check(id), { method: 'POST' }),
    departures: (id: string, query = '') =>
      json<{ departures: Departure[]; next: string | null }>(ordersApi.departures(id) + query),
    departingPorts: () => json<z.infer<typeof departingPortsResponse>>(ordersApi.departingPorts(PROJECT)),
    entries: async (query = '') =>
      (await json<{ entries: OrderEntry[] }>(ordersApi.entries(PROJECT) + query)).entries,
    exported: (format: string) => call(`${ordersApi.exportedEntries(PROJECT)}?format=${format}`),
    /** The order as soon as it is as `until` says. */
    async once(id: string, until: (order: StandingOrder) => boolean): Promise<StandingOrder> {
      for (;;) {
        const order = await get(id)
        if (!order) throw new Error(`there is no standing order ${id}`)
        if (until(order)) return order
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    /** The order when no check of it is under way. */
    checked(id: string): Promise<StandingOrder> {
      return this.once(id, ({ checking }) => checking === null)
    },
  }
}
