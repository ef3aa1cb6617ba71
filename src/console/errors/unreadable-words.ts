import type { UnreadableEntries } from '../../vpc/unreadable.ts'

/** `1 port can’t be read`, `1,200 ports can’t be read`, `more ports may follow`. */
export function unreadableWords({ count, more_may_follow }: UnreadableEntries, what = ''): string {
  const noun = (many: boolean) => (what === '' ? '' : ` ${what}${many ? 's' : ''}`)
  const bad = count > 0 && `${count.toLocaleString('en')}${noun(count !== 1)} can’t be read`
  const more = more_may_follow && `more${noun(true)} may follow`
  return [bad, more].filter(Boolean).join('; ')
}
