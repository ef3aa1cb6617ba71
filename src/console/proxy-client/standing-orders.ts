import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import {
  departingPortsResponse,
  departuresResponse,
  orderDeleted,
  orderEntriesResponse,
  ordersApi,
  standingOrderResponse,
  standingOrdersResponse,
  type StandingOrder,
  type StandingOrderChange,
  type StandingOrderRequest,
} from '../../vpc/standing-orders-api.ts'
import { call } from './client.ts'
import { outdate } from './order.ts'

/** How often they are read again: while one is being checked, and else. */
const SOON_MS = 1_000
const SELDOM_MS = 30_000
/** Ports on a page: the most that the proxy gives, where all are read. */
const PAGE = 200
const ALL_PAGE = 1000

const ORDERS = 'standing-orders'
const DEPARTING = 'departing-ports'
const ENTRIES = 'order-entries'

/** The standing orders of a project, each with its last check. */
export const standingOrdersQuery = (project: string) =>
  queryOptions({
    queryKey: [ORDERS, project],
    queryFn: async ({ signal }) =>
      (await call(standingOrdersResponse, ordersApi.ofProject(project), { signal })).orders,
    staleTime: 1_000,
    refetchInterval: ({ state }) =>
      state.data?.some(({ checking }) => checking !== null) ? SOON_MS : SELDOM_MS,
    refetchOnWindowFocus: true,
  })

/** The ports that the last check of an order found, page by page. */
export const departuresQuery = (order: StandingOrder) =>
  infiniteQueryOptions({
    // With each check they are others.
    queryKey: ['departures', order.order_id, order.check?.ended_at],
    queryFn: ({ pageParam, signal }) =>
      call(departuresResponse, ordersApi.departures(order.order_id), {
        query: { limit: PAGE, after: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Infinity,
  })

/** The ports that depart from an order and can be mended, all of them. @throws CallError */
export async function readMendable(id: string): Promise<string[]> {
  const found: string[] = []
  for (let after: string | undefined; ;) {
    const { departures, next } = await call(departuresResponse, ordersApi.departures(id), {
      query: { limit: ALL_PAGE, state: 'departs', after },
    })
    for (const { port_id, desired } of departures) if (desired !== null) found.push(port_id)
    if (next === null) return found
    after = next
  }
}

/** The ports that depart from the orders of a project, by their last checks. */
export const departingPortsQuery = (project: string) =>
  queryOptions({
    queryKey: [DEPARTING, project],
    queryFn: ({ signal }) => call(departingPortsResponse, ordersApi.departingPorts(project), { signal }),
    staleTime: 20_000,
    refetchInterval: 60_000,
    refetchOnWindowFocus: true,
  })

/** What users did with the orders of a project, newest first, page by page. */
export const orderEntriesQuery = (project: string) =>
  infiniteQueryOptions({
    queryKey: [ENTRIES, project],
    queryFn: ({ pageParam, signal }) =>
      call(orderEntriesResponse, ordersApi.entries(project), { query: { after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: 5_000,
  })

/** Where the browser gets all of that, as a file. */
export function exportEntriesAddress(project: string, format: 'csv' | 'jsonl'): string {
  return `${ordersApi.exportedEntries(project)}?format=${format}`
}

/** Takes in an order as received. */
function take(client: QueryClient, order: StandingOrder): void {
  client.setQueryData(standingOrdersQuery(order.project_id).queryKey, (known) =>
    known?.map((one) => (one.order_id === order.order_id ? order : one)),
  )
}

/** What is shown of the orders is read anew. */
export function ordersChanged(client: QueryClient): void {
  for (const key of [ORDERS, DEPARTING, ENTRIES]) outdate(client, [key])
}

/** Makes an order. The same request again finds the same one. @throws CallError */
export async function makeOrder(project: string, body: StandingOrderRequest): Promise<StandingOrder> {
  return (await call(standingOrderResponse, ordersApi.ofProject(project), { method: 'POST', body })).order
}

/** Changes an order. @throws CallError */
export async function changeOrder(id: string, body: StandingOrderChange): Promise<StandingOrder> {
  return (await call(standingOrderResponse, ordersApi.one(id), { method: 'PUT', body })).order
}

/** Deletes an order. @throws CallError */
export async function deleteOrder({ order_id, revision }: StandingOrder): Promise<void> {
  await call(orderDeleted, ordersApi.one(order_id), { method: 'DELETE', query: { revision } })
}

/** Has an order checked now. @throws CallError */
export async function checkOrder(client: QueryClient, id: string): Promise<void> {
  const { order } = await call(standingOrderResponse, ordersApi.check(id), { method: 'POST' })
  take(client, order)
  // From now on it is read often.
  outdate(client, [ORDERS])
}
