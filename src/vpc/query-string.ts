type Query = Record<string, string | number | boolean | readonly string[] | undefined>

/**
 * A query string for the platform, without the question mark: arrays repeat their name, undefined
 * is left out, names sorted so that equal queries are equal text.
 */
export function queryString(query: Query): string {
  const params = new URLSearchParams()
  for (const name of Object.keys(query).toSorted()) {
    const value = query[name]
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one))
  }
  return params.toString()
}
