import type { JSX } from 'react'
import { type Names, setText } from '../../vpc/traffic/explain.ts'
import type { RemoteSet } from '../../vpc/traffic/rules.ts'
import { Button } from '../ui/Button.tsx'
import { capitalized } from '../facts/capitalized.ts'
import { counted } from '../facts/change-words.ts'
import styles from './TrafficChanges.module.css'
import type { RemoteGroups } from './use-traffic.ts'

/** The addresses of the groups that rules have as remote, or why one could not be resolved. */
export function Remotes({ remotes, names }: { remotes: RemoteGroups; names: Names }): JSX.Element {
  return (
    <section className={styles.part} aria-label="Remote groups">
      <h3>
        Remote groups <span className={styles.count}>{remotes.groups.length}</span>
      </h3>
      <ul className={styles.lines}>
        {remotes.groups.map((remote) => (
          <li key={remote.id} className={styles.note}>
            {capitalized(setText(remote, names))}{' '}
            {'addresses' in remote
              ? `resolved to ${foundText(remote.kind, remote.addresses.length)}${readAtText(remote.readAt)}`
              : `not resolved, as ${remote.unresolved}: what depends on it is shown with its name`}
            .
          </li>
        ))}
      </ul>
      <div>
        <Button size="small" icon="refresh" onClick={remotes.reread}>
          {remotes.read ? 'Read their addresses again' : 'Read their addresses'}
        </Button>
      </div>
    </section>
  )
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
