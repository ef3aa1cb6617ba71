import type { JSX } from 'react'
import { type Names, setText } from '../../vpc/traffic/explain.ts'
import type { RemoteSet } from '../../vpc/traffic/rules.ts'
import { Button } from '../ui/Button.tsx'
import { capitalized } from '../facts/capitalized.ts'
import { counted } from '../facts/change-words.ts'
import { OnDemand } from '../ui/OnDemand.tsx'
import styles from './TrafficChanges.module.css'
import type { RemoteGroups } from './use-traffic.ts'

/** More groups than these are folded up, but for those that could not be resolved. */
const MOST_LINES = 5

/** The addresses of the groups that rules have as remote, or why one could not be resolved. */
export function Remotes({ remotes, names }: { remotes: RemoteGroups; names: Names }): JSX.Element {
  const { groups, read } = remotes
  const mayFold = (remote: (typeof groups)[number]) => !read || 'addresses' in remote
  const folded = groups.filter(mayFold)
  const isFolded = folded.length > MOST_LINES
  const open = isFolded ? groups.filter((remote) => !mayFold(remote)) : groups
  const lines = (some: RemoteGroups['groups']) => (
    <ul className={styles.lines}>
      {some.map((remote) => (
        <li key={remote.id} className={styles.note}>
          {remoteLine(remote, names)}
        </li>
      ))}
    </ul>
  )
  return (
    <section className={styles.part} aria-label="Remote groups">
      <h3>
        Remote groups <span className={styles.count}>{groups.length}</span>
      </h3>
      {open.length > 0 && lines(open)}
      {isFolded && (
        <OnDemand title={`${folded.length} ${read ? 'resolved to addresses' : 'not read yet'}`}>
          {() => lines(folded)}
        </OnDemand>
      )}
      <div>
        <Button size="small" icon="refresh" onClick={remotes.reread}>
          {read ? 'Read their addresses again' : 'Read their addresses'}
        </Button>
      </div>
    </section>
  )
}

function remoteLine(remote: RemoteGroups['groups'][number], names: Names): string {
  const said =
    'addresses' in remote
      ? `resolved to ${foundText(remote.kind, remote.addresses.length)}${readAtText(remote.readAt)}`
      : `not resolved, as ${remote.unresolved}: what depends on it is shown with its name`
  return `${capitalized(setText(remote, names))} ${said}.`
}

/** An entry of an address group may be a network or a range. */
const foundText = (kind: RemoteSet['kind'], count: number) =>
  kind === 'address_group' ? counted(count, 'entry', 'entries') : counted(count, 'address', 'addresses')

function readAtText(readAt: number | undefined): string {
  if (readAt === undefined) return ''
  return `, as read at ${TO_THE_MINUTE.format(readAt)}`
}

/** Made once: to make one takes as long as to draw ten of these lines. */
const TO_THE_MINUTE = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
