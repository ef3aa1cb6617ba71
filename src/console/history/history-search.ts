/** The state of a history view, as the URL has it. */
export type HistorySearch = {
  /** What was typed in the search box. */
  q?: string
  kind?: string
  status?: string
  /** Days (UTC), both included. */
  from?: string
  to?: string
  /** Those of one bulk change. */
  bulk_change_id?: string
}

const FORMS = {
  q: /\S/,
  kind: /^[a-z_]+$/,
  status: /^[a-z_]+$/,
  from: /^\d{4}-\d\d-\d\d$/,
  to: /^\d{4}-\d\d-\d\d$/,
  bulk_change_id: /^[\da-f-]{36}$/,
}

/** Reads the state from a URL's parameters; what does not fit is dropped, not refused. */
export function readHistorySearch(params: Record<string, unknown>): HistorySearch {
  const search: HistorySearch = {}
  for (const name of Object.keys(FORMS) as (keyof HistorySearch)[]) {
    const value = params[name]
    if (typeof value === 'string' && FORMS[name].test(value)) search[name] = value
  }
  return search
}
