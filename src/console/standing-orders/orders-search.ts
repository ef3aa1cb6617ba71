/** What the page of standing orders has in its address. */
export type OrdersSearch = {
  /** The order whose ports are shown. */
  order?: string
  /** The record of who made, changed and deleted orders is open. */
  record?: 'open'
}
