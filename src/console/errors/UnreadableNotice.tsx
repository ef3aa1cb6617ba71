import type { JSX } from 'react'
import type { UnreadableEntries } from '../../vpc/unreadable.ts'
import { Notice } from '../ui/Notice.tsx'
import { unreadableWords } from './unreadable-words.ts'

/**
 * Names the entries that the platform sent in a form that can't be read; all others are shown.
 * @param what what an entry is: `port`
 */
export function UnreadableNotice(props: {
  unreadable: UnreadableEntries | undefined
  what: string
}): JSX.Element | null {
  if (props.unreadable === undefined) return null
  const { count, entries } = props.unreadable
  const more = count - entries.length
  const words = unreadableWords(props.unreadable, props.what)
  return (
    <Notice tone="warn" title={words.charAt(0).toUpperCase() + words.slice(1)}>
      <ul>
        {entries.map(({ place, id, why }, at) => (
          // Pages count their places anew, and an ID may be missing.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={at}>
            {id === null ? `Entry ${place + 1} of its page` : <code>{id}</code>}: {why}
          </li>
        ))}
        {more > 0 && <li>and {more.toLocaleString('en')} more</li>}
      </ul>
    </Notice>
  )
}
