import type * as z from 'zod/mini'
import { refusedFields } from '../vpc/errors.ts'
import { readQuery } from '../vpc/requests.ts'
import type { Collection } from './collection.ts'
import { PlatformError } from './error-codes.ts'

/** Default and largest `limit` of every list (docs/platform.md, Calls). */
const MAX_PAGE = 2000

type Paging = { limit?: number | undefined; marker?: string | undefined }

/** What an object has under a filter's name: one value, or several of which any may match. */
export type FilterValues<T> = (item: T, name: string) => unknown

/**
 * A list's query, checked by the schema of src/vpc/requests.ts. Names that the schema doesn't have
 * are ignored, as the platform does; so are empty values (`name=`).
 * @throws PlatformError 400 that names the parameter.
 */
export function listQuery<S extends z.ZodMiniObject>(schema: S, search: string): z.infer<S> {
  const known = [...new URLSearchParams(search)].filter(
    ([name, value]) => Object.hasOwn(schema.shape, name) && value !== '',
  )
  const input = readQuery(schema, known)
  const query = schema.safeParse(input)
  if (query.success) return query.data
  const [refused] = refusedFields(query.error, input)
  throw new PlatformError('invalidParameter', `Query parameter ${refused?.path} ${refused?.message}.`)
}

/**
 * One page of a list: objects after `marker` (the ID of the last object of the page before) that
 * match every filter, at most `limit`, with `page_info` (docs/platform.md, Calls):
 * `previous_marker` and `next_marker` are the first and the last ID of this page, `next_marker`
 * only when there is more.
 * @throws PlatformError 400 when no object has the marker's ID.
 */
export function page<T extends { id: string }>(
  collection: Collection<T>,
  { limit = MAX_PAGE, marker, ...filters }: Paging & Record<string, unknown>,
  values: FilterValues<T>,
) {
  let position = 0
  if (marker !== undefined) {
    const last = collection.position(marker)
    if (last === undefined)
      throw new PlatformError(
        'markerNotFound',
        `Query parameter marker: there is no object with ID ${marker}.`,
      )
    position = last + 1
  }
  const matches = matcher(filters, values)
  const { items } = collection
  const found: T[] = []
  let more = false
  for (; position < items.length && !more; position++) {
    const item = items[position] as T
    if (!matches(item)) continue
    if (found.length === limit) more = true
    else found.push(item)
  }
  const [first, last] = [found[0], found.at(-1)]
  return {
    items: found,
    page_info: {
      ...(first && { previous_marker: first.id }),
      ...(more && last && { next_marker: last.id }),
      current_count: found.length,
    },
  }
}

function matcher<T>(filters: Record<string, unknown>, values: FilterValues<T>): (item: T) => boolean {
  const tests = Object.entries(filters)
    .filter(([, wanted]) => wanted !== undefined)
    .map(([name, wanted]) => {
      // As text, so that a rule's protocol 6 is found by protocol=6 whether the object has it as
      // text or number.
      const set = new Set((Array.isArray(wanted) ? wanted : [wanted]).map(String))
      const has = (value: unknown) => value !== undefined && value !== null && set.has(String(value))
      return (item: T) => {
        const value = values(item, name)
        return Array.isArray(value) ? value.some(has) : has(value)
      }
    })
  return (item) => tests.every((test) => test(item))
}
