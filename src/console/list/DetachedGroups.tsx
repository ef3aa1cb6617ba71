import type { JSX } from 'react'
import { type ChangeArrangement } from '../arrangement/arrangement.ts'
import { restore } from '../arrangement/restore.ts'
import { groupName, type GroupFacts } from '../facts/group-facts.ts'
import { GroupLines } from '../facts/GroupLines.tsx'
import { Button } from '../ui/Button.tsx'
import styles from './ArrangedList.module.css'

/** The groups that will be off the port, each to be put back. */
export function DetachedGroups(props: {
  detached: readonly string[]
  facts: GroupFacts
  refusals: ReadonlyMap<string, string>
  from: ReadonlyMap<string, number>
  change: ChangeArrangement
  locked: boolean
  limit: number
}): JSX.Element {
  const { detached, facts, refusals, from, change, locked, limit } = props
  return (
    <section className={styles.detached} aria-label="Will be detached">
      <header>
        <h3>Will be detached ({detached.length})</h3>
        {!locked && detached.length > 1 && (
          <Button
            size="small"
            variant="ghost"
            icon="undo"
            onClick={() => change((now) => restore(now, detached, limit))}
          >
            Restore all
          </Button>
        )}
      </header>
      <ul>
        {detached.map((id) => (
          <li key={id} className={styles.gone}>
            <span className={styles.was}>was {(from.get(id) ?? 0) + 1}</span>
            <GroupLines id={id} group={facts.groups.get(id)} struck refusal={refusals.get(id)} />
            {!locked && (
              <Button
                size="small"
                icon="undo"
                aria-label={`Restore ${groupName(facts, id)}`}
                onClick={() => change((now) => restore(now, [id], limit))}
              >
                Restore
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
