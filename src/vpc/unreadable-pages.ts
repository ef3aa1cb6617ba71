import { MOST_FIELDS_NAMED } from './limits.ts'
import { UNREADABLE } from './unreadable-marks.ts'
import type { UnreadableEntries, WithUnreadable } from './unreadable.ts'

/** What is unreadable in several pages of one list; undefined when nothing is. */
export function unreadableIn(pages: readonly WithUnreadable[]): UnreadableEntries | undefined {
  const found = pages.flatMap((page) => page[UNREADABLE] ?? [])
  if (found.length === 0) return undefined
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    entries: found.flatMap(({ entries }) => entries).slice(0, MOST_FIELDS_NAMED),
    more_may_follow: found.some((page) => page.more_may_follow),
  }
}
