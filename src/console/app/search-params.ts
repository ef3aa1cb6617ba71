/**
 * Search parameters as plain text: a name that repeats becomes an array. Values are never guessed
 * to be JSON.
 */
export function parseSearch(search: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {}
  for (const [name, value] of new URLSearchParams(search)) {
    const earlier = Object.hasOwn(found, name) ? found[name] : undefined
    Object.defineProperty(found, name, {
      value: earlier === undefined ? value : [earlier, value].flat(),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return found
}

/** The opposite of parseSearch; what is undefined or empty is left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search))
    for (const one of [value].flat())
      if (one !== undefined && one !== null && one !== '') params.append(name, String(one))
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
