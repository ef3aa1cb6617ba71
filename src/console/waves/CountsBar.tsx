import type { JSX } from 'react'
import type { BulkChangeSummary } from '../../vpc/bulk-changes-api.ts'
import styles from './CountsBar.module.css'
import { countsWords, PORT_STATES } from './bulk-words.ts'

/** How many ports are in each state, as a bar; in words below it. */
export function CountsBar({ counts }: Pick<BulkChangeSummary, 'counts'>): JSX.Element {
  const all = PORT_STATES.reduce((sum, state) => sum + counts[state], 0)
  return (
    <div className={styles.counts}>
      <div className={styles.bar} aria-hidden="true">
        {all > 0 &&
          PORT_STATES.map(
            (state) =>
              counts[state] > 0 && <i key={state} data-state={state} style={{ flexGrow: counts[state] }} />,
          )}
      </div>
      <p className={styles.words}>{countsWords(counts) || 'No ports yet'}</p>
    </div>
  )
}
