import type { UnreadableEntries } from '../unreadable.ts'

/**
 * What is unreadable, in words without a full stop.
 * @param what of which entries: `ports with such rules`
 */
export function unreadableText({ count, more_may_follow }: UnreadableEntries, what: string): string {
  const bad = count > 0 && `${count} of the ${what} can't be read`
  const more = more_may_follow && `more ${what} may follow on a page that can't be asked for`
  return [bad, more].filter(Boolean).join('; ')
}
